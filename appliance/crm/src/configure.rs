//! The branch file against what stands: only differences become facts, so applying twice changes nothing.
use messages::command::{BranchPlan, PhonePlan, TrunkPlan};
use messages::fact::{
    Body, BranchConfigured, CeilingsSet, DestinationsSet, DialRulesSet, DidsSet, PhoneConfigured,
    PhoneRemoved, PolicySet, TrunkConfigured, TrunkRemoved,
};
use messages::registry::{Change, Decision, Outcome, Part, Registry};
use messages::{Extension, Refusal, TrunkName};
use std::collections::{BTreeMap, BTreeSet};

/// The differences between two plans, in the order in which they are applied.
#[must_use]
pub fn plan_changes(stands: &BranchPlan, wanted: &BranchPlan) -> Vec<Change> {
    let mut changes = Vec::new();
    if stands.profile != wanted.profile {
        changes.push(Change::Policy {
            from: stands.profile,
            to: wanted.profile,
        });
    }
    for (extension, part) in differences(&phones(stands), &phones(wanted)) {
        let made_here = |one: &PhonePlan| one.of_device && one.extension == extension;
        if part == Part::Removed && stands.phones.iter().any(made_here) {
            continue;
        }
        changes.push(Change::Phone(extension, part));
    }
    for (name, part) in differences(&trunks(stands), &trunks(wanted)) {
        changes.push(Change::Trunk(name, part));
    }
    if stands.rules != wanted.rules {
        changes.push(Change::Rules {
            from: count(stands.rules.len()),
            to: count(wanted.rules.len()),
        });
    }
    if stands.dids != wanted.dids {
        changes.push(Change::Dids {
            from: count(stands.dids.len()),
            to: count(wanted.dids.len()),
        });
    }
    if stands.destinations != wanted.destinations {
        changes.push(Change::Destinations {
            to: wanted.destinations.clone(),
        });
    }
    if stands.ceilings != wanted.ceilings {
        changes.push(Change::Ceilings);
    }
    changes
}

pub(crate) fn decide(wanted: &BranchPlan, registry: &dyn Registry) -> Result<Decision, Refusal> {
    sound(wanted)?;
    for phone in &wanted.phones {
        if registry.hunt_group(&phone.extension)?.is_some() {
            return Err(Refusal::NumberTaken);
        }
    }
    let changes = plan_changes(&registry.plan()?, wanted);
    let mut facts: Vec<Body> = changes
        .iter()
        .filter_map(|change| fact(change, wanted, registry))
        .collect();
    if !facts.is_empty() {
        facts.push(
            BranchConfigured {
                phones: count(wanted.phones.len()),
                trunks: count(wanted.trunks.len()),
                rules: count(wanted.rules.len()),
            }
            .into(),
        );
    }
    Ok(Decision {
        facts,
        outcome: Outcome::Configured(changes),
    })
}

/// A plan that names a phone or a trunk twice, or a trunk that it does not have, is refused as a whole.
fn sound(plan: &BranchPlan) -> Result<(), Refusal> {
    let phones: BTreeSet<&Extension> = plan.phones.iter().map(|one| &one.extension).collect();
    let trunks: BTreeSet<&TrunkName> = plan.trunks.iter().map(|one| &one.name).collect();
    if phones.len() != plan.phones.len() || trunks.len() != plan.trunks.len() {
        return Err(Refusal::PlanInvalid);
    }
    let of_dids = plan.dids.iter().filter_map(|did| did.trunk.as_ref());
    let of_rules = plan.rules.iter().flat_map(|rule| rule.to.trunks());
    if of_rules.chain(of_dids).all(|name| trunks.contains(name)) {
        Ok(())
    } else {
        Err(Refusal::TrunkUnknown)
    }
}

fn fact(change: &Change, wanted: &BranchPlan, registry: &dyn Registry) -> Option<Body> {
    Some(match change {
        Change::Policy { to, .. } => PolicySet { profile: *to }.into(),
        Change::Phone(extension, Part::Removed) => PhoneRemoved {
            extension: extension.clone(),
        }
        .into(),
        Change::Phone(extension, Part::Added | Part::Changed) => {
            let phone = wanted
                .phones
                .iter()
                .find(|one| one.extension == *extension)?;
            PhoneConfigured {
                extension: extension.clone(),
                label: phone.label.clone(),
                password: registry.seal_secret(&format!("phone:{extension}"), &phone.password),
                of_device: false,
            }
            .into()
        }
        Change::Trunk(name, Part::Removed) => TrunkRemoved { name: name.clone() }.into(),
        Change::Trunk(name, Part::Added | Part::Changed) => {
            let trunk = wanted.trunks.iter().find(|one| one.name == *name)?;
            let login = trunk.login.as_ref();
            TrunkConfigured {
                password: login
                    .map(|login| registry.seal_secret(&format!("trunk:{name}"), &login.password)),
                trunk: Box::new(trunk.clone()),
            }
            .into()
        }
        Change::Rules { .. } => DialRulesSet {
            rules: wanted.rules.clone(),
        }
        .into(),
        Change::Destinations { to } => DestinationsSet { open: to.clone() }.into(),
        Change::Ceilings => CeilingsSet {
            ceilings: wanted.ceilings.clone(),
        }
        .into(),
        Change::Dids { .. } => DidsSet {
            dids: wanted.dids.clone(),
        }
        .into(),
    })
}

fn phones(plan: &BranchPlan) -> BTreeMap<Extension, &PhonePlan> {
    plan.phones
        .iter()
        .map(|one| (one.extension.clone(), one))
        .collect()
}

fn trunks(plan: &BranchPlan) -> BTreeMap<TrunkName, &TrunkPlan> {
    plan.trunks
        .iter()
        .map(|one| (one.name.clone(), one))
        .collect()
}

/// Added and changed ones in order, then the removed ones.
fn differences<K: Ord + Clone, V: PartialEq>(
    stands: &BTreeMap<K, &V>,
    wanted: &BTreeMap<K, &V>,
) -> Vec<(K, Part)> {
    let kept = wanted
        .iter()
        .filter_map(|(key, new)| match stands.get(key) {
            None => Some((key.clone(), Part::Added)),
            Some(old) if old != new => Some((key.clone(), Part::Changed)),
            Some(_) => None,
        });
    let gone = stands
        .keys()
        .filter(|key| !wanted.contains_key(key))
        .map(|key| (key.clone(), Part::Removed));
    kept.chain(gone).collect()
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

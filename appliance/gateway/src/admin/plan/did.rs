//! `[[did]]`: a number of our own, and the phone or group that its calls are for.
use super::section::Section;
use super::{Faults, PlanFault};
use messages::command::{Did, TrunkPlan};
use messages::{Digits, Extension, TrunkName};
use std::collections::BTreeSet;

pub(super) fn read(
    sections: Vec<Section<'_>>,
    trunks: &[TrunkPlan],
    faults: &mut Faults<'_>,
) -> Vec<Did> {
    let mut seen = BTreeSet::new();
    let mut dids = Vec::new();
    for section in sections {
        let at = section.at;
        let Some(did) = did(section, trunks, faults) else {
            continue;
        };
        if seen.insert((did.trunk.clone(), did.number.clone())) {
            dids.push(did);
        } else {
            faults.at(at, "did.number", PlanFault::DidTwice);
        }
    }
    dids
}

fn did(mut section: Section<'_>, trunks: &[TrunkPlan], faults: &mut Faults<'_>) -> Option<Did> {
    let number = section.needed_text("number", faults);
    let to = section.needed_text("to", faults);
    let trunk = section.text("trunk", faults);
    section.done(faults);
    let trunk = match trunk {
        Some(found) => {
            let name = TrunkName::parse(found.value);
            let known = name.filter(|name| trunks.iter().any(|trunk| trunk.name == *name));
            if known.is_none() {
                faults.at(found.at, "did.trunk", PlanFault::TrunkUnknown);
                return None;
            }
            known
        }
        None => None,
    };
    let (number, to) = (number?, to?);
    if Digits::parse(number.value).is_err() {
        faults.at(number.at, "did.number", PlanFault::BadCaller);
        return None;
    }
    let Some(extension) = Extension::parse(to.value) else {
        faults.at(to.at, "did.to", PlanFault::BadExtension);
        return None;
    };
    Some(Did {
        number: number.value.to_owned(),
        trunk,
        to: extension,
    })
}

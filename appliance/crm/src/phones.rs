//! What becomes of calls to phones, and whom a group rings.
use messages::command::{CallHandling, HuntGroup};
use messages::fact::{CallHandlingSet, HuntGroupRemoved, HuntGroupSet};
use messages::registry::{Decision, Registry};
use messages::{Digits, Extension, Refusal};
use std::collections::BTreeSet;

/// How long a phone may ring before the call goes on.
const RING_S: core::ops::RangeInclusive<u16> = 5..=120;
const MEMBERS_MAX: usize = 64;
const LABEL_MAX: usize = 64;

pub(crate) fn set_handling(
    extension: &Extension,
    handling: &CallHandling,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let known = registry.has_extension(extension)? || registry.hunt_group(extension)?.is_some();
    if !known {
        return Err(Refusal::UnknownExtension);
    }
    if !RING_S.contains(&handling.no_answer_s) {
        return Err(Refusal::SettingsInvalid);
    }
    for number in handling.forwards().into_iter().flatten() {
        Digits::parse(number).or(Err(Refusal::BadNumber))?;
    }
    let place = format!("handling:{extension}");
    Ok(Decision::of(CallHandlingSet {
        extension: extension.clone(),
        do_not_disturb: handling.do_not_disturb,
        call_waiting: handling.call_waiting,
        no_answer_s: handling.no_answer_s,
        forwards: registry.seal_secret(&place, &handling.forwards_text()),
    }))
}

pub(crate) fn set_group(group: &HuntGroup, registry: &dyn Registry) -> Result<Decision, Refusal> {
    if registry.has_extension(&group.number)? {
        return Err(Refusal::NumberTaken);
    }
    let distinct: BTreeSet<&Extension> = group.members.iter().collect();
    let sound = RING_S.contains(&group.ring_s)
        && (1..=MEMBERS_MAX).contains(&group.members.len())
        && distinct.len() == group.members.len()
        && !group.label.is_empty()
        && group.label.chars().count() <= LABEL_MAX;
    if !sound {
        return Err(Refusal::SettingsInvalid);
    }
    for member in &group.members {
        if !registry.has_extension(member)? {
            return Err(Refusal::UnknownExtension);
        }
    }
    if registry.hunt_group(&group.number)?.as_ref() == Some(group) {
        return Ok(Decision::nothing());
    }
    Ok(Decision::of(HuntGroupSet {
        group: group.clone(),
    }))
}

pub(crate) fn remove_group(
    number: &Extension,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    if registry.hunt_group(number)?.is_none() {
        return Err(Refusal::UnknownGroup);
    }
    Ok(Decision::of(HuntGroupRemoved {
        number: number.clone(),
    }))
}

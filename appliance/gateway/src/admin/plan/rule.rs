//! `[[rule]]`: what happens to dialled digits.
use super::section::{Found, Section};
use super::{Faults, PlanFault};
use messages::TrunkName;
use messages::command::{DialRule, RuleTarget, TrunkPlan};
use std::collections::BTreeMap;

const DIGITS_MAX: usize = 16;
const STRIP_BOUNDS: (i64, i64) = (0, 32);

pub(super) fn read(
    sections: Vec<Section<'_>>,
    trunks: &[TrunkPlan],
    faults: &mut Faults<'_>,
) -> Vec<DialRule> {
    let mut rules = Vec::new();
    let mut seen = BTreeMap::new();
    for mut section in sections {
        let at = section.at;
        let prefix = section.needed_text("prefix", faults);
        let prefix = prefix.and_then(|found| digits(found, "rule.prefix", faults));
        let to = section.needed_text("to", faults);
        let to = to.and_then(|found| target(found, trunks, faults));
        let record = section.flag("record", faults);
        let strip = section.number("strip", STRIP_BOUNDS, faults);
        let prepend = section.text("prepend", faults);
        let prepend = prepend.and_then(|found| digits(found, "rule.prepend", faults));
        section.done(faults);
        let (Some(prefix), Some(to)) = (prefix, to) else {
            continue;
        };
        let to_phone = matches!(to, RuleTarget::Phone);
        if let Some(first) = seen.insert((prefix.clone(), to_phone), at) {
            let line = faults.lines.of(first);
            faults.at(at, "rule.prefix", PlanFault::RuleTwice(line));
        }
        rules.push(DialRule {
            prefix,
            to,
            record: record.is_some_and(|found| found.value),
            strip: strip.map_or(0, |found| u8::try_from(found.value).unwrap_or(0)),
            prepend: prepend.unwrap_or_default(),
        });
    }
    rules
}

fn digits(found: Found<&str>, key: &str, faults: &mut Faults<'_>) -> Option<String> {
    let keypad = found
        .value
        .bytes()
        .all(|b| b.is_ascii_digit() || b"*#+".contains(&b));
    if !keypad || found.value.len() > DIGITS_MAX {
        faults.at(found.at, key, PlanFault::BadDigits);
        return None;
    }
    Some(found.value.to_owned())
}

fn target(found: Found<&str>, trunks: &[TrunkPlan], faults: &mut Faults<'_>) -> Option<RuleTarget> {
    if found.value == "phone" {
        return Some(RuleTarget::Phone);
    }
    // one, or several that stand in for each other: `trunk:a,b`
    let names = found.value.strip_prefix("trunk:").map(|names| {
        let names = names.split(',').map(|name| TrunkName::parse(name.trim()));
        names.collect::<Option<Vec<TrunkName>>>()
    });
    let Some(Some(mut names)) = names else {
        faults.at(found.at, "rule.to", PlanFault::BadTarget);
        return None;
    };
    let known = |name: &TrunkName| trunks.iter().any(|trunk| trunk.name == *name);
    if !names.iter().all(known) {
        faults.at(found.at, "rule.to", PlanFault::TrunkUnknown);
        return None;
    }
    names.dedup();
    match names.len() {
        1 => names.pop().map(RuleTarget::Trunk),
        _ => Some(RuleTarget::Trunks(names)),
    }
}

//! `[policy]`: how strict the gate is, where calls may go, what they may use up.
use super::section::{Found, Section};
use super::{Faults, PlanFault};
use messages::ceilings::{Ceilings, Hours, Price};
use messages::command::Profile;
use messages::{Destination, Money};
use std::collections::{BTreeMap, BTreeSet};
use toml::de::{DeTable, DeValue};

const CALLS_BOUNDS: (i64, i64) = (1, 1_000);
const RATE_BOUNDS: (i64, i64) = (1, 10_000);
const MINUTES_BOUNDS: (i64, i64) = (1, 100_000);
/// Yuan.
pub(super) const COST_BOUNDS: (i64, i64) = (1, 10_000_000);

pub(super) struct Policy {
    pub(super) profile: Profile,
    pub(super) destinations: Vec<Destination>,
    pub(super) ceilings: Ceilings,
}

/// Production, the usual destinations and ceilings, unless the file says otherwise.
pub(super) fn read(document: &DeTable<'_>, faults: &mut Faults<'_>) -> Policy {
    let usual = Policy {
        profile: Profile::default(),
        destinations: Destination::USUAL.to_vec(),
        ceilings: Ceilings::default(),
    };
    let Some(value) = document.get("policy") else {
        return usual;
    };
    let at = value.span().start;
    let DeValue::Table(table) = value.get_ref() else {
        faults.at(at, "policy", PlanFault::WrongKind("[policy]"));
        return usual;
    };
    let mut section = Section::new("policy", table, at);
    let profile = section.text("profile", faults).and_then(|text| {
        let profile = Profile::parse(text.value);
        if profile.is_none() {
            faults.at(text.at, "policy.profile", PlanFault::UnknownProfile);
        }
        profile
    });
    let named = section.texts("destinations", faults);
    let ceilings = ceilings(&mut section, faults);
    section.done(faults);
    let open = named.map(|named| destinations(&named, faults));
    Policy {
        profile: profile.unwrap_or(usual.profile),
        destinations: open.unwrap_or(usual.destinations),
        ceilings,
    }
}

fn ceilings(section: &mut Section<'_>, faults: &mut Faults<'_>) -> Ceilings {
    let usual = Ceilings::default();
    let calls = section.number("phone_calls_max", CALLS_BOUNDS, faults);
    let rate = section.number("phone_rate_max", RATE_BOUNDS, faults);
    let minutes = section.number("phone_minutes_max", MINUTES_BOUNDS, faults);
    let of_phone = section.number("phone_cost_max", COST_BOUNDS, faults);
    let of_branch = section.number("branch_cost_max", COST_BOUNDS, faults);
    let prices = section.texts("prices", faults);
    let hours = section.text("hours", faults).and_then(|text| {
        let hours = Hours::parse(text.value);
        if hours.is_none() {
            faults.at(text.at, "policy.hours", PlanFault::BadHours);
        }
        hours
    });
    let or = |found: Option<Found<i64>>, otherwise| {
        found.map_or(otherwise, |found| {
            u32::try_from(found.value).unwrap_or(otherwise)
        })
    };
    Ceilings {
        phone_calls_max: or(calls, usual.phone_calls_max),
        phone_rate_max: or(rate, usual.phone_rate_max),
        phone_minutes_max: or(minutes, usual.phone_minutes_max),
        phone_cost_max: of_phone.map(yuan),
        branch_cost_max: of_branch.map(yuan),
        prices: prices.map_or_else(Vec::new, |prices| read_prices(&prices, faults)),
        hours,
    }
}

pub(super) const fn yuan(found: Found<i64>) -> Money {
    Money::from_fen(found.value.saturating_mul(100))
}

/// `mobile 0.12`: yuan for each minute that begins. In one order, the last one of a kind counts.
fn read_prices(named: &[Found<&str>], faults: &mut Faults<'_>) -> Vec<Price> {
    let mut prices = BTreeMap::new();
    for found in named {
        match price(found.value) {
            Some(price) => {
                prices.insert(price.destination, price);
            }
            None => faults.at(found.at, "policy.prices", PlanFault::BadPrice),
        }
    }
    prices.into_values().collect()
}

fn price(text: &str) -> Option<Price> {
    let (kind, yuan) = text.split_once(' ')?;
    let destination = Destination::parse(kind)?;
    let (whole, part) = yuan.split_once('.').unwrap_or((yuan, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 4 || part.len() > 2 {
        return None;
    }
    let fen: i64 = format!("{part:0<2}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    let minute = Money::from_fen(whole * 100 + fen);
    Some(Price {
        destination,
        minute,
    })
}

/// In one order, each once.
fn destinations(named: &[Found<&str>], faults: &mut Faults<'_>) -> Vec<Destination> {
    let mut open = BTreeSet::new();
    for found in named {
        match Destination::parse(found.value) {
            Some(destination) => {
                open.insert(destination);
            }
            None => faults.at(found.at, "policy.destinations", PlanFault::BadDestination),
        }
    }
    open.into_iter().collect()
}

//! Phones, trunks, rules and policy follow their facts.
use super::{Applied, cbor};
use messages::fact::{
    CeilingsSet, DestinationsSet, DialRulesSet, DidsSet, PhoneBound, PhoneConfigured, PhoneRemoved,
    PhoneUnbound, PolicySet, TrunkConfigured, TrunkRegistrationChanged, TrunkRemoved,
    TrunkStateChanged,
};
use messages::{UtcMs, wire};
use rusqlite::{Connection, Result, params};

pub(super) fn policy_set(conn: &Connection, fact: &PolicySet) -> Result<Applied> {
    conn.prepare_cached(
        "INSERT INTO policy (one, profile, version) VALUES (1, ?1, 1)
         ON CONFLICT (one) DO UPDATE SET profile = ?1, version = version + 1",
    )?
    .execute([fact.profile.code()])?;
    Ok(Applied::Followed)
}

pub(super) fn phone_configured(conn: &Connection, fact: &PhoneConfigured) -> Result<Applied> {
    conn.prepare_cached(
        "INSERT INTO phone (extension, label, password, of_device) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (extension) DO UPDATE SET label = ?2, password = ?3, of_device = ?4",
    )?
    .execute(params![
        fact.extension.as_str(),
        fact.label,
        fact.password.0,
        fact.of_device
    ])?;
    Ok(Applied::Followed)
}

pub(super) fn phone_removed(conn: &Connection, fact: &PhoneRemoved) -> Result<Applied> {
    let extension = [fact.extension.as_str()];
    conn.prepare_cached("DELETE FROM phone_binding WHERE extension = ?")?
        .execute(extension)?;
    conn.prepare_cached("DELETE FROM call_handling WHERE extension = ?")?
        .execute(extension)?;
    conn.prepare_cached("UPDATE device SET extension = '' WHERE extension = ?")?
        .execute(extension)?;
    let changed = conn
        .prepare_cached("DELETE FROM phone WHERE extension = ?")?
        .execute(extension)?;
    Ok(Applied::one(changed, "phone_unknown"))
}

pub(super) fn phone_bound(conn: &Connection, utc: UtcMs, fact: &PhoneBound) -> Result<Applied> {
    conn.prepare_cached(
        "INSERT INTO phone_binding (extension, source, user_agent, bound) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (extension, source) DO UPDATE SET user_agent = ?3, bound = ?4",
    )?
    .execute(params![
        fact.extension.as_str(),
        fact.source.to_string(),
        fact.user_agent,
        utc.0
    ])?;
    Ok(Applied::Followed)
}

/// A phone that was removed meanwhile has no binding any longer: nothing is missed.
pub(super) fn phone_unbound(conn: &Connection, fact: &PhoneUnbound) -> Result<Applied> {
    conn.prepare_cached("DELETE FROM phone_binding WHERE extension = ? AND source = ?")?
        .execute(params![fact.extension.as_str(), fact.source.to_string()])?;
    Ok(Applied::Followed)
}

pub(super) fn trunk_configured(conn: &Connection, fact: &TrunkConfigured) -> Result<Applied> {
    let plan = cbor(wire::encode(&fact.trunk))?;
    conn.prepare_cached(
        "INSERT INTO trunk (name, plan, password) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET plan = ?2, password = ?3",
    )?
    .execute(params![
        fact.trunk.name.as_str(),
        plan,
        fact.password.as_ref().map(|sealed| &sealed.0)
    ])?;
    Ok(Applied::Followed)
}

pub(super) fn trunk_removed(conn: &Connection, fact: &TrunkRemoved) -> Result<Applied> {
    let changed = conn
        .prepare_cached("DELETE FROM trunk WHERE name = ?")?
        .execute([fact.name.as_str()])?;
    Ok(Applied::one(changed, "trunk_unknown"))
}

pub(super) fn trunk_state_changed(
    conn: &Connection,
    utc: UtcMs,
    fact: &TrunkStateChanged,
) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE trunk SET reachable = ?2, code = ?3, seen = ?4 WHERE name = ?1")?
        .execute(params![
            fact.name.as_str(),
            fact.reachable,
            fact.code.map(|code| code.0),
            utc.0
        ])?;
    Ok(Applied::one(changed, "trunk_unknown"))
}

pub(super) fn trunk_registration_changed(
    conn: &Connection,
    fact: &TrunkRegistrationChanged,
) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE trunk SET registered = ?2 WHERE name = ?1")?
        .execute(params![fact.name.as_str(), fact.registered])?;
    Ok(Applied::one(changed, "trunk_unknown"))
}

pub(super) fn destinations_set(conn: &Connection, fact: &DestinationsSet) -> Result<Applied> {
    let open: Vec<&str> = fact.open.iter().map(|one| one.code()).collect();
    conn.prepare_cached("INSERT OR REPLACE INTO open_destination (one, open) VALUES (1, ?)")?
        .execute([open.join(" ")])?;
    Ok(Applied::Followed)
}

pub(super) fn ceilings_set(conn: &Connection, fact: &CeilingsSet) -> Result<Applied> {
    let ceilings = cbor(wire::encode(&fact.ceilings))?;
    conn.prepare_cached("INSERT OR REPLACE INTO ceiling (one, ceilings) VALUES (1, ?)")?
        .execute([ceilings])?;
    Ok(Applied::Followed)
}

pub(super) fn dids_set(conn: &Connection, fact: &DidsSet) -> Result<Applied> {
    conn.prepare_cached("DELETE FROM did")?.execute([])?;
    let mut put = conn.prepare_cached("INSERT INTO did (position, did) VALUES (?, ?)")?;
    for (did, position) in fact.dids.iter().zip(0_i64..) {
        put.execute(params![position, cbor(wire::encode(did))?])?;
    }
    Ok(Applied::Followed)
}

pub(super) fn dial_rules_set(conn: &Connection, fact: &DialRulesSet) -> Result<Applied> {
    conn.prepare_cached("DELETE FROM dial_rule")?.execute([])?;
    let mut put = conn.prepare_cached("INSERT INTO dial_rule (position, rule) VALUES (?, ?)")?;
    for (rule, position) in fact.rules.iter().zip(0_i64..) {
        put.execute(params![position, cbor(wire::encode(rule))?])?;
    }
    Ok(Applied::Followed)
}

//! Forwards, do not disturb and hunt groups follow their facts.
use super::{Applied, cbor};
use messages::fact::{CallHandlingSet, HuntGroupRemoved, HuntGroupSet};
use messages::wire;
use rusqlite::{Connection, Result, params};

pub(super) fn handling_set(conn: &Connection, fact: &CallHandlingSet) -> Result<Applied> {
    conn.prepare_cached(
        "INSERT INTO call_handling (extension, do_not_disturb, call_waiting, no_answer_s, forwards)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (extension) DO UPDATE
         SET do_not_disturb = ?2, call_waiting = ?3, no_answer_s = ?4, forwards = ?5",
    )?
    .execute(params![
        fact.extension.as_str(),
        fact.do_not_disturb,
        fact.call_waiting,
        fact.no_answer_s,
        fact.forwards.0,
    ])?;
    Ok(Applied::Followed)
}

pub(super) fn group_set(conn: &Connection, fact: &HuntGroupSet) -> Result<Applied> {
    let plan = cbor(wire::encode(&fact.group))?;
    conn.prepare_cached(
        "INSERT INTO hunt_group (number, plan) VALUES (?1, ?2)
         ON CONFLICT (number) DO UPDATE SET plan = ?2",
    )?
    .execute(params![fact.group.number.as_str(), plan])?;
    Ok(Applied::Followed)
}

pub(super) fn group_removed(conn: &Connection, fact: &HuntGroupRemoved) -> Result<Applied> {
    let number = [fact.number.as_str()];
    conn.prepare_cached("DELETE FROM call_handling WHERE extension = ?")?
        .execute(number)?;
    let changed = conn
        .prepare_cached("DELETE FROM hunt_group WHERE number = ?")?
        .execute(number)?;
    Ok(Applied::one(changed, "group_unknown"))
}

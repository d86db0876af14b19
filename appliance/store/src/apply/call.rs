//! Calls and attempts follow their facts; a call's end is also the customer's last contact.
use super::Applied;
use messages::fact::{
    AttemptEnded, AttemptRerouted, AttemptStarted, CallAnswered, CallEnded, CallRinging,
    CallStarted, CallTaken, OneWayAudioHeard, PhoneOfCall, Side, phone_on,
};
use messages::{CallId, Direction, Extension, SystemResult, UtcMs};
use rusqlite::{Connection, OptionalExtension as _, Result, params};

pub(super) fn started(conn: &Connection, utc: UtcMs, fact: &CallStarted) -> Result<Applied> {
    let party = fact.outside.as_ref().and_then(|outside| outside.party);
    let changed = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO call
             (id, direction, purpose, extension, other_extension, trunk, party, customer, started)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            fact.call.as_bytes(),
            fact.direction.code(),
            fact.purpose.code(),
            fact.extension.as_ref().map(Extension::as_str),
            fact.other_extension.as_ref().map(Extension::as_str),
            fact.trunk.as_ref().map(messages::TrunkName::as_str),
            party.as_ref().map(messages::PartyId::as_bytes),
            fact.customer.as_ref().map(messages::CustomerId::as_bytes),
            utc.0,
        ])?;
    Ok(Applied::one(changed, "call_known"))
}

pub(super) fn attempt_started(
    conn: &Connection,
    utc: UtcMs,
    fact: &AttemptStarted,
) -> Result<Applied> {
    conn.prepare_cached("UPDATE call SET trunk = ? WHERE id = ?")?
        .execute(params![fact.trunk.as_str(), fact.call.as_bytes()])?;
    let changed = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO attempt (id, call, trunk, started, destination, wanted_by)
             VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            fact.attempt.as_bytes(),
            fact.call.as_bytes(),
            fact.trunk.as_str(),
            utc.0,
            fact.destination.map(messages::Destination::code),
            fact.wanted_by.as_ref().map(Extension::as_str)
        ])?;
    Ok(Applied::one(changed, "attempt_known"))
}

/// The row names the trunk that has it now; those before are in the journal.
pub(super) fn attempt_rerouted(conn: &Connection, fact: &AttemptRerouted) -> Result<Applied> {
    conn.prepare_cached("UPDATE call SET trunk = ? WHERE id = ?")?
        .execute(params![fact.to.as_str(), fact.call.as_bytes()])?;
    let changed = conn
        .prepare_cached("UPDATE attempt SET trunk = ? WHERE id = ?")?
        .execute(params![fact.to.as_str(), fact.attempt.as_bytes()])?;
    Ok(Applied::one(changed, "attempt_unknown"))
}

pub(super) fn ringing(conn: &Connection, utc: UtcMs, fact: &CallRinging) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE call SET ringing = COALESCE(ringing, ?2) WHERE id = ?1")?
        .execute(params![fact.call.as_bytes(), utc.0])?;
    Ok(Applied::one(changed, "call_unknown"))
}

pub(super) fn answered(conn: &Connection, utc: UtcMs, fact: &CallAnswered) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE call SET answered = COALESCE(answered, ?2) WHERE id = ?1")?
        .execute(params![fact.call.as_bytes(), utc.0])?;
    if changed == 1
        && let Some(extension) = &fact.extension
    {
        sit(conn, fact.call, Side::Callee, extension)?;
    }
    Ok(Applied::one(changed, "call_unknown"))
}

/// The row names the phone that has the call now; who had it before is in the journal.
pub(super) fn taken(conn: &Connection, fact: &CallTaken) -> Result<Applied> {
    match &fact.to.extension {
        Some(extension) => sit(conn, fact.call, fact.side, extension),
        None => Ok(Applied::Followed),
    }
}

fn sit(conn: &Connection, call: CallId, side: Side, extension: &Extension) -> Result<Applied> {
    let direction: Option<Direction> = conn
        .prepare_cached("SELECT direction FROM call WHERE id = ?")?
        .query_row([call.as_bytes()], |row| {
            crate::column::text(row, 0, Direction::parse)
        })
        .optional()?;
    let Some(direction) = direction else {
        return Ok(Applied::Skipped("call_unknown"));
    };
    let sql = match phone_on(direction, side) {
        Some(PhoneOfCall::Extension) => "UPDATE call SET extension = ? WHERE id = ?",
        Some(PhoneOfCall::OtherExtension) => "UPDATE call SET other_extension = ? WHERE id = ?",
        None => return Ok(Applied::Followed),
    };
    conn.prepare_cached(sql)?
        .execute(params![extension.as_str(), call.as_bytes()])?;
    Ok(Applied::Followed)
}

pub(super) fn one_way(conn: &Connection, fact: &OneWayAudioHeard) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE call SET one_way = 1 WHERE id = ?")?
        .execute([fact.call.as_bytes()])?;
    Ok(Applied::one(changed, "call_unknown"))
}

pub(super) fn attempt_ended(conn: &Connection, utc: UtcMs, fact: &AttemptEnded) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "UPDATE attempt SET ended = ?2, result = ?3, sip = ?4, q850 = ?5
             WHERE id = ?1 AND ended IS NULL",
        )?
        .execute(params![
            fact.attempt.as_bytes(),
            utc.0,
            fact.result.code(),
            fact.cause.sip.map(|code| code.0),
            fact.cause.q850.map(|cause| cause.0),
        ])?;
    Ok(Applied::one(changed, "attempt_not_open"))
}

pub(super) fn ended(conn: &Connection, utc: UtcMs, fact: &CallEnded) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "UPDATE call SET ended = ?2, result = ?3, sip = ?4, q850 = ?5, released_by = ?6,
             ring_ms = ?7, talk_ms = ?8 WHERE id = ?1 AND ended IS NULL",
        )?
        .execute(params![
            fact.call.as_bytes(),
            utc.0,
            fact.result.code(),
            fact.cause.sip.map(|code| code.0),
            fact.cause.q850.map(|cause| cause.0),
            fact.released_by.code(),
            crate::column::int(fact.ring_ms),
            crate::column::int(fact.talk_ms),
        ])?;
    if changed == 0 {
        return Ok(Applied::Skipped("call_not_open"));
    }
    if fact.result != SystemResult::Blocked {
        touch_customer(conn, fact)?;
    }
    Ok(Applied::Followed)
}

/// Each attempt of the call counts, a call whose own phone never answered has none; an answered call, either way, is contact: at the moment it ended.
fn touch_customer(conn: &Connection, fact: &CallEnded) -> Result<()> {
    conn.prepare_cached(
        "UPDATE customer SET
            attempts = attempts + (SELECT COUNT(*) FROM attempt WHERE attempt.call = call.id),
            last_contact = CASE WHEN call.answered IS NULL THEN last_contact
                           ELSE MAX(COALESCE(last_contact, 0), call.ended) END
         FROM call WHERE call.id = ?1 AND customer.id = call.customer",
    )?
    .execute([fact.call.as_bytes()])?;
    Ok(())
}

//! The table of calls: moved by their facts, listed newest first.
use super::apply::{At, Failed};
use super::column::{
    Question, count, id, id_or_none, int, small_or_none, text, text_or_none, utc, utc_or_none,
};
use crate::rollup::CallSoFar;
use crate::{CallEnd, CallQuery, CallRecord, StoreError};
use messages::{
    BoxId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyId, Purpose, Q850,
    ReleasedBy, SipCode, SystemResult, TrunkName,
    fact::{AttemptStarted, CallAnswered, CallEnded, CallRinging, CallStarted},
};
use rusqlite::{Connection, Row, params, params_from_iter, types::Value};

pub(super) fn started(at: At<'_>, body: &CallStarted) -> Result<(), Failed> {
    let party = body.outside.as_ref().and_then(|outside| outside.party);
    let inserted = at
        .db
        .prepare_cached(
            "INSERT INTO call (tenant, box, call, direction, purpose, extension, other, trunk,
                 party, customer, started)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.call.as_bytes(),
            body.direction.code(),
            body.purpose.code(),
            body.extension.as_ref().map(Extension::as_str),
            body.other_extension.as_ref().map(Extension::as_str),
            body.trunk.as_ref().map(TrunkName::as_str),
            party.map(|party| *party.as_bytes()),
            body.customer.map(|customer| *customer.as_bytes()),
            at.utc.0
        ])?;
    if inserted == 0 {
        return Err(Failed::Unfit("call_exists"));
    }
    Ok(())
}

pub(super) fn attempt_started(at: At<'_>, body: &AttemptStarted) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "UPDATE call SET first_attempt = coalesce(first_attempt, ?4), trunk = ?5
             WHERE tenant = ?1 AND box = ?2 AND call = ?3",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.call.as_bytes(),
            at.utc.0,
            body.trunk.as_str()
        ])?;
    Ok(())
}

pub(super) fn ringing(at: At<'_>, body: &CallRinging) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "UPDATE call SET pdd_ms = coalesce(pdd_ms, ?4)
             WHERE tenant = ?1 AND box = ?2 AND call = ?3",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.call.as_bytes(),
            body.post_dial_delay_ms
        ])?;
    Ok(())
}

pub(super) fn answered(at: At<'_>, body: &CallAnswered) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "UPDATE call SET answered = coalesce(answered, ?4)
             WHERE tenant = ?1 AND box = ?2 AND call = ?3",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.call.as_bytes(),
            at.utc.0
        ])?;
    Ok(())
}

/// Tells whether the call was still open: a second end changes nothing.
pub(super) fn ended(at: At<'_>, body: &CallEnded) -> Result<bool, Failed> {
    let changed = at
        .db
        .prepare_cached(
            "UPDATE call SET ended = ?4, result = ?5, sip = ?6, q850 = ?7, released_by = ?8,
                 ring_ms = ?9, talk_ms = ?10
             WHERE tenant = ?1 AND box = ?2 AND call = ?3 AND ended IS NULL",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.call.as_bytes(),
            at.utc.0,
            body.result.code(),
            body.cause.sip.map(|code| code.0),
            body.cause.q850.map(|cause| cause.0),
            body.released_by.code(),
            int(body.ring_ms),
            int(body.talk_ms)
        ])?;
    Ok(changed > 0)
}

/// What counting needs of a call; `None` if its start never came here.
pub(super) fn so_far(at: At<'_>, call: CallId) -> Result<Option<CallSoFar>, StoreError> {
    let of_row = |row: &Row<'_>| {
        Ok(CallSoFar {
            direction: text(row, "direction", Direction::parse)?,
            started: utc(row, "started")?,
            first_attempt: utc_or_none(row, "first_attempt")?,
            answered: utc_or_none(row, "answered")?,
            ended: utc_or_none(row, "ended")?.is_some(),
        })
    };
    at.db
        .prepare_cached(
            "SELECT direction, started, first_attempt, answered, ended FROM call
             WHERE tenant = ?1 AND box = ?2 AND call = ?3",
        )?
        .query_and_then(
            params![at.tenant, at.box_id.as_str(), call.as_bytes()],
            of_row,
        )?
        .next()
        .transpose()
}

pub(super) fn page(
    db: &Connection,
    tenant: &str,
    query: &CallQuery,
) -> Result<Vec<CallRecord>, StoreError> {
    let question = question(tenant, query);
    db.prepare_cached(&question.sql)?
        .query_and_then(params_from_iter(question.values), record)?
        .collect()
}

/// Each way of asking has its index; the planner is not left to guess.
pub(super) fn question(tenant: &str, query: &CallQuery) -> Question {
    let index = match (&query.box_id, query.result) {
        (None, None) => "call_by_time",
        (Some(_), None) => "call_by_box_time",
        (None, Some(_)) => "call_by_result_time",
        (Some(_), Some(_)) => "call_by_box_result_time",
    };
    let mut question = Question::new(&format!("SELECT * FROM call INDEXED BY {index}"), tenant);
    if let Some(box_id) = &query.box_id {
        question.and("box = ?", [box_id.as_str().to_owned().into()]);
    }
    if let Some(result) = query.result {
        question.and("result = ?", [result.code().to_owned().into()]);
    }
    if let Some(from) = query.from {
        question.and("started >= ?", [from.0.into()]);
    }
    if let Some(to) = query.to {
        question.and("started < ?", [to.0.into()]);
    }
    if let Some(after) = &query.after {
        question.and(
            "(started, box, call) < (?, ?, ?)",
            [
                after.started.0.into(),
                after.box_id.as_str().to_owned().into(),
                Value::Blob(after.call.as_bytes().to_vec()),
            ],
        );
    }
    question.ordered("started DESC, box DESC, call DESC", query.limit.and_one());
    question
}

fn record(row: &Row<'_>) -> Result<CallRecord, StoreError> {
    Ok(CallRecord {
        box_id: text(row, "box", BoxId::parse)?,
        call: id(row, "call", CallId::from_bytes)?,
        direction: text(row, "direction", Direction::parse)?,
        purpose: text(row, "purpose", Purpose::parse)?,
        extension: text_or_none(row, "extension", Extension::parse)?,
        other_extension: text_or_none(row, "other", Extension::parse)?,
        trunk: text_or_none(row, "trunk", TrunkName::parse)?,
        party: id_or_none(row, "party", PartyId::from_bytes)?,
        customer: id_or_none(row, "customer", CustomerId::from_bytes)?,
        started: utc(row, "started")?,
        answered: utc_or_none(row, "answered")?,
        ended: end(row)?,
    })
}

fn end(row: &Row<'_>) -> Result<Option<CallEnd>, StoreError> {
    let Some(at) = utc_or_none(row, "ended")? else {
        return Ok(None);
    };
    Ok(Some(CallEnd {
        at,
        result: text(row, "result", SystemResult::parse)?,
        cause: HangUpCause {
            sip: small_or_none(row, "sip")?.map(SipCode),
            q850: small_or_none(row, "q850")?.map(Q850),
        },
        released_by: text(row, "released_by", ReleasedBy::parse)?,
        ring_ms: count(row, "ring_ms")?,
        talk_ms: count(row, "talk_ms")?,
    }))
}

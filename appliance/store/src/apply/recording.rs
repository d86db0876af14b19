//! Recordings follow their facts.
use super::Applied;
use crate::column::int;
use messages::UtcMs;
use messages::fact::{
    RecordingClosed, RecordingCut, RecordingFailed, RecordingGap, RecordingStarted,
};
use rusqlite::{Connection, Result, params};

const START: &str = "INSERT OR IGNORE INTO recording
    (id, call, party, customer, extension, other_extension, started, state)
    SELECT ?1, ?2, ?3, customer, extension, other_extension, ?4, 'open' FROM
    (SELECT 1) LEFT JOIN call ON call.id = ?2";

pub(super) fn started(conn: &Connection, utc: UtcMs, fact: &RecordingStarted) -> Result<Applied> {
    let changed = conn.prepare_cached(START)?.execute(params![
        fact.recording.as_bytes(),
        fact.call.as_bytes(),
        fact.party.as_ref().map(messages::PartyId::as_bytes),
        utc.0
    ])?;
    Ok(Applied::one(changed, "recording_known"))
}

pub(super) fn gap(conn: &Connection, fact: &RecordingGap) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE recording SET lost_frames = lost_frames + ? WHERE id = ?")?
        .execute(params![fact.lost_frames, fact.recording.as_bytes()])?;
    Ok(Applied::one(changed, "recording_unknown"))
}

pub(super) fn closed(conn: &Connection, fact: &RecordingClosed) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "UPDATE recording SET state = iif(EXISTS (SELECT 1 FROM erasure
                 WHERE erasure.party = recording.party), 'erasing', 'closed'), segments = ?2, last_tag = ?3, duration_ms = ?4,
             bytes = ?5 WHERE id = ?1 AND state = 'open'",
        )?
        .execute(params![
            fact.recording.as_bytes(),
            fact.segments,
            fact.last_tag,
            int(fact.duration_ms),
            int(fact.bytes)
        ])?;
    Ok(Applied::one(changed, "recording_not_open"))
}

pub(super) fn cut(conn: &Connection, fact: &RecordingCut) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "UPDATE recording SET state = iif(EXISTS (SELECT 1 FROM erasure
                 WHERE erasure.party = recording.party), 'erasing', 'cut'), segments = ?2, duration_ms = ?3, bytes = ?4
             WHERE id = ?1 AND state = 'open'",
        )?
        .execute(params![
            fact.recording.as_bytes(),
            fact.segments,
            int(fact.duration_ms),
            int(fact.bytes)
        ])?;
    Ok(Applied::one(changed, "recording_not_open"))
}

/// A recording can fail before it began: then its row is made here, so that the loss is seen.
pub(super) fn failed(conn: &Connection, utc: UtcMs, fact: &RecordingFailed) -> Result<Applied> {
    let none: Option<&[u8]> = None;
    conn.prepare_cached(START)?.execute(params![
        fact.recording.as_bytes(),
        fact.call.as_bytes(),
        none,
        utc.0
    ])?;
    let changed = conn
        .prepare_cached(
            "UPDATE recording SET state = 'failed', code = ? WHERE id = ? AND state = 'open'",
        )?
        .execute(params![fact.code, fact.recording.as_bytes()])?;
    Ok(Applied::one(changed, "recording_not_open"))
}

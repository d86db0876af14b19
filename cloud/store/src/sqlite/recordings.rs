//! The table of recordings: what there is to hear, and where.
use super::apply::{At, Failed};
use super::column::{Question, count, id, int, small, text, utc};
use crate::{RecordingQuery, RecordingRecord, RecordingState, StoreError};
use messages::{
    BoxId, CallId, RecordingId,
    fact::{RecordingClosed, RecordingCut, RecordingFailed, RecordingStarted},
};
use rusqlite::{Connection, Row, params, params_from_iter, types::Value};

pub(super) fn started(at: At<'_>, body: &RecordingStarted) -> Result<(), Failed> {
    let inserted = insert(at, body.recording, body.call, RecordingState::Open)?;
    if inserted == 0 {
        return Err(Failed::Unfit("recording_exists"));
    }
    Ok(())
}

/// It may fail before it has started: then it is listed as failed all the same.
pub(super) fn failed(at: At<'_>, body: &RecordingFailed) -> Result<(), Failed> {
    if insert(at, body.recording, body.call, RecordingState::Failed)? == 0 {
        at.db
            .prepare_cached(
                "UPDATE recording SET state = 'failed'
                 WHERE tenant = ?1 AND box = ?2 AND recording = ?3",
            )?
            .execute(params![
                at.tenant,
                at.box_id.as_str(),
                body.recording.as_bytes()
            ])?;
    }
    Ok(())
}

fn insert(
    at: At<'_>,
    recording: RecordingId,
    call: CallId,
    state: RecordingState,
) -> Result<usize, Failed> {
    Ok(at
        .db
        .prepare_cached(
            "INSERT INTO recording (tenant, box, recording, call, started, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            recording.as_bytes(),
            call.as_bytes(),
            at.utc.0,
            state.code()
        ])?)
}

pub(super) fn closed(at: At<'_>, body: &RecordingClosed) -> Result<(), Failed> {
    let end = (body.segments, body.duration_ms, body.bytes);
    finish(at, body.recording, RecordingState::Closed, end)
}

pub(super) fn cut(at: At<'_>, body: &RecordingCut) -> Result<(), Failed> {
    let end = (body.segments, body.duration_ms, body.bytes);
    finish(at, body.recording, RecordingState::Cut, end)
}

fn finish(
    at: At<'_>,
    recording: RecordingId,
    state: RecordingState,
    (segments, duration_ms, size_bytes): (u32, u64, u64),
) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "UPDATE recording SET state = ?4, segments = ?5, duration_ms = ?6, size_bytes = ?7
             WHERE tenant = ?1 AND box = ?2 AND recording = ?3",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            recording.as_bytes(),
            state.code(),
            segments,
            int(duration_ms),
            int(size_bytes)
        ])?;
    Ok(())
}

pub(super) fn page(
    db: &Connection,
    tenant: &str,
    query: &RecordingQuery,
) -> Result<Vec<RecordingRecord>, StoreError> {
    let question = question(tenant, query);
    db.prepare_cached(&question.sql)?
        .query_and_then(params_from_iter(question.values), record)?
        .collect()
}

pub(super) fn question(tenant: &str, query: &RecordingQuery) -> Question {
    let index = match query.box_id {
        None => "recording_by_time",
        Some(_) => "recording_by_box_time",
    };
    let mut question = Question::new(
        &format!("SELECT * FROM recording INDEXED BY {index}"),
        tenant,
    );
    if let Some(box_id) = &query.box_id {
        question.and("box = ?", [box_id.as_str().to_owned().into()]);
    }
    if let Some(after) = &query.after {
        question.and(
            "(started, box, recording) < (?, ?, ?)",
            [
                after.started.0.into(),
                after.box_id.as_str().to_owned().into(),
                Value::Blob(after.recording.as_bytes().to_vec()),
            ],
        );
    }
    question.ordered(
        "started DESC, box DESC, recording DESC",
        query.limit.and_one(),
    );
    question
}

fn record(row: &Row<'_>) -> Result<RecordingRecord, StoreError> {
    Ok(RecordingRecord {
        box_id: text(row, "box", BoxId::parse)?,
        recording: id(row, "recording", RecordingId::from_bytes)?,
        call: id(row, "call", CallId::from_bytes)?,
        started: utc(row, "started")?,
        state: text(row, "state", RecordingState::parse)?,
        segments: small(row, "segments")?,
        duration_ms: count(row, "duration_ms")?,
        size_bytes: count(row, "size_bytes")?,
    })
}

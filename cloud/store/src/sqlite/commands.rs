//! Commands to the branches and their answers.
use super::column::{id, text, text_or_none, utc, utc_or_none};
use super::{boxes, users};
use crate::{CommandAnswer, CommandRecord, Deed, StoreError};
use messages::lane::{CommandCode, CommandResult};
use messages::{BoxId, CommandId, UserName, UtcMs};
use rusqlite::{Connection, Row, params};
use std::net::IpAddr;

/// Longer answers are cut.
const DETAIL_CHARS_MAX: usize = 500;

pub(super) const NEWEST: &str = "SELECT * FROM command INDEXED BY command_by_time
    WHERE tenant = ?1 AND box = ?2 ORDER BY issued DESC, command DESC LIMIT ?3";
pub(super) const OPEN: &str = "SELECT * FROM command INDEXED BY command_by_time
    WHERE tenant = ?1 AND box = ?2 AND answered IS NULL AND not_after >= ?3 ORDER BY issued, command LIMIT ?4";

pub(super) fn order(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    command: &CommandRecord,
    from_ip: Option<IpAddr>,
) -> Result<(), StoreError> {
    boxes::one(db, tenant, box_id)?.ok_or(StoreError::UnknownBox)?;
    db.prepare_cached(
        "INSERT INTO command (tenant, box, command, kind, issued, author, not_after, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        tenant,
        box_id.as_str(),
        command.id.as_bytes(),
        command.kind,
        command.issued.0,
        command.author.as_str(),
        command.not_after.0,
        command.bytes
    ])?;
    let deed = Deed::CommandIssued {
        box_id: box_id.clone(),
        kind: command.kind.clone(),
    };
    users::note_deed(
        db,
        tenant,
        Some(&command.author),
        &deed,
        from_ip,
        command.issued,
    )
}

/// The first answer stays.
pub(super) fn answered(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    result: &CommandResult,
    at: UtcMs,
) -> Result<(), StoreError> {
    let detail: String = result.detail.chars().take(DETAIL_CHARS_MAX).collect();
    db.prepare_cached(
        "UPDATE command SET code = ?4, detail = ?5, answered = ?6
         WHERE tenant = ?1 AND box = ?2 AND command = ?3 AND answered IS NULL",
    )?
    .execute(params![
        tenant,
        box_id.as_str(),
        result.id.as_bytes(),
        result.code.code(),
        detail,
        at.0
    ])?;
    Ok(())
}

pub(super) fn newest(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    limit: u32,
) -> Result<Vec<CommandRecord>, StoreError> {
    db.prepare_cached(NEWEST)?
        .query_and_then(params![tenant, box_id.as_str(), limit], record)?
        .collect()
}

/// Neither answered nor too late.
pub(super) fn open(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    now: UtcMs,
    limit: u32,
) -> Result<Vec<CommandRecord>, StoreError> {
    db.prepare_cached(OPEN)?
        .query_and_then(params![tenant, box_id.as_str(), now.0, limit], record)?
        .collect()
}

fn record(row: &Row<'_>) -> Result<CommandRecord, StoreError> {
    let answer = match (
        utc_or_none(row, "answered")?,
        text_or_none(row, "code", CommandCode::of_code)?,
    ) {
        (Some(at), Some(code)) => Some(CommandAnswer {
            at,
            code,
            detail: row.get("detail")?,
        }),
        (Some(_), None) | (None, Some(_) | None) => None,
    };
    Ok(CommandRecord {
        id: id(row, "command", CommandId::from_bytes)?,
        kind: row.get("kind")?,
        issued: utc(row, "issued")?,
        author: text(row, "author", UserName::parse)?,
        not_after: utc(row, "not_after")?,
        bytes: row.get("bytes")?,
        answer,
    })
}

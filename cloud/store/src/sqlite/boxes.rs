//! The table of boxes: who they are, how far they are applied, how their links are.
use super::column::{count, id_or_none, int, small, text, utc, utc_or_none};
use super::lines;
use crate::{BoxRecord, Greeting, Ingested, StoreError};
use messages::{
    BootId, BoxId, UtcMs,
    journal::{ChainHash, Head},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

pub(super) const ALL: &str = "SELECT * FROM box WHERE tenant = ?1 ORDER BY box";
const ONE: &str = "SELECT * FROM box WHERE tenant = ?1 AND box = ?2";

pub(super) fn all(db: &Connection, tenant: &str) -> Result<Vec<BoxRecord>, StoreError> {
    db.prepare_cached(ALL)?
        .query_and_then([tenant], record)?
        .collect()
}

pub(super) fn one(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
) -> Result<Option<BoxRecord>, StoreError> {
    db.prepare_cached(ONE)?
        .query_and_then(params![tenant, box_id.as_str()], record)?
        .next()
        .transpose()
}

fn record(row: &Row<'_>) -> Result<BoxRecord, StoreError> {
    let hash: Vec<u8> = row.get("applied_hash")?;
    let error: Option<String> = row.get("last_error")?;
    Ok(BoxRecord {
        id: text(row, "box", BoxId::parse)?,
        name: row.get("name")?,
        epoch: small(row, "epoch")?,
        applied: Head {
            seq: count(row, "applied_seq")?,
            hash: ChainHash::from_slice(&hash).ok_or(StoreError::Foreign("applied_hash"))?,
        },
        safe: count(row, "safe_seq")?,
        head_seq: count(row, "head_seq")?,
        boot: id_or_none(row, "boot", BootId::from_bytes)?,
        boot_before: id_or_none(row, "boot_before", BootId::from_bytes)?,
        version: row.get("version")?,
        first_seen: utc(row, "first_seen")?,
        last_seen: utc(row, "last_seen")?,
        fact_utc: utc_or_none(row, "fact_utc")?,
        clock_offset_ms: row.get("clock_offset_ms")?,
        dead_letters: count(row, "dead_letters")?,
        raw: count(row, "raw")?,
        epoch_from: count(row, "epoch_from")?,
        suspected: small(row, "suspected")?,
        quarantined: row.get("quarantined")?,
        link_up: row.get("link_up")?,
        link_changed: utc(row, "link_changed")?,
        last_error: error.zip(utc_or_none(row, "last_error_utc")?),
    })
}

/// Makes the record of a box that is heard of for the first time.
fn ensure(db: &Connection, tenant: &str, box_id: &BoxId, at: UtcMs) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO box (tenant, box, name, epoch, applied_seq, applied_hash, safe_seq, head_seq,
             version, first_seen, last_seen, clock_offset_ms, link_up, link_changed)
         VALUES (?1, ?2, ?2, 0, 0, ?3, 0, 0, '', ?4, ?4, 0, 0, ?4)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![tenant, box_id.as_str(), Head::EMPTY.hash.0, at.0])?;
    Ok(())
}

pub(super) fn greet(
    db: &Connection,
    tenant: &str,
    greeting: &Greeting,
) -> Result<BoxRecord, StoreError> {
    ensure(db, tenant, &greeting.box_id, greeting.received)?;
    if let Some(cursor) = lines::change(db, tenant, greeting)? {
        db.prepare_cached(
            "UPDATE box SET applied_seq = ?3, applied_hash = ?4, safe_seq = min(safe_seq, ?3)
             WHERE tenant = ?1 AND box = ?2",
        )?
        .execute(params![
            tenant,
            greeting.box_id.as_str(),
            int(cursor.seq),
            cursor.hash.0
        ])?;
    }
    db.prepare_cached(
        "UPDATE box SET epoch = ?3, boot = ?4, boot_before = ?5, version = ?6, head_seq = ?7,
             clock_offset_ms = ?8, last_seen = ?9, last_error = ?10,
             last_error_utc = CASE WHEN ?10 IS NULL THEN NULL ELSE ?9 END,
             epoch_from = ?11, suspected = ?12, quarantined = ?13
         WHERE tenant = ?1 AND box = ?2",
    )?
    .execute(params![
        tenant,
        greeting.box_id.as_str(),
        greeting.epoch,
        greeting.boot.map(|boot| *boot.as_bytes()),
        greeting.boot_before.map(|boot| *boot.as_bytes()),
        greeting.version,
        int(greeting.head_seq),
        greeting.clock_offset_ms,
        greeting.received.0,
        greeting.trouble,
        int(greeting.line.epoch_from),
        greeting.line.suspected,
        greeting.line.quarantined,
    ])?;
    one(db, tenant, &greeting.box_id)?.ok_or(StoreError::UnknownBox)
}

/// The cursor moves: with the facts, in their transaction.
pub(super) fn move_cursor(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    ingested: &Ingested,
    fact_utc: Option<UtcMs>,
    received: UtcMs,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE box SET applied_seq = ?3, applied_hash = ?4, head_seq = max(head_seq, ?3),
             fact_utc = coalesce(?5, fact_utc), last_seen = ?6,
             dead_letters = dead_letters + ?7,
             -- facts flow again: what a greeting said of its line is over
             last_error = CASE WHEN last_error IN ('restored', 'diverged', 'gap')
                 THEN NULL ELSE last_error END
         WHERE tenant = ?1 AND box = ?2",
    )?
    .execute(params![
        tenant,
        box_id.as_str(),
        int(ingested.applied.seq),
        ingested.applied.hash.0,
        fact_utc.map(|utc| utc.0),
        received.0,
        ingested.dead
    ])?;
    Ok(())
}

/// How many facts wait as bytes.
pub(super) fn count_raw(db: &Connection, tenant: &str, box_id: &BoxId) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE box SET raw = (SELECT count(*) FROM raw_fact WHERE tenant = ?1 AND box = ?2)
         WHERE tenant = ?1 AND box = ?2",
    )?
    .execute(params![tenant, box_id.as_str()])?;
    Ok(())
}

pub(super) fn note_seen(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    at: UtcMs,
    head_seq: u64,
) -> Result<(), StoreError> {
    ensure(db, tenant, box_id, at)?;
    db.prepare_cached(
        "UPDATE box SET last_seen = ?3, head_seq = max(?4, applied_seq) WHERE tenant = ?1 AND box = ?2",
    )?
    .execute(params![tenant, box_id.as_str(), at.0, int(head_seq)])?;
    Ok(())
}

pub(super) fn note_link(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    up: bool,
    at: UtcMs,
) -> Result<(), StoreError> {
    ensure(db, tenant, box_id, at)?;
    db.prepare_cached(
        "UPDATE box SET link_changed = CASE WHEN link_up = ?3 THEN link_changed ELSE ?4 END,
             link_up = ?3, last_seen = CASE WHEN ?3 THEN ?4 ELSE last_seen END
         WHERE tenant = ?1 AND box = ?2",
    )?
    .execute(params![tenant, box_id.as_str(), up, at.0])?;
    Ok(())
}

pub(super) fn all_links_down(db: &Connection, tenant: &str, at: UtcMs) -> Result<(), StoreError> {
    db.execute(
        "UPDATE box SET link_up = 0, link_changed = ?2 WHERE tenant = ?1 AND link_up",
        params![tenant, at.0],
    )?;
    Ok(())
}

pub(super) fn note_trouble(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    code: &str,
    at: UtcMs,
) -> Result<(), StoreError> {
    ensure(db, tenant, box_id, at)?;
    db.prepare_cached(
        "UPDATE box SET last_error = ?3, last_error_utc = ?4 WHERE tenant = ?1 AND box = ?2",
    )?
    .execute(params![tenant, box_id.as_str(), code, at.0])?;
    Ok(())
}

pub(super) fn move_safe(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    safe: u64,
) -> Result<(), StoreError> {
    let moved: Option<i64> = db
        .prepare_cached(
            "UPDATE box SET safe_seq = max(safe_seq, min(?3, applied_seq))
             WHERE tenant = ?1 AND box = ?2 RETURNING safe_seq",
        )?
        .query_row(params![tenant, box_id.as_str(), int(safe)], |row| {
            row.get(0)
        })
        .optional()?;
    moved.map(drop).ok_or(StoreError::UnknownBox)
}

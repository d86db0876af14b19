//! The facts that were set aside: a seq stands either here or in the journal.
use super::column::{Question, count, int, small, text, utc, utc_or_none};
use super::journal::Spot;
use crate::intake::Placed;
use crate::{DeadLetter, DeadLetterQuery, FactBatch, StoreError};
use messages::{BoxId, UtcMs, journal::ChainHash};
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

const ONE: &str = "SELECT * FROM dead_letter
    WHERE tenant = ?1 AND box = ?2 AND seq = ?3 AND epoch = ?4";
/// Those that were never tried come first: what fails again does not keep the others waiting.
const TO_TRY: &str = "SELECT epoch, seq FROM dead_letter WHERE tenant = ?1 AND box = ?2
    ORDER BY tried IS NOT NULL, tried, seq, epoch LIMIT ?3";

pub(super) fn bury(
    db: &Connection,
    tenant: &str,
    batch: &FactBatch,
    placed: &Placed<'_>,
    why: &str,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO dead_letter (tenant, box, epoch, seq, received, why, bytes, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        tenant,
        batch.box_id.as_str(),
        batch.epoch,
        int(placed.head.seq),
        batch.received.0,
        why,
        placed.bytes,
        placed.head.hash.0
    ])?;
    Ok(())
}

pub(super) fn page(
    db: &Connection,
    tenant: &str,
    query: &DeadLetterQuery,
) -> Result<Vec<DeadLetter>, StoreError> {
    let question = question(tenant, query);
    db.prepare_cached(&question.sql)?
        .query_and_then(params_from_iter(question.values), record)?
        .collect()
}

pub(super) fn question(tenant: &str, query: &DeadLetterQuery) -> Question {
    let mut question = Question::new("SELECT * FROM dead_letter", tenant);
    if let Some(box_id) = &query.box_id {
        question.and("box = ?", [box_id.as_str().to_owned().into()]);
    }
    if let Some(after) = &query.after {
        question.and(
            "(box, seq, epoch) > (?, ?, ?)",
            [
                after.box_id.as_str().to_owned().into(),
                int(after.seq).into(),
                i64::from(after.epoch).into(),
            ],
        );
    }
    question.ordered("box, seq, epoch", query.limit.and_one());
    question
}

pub(super) fn one(
    db: &Connection,
    tenant: &str,
    spot: Spot<'_>,
) -> Result<Option<DeadLetter>, StoreError> {
    db.prepare_cached(ONE)?
        .query_and_then(
            params![tenant, spot.box_id.as_str(), int(spot.seq), spot.epoch],
            record,
        )?
        .next()
        .transpose()
}

fn record(row: &Row<'_>) -> Result<DeadLetter, StoreError> {
    Ok(DeadLetter {
        box_id: text(row, "box", BoxId::parse)?,
        epoch: small(row, "epoch")?,
        seq: count(row, "seq")?,
        received: utc(row, "received")?,
        tried: utc_or_none(row, "tried")?,
        why: row.get("why")?,
        bytes: row.get("bytes")?,
    })
}

/// Epoch and seq of the letters that a retry tries.
pub(super) fn to_try(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    limit: u32,
) -> Result<Vec<(u32, u64)>, StoreError> {
    let place = |row: &Row<'_>| Ok::<_, StoreError>((small(row, "epoch")?, count(row, "seq")?));
    db.prepare_cached(TO_TRY)?
        .query_and_then(params![tenant, box_id.as_str(), limit], place)?
        .collect()
}

/// Where the chain stands behind this letter.
pub(super) fn hash(db: &Connection, tenant: &str, spot: Spot<'_>) -> Result<ChainHash, StoreError> {
    let row = |row: &Row<'_>| row.get::<_, Vec<u8>>("hash");
    let bytes = db
        .prepare_cached(ONE)?
        .query_row(
            params![tenant, spot.box_id.as_str(), int(spot.seq), spot.epoch],
            row,
        )
        .optional()?
        .ok_or(StoreError::UnknownDeadLetter)?;
    ChainHash::from_slice(&bytes).ok_or(StoreError::Foreign("hash"))
}

/// It was tried again and failed again.
pub(super) fn note_tried(
    db: &Connection,
    tenant: &str,
    spot: Spot<'_>,
    why: &str,
    at: UtcMs,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE dead_letter SET why = ?5, tried = ?6
         WHERE tenant = ?1 AND box = ?2 AND seq = ?3 AND epoch = ?4",
    )?
    .execute(params![
        tenant,
        spot.box_id.as_str(),
        int(spot.seq),
        spot.epoch,
        why,
        at.0
    ])?;
    Ok(())
}

/// It stands in the journal now.
pub(super) fn remove(db: &Connection, tenant: &str, spot: Spot<'_>) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM dead_letter WHERE tenant = ?1 AND box = ?2 AND seq = ?3 AND epoch = ?4",
    )?
    .execute(params![
        tenant,
        spot.box_id.as_str(),
        int(spot.seq),
        spot.epoch
    ])?;
    Ok(())
}

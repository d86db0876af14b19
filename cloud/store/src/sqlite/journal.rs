//! The journal of all boxes, byte for byte, and the facts that were set aside.
use super::column::{count, int, small, utc};
use crate::intake::Placed;
use crate::{DeadLetter, FactBatch, JournalRow, StoreError};
use messages::{BoxId, fact::SealedFact, journal::ChainHash};
use rusqlite::{Connection, Row, params};

pub(super) const ROWS: &str = "SELECT epoch, seq, utc, kind, bytes, hash FROM journal
    WHERE tenant = ?1 AND box = ?2 AND seq > ?3 ORDER BY seq, epoch LIMIT ?4";
pub(super) const DEAD: &str = "SELECT epoch, seq, received, why, bytes FROM dead_letter
    WHERE tenant = ?1 AND box = ?2 AND seq > ?3 ORDER BY seq, epoch LIMIT ?4";

pub(super) fn append(
    db: &Connection,
    tenant: &str,
    batch: &FactBatch,
    placed: &Placed<'_>,
    fact: &SealedFact,
) -> Result<(), StoreError> {
    let envelope = fact.envelope();
    db.prepare_cached(
        "INSERT INTO journal (tenant, box, epoch, seq, utc, kind, subject, bytes, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        tenant,
        batch.box_id.as_str(),
        batch.epoch,
        int(placed.head.seq),
        envelope.utc.0,
        envelope.kind,
        envelope.subject,
        placed.bytes,
        placed.head.hash.0
    ])?;
    Ok(())
}

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

pub(super) fn rows(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    after: u64,
    limit: u32,
) -> Result<Vec<JournalRow>, StoreError> {
    db.prepare_cached(ROWS)?
        .query_and_then(
            params![tenant, box_id.as_str(), int(after), limit],
            journalled,
        )?
        .collect()
}

fn journalled(row: &Row<'_>) -> Result<JournalRow, StoreError> {
    let hash: Vec<u8> = row.get("hash")?;
    Ok(JournalRow {
        epoch: small(row, "epoch")?,
        seq: count(row, "seq")?,
        utc: utc(row, "utc")?,
        kind: row.get("kind")?,
        bytes: row.get("bytes")?,
        hash: ChainHash::from_slice(&hash).ok_or(StoreError::Foreign("hash"))?,
    })
}

pub(super) fn dead_letters(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    after: u64,
    limit: u32,
) -> Result<Vec<DeadLetter>, StoreError> {
    let dead = |row: &Row<'_>| {
        Ok(DeadLetter {
            epoch: small(row, "epoch")?,
            seq: count(row, "seq")?,
            received: utc(row, "received")?,
            why: row.get("why")?,
            bytes: row.get("bytes")?,
        })
    };
    db.prepare_cached(DEAD)?
        .query_and_then(params![tenant, box_id.as_str(), int(after), limit], dead)?
        .collect()
}

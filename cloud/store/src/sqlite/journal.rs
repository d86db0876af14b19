//! The journal of all boxes, byte for byte.
use super::column::{count, int, small, utc};
use crate::{JournalRow, StoreError};
use messages::{BoxId, fact::SealedFact, journal::ChainHash};
use rusqlite::{Connection, Row, params};

pub(super) const ROWS: &str = "SELECT epoch, seq, utc, kind, bytes, hash FROM journal
    WHERE tenant = ?1 AND box = ?2 AND seq > ?3 ORDER BY seq, epoch LIMIT ?4";
/// The place of a fact.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) box_id: &'a BoxId,
    pub(super) epoch: u32,
    pub(super) seq: u64,
}

pub(super) fn append(
    db: &Connection,
    tenant: &str,
    spot: Spot<'_>,
    fact: &SealedFact,
    hash: ChainHash,
) -> Result<(), StoreError> {
    let envelope = fact.envelope();
    db.prepare_cached(
        "INSERT INTO journal (tenant, box, epoch, seq, utc, kind, subject, bytes, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        tenant,
        spot.box_id.as_str(),
        spot.epoch,
        int(spot.seq),
        envelope.utc.0,
        envelope.kind,
        envelope.subject,
        fact.bytes(),
        hash.0
    ])?;
    Ok(())
}

pub(super) fn remove(db: &Connection, tenant: &str, spot: Spot<'_>) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM journal WHERE tenant = ?1 AND box = ?2 AND seq = ?3 AND epoch = ?4",
    )?
    .execute(params![
        tenant,
        spot.box_id.as_str(),
        int(spot.seq),
        spot.epoch
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

//! The ring of each box's metrics: the last days, at most one sample in five seconds.
use super::column::utc;
use crate::StoreError;
use messages::{BoxId, UtcMs};
use rusqlite::{Connection, Row, params};

const RING_MS: i64 = 7 * 24 * 3_600_000;
const STEP_MS: i64 = 5_000;

pub(super) const SINCE: &str = "SELECT received, bytes FROM box_metrics
    WHERE tenant = ?1 AND box = ?2 AND received >= ?3 ORDER BY received LIMIT ?4";
pub(super) const LAST: &str = "SELECT received, bytes FROM box_metrics
    WHERE tenant = ?1 AND box = ?2 ORDER BY received DESC LIMIT 1";

/// Keeps a sample; the last one of its five seconds stays.
pub(super) fn note(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    received: UtcMs,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let step = received.0.saturating_sub(received.0.rem_euclid(STEP_MS));
    db.prepare_cached(
        "INSERT OR REPLACE INTO box_metrics (tenant, box, received, bytes) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![tenant, box_id.as_str(), step, bytes])?;
    let oldest = received.0.saturating_sub(RING_MS);
    db.prepare_cached("DELETE FROM box_metrics WHERE tenant = ?1 AND box = ?2 AND received < ?3")?
        .execute(params![tenant, box_id.as_str(), oldest])?;
    Ok(())
}

pub(super) fn since(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    since: UtcMs,
    limit: u32,
) -> Result<Vec<(UtcMs, Vec<u8>)>, StoreError> {
    db.prepare_cached(SINCE)?
        .query_and_then(params![tenant, box_id.as_str(), since.0, limit], sample)?
        .collect()
}

pub(super) fn last(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
) -> Result<Option<(UtcMs, Vec<u8>)>, StoreError> {
    db.prepare_cached(LAST)?
        .query_and_then(params![tenant, box_id.as_str()], sample)?
        .next()
        .transpose()
}

fn sample(row: &Row<'_>) -> Result<(UtcMs, Vec<u8>), StoreError> {
    Ok((utc(row, "received")?, row.get("bytes")?))
}

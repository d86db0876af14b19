//! Facts of a schema that is not read here: kept as bytes, and taken up in their order by a headquarters that reads it.
use super::column::{count, int, small};
use super::{boxes, ingest};
use crate::intake::Placed;
use crate::line::RawTaken;
use crate::{FactBatch, Ingested, StoreError};
use messages::journal::{ChainHash, Head};
use messages::lane::schema_fits;
use messages::{BoxId, UtcMs};
use rusqlite::{Connection, Row, params};

/// Facts taken up in one transaction.
pub(super) const AT_ONCE: u32 = 5_000;

pub(super) const NEXT: &str = "SELECT * FROM raw_fact WHERE tenant = ?1 AND box = ?2
    ORDER BY seq, epoch LIMIT ?3";

pub(super) fn keep(
    db: &Connection,
    tenant: &str,
    batch: &FactBatch,
    schema: u16,
    placed: &Placed<'_>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO raw_fact (tenant, box, epoch, seq, schema, received, bytes, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        tenant,
        batch.box_id.as_str(),
        batch.epoch,
        int(placed.head.seq),
        schema,
        batch.received.0,
        placed.bytes,
        placed.head.hash.0
    ])?;
    Ok(())
}

struct Waiting {
    epoch: u32,
    schema: u16,
    received: UtcMs,
    head: Head,
    bytes: Vec<u8>,
}

fn waiting(row: &Row<'_>) -> Result<Waiting, StoreError> {
    let hash: Vec<u8> = row.get("hash")?;
    Ok(Waiting {
        epoch: small(row, "epoch")?,
        schema: small(row, "schema")?,
        received: UtcMs(row.get("received")?),
        head: Head {
            seq: count(row, "seq")?,
            hash: ChainHash::from_slice(&hash).ok_or(StoreError::Foreign("hash"))?,
        },
        bytes: row.get("bytes")?,
    })
}

/// The next ones of a box, up to the first whose schema is not read here. What waits behind it waits on.
pub(super) fn take_up(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
) -> Result<RawTaken, StoreError> {
    let record = boxes::one(db, tenant, box_id)?.ok_or(StoreError::UnknownBox)?;
    let rows: Vec<Waiting> = db
        .prepare_cached(NEXT)?
        .query_and_then(params![tenant, box_id.as_str(), AT_ONCE], waiting)?
        .collect::<Result<_, _>>()?;
    let mut taken = RawTaken::default();
    let mut fact_utc = None;
    for row in rows.iter().take_while(|row| schema_fits(row.schema)) {
        let batch = FactBatch {
            box_id: box_id.clone(),
            epoch: row.epoch,
            raw: None,
            before: Head::EMPTY,
            facts: Vec::new(),
            after: row.head,
            received: row.received,
        };
        let placed = Placed {
            head: row.head,
            bytes: &row.bytes,
        };
        match ingest::take(db, tenant, &batch, &placed)? {
            ingest::Taken::Applied(utc) => {
                taken.applied += 1;
                fact_utc = Some(utc);
            }
            ingest::Taken::Dead => taken.dead += 1,
        }
        db.prepare_cached(
            "DELETE FROM raw_fact WHERE tenant = ?1 AND box = ?2 AND seq = ?3 AND epoch = ?4",
        )?
        .execute(params![
            tenant,
            box_id.as_str(),
            int(row.head.seq),
            row.epoch
        ])?;
    }
    let gone = taken.applied + taken.dead;
    taken.left = record.raw.saturating_sub(gone);
    let ingested = Ingested {
        applied: record.applied,
        safe: record.safe,
        epoch: record.epoch,
        fresh: 0,
        dead: u32::try_from(taken.dead).unwrap_or(u32::MAX),
    };
    boxes::move_cursor(db, tenant, box_id, &ingested, fact_utc, record.last_seen)?;
    boxes::count_raw(db, tenant, box_id)?;
    Ok(taken)
}

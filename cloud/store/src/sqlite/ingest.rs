//! Taking a batch in: what fits behind the cursor is journalled and applied, what cannot be is set aside, and the cursor moves.
use super::{apply, boxes, journal};
use crate::intake::Placed;
use crate::{FactBatch, Ingested, StoreError, Unfit};
use messages::{
    BoxId, UtcMs,
    fact::{Body, SealedFact},
};
use rusqlite::Connection;

pub(super) fn ingest(
    db: &Connection,
    tenant: &str,
    batch: &FactBatch,
) -> Result<Result<Ingested, Unfit>, StoreError> {
    let record = boxes::one(db, tenant, &batch.box_id)?.ok_or(StoreError::UnknownBox)?;
    let fresh = match batch.behind(record.applied, record.epoch) {
        Ok(fresh) => fresh,
        Err(unfit) => return Ok(Err(unfit)),
    };
    let mut ingested = Ingested {
        applied: record.applied,
        safe: record.safe,
        epoch: record.epoch,
        fresh: 0,
        dead: 0,
    };
    let mut fact_utc = None;
    for placed in &fresh {
        match take(db, tenant, batch, placed)? {
            Taken::Applied(utc) => fact_utc = Some(utc),
            Taken::Dead => ingested.dead += 1,
        }
        ingested.fresh += 1;
        ingested.applied = placed.head;
    }
    if ingested.fresh > 0 {
        let (box_id, received) = (&batch.box_id, batch.received);
        boxes::move_cursor(db, tenant, box_id, &ingested, fact_utc, received)?;
    }
    Ok(Ok(ingested))
}

enum Taken {
    Applied(UtcMs),
    Dead,
}

/// One fact: into the journal and its tables, or among the dead letters.
fn take(
    db: &Connection,
    tenant: &str,
    batch: &FactBatch,
    placed: &Placed<'_>,
) -> Result<Taken, StoreError> {
    let why = match read(&batch.box_id, placed) {
        Ok((fact, body)) => {
            let utc = fact.envelope().utc;
            db.execute_batch("SAVEPOINT fact")?;
            journal::append(db, tenant, batch, placed, &fact)?;
            let applied = body.map_or(Ok(()), |body| {
                apply::apply(db, tenant, &batch.box_id, utc, &body)
            });
            match applied {
                Ok(()) => {
                    db.execute_batch("RELEASE fact")?;
                    return Ok(Taken::Applied(utc));
                }
                Err(apply::Failed::Unfit(code)) => {
                    db.execute_batch("ROLLBACK TO fact; RELEASE fact")?;
                    format!("{code}:{}", fact.envelope().kind)
                }
                Err(apply::Failed::Store(bad)) => return Err(bad),
            }
        }
        Err(code) => code.to_owned(),
    };
    tracing::warn!(
        box_id = %batch.box_id, seq = placed.head.seq, why,
        "a fact could not be applied and was set aside"
    );
    journal::bury(db, tenant, batch, placed, &why)?;
    Ok(Taken::Dead)
}

/// Reads a fact and checks that it is of this place. `None`: a kind that this version does not know.
fn read(box_id: &BoxId, placed: &Placed<'_>) -> Result<(SealedFact, Option<Body>), &'static str> {
    let fact = SealedFact::decode(placed.bytes.to_vec()).map_err(|_bad| "fact_undecodable")?;
    if fact.envelope().box_id != *box_id {
        return Err("fact_other_box");
    }
    if fact.envelope().seq != placed.head.seq {
        return Err("fact_other_seq");
    }
    let body = fact.body().map_err(|_bad| "body_undecodable")?;
    Ok((fact, body))
}

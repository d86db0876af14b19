//! Taking a batch in: what fits behind the cursor is journalled and applied, what cannot be is set aside, and the cursor moves.
use super::journal::{self, Spot};
use super::{apply, boxes, dead_letters, raw};
use crate::intake::Placed;
use crate::{FactBatch, Ingested, StoreError, Unfit};
use messages::{
    UtcMs,
    fact::{Body, SealedFact},
};
use rusqlite::Connection;

/// Longer than the name of any kind.
const KIND_BYTES_MAX: usize = 48;

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
        match batch.raw {
            Some(schema) => raw::keep(db, tenant, batch, schema, placed)?,
            None => match take(db, tenant, batch, placed)? {
                Taken::Applied(utc) => fact_utc = Some(utc),
                Taken::Dead => ingested.dead += 1,
            },
        }
        ingested.fresh += 1;
        ingested.applied = placed.head;
    }
    if ingested.fresh > 0 {
        let (box_id, received) = (&batch.box_id, batch.received);
        boxes::move_cursor(db, tenant, box_id, &ingested, fact_utc, received)?;
        if batch.raw.is_some() {
            boxes::count_raw(db, tenant, box_id)?;
        }
    }
    Ok(Ok(ingested))
}

pub(super) enum Taken {
    Applied(UtcMs),
    Dead,
}

/// One fact: into the journal and its tables, or among the dead letters.
pub(super) fn take(
    db: &Connection,
    tenant: &str,
    batch: &FactBatch,
    placed: &Placed<'_>,
) -> Result<Taken, StoreError> {
    let spot = Spot {
        box_id: &batch.box_id,
        epoch: batch.epoch,
        seq: placed.head.seq,
    };
    let why = match read(spot, placed.bytes.to_vec()) {
        Ok((fact, body)) => {
            let utc = fact.envelope().utc;
            db.execute_batch("SAVEPOINT fact")?;
            journal::append(db, tenant, spot, &fact, placed.head.hash)?;
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
                    why(code, &fact)
                }
                Err(apply::Failed::Store(bad)) => return Err(bad),
            }
        }
        Err(why) => why,
    };
    tracing::warn!(
        box_id = %batch.box_id, seq = placed.head.seq, why,
        "a fact could not be applied and was set aside"
    );
    dead_letters::bury(db, tenant, batch, placed, &why)?;
    Ok(Taken::Dead)
}

/// Reads a fact and checks that it is of this place. `None`: a kind that this version does not know.
pub(super) fn read(spot: Spot<'_>, bytes: Vec<u8>) -> Result<(SealedFact, Option<Body>), String> {
    let fact = SealedFact::decode(bytes).map_err(|_bad| "fact_undecodable")?;
    if fact.envelope().box_id != *spot.box_id {
        return Err("fact_other_box".to_owned());
    }
    if fact.envelope().seq != spot.seq {
        return Err("fact_other_seq".to_owned());
    }
    match fact.body() {
        Ok(body) => Ok((fact, body)),
        Err(_bad) => Err(why("body_undecodable", &fact)),
    }
}

/// The code, and the kind of fact. A kind that is not written as ours are could say anything.
pub(super) fn why(code: &str, fact: &SealedFact) -> String {
    let kind = &fact.envelope().kind;
    let ours = (1..=KIND_BYTES_MAX).contains(&kind.len())
        && kind
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if ours {
        format!("{code}:{kind}")
    } else {
        code.to_owned()
    }
}

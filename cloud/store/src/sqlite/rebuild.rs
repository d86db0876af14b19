//! Making every table that follows from the journal again: what an upgrade of the rules needs, and the proof that nothing else moved them.
use super::column::{count, small};
use super::journal::Spot;
use super::{apply, boxes, ingest};
use crate::{Rebuilt, StoreError};
use messages::BoxId;
use rusqlite::{Connection, params};

/// Each follows from the journal alone; beside it its key behind tenant and box.
pub(super) const DERIVED: [(&str, &str); 10] = [
    ("call", "call"),
    ("party", "party"),
    ("customer", "customer"),
    ("recording", "recording"),
    ("erasure", "party"),
    ("erasure_copy", "party, copy"),
    ("field_policy", "box"),
    ("rollup_hour", "bucket"),
    ("rollup_day", "bucket"),
    ("directive_receipt", "seq"),
];

pub(super) fn rebuild(db: &Connection, tenant: &str) -> Result<Rebuilt, StoreError> {
    let mut rebuilt = Rebuilt::default();
    for one in boxes::all(db, tenant)? {
        let mut skipped = 0;
        rebuilt.facts += of_box(db, tenant, &one.id, &mut |_, _| skipped += 1)?;
        rebuilt.skipped += skipped;
    }
    Ok(rebuilt)
}

/// Makes the tables of one box again; hands back how many facts its journal holds.
/// `passed_over` hears epoch and seq of each fact that the present rules do not follow, and why.
pub(super) fn of_box(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    passed_over: &mut dyn FnMut((u32, u64), String),
) -> Result<u64, StoreError> {
    for (table, _) in DERIVED {
        db.execute(
            &format!("DELETE FROM {table} WHERE tenant = ?1 AND box = ?2"),
            params![tenant, box_id.as_str()],
        )?;
    }
    let mut statement = db.prepare(
        "SELECT epoch, seq, bytes FROM journal WHERE tenant = ?1 AND box = ?2 ORDER BY seq, epoch",
    )?;
    let mut rows = statement.query(params![tenant, box_id.as_str()])?;
    let mut facts = 0;
    while let Some(row) = rows.next()? {
        facts += 1;
        let (epoch, seq) = (small(row, "epoch")?, count(row, "seq")?);
        let spot = Spot { box_id, epoch, seq };
        if let Err(why) = follow(db, tenant, spot, row.get("bytes")?)? {
            passed_over((epoch, seq), why);
        }
    }
    Ok(facts)
}

/// One journalled fact, once more.
fn follow(
    db: &Connection,
    tenant: &str,
    spot: Spot<'_>,
    bytes: Vec<u8>,
) -> Result<Result<(), String>, StoreError> {
    let (fact, body) = match ingest::read(spot, bytes) {
        Ok((fact, Some(body))) => (fact, body),
        Ok((_, None)) => return Ok(Ok(())),
        Err(why) => return Ok(Err(why)),
    };
    db.execute_batch("SAVEPOINT fact")?;
    let followed = match apply::apply(db, tenant, spot.box_id, fact.envelope().utc, &body) {
        Ok(()) => Ok(()),
        Err(apply::Failed::Unfit(code)) => {
            db.execute_batch("ROLLBACK TO fact")?;
            Err(ingest::why(code, &fact))
        }
        Err(apply::Failed::Store(bad)) => return Err(bad),
    };
    db.execute_batch("RELEASE fact")?;
    Ok(followed)
}

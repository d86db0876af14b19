//! Making every table that follows from the journal again: what an upgrade of the rules needs, and the proof that nothing else moved them.
use super::{apply, boxes};
use crate::{Rebuilt, StoreError};
use messages::fact::SealedFact;
use rusqlite::{Connection, params};

/// Each follows from the journal alone.
const DERIVED: [&str; 6] = [
    "call",
    "party",
    "customer",
    "recording",
    "rollup_hour",
    "rollup_day",
];

pub(super) fn rebuild(db: &Connection, tenant: &str) -> Result<Rebuilt, StoreError> {
    for table in DERIVED {
        db.execute(&format!("DELETE FROM {table} WHERE tenant = ?1"), [tenant])?;
    }
    let mut rebuilt = Rebuilt::default();
    for one in boxes::all(db, tenant)? {
        let mut statement = db.prepare(
            "SELECT bytes FROM journal WHERE tenant = ?1 AND box = ?2 ORDER BY seq, epoch",
        )?;
        let mut rows = statement.query(params![tenant, one.id.as_str()])?;
        while let Some(row) = rows.next()? {
            rebuilt.facts += 1;
            let fact = SealedFact::decode(row.get(0)?)
                .map_err(|_bad| StoreError::Foreign("journal bytes"))?;
            let Ok(body) = fact.body() else {
                rebuilt.skipped += 1;
                continue;
            };
            let Some(body) = body else { continue };
            db.execute_batch("SAVEPOINT fact")?;
            match apply::apply(db, tenant, &one.id, fact.envelope().utc, &body) {
                Ok(()) => {}
                Err(apply::Failed::Unfit(_)) => {
                    db.execute_batch("ROLLBACK TO fact")?;
                    rebuilt.skipped += 1;
                }
                Err(apply::Failed::Store(bad)) => return Err(bad),
            }
            db.execute_batch("RELEASE fact")?;
        }
    }
    Ok(rebuilt)
}

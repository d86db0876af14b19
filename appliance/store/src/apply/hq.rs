//! Refusals of contact across the branches follow their facts.
use super::Applied;
use messages::fact::TenantDncChanged;
use rusqlite::{Connection, Result, params};

pub(super) fn tenant_dnc(conn: &Connection, fact: &TenantDncChanged) -> Result<Applied> {
    let mut add = conn.prepare_cached(
        "INSERT OR IGNORE INTO tenant_dnc (blind, reason, added) VALUES (?, ?, ?)",
    )?;
    let mut lift = conn.prepare_cached("DELETE FROM tenant_dnc WHERE blind = ?")?;
    for change in &fact.changes {
        if change.refused {
            add.execute(params![change.index, change.reason, change.utc.0])?;
        } else {
            lift.execute([&change.index])?;
        }
    }
    Ok(Applied::Followed)
}

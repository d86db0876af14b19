//! The list of closed months follows its facts.
use super::Applied;
use crate::column::int;
use messages::UtcMs;
use messages::fact::{Checkpoint, MonthPruned};
use rusqlite::{Connection, Result, params};

pub(super) fn closed(conn: &Connection, fact: &Checkpoint) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO month (label, first, last, hash, state_hash, utc_first, utc_last)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            fact.month,
            int(fact.first),
            int(fact.seq),
            fact.chain_head.0,
            fact.state_hash,
            fact.from.0,
            fact.until.0
        ])?;
    Ok(Applied::one(changed, "month_known"))
}

pub(super) fn pruned(conn: &Connection, utc: UtcMs, fact: &MonthPruned) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE month SET pruned = ? WHERE label = ? AND pruned IS NULL")?
        .execute(params![utc.0, fact.month])?;
    Ok(Applied::one(changed, "month_unknown"))
}

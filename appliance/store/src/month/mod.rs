//! Closed months: ranges of seq that leave the hot file for files of their own, and how they are read, closed and let go.
mod close;
mod file;
mod label;
mod ledger;
mod prune;
mod snapshot;

pub(crate) use close::Closer;
pub use close::Kept;
pub(crate) use file::{create, remove_parts};
use label::MonthLabel;
pub(crate) use ledger::{Ledger, Source};
pub(crate) use snapshot::newest as newest_snapshot;

use crate::column::{self, count};
use crate::error::StoreError;
use messages::UtcMs;
use messages::journal::{ChainHash, Head};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// Days for which the journal is kept at least: the law asks for six months.
pub const KEEP_DAYS_MIN: u32 = 183;

/// A closed month, as its checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// `2026-11`
    pub label: String,
    pub first: u64,
    pub last: u64,
    /// The chain behind `last`.
    pub hash: ChainHash,
    /// Of the tables behind `last`.
    pub state_hash: crate::StateHash,
    /// The earliest and the latest time that a fact of it carries.
    pub from: UtcMs,
    pub until: UtcMs,
    /// When it was let go for good.
    pub pruned: Option<UtcMs>,
}

impl Month {
    pub(crate) const fn head(&self) -> Head {
        Head {
            seq: self.last,
            hash: self.hash,
        }
    }

    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        file::path(folder, &self.label)
    }
}

/// All that were ever closed, oldest first.
pub(crate) fn months(conn: &Connection) -> Result<Vec<Month>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT label, first, last, hash, state_hash, utc_first, utc_last, pruned
         FROM month ORDER BY first",
    )?;
    let rows = found.query_map([], |row| {
        Ok(Month {
            label: row.get(0)?,
            first: count(row, 1)?,
            last: count(row, 2)?,
            hash: ChainHash(row.get(3)?),
            state_hash: crate::StateHash(row.get(4)?),
            from: column::utc(row, 5)?,
            until: column::utc(row, 6)?,
            pruned: column::utc_or_none(row, 7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests;

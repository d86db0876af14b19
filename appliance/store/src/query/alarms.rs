//! What somebody has to look at.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use messages::{AlarmKind, UtcMs};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmRow {
    pub kind: AlarmKind,
    /// `phone:1000`, `trunk:carrier`; empty: of the whole branch.
    pub subject: String,
    pub first: UtcMs,
    pub last: UtcMs,
    pub count: u64,
}

impl Reader {
    /// Those that were raised then or later, and trunks that are still away; the newest first.
    pub fn alarms(&self, since: UtcMs) -> Result<Vec<AlarmRow>, StoreError> {
        let mut found = self.conn.prepare_cached(
            "SELECT kind, subject, first, last, count FROM alarm
             WHERE last >= ? OR subject LIKE 'trunk:%' ORDER BY last DESC, kind, subject",
        )?;
        let rows = found.query_map([since.0], |row| {
            Ok(AlarmRow {
                kind: column::text(row, 0, AlarmKind::parse)?,
                subject: row.get(1)?,
                first: column::utc(row, 2)?,
                last: column::utc(row, 3)?,
                count: column::count(row, 4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

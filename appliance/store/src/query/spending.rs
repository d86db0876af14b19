//! What calls to the outside used since a moment: the branch machine goes on counting from there after a restart.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use messages::{Destination, Extension, TrunkName, UtcMs};

/// A call that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpentRow {
    /// The phone that wanted it.
    pub wanted_by: Option<Extension>,
    pub trunk: TrunkName,
    pub destination: Option<Destination>,
    pub talk_ms: u64,
}

impl Reader {
    /// Tries that were answered, of calls that ended then or later; each counts for the whole of its call, none of which is
    /// longer than a day.
    pub fn spent_since(&self, since: UtcMs) -> Result<Vec<SpentRow>, StoreError> {
        let mut found = self.conn.prepare_cached(
            "SELECT attempt.wanted_by, attempt.trunk, attempt.destination, call.talk_ms
             FROM call JOIN attempt ON attempt.call = call.id
             WHERE call.started >= ?1 - 86400000 AND call.ended >= ?1 AND call.talk_ms > 0
                 AND (attempt.result IS NULL OR attempt.result IN
                     ('answered', 'media_timeout', 'max_length', 'restarted'))",
        )?;
        let rows = found.query_map([since.0], |row| {
            let destination: Option<String> = row.get(2)?;
            Ok(SpentRow {
                wanted_by: column::extension(row, 0)?,
                trunk: column::text(row, 1, TrunkName::parse)?,
                destination: destination.and_then(|code| Destination::parse(&code)),
                talk_ms: column::count(row, 3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

//! Sources that are not heard for a while.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use messages::{BanReason, UtcMs};
use std::net::IpAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanRow {
    pub source: IpAddr,
    pub port: Option<u16>,
    pub why: BanReason,
    pub since: UtcMs,
    pub until: UtcMs,
}

impl Reader {
    /// Those that are shut out at `now`, the newest first.
    pub fn bans(&self, now: UtcMs) -> Result<Vec<BanRow>, StoreError> {
        let mut found = self.conn.prepare_cached(
            "SELECT source, port, why, since, until FROM ban WHERE until > ? ORDER BY since DESC",
        )?;
        let rows = found.query_map([now.0], |row| {
            Ok(BanRow {
                source: column::text(row, 0, |text| text.parse().ok())?,
                port: row.get(1)?,
                why: column::text(row, 2, BanReason::parse)?,
                since: UtcMs(row.get(3)?),
                until: UtcMs(row.get(4)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

//! Sources that are not heard for a while.
use super::Applied;
use messages::UtcMs;
use messages::fact::{SourceBanned, SourceUnbanned};
use rusqlite::{Connection, Result, params};

/// A run begins without any.
pub(super) fn none(conn: &Connection) -> Result<Applied> {
    conn.prepare_cached("DELETE FROM ban")?.execute([])?;
    Ok(Applied::Followed)
}

/// Those whose time is over go with the next one.
pub(super) fn banned(conn: &Connection, utc: UtcMs, fact: &SourceBanned) -> Result<Applied> {
    conn.prepare_cached("DELETE FROM ban WHERE until <= ?")?
        .execute([utc.0])?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO ban (source, port, why, since, until) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![
        fact.source.to_string(),
        fact.port,
        fact.why.code(),
        utc.0,
        fact.until.0
    ])?;
    Ok(Applied::Followed)
}

pub(super) fn unbanned(conn: &Connection, fact: &SourceUnbanned) -> Result<Applied> {
    conn.prepare_cached("DELETE FROM ban WHERE source = ?")?
        .execute([fact.source.to_string()])?;
    Ok(Applied::Followed)
}

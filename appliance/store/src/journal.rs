//! The journal's table in one file: its head, its tail, the hash at a place, facts in order.
use crate::column::{count, int};
use crate::error::StoreError;
use messages::UtcMs;
use messages::journal::{ChainHash, Head};
use rusqlite::{Connection, OptionalExtension as _, Row};

/// The last fact; seq 0 in an empty journal.
pub(crate) fn head(conn: &Connection) -> Result<Head, StoreError> {
    let last = conn
        .query_row(
            "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1",
            [],
            read_head,
        )
        .optional()?;
    Ok(last.unwrap_or(Head::EMPTY))
}

/// The first fact of this file; `None` if it holds none.
pub(crate) fn first(conn: &Connection) -> Result<Option<u64>, StoreError> {
    let first: Option<i64> = conn
        .prepare_cached("SELECT MIN(seq) FROM journal")?
        .query_row([], |row| row.get(0))?;
    Ok(first.and_then(|seq| u64::try_from(seq).ok()))
}

/// The chain's hash behind `seq`; the start of the chain for 0, `None` if that fact is not in this file.
pub(crate) fn hash_at(conn: &Connection, seq: u64) -> Result<Option<ChainHash>, StoreError> {
    if seq == 0 {
        return Ok(Some(ChainHash::START));
    }
    let mut found = conn.prepare_cached("SELECT seq, hash FROM journal WHERE seq = ?")?;
    let head = found.query_row([int(seq)], read_head).optional()?;
    Ok(head.map(|head| head.hash))
}

/// The seq of the last kept fact of this kind.
pub(crate) fn last_of_kind(conn: &Connection, kind: &str) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT MAX(seq) FROM journal WHERE kind = ?";
    let found: Option<i64> = conn.query_row(sql, [kind], |row| row.get(0))?;
    Ok(found.and_then(|seq| u64::try_from(seq).ok()))
}

/// The time of one fact; `None` if it is not in this file.
pub(crate) fn utc_of(conn: &Connection, seq: u64) -> Result<Option<UtcMs>, StoreError> {
    let mut found = conn.prepare_cached("SELECT utc FROM journal WHERE seq = ?")?;
    let utc = found.query_row([int(seq)], |row| crate::column::utc(row, 0));
    Ok(utc.optional()?)
}

/// Facts behind `after` in order: at least one if there is one, then as many as fit into both limits.
pub(crate) fn facts_after(
    conn: &Connection,
    after: u64,
    max: usize,
    bytes_max: usize,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let mut found =
        conn.prepare_cached("SELECT seq, bytes FROM journal WHERE seq > ? ORDER BY seq LIMIT ?")?;
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let mut rows = found.query([int(after), limit])?;
    let mut facts = Vec::new();
    let mut size = 0;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(1)?;
        size += bytes.len();
        if size > bytes_max && !facts.is_empty() {
            break;
        }
        facts.push((count(row, 0)?, bytes));
    }
    Ok(facts)
}

fn read_head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        seq: count(row, 0)?,
        hash: ChainHash(row.get(1)?),
    })
}

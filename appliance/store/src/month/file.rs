//! A month's file: copied beside its place, synced, read again, and only then given its name.
use super::close::Point;
use crate::column::int;
use crate::error::{StoreError, io};
use crate::verify::{Walk, read_row};
use crate::{database, journal};
use messages::UtcMs;
use messages::journal::{ChainHash, Head};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OpenFlags, params};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What was copied.
pub(super) struct Copied {
    pub(super) from: UtcMs,
    pub(super) until: UtcMs,
}

pub(super) fn path(folder: &Path, label: &str) -> PathBuf {
    folder.join(format!("journal-{label}.db"))
}

pub(super) fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// What a crash left unfinished: copies only.
pub(crate) fn remove_parts(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.contains(".db.part")) {
            fs::remove_file(&path).map_err(io(&path))?;
        }
    }
    Ok(())
}

/// A new database, for this process alone until it has its name.
pub(crate) fn create(part: &Path) -> Result<Connection, StoreError> {
    match fs::remove_file(part) {
        Ok(()) => {}
        Err(bad) if bad.kind() == std::io::ErrorKind::NotFound => {}
        Err(bad) => return Err(io(part)(bad)),
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(part, flags)?;
    conn.pragma_update(None, "journal_mode", "OFF")?;
    conn.pragma_update(None, "synchronous", "OFF")?;
    conn.pragma_update(None, "foreign_keys", false)?;
    Ok(conn)
}

/// Facts `first..=last` of `hot` into `part`. Rows of a journal never change, so no long read transaction is needed.
pub(super) fn copy(
    hot: &Connection,
    part: &Path,
    (first, last): (u64, u64),
    at_once: u32,
    at: &mut dyn FnMut(Point) -> Result<(), StoreError>,
) -> Result<Copied, StoreError> {
    let to = create(part)?;
    for sql in schema(hot)? {
        to.execute_batch(&sql)?;
    }
    let mut next = first;
    while next <= last {
        next = copy_some(hot, &to, (next, last), at_once)?;
        at(Point::Copying)?;
    }
    let (from, until) = to.query_row("SELECT MIN(utc), MAX(utc) FROM journal", [], |row| {
        Ok((UtcMs(row.get(0)?), UtcMs(row.get(1)?)))
    })?;
    Ok(Copied { from, until })
}

/// The journal's table and its indexes, as the hot file has them.
fn schema(hot: &Connection) -> Result<Vec<String>, StoreError> {
    let mut found = hot.prepare(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'journal' AND sql IS NOT NULL ORDER BY rowid",
    )?;
    let rows = found.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The seq to go on with.
fn copy_some(
    hot: &Connection,
    to: &Connection,
    (first, last): (u64, u64),
    at_once: u32,
) -> Result<u64, StoreError> {
    let mut next = first;
    let mut found = hot.prepare_cached(
        "SELECT seq, utc, kind, person, subject, bytes, hash FROM journal
         WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
    )?;
    let mut rows = found.query(params![int(first), int(last), at_once])?;
    to.execute_batch("BEGIN")?;
    let mut put = to.prepare_cached("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    while let Some(row) = rows.next()? {
        for at in 0..7 {
            put.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(row.get_ref(at)?))?;
        }
        put.raw_execute()?;
        next += 1;
    }
    drop(put);
    to.execute_batch("COMMIT")?;
    if next == first {
        return Err(StoreError::ChainBroken(first));
    }
    Ok(next)
}

/// Reads the whole file: does it hold `first..=last.seq`, chained from `before` to `last`, and nothing else?
pub(super) fn check(
    path: &Path,
    before: ChainHash,
    first: u64,
    last: Head,
) -> Result<(), StoreError> {
    let conn = database::open_month(path)?;
    database::quick_check(&conn, "month")?;
    let mut walk = Walk::behind(Head {
        seq: first - 1,
        hash: before,
    });
    let mut found = conn.prepare(crate::verify::ROWS)?;
    let mut rows = found.query([0, i64::MAX])?;
    while let Some(row) = rows.next()? {
        if let Err(bad) = walk.step(&read_row(row)?, &[]) {
            return Err(StoreError::ChainBroken(bad.seq));
        }
    }
    if walk.head == last {
        Ok(())
    } else {
        Err(StoreError::ChainBroken(walk.head.seq + 1))
    }
}

pub(super) fn sync(path: &Path) -> Result<(), StoreError> {
    let file = File::open(path).map_err(io(path))?;
    file.sync_all().map_err(io(path))
}

/// Durable when it returns. What lies there under that name is replaced only if the hot file still holds all of it;
/// else it is moved aside.
pub(super) fn give_name(part: &Path, path: &Path, hot: &Connection) -> Result<(), StoreError> {
    if path.exists() && !is_copy(path, hot) {
        let aside = free_name(path);
        tracing::warn!(file = %path.display(), "another file of this name was there: moved aside");
        fs::rename(path, &aside).map_err(io(path))?;
    }
    fs::rename(part, path).map_err(io(path))?;
    let folder = path.parent().unwrap_or(path);
    sync(folder)
}

/// Nothing in it that the hot file does not hold.
fn is_copy(path: &Path, hot: &Connection) -> bool {
    let ends = || {
        let file = database::open_month(path)?;
        let held = journal::first(hot)? <= journal::first(&file)?;
        let head = journal::head(&file)?;
        Ok::<_, StoreError>(held && journal::hash_at(hot, head.seq)? == Some(head.hash))
    };
    ends().unwrap_or(false)
}

fn free_name(path: &Path) -> PathBuf {
    let aside = |at: u32| path.with_extension(format!("db.aside-{at}"));
    let free = (1..).map(aside).find(|path| !path.exists());
    free.unwrap_or_else(|| aside(0))
}

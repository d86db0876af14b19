//! The tables as they stood at a checkpoint, in a file beside the journal: where a rebuild starts once older facts are gone.
use super::Month;
use super::file::create;
use crate::error::{StoreError, io};
use crate::state_hash::{MovedTable, State, moved_tables, state_hash};
use crate::{database, journal};
use messages::journal::Head;
use rusqlite::Connection;
use rusqlite::types::ToSqlOutput;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn path(folder: &Path, seq: u64) -> PathBuf {
    folder.join(format!("state-{seq}.db"))
}

/// The last checkpoint's snapshot, if it is there.
pub(crate) fn newest(folder: &Path, months: &[Month]) -> Option<(Head, crate::StateHash, PathBuf)> {
    let month = months.last()?;
    let path = path(folder, month.last);
    path.exists()
        .then(|| (month.head(), month.state_hash, path))
}

/// Everything that facts have moved, of one moment. The hot file is read no longer than the copy takes.
pub(super) fn take(hot: &Connection, part: &Path) -> Result<(Head, State), StoreError> {
    let mut to = create(part)?;
    database::migrate_branch(&mut to)?;
    let moment = hot.unchecked_transaction()?;
    let head = journal::head(&moment)?;
    to.execute_batch("BEGIN")?;
    for table in moved_tables(&moment)? {
        copy(&table, &moment, &to)?;
    }
    to.execute_batch("COMMIT")?;
    drop(moment);
    Ok((head, state_hash(&to)?))
}

fn copy(table: &MovedTable, from: &Connection, to: &Connection) -> Result<(), StoreError> {
    let mut found = from.prepare(&table.select())?;
    let mut put = to.prepare(&table.insert())?;
    let mut rows = found.query([])?;
    while let Some(row) = rows.next()? {
        for at in 0..table.columns.len() {
            put.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(row.get_ref(at)?))?;
        }
        put.raw_execute()?;
    }
    Ok(())
}

/// All but the last checkpoint's.
pub(super) fn remove_old(folder: &Path, months: &[Month]) -> Result<(), StoreError> {
    let kept = months.last().map(|month| path(folder, month.last));
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let is_snapshot =
            name.is_some_and(|name| name.starts_with("state-") && name.ends_with(".db"));
        if is_snapshot && Some(&path) != kept.as_ref() {
            fs::remove_file(&path).map_err(io(&path))?;
        }
    }
    Ok(())
}

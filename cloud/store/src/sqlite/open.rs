//! Opening the file: what every connection is told, and the schema.
use crate::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

mod schema {
    refinery::embed_migrations!("../../migrations/cloud-sqlite");
}

const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Prepared statements kept by each connection.
const STATEMENTS_MAX: usize = 64;

/// The writer's connection, with the schema brought up to date.
pub(super) fn for_writing(path: &Path) -> Result<Connection, StoreError> {
    let mut db = reopen_for_writing(path)?;
    // a migration and the note that it was made are one transaction: a power cut leaves both or none
    schema::migrations::runner()
        .set_grouped(true)
        .run(&mut db)
        .map_err(|bad| StoreError::Migration(bad.to_string()))?;
    Ok(db)
}

/// The writer's connection again, after a commit failed: a handle that failed to sync is not trusted.
pub(super) fn reopen_for_writing(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open(path)?;
    db.busy_timeout(BUSY_WAIT)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(db)
}

/// A connection that cannot write.
pub(super) fn for_reading(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_WAIT)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(db)
}

//! Opening the two files: pragmas, migrations, and connections that can only read.
use crate::error::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

mod branch {
    refinery::embed_migrations!("../../migrations/appliance/branch");
}
mod vault {
    refinery::embed_migrations!("../../migrations/appliance/vault");
}

/// How long a connection waits for another one's lock.
pub(crate) const BUSY: Duration = Duration::from_secs(10);

/// For the writer: journal and tables.
pub(crate) fn open_branch(path: &Path) -> Result<Connection, StoreError> {
    migrated_branch(connect(path)?)
}

/// A file that is damaged must not be migrated: it is looked at first.
pub(crate) fn open_branch_checked(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path)?;
    quick_check(&conn, "branch.db")?;
    migrated_branch(conn)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open(path)?;
    prepare(&conn)?;
    Ok(conn)
}

fn migrated_branch(mut conn: Connection) -> Result<Connection, StoreError> {
    // checkpoints run on a connection of their own, outside of the commit
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    conn.pragma_update(None, "cache_size", -16_384)?;
    // an erased person's blind index does not stay between the cells of a page
    conn.pragma_update(None, "secure_delete", "FAST")?;
    migrate_branch(&mut conn)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

/// For the writer: wrapped keys. What is deleted is overwritten.
pub(crate) fn open_vault(path: &Path) -> Result<Connection, StoreError> {
    migrated_vault(connect(path)?)
}

pub(crate) fn open_vault_checked(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path)?;
    quick_check(&conn, "vault.db")?;
    migrated_vault(conn)
}

fn migrated_vault(mut conn: Connection) -> Result<Connection, StoreError> {
    conn.pragma_update(None, "secure_delete", true)?;
    vault::migrations::runner()
        .set_grouped(true)
        .run(&mut conn)?;
    Ok(conn)
}

/// Writes something and syncs it: whether the file can be written (again) is not taken on trust.
pub(crate) fn probe(conn: &Connection) -> Result<(), StoreError> {
    let count: i32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    conn.pragma_update(None, "user_version", count.wrapping_add(1))?;
    Ok(())
}

/// A connection that checkpoints, and does nothing else.
pub(crate) fn open_checkpointer(path: &Path) -> Result<Connection, StoreError> {
    connect(path)
}

pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// The file of a closed month, or a snapshot: nobody writes it any more.
pub(crate) fn open_month(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

/// A branch's database out of a backup, before it has its name.
pub(crate) fn open_restored(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path)?;
    conn.pragma_update(None, "journal_mode", "DELETE")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", false)?;
    migrate_branch(&mut conn)?;
    Ok(conn)
}

/// Makes every table of the branch, or brings them up to this version.
pub(crate) fn migrate_branch(conn: &mut Connection) -> Result<(), StoreError> {
    // a migration and the note that it was made are one transaction: a power cut leaves both or none
    branch::migrations::runner().set_grouped(true).run(conn)?;
    Ok(())
}

fn prepare(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", false)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

/// SQLite's quick check: the first complaint, if there is one.
pub(crate) fn quick_check(conn: &Connection, file: &'static str) -> Result<(), StoreError> {
    let first: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if first == "ok" {
        Ok(())
    } else {
        Err(StoreError::Damaged { file, first })
    }
}

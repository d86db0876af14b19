//! What can go wrong with the store, each with a stable code and a way out.
use crate::backup::BackupError;
use rusqlite::ffi;
use seal::KeyStoreError;
use std::path::PathBuf;
use thiserror::Error;

/// The store could not be opened, read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("another process uses {0}")]
    InUse(PathBuf),
    #[error("{path}: {why}")]
    Io { path: PathBuf, why: std::io::Error },
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("migration: {0}")]
    Migration(Box<refinery::Error>),
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
    /// SQLite's own check says that the file is damaged.
    #[error("{file} is damaged: {first}")]
    Damaged { file: &'static str, first: String },
    /// It was there, as the other files and the key store say.
    #[error("{0} is missing")]
    FileMissing(&'static str),
    /// The vault is older than the journal: what it does not hold could never be opened.
    #[error("the vault does not hold the key of the newest party")]
    VaultIncomplete,
    /// The journal ends before the head that is kept outside of it, or the two differ.
    #[error(
        "the journal ends at {found}, the key store says {expected}: its tail is lost or was changed"
    )]
    TailLost { expected: u64, found: u64 },
    /// The chain does not hold near the journal's end.
    #[error("the journal is broken at {0}")]
    ChainBroken(u64),
    /// The key store has no key for what lies in the vault.
    #[error("the key store does not fit the vault: {0}")]
    VaultKeys(&'static str),
    #[error("only {free_bytes} bytes are free; {floor_bytes} are needed")]
    DiskFull { free_bytes: u64, floor_bytes: u64 },
    #[error("a row does not hold what was put there: {0}")]
    Row(String),
    #[error("all read connections are busy, or the writer is")]
    Busy,
    /// Facts are gone, and the snapshot that stands for them is not there or not what its checkpoint says.
    #[error("there is no sound checkpoint to start from")]
    NoCheckpoint,
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// No fact was written since the last month was closed.
    #[error("there is nothing to close")]
    NothingToClose,
}

impl StoreError {
    /// Every code there is, for labels.
    pub const CODES: &'static [&'static str] = &[
        "store_in_use",
        "store_io",
        "store_sql",
        "store_migration",
        "key_store_io",
        "key_store_damaged",
        "store_damaged",
        "store_file_missing",
        "vault_incomplete",
        "journal_tail_lost",
        "journal_broken",
        "vault_keys_missing",
        "disk_full",
        "disk_sync_failed",
        "disk_io",
        "store_row",
        "store_busy",
        "no_checkpoint",
        "nothing_to_close",
        "backup_not_one",
        "backup_other_kind",
        "backup_not_authentic",
        "backup_not_whole",
        "restore_not_empty",
        "restore_without_vault",
        "vault_backup_expired",
    ];

    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse(_) => "store_in_use",
            Self::Io { .. } => "store_io",
            Self::Sql(bad) => sql_code(bad),
            Self::Migration(_) => "store_migration",
            Self::Keys(bad) => bad.code(),
            Self::Damaged { .. } => "store_damaged",
            Self::FileMissing(_) => "store_file_missing",
            Self::VaultIncomplete => "vault_incomplete",
            Self::TailLost { .. } => "journal_tail_lost",
            Self::ChainBroken(_) => "journal_broken",
            Self::VaultKeys(_) => "vault_keys_missing",
            Self::DiskFull { .. } => "disk_full",
            Self::Row(_) => "store_row",
            Self::Busy => "store_busy",
            Self::Backup(bad) => bad.code(),
            Self::NoCheckpoint => "no_checkpoint",
            Self::NothingToClose => "nothing_to_close",
        }
    }
}

/// What a disk does is told apart from what SQL does.
fn sql_code(bad: &rusqlite::Error) -> &'static str {
    const SYNC_FAILED: [i32; 2] = [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC];
    let rusqlite::Error::SqliteFailure(bad, _) = bad else {
        return "store_sql";
    };
    match bad.extended_code & 0xff {
        ffi::SQLITE_FULL => "disk_full",
        ffi::SQLITE_IOERR if SYNC_FAILED.contains(&bad.extended_code) => "disk_sync_failed",
        ffi::SQLITE_IOERR => "disk_io",
        ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => "store_damaged",
        _ => "store_sql",
    }
}

impl From<refinery::Error> for StoreError {
    fn from(bad: refinery::Error) -> Self {
        Self::Migration(Box::new(bad))
    }
}

pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |why| StoreError::Io { path, why }
}

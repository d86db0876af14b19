//! What can go wrong with the store, each with a stable code and a way out.
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
    #[error("all read connections are busy")]
    Busy,
}

impl StoreError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InUse(_) => "store_in_use",
            Self::Io { .. } => "store_io",
            Self::Sql(_) => "store_sql",
            Self::Migration(_) => "store_migration",
            Self::Keys(bad) => bad.code(),
            Self::Damaged { .. } => "store_damaged",
            Self::TailLost { .. } => "journal_tail_lost",
            Self::ChainBroken(_) => "journal_broken",
            Self::VaultKeys(_) => "vault_keys_missing",
            Self::DiskFull { .. } => "disk_full",
            Self::Row(_) => "store_row",
            Self::Busy => "store_busy",
        }
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

//! Backups of headquarters' database: taken while the service runs, sealed, read back before anything relies on them.
//! They hold no data keys and no key of their own.
mod file;
mod key;
mod manifest;
mod restore;
mod take;

pub use manifest::{BackedUpBox, Manifest};
pub use restore::restore;
pub use take::{Taken, take};

use crate::config::Config;
use crate::service::{self, StartError};
use hq_store::{Store as _, StoreError, Walk};
use identity::IdentityError;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum BackupError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error(
        "backup.key = {0}: it lies within data_dir, where a copy of the data would hold it too"
    )]
    KeyBesideData(PathBuf),
    #[error(
        "backup.key = {0}: there is no key; a backup opens only with the key that it was made with"
    )]
    NoKey(PathBuf),
    #[error("{0}: not a backup of zhunkehu-cloud, or of a newer version")]
    NotABackup(PathBuf),
    #[error("{0}: does not open: another key, cut short, or changed")]
    NotAuthentic(PathBuf),
    #[error("it holds tenant {held}, and the configuration says {wanted}")]
    OtherTenant { held: String, wanted: String },
    #[error("{box_id}: the chain breaks at {seq}: this is not a good copy")]
    Broken { box_id: String, seq: u64 },
    #[error("it does not hold what its manifest says")]
    NotItsManifest,
    #[error("{0}: there is a database already; a backup is put back into an empty folder only")]
    NotEmpty(PathBuf),
    #[error("no backup at all: there is no database in {0}")]
    NoDatabase(PathBuf),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Start(#[from] StartError),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    |source| BackupError::File { path, source }
}

/// Walks the chain of every box.
pub fn verify_journal(config: &Config) -> Result<Vec<Walk>, BackupError> {
    let path = service::database_path(&config.data_dir);
    if !path.exists() {
        return Err(BackupError::NoDatabase(config.data_dir.clone()));
    }
    let store = service::open_store(config)?;
    let walk = |one: hq_store::BoxRecord| store.walk(&one.id);
    Ok(store
        .boxes()?
        .into_iter()
        .map(walk)
        .collect::<Result<_, _>>()?)
}

//! Putting a backup back: into an empty data folder, verified before it takes the database's place.
use super::take::verify;
use super::{BackupError, Manifest, at, key};
use crate::config::Config;
use crate::service;
use hq_store::{RestoredRecord, SqliteStore, Store as _};
use portal::Clock;
use std::fs::{self, File};
use std::path::Path;

/// Puts `sealed` back. A try that failed leaves no database behind.
pub fn restore(config: &Config, sealed: &Path, clock: &Clock) -> Result<Manifest, BackupError> {
    let key = key::open(config)?;
    let _alone = service::hold_folder(&config.data_dir)?;
    let database = service::database_path(&config.data_dir);
    for end in ["", "-wal", "-shm"] {
        let mut path = database.clone().into_os_string();
        path.push(end);
        if Path::new(&path).exists() {
            return Err(BackupError::NotEmpty(path.into()));
        }
    }
    let beside = config.data_dir.join("restore.scratch");
    let clear = || {
        for end in ["", "-wal", "-shm"] {
            let mut path = beside.clone().into_os_string();
            path.push(end);
            // Most of them are not there.
            let _gone = fs::remove_file(path);
        }
    };
    clear();
    let manifest = verify(config, &key, sealed, &beside).inspect_err(|_bad| clear())?;
    let name = sealed.file_name().unwrap_or_default().to_string_lossy();
    let restored = RestoredRecord {
        restored: clock.now().utc,
        taken: manifest.taken(),
        name: name.chars().take(200).collect(),
    };
    // It says what it is before it becomes the database.
    SqliteStore::open(&beside, &config.tenant)?.note_restored(&restored)?;
    fs::rename(&beside, &database).map_err(at(&database))?;
    File::open(&config.data_dir)
        .and_then(|folder| folder.sync_all())
        .map_err(at(&config.data_dir))?;
    Ok(manifest)
}

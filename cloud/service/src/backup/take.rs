//! Taking a backup: copy, seal, sync, read back, walk every chain; only then is anything called safe.
use super::manifest::{BackedUpBox, FORMAT, Manifest};
use super::{BackupError, at, file, key};
use crate::config::Config;
use crate::service;
use hq_store::{BackupRecord, SqliteStore, Store as _, Walk};
use portal::Clock;
use seal::Key;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// A backup that was read back and found whole.
#[derive(Clone, Debug)]
pub struct Taken {
    pub path: PathBuf,
    pub bytes: u64,
    pub manifest: Manifest,
}

/// Takes a backup into `dir` while the service runs or stands, and moves `safe` of each box to what it holds.
pub fn take(config: &Config, dir: &Path, clock: &Clock) -> Result<Taken, BackupError> {
    let database = service::database_path(&config.data_dir);
    if !database.exists() {
        return Err(BackupError::NoDatabase(config.data_dir.clone()));
    }
    let key = key::open_or_make(config)?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(at(dir))?;
    let taken = clock.now().utc;
    let name = name(taken.0);
    let partial = dir.join(format!("{name}.partial"));
    let scratch = Scratch::new(&config.data_dir)?;
    let manifest = copy(config, &database, &scratch.copy, taken.0)?;
    remove(&partial)?;
    let bytes = file::seal(&key, &manifest, &scratch.copy, &partial)?;
    scratch.clear()?;
    verify(config, &key, &partial, &scratch.copy)?;
    scratch.clear()?;
    let path = dir.join(&name);
    fs::rename(&partial, &path).map_err(at(&path))?;
    File::open(dir)
        .and_then(|folder| folder.sync_all())
        .map_err(at(dir))?;
    let heads = manifest.heads().ok_or(BackupError::NotItsManifest)?;
    let record = BackupRecord {
        taken,
        verified: clock.now().utc,
        name,
        bytes,
    };
    service::open_store(config)?.note_backup(&record, &heads)?;
    Ok(Taken {
        path,
        bytes,
        manifest,
    })
}

/// Sorts by time: `hq-20251123T040506Z.zkbak`.
fn name(taken_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(taken_ms).unwrap_or_default();
    format!("hq-{}.zkbak", at.strftime("%Y%m%dT%H%M%SZ"))
}

/// The database as it stands at one moment, and what is to be said of it.
fn copy(
    config: &Config,
    database: &Path,
    copy: &Path,
    taken: i64,
) -> Result<Manifest, BackupError> {
    SqliteStore::copy(database, copy)?;
    let boxes = {
        let store = SqliteStore::open(copy, &config.tenant)?;
        store.boxes()?.iter().map(BackedUpBox::of).collect()
    };
    let about = fs::metadata(copy).map_err(at(copy))?;
    Ok(Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        tenant: config.tenant.clone(),
        taken,
        database_bytes: about.len(),
        boxes,
    })
}

/// Opens the sealed file again into `database`, which stays: sound, of this tenant, every chain whole to its head.
pub(super) fn verify(
    config: &Config,
    key: &Key,
    sealed: &Path,
    database: &Path,
) -> Result<Manifest, BackupError> {
    let manifest = file::open(key, sealed, database)?;
    if manifest.tenant != config.tenant {
        return Err(BackupError::OtherTenant {
            held: manifest.tenant,
            wanted: config.tenant.clone(),
        });
    }
    SqliteStore::check(database)?;
    let store = SqliteStore::open(database, &config.tenant)?;
    let mut walks: Vec<Walk> = Vec::new();
    for one in store.boxes()? {
        let walk = store.walk(&one.id)?;
        if let Some(seq) = walk.broken_at {
            let box_id = one.id.to_string();
            return Err(BackupError::Broken { box_id, seq });
        }
        walks.push(walk);
    }
    if manifest.is_of(&walks) {
        Ok(manifest)
    } else {
        Err(BackupError::NotItsManifest)
    }
}

/// The plain copy on its way: beside the database, with its rights, gone afterwards.
struct Scratch {
    copy: PathBuf,
}

impl Scratch {
    /// What a backup that was killed left behind goes first.
    fn new(data_dir: &Path) -> Result<Self, BackupError> {
        let scratch = Self {
            copy: data_dir.join("backup.scratch"),
        };
        scratch.clear()?;
        Ok(scratch)
    }

    fn clear(&self) -> Result<(), BackupError> {
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.copy.clone().into_os_string();
            path.push(end);
            remove(Path::new(&path))?;
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(bad) = self.clear() {
            tracing::warn!(%bad, "a plain copy stays beside the database");
        }
    }
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(bad) if bad.kind() != io::ErrorKind::NotFound => Err(at(path)(bad)),
        Ok(()) | Err(_) => Ok(()),
    }
}

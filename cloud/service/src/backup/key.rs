//! The key that seals backups: a file of its own, never in the data folder. Without it a backup is lost: keep a copy elsewhere.
use super::{BackupError, at};
use crate::config::Config;
use identity::whole_file;
use seal::Key;
use std::path::{Path, PathBuf};
use std::{fs, io};
use zeroize::Zeroizing;

/// The key there is, or a new one where there is none yet.
pub(super) fn open_or_make(config: &Config) -> Result<Key, BackupError> {
    let path = place(config)?;
    match whole_file::read_key(&path)? {
        Some(key) => Ok(Key::from_bytes(*key)),
        None => make(&path),
    }
}

/// The key there is.
pub(super) fn open(config: &Config) -> Result<Key, BackupError> {
    let path = place(config)?;
    let key = whole_file::read_key(&path)?.ok_or(BackupError::NoKey(path))?;
    Ok(Key::from_bytes(*key))
}

fn place(config: &Config) -> Result<PathBuf, BackupError> {
    let path = config.backup_key();
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_missing| path.to_owned());
    let folder = path.parent().map(real);
    if folder.is_some_and(|folder| folder.starts_with(real(&config.data_dir))) {
        return Err(BackupError::KeyBesideData(path));
    }
    Ok(path)
}

fn make(path: &Path) -> Result<Key, BackupError> {
    let mut bytes = Zeroizing::new([0; Key::LEN]);
    random(bytes.as_mut_slice()).map_err(at(path))?;
    whole_file::write(path, bytes.as_slice(), whole_file::PRIVATE)?;
    Ok(Key::from_bytes(*bytes))
}

pub(super) fn random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|bad| io::Error::other(bad.to_string()))
}

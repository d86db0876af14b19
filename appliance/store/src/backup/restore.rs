//! Restoring into an empty data folder: everything is opened and checked beside its place; the database gets its name last.
use super::make::{at_end, open, sync_folder, take};
use super::{BackupError, Kind, Manifest, Part, key_of, vault};
use crate::boot::lock;
use crate::config::StoreConfig;
use crate::error::{StoreError, io};
use crate::month::Ledger;
use crate::{column, database, verify};
use messages::UtcMs;
use rusqlite::params;
use seal::KeyStore;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Restores journal and tables from `file`, and the vault from `vault` or as it lies in the folder already.
/// Stopped anywhere, it can be done again.
pub fn restore(
    config: &StoreConfig,
    key_store: &dyn KeyStore,
    file: &Path,
    vault_file: Option<&Path>,
    now: UtcMs,
) -> Result<Manifest, StoreError> {
    let _lock = lock(config)?;
    if config.branch_file().exists() {
        return Err(BackupError::NotEmpty.into());
    }
    if let Some(vault_file) = vault_file {
        restore_vault(config, key_store, vault_file, now)?;
    }
    if !config.vault_file().exists() {
        return Err(BackupError::VaultMissing.into());
    }
    let key = key_of(Kind::Data, key_store)?;
    let (mut from, manifest) = open(file, Kind::Data, &key)?;
    for part in &manifest.files {
        let path = beside(&config.folder, part)?;
        put(&path, |to| take(&mut from, part, to))?;
    }
    at_end(&mut from)?;
    for part in manifest
        .files
        .iter()
        .filter(|part| part.name != "branch.db")
    {
        let path = beside(&config.folder, part)?;
        fs::rename(&path, config.folder.join(&part.name)).map_err(io(&path))?;
    }
    mark(&config.folder, &manifest)?;
    let hot = config.folder.join("branch.db.part");
    fs::rename(&hot, config.branch_file()).map_err(io(&hot))?;
    sync_folder(&config.branch_file())?;
    Ok(manifest)
}

/// A vault that lies there is never written over: it is newer than any backup of it.
fn restore_vault(
    config: &StoreConfig,
    key_store: &dyn KeyStore,
    file: &Path,
    now: UtcMs,
) -> Result<(), StoreError> {
    if config.vault_file().exists() {
        return Err(BackupError::NotEmpty.into());
    }
    let key = key_of(Kind::Vault, key_store)?;
    let (mut from, manifest) = open(file, Kind::Vault, &key)?;
    if vault::is_expired(manifest.made, now) {
        return Err(BackupError::Expired.into());
    }
    let [part] = &manifest.files[..] else {
        return Err(BackupError::NotWhole("files".to_owned()).into());
    };
    let path = config.folder.join("vault.db.part");
    put(&path, |to| take(&mut from, part, to))?;
    at_end(&mut from)?;
    fs::rename(&path, config.vault_file()).map_err(io(&path))?;
    sync_folder(&config.vault_file())
}

/// Only names that a backup of ours holds.
fn beside(folder: &Path, part: &Part) -> Result<PathBuf, StoreError> {
    let name = part.name.as_str();
    let numbered = |front: &str| {
        let rest = name
            .strip_prefix(front)
            .and_then(|rest| rest.strip_suffix(".db"));
        rest.is_some_and(|rest| {
            rest.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
        })
    };
    if name == "branch.db" || numbered("journal-") || numbered("state-") {
        Ok(folder.join(format!("{name}.part")))
    } else {
        Err(BackupError::NotWhole(part.name.clone()).into())
    }
}

fn put(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(io(path))?;
    write(&mut file)?;
    file.sync_all().map_err(io(path))
}

/// The chain holds from its first fact to the backup's head; and the first start knows that it is one behind a restore.
fn mark(folder: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let path = folder.join("branch.db.part");
    let conn = database::open_restored(&path)?;
    database::quick_check(&conn, "branch.db")?;
    let verdict = verify::verify(&Ledger::of(&conn, folder)?, &[manifest.head])?;
    if let Some(bad) = verdict.bad {
        return Err(StoreError::ChainBroken(bad.seq));
    }
    conn.execute(
        "INSERT OR REPLACE INTO restored (one, seq, hash, made) VALUES (1, ?, ?, ?)",
        params![
            column::int(manifest.head.seq),
            manifest.head.hash.0,
            manifest.made.0
        ],
    )?;
    Ok(())
}

//! The vault's own backup: wrapped keys, under a key of its own, and gone after seven days, so that an erasure is complete then.
use super::archive::Header;
use super::make::{Order, Source, staged};
use super::{Kind, Made};
use crate::error::{StoreError, io};
use crate::store::Store;
use messages::UtcMs;
use sansio::Secrets;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// No backup of the vault may live longer.
pub const VAULT_BACKUP_DAYS: i64 = 7;
const DAY_MS: i64 = 86_400_000;

/// One that lies in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultBackup {
    pub file: PathBuf,
    pub made: UtcMs,
    /// From then on it is refused, and removed.
    pub expires: UtcMs,
}

pub(crate) fn make(
    store: &Store,
    file: &Path,
    secrets: &mut dyn Secrets,
) -> Result<Made, StoreError> {
    let _one_at_a_time = store.months_lock();
    store.flush();
    let config = store.config();
    let head = store.head();
    let order = Order {
        store,
        kind: Kind::Vault,
        key: store.backup_key(Kind::Vault),
        file,
    };
    let stage = config.folder.join("vault.db.part-backup");
    staged(&config.vault_file(), &stage, |stage| {
        let source = Source {
            name: "vault.db".to_owned(),
            path: stage.to_owned(),
        };
        order.write(head, &[source], Vec::new(), secrets)
    })
}

/// Every backup of a vault in this folder, oldest first.
pub fn vault_backups(folder: &Path) -> Result<Vec<VaultBackup>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        let header = File::open(&path)
            .ok()
            .filter(|_file| path.is_file())
            .and_then(|mut file| Header::read(&mut file).ok());
        if let Some(header) = header.filter(|header| header.kind == Kind::Vault) {
            found.push(VaultBackup {
                file: path,
                made: header.made,
                expires: expires(header.made),
            });
        }
    }
    found.sort_by_key(|backup| backup.made);
    Ok(found)
}

/// Those that are too old, and those that claim to come from later than now. What was removed.
pub fn remove_expired_vault_backups(folder: &Path, now: UtcMs) -> Result<Vec<PathBuf>, StoreError> {
    let mut removed = Vec::new();
    for backup in vault_backups(folder)? {
        if is_expired(backup.made, now) {
            fs::remove_file(&backup.file).map_err(io(&backup.file))?;
            removed.push(backup.file);
        }
    }
    Ok(removed)
}

pub(super) const fn expires(made: UtcMs) -> UtcMs {
    UtcMs(made.0.saturating_add(VAULT_BACKUP_DAYS * DAY_MS))
}

pub(super) fn is_expired(made: UtcMs, now: UtcMs) -> bool {
    now >= expires(made) || made.0 > now.0.saturating_add(DAY_MS)
}

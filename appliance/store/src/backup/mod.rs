//! Backups: one sealed file that holds the hot file, the months and a list of the recordings; the vault only ever in one of its own.
mod archive;
mod error;
mod make;
mod manifest;
mod restore;
mod vault;

pub use error::BackupError;
pub(crate) use make::make as make_data;
pub use manifest::{Manifest, Part};
pub use restore::restore;
pub(crate) use vault::make as make_vault;
pub use vault::{VAULT_BACKUP_DAYS, VaultBackup, remove_expired_vault_backups, vault_backups};

use crate::error::StoreError;
use seal::{Key, KeyId, KeyStore};
use std::path::PathBuf;

/// What a backup holds. Each kind has a key of its own, so that one never opens as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Journal and tables, sealed values in them; no data key.
    Data,
    /// The wrapped data keys.
    Vault,
}

/// A backup that was written, read again and found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub file: PathBuf,
    pub bytes: u64,
    pub manifest: Manifest,
}

impl Kind {
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Data => b'd',
            Self::Vault => b'v',
        }
    }

    pub(crate) fn parse(byte: u8) -> Option<Self> {
        [Self::Data, Self::Vault]
            .into_iter()
            .find(|kind| kind.byte() == byte)
    }

    /// From the appliance's own key: who has lost the key store cannot open its backups either.
    pub(crate) fn key(self, of_box: &Key) -> Key {
        of_box.derive(match self {
            Self::Data => "zhunkehu data backup 1",
            Self::Vault => "zhunkehu vault backup 1",
        })
    }
}

fn key_of(kind: Kind, store: &dyn KeyStore) -> Result<Key, StoreError> {
    let of_box = store.key(KeyId::Box)?;
    let of_box = of_box.ok_or(StoreError::VaultKeys("box key"))?;
    Ok(kind.key(&of_box))
}

#[cfg(test)]
mod tests;

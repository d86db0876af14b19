//! The boot check: nothing is built on a file, a tail or a vault that does not hold.
use crate::config::StoreConfig;
use crate::error::{StoreError, io};
use crate::keys::Keys;
use crate::month::Ledger;
use crate::verify::verify_tail;
use crate::{column, journal};
use messages::PartyId;
use messages::journal::Head;
use rusqlite::{Connection, OptionalExtension as _};
use seal::{KeyStore, WrappedKey};

/// Facts at the journal's end whose chain is checked at every start.
const TAIL_FACTS: u64 = 1_000;

pub(super) fn disk_floor(config: &StoreConfig) -> Result<(), StoreError> {
    let disk = rustix::fs::statvfs(&config.folder)
        .map_err(std::io::Error::from)
        .map_err(io(&config.folder))?;
    let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
    let floor_bytes = config.limits.disk_floor_bytes;
    if free_bytes < floor_bytes {
        return Err(StoreError::DiskFull {
            free_bytes,
            floor_bytes,
        });
    }
    Ok(())
}

/// Nothing that is gone is made anew in silence: a fresh file in its place would hide what was lost.
pub(super) fn files_there(
    config: &StoreConfig,
    key_store: &dyn KeyStore,
) -> Result<(), StoreError> {
    if key_store.head()?.is_none_or(|known| known.seq == 0) {
        return Ok(());
    }
    for (path, name) in [
        (config.branch_file(), "branch.db"),
        (config.vault_file(), "vault.db"),
    ] {
        if !path.exists() {
            return Err(StoreError::FileMissing(name));
        }
    }
    Ok(())
}

/// The newest party that is not erased has its key. Those met before a restore are not asked for (that is said by a
/// skipped rule): the vault that was restored may be older than the data.
pub(super) fn vault_keeps_up(
    conn: &Connection,
    vault: &Connection,
    key_store: &dyn KeyStore,
) -> Result<(), StoreError> {
    let restored = super::restored::restored(conn)?;
    let newest = conn
        .query_row(
            "SELECT id FROM party WHERE blind IS NOT NULL
               AND met > (SELECT COALESCE(MAX(utc), -1) FROM journal WHERE kind = 'rule_skipped')
             ORDER BY met DESC, id DESC LIMIT 1",
            [],
            |row| column::id(row, 0, PartyId::from_bytes),
        )
        .optional()?;
    // a vault that was restored may be older than the data: somebody has decided that
    let Some(party) = newest.filter(|_| restored.is_none()) else {
        return Ok(());
    };
    let keys: i64 = vault.query_row(
        "SELECT COUNT(*) FROM party_key WHERE party = ?",
        [party.as_bytes()],
        |row| row.get(0),
    )?;
    if keys == 0 && !key_store.erased()?.contains(&party) {
        return Err(StoreError::VaultIncomplete);
    }
    Ok(())
}

pub(super) fn sound(
    conn: &Connection,
    config: &StoreConfig,
    key_store: &dyn KeyStore,
) -> Result<(), StoreError> {
    let ledger = Ledger::of(conn, &config.folder)?;
    verify_tail(&ledger, TAIL_FACTS)?;
    if config.accept_tail || super::restored::restored(conn)?.is_some() {
        return Ok(());
    }
    key_store
        .head()?
        .map_or(Ok(()), |known| holds(&ledger, known))
}

/// The head that is kept outside of the database is one of ours.
fn holds(ledger: &Ledger<'_>, known: Head) -> Result<(), StoreError> {
    if ledger.hash_at(known.seq)? == Some(known.hash) {
        return Ok(());
    }
    Err(StoreError::TailLost {
        expected: known.seq,
        found: journal::head(ledger.hot())?.seq,
    })
}

/// One key of the vault opens: then the key store fits.
pub(super) fn vault_opens(vault: &Connection, keys: &Keys) -> Result<(), StoreError> {
    let newest = vault
        .query_row(
            "SELECT party, version, generation, wrapped FROM party_key ORDER BY party DESC LIMIT 1",
            [],
            |row| {
                Ok(WrappedKey {
                    party: column::id(row, 0, PartyId::from_bytes)?,
                    version: row.get(1)?,
                    generation: row.get(2)?,
                    bytes: row.get(3)?,
                })
            },
        )
        .optional()?;
    let Some(wrapped) = newest else {
        return Ok(());
    };
    match keys.unwrap(&wrapped) {
        Ok(_key) => Ok(()),
        Err(seal::NotOpened) => Err(StoreError::VaultKeys("vault key")),
    }
}

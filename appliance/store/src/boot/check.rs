//! The boot check: nothing is built on a file, a tail or a vault that does not hold.
use crate::config::StoreConfig;
use crate::database::quick_check;
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

pub(super) fn sound(
    conn: &Connection,
    vault: &Connection,
    config: &StoreConfig,
    key_store: &dyn KeyStore,
) -> Result<(), StoreError> {
    quick_check(conn, "branch.db")?;
    quick_check(vault, "vault.db")?;
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

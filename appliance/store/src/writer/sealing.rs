//! Keys made within a commit, and the sealer that uses them.
use crate::error::StoreError;
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use messages::{Field, PartyId, SealFailed, Sealed, Sealer};
use rusqlite::{Connection, params};
use sansio::Secrets;
use seal::{PartyKey, WrappedRecordingKey};
use std::cell::RefCell;

/// They go to the vault before the commit of the journal.
#[derive(Default)]
pub(super) struct NewKeys {
    pub(super) parties: Vec<PartyKey>,
    pub(super) recordings: Vec<WrappedRecordingKey>,
}

impl NewKeys {
    /// Of this commit, or of an earlier one; `None`: the party was erased.
    pub(super) fn find(
        &self,
        party: PartyId,
        ring: &KeyRing,
    ) -> Result<Option<PartyKey>, StoreError> {
        let new = self.parties.iter().rev().find(|key| key.party == party);
        new.map_or_else(|| ring.party_key(party), |key| Ok(Some(key.clone())))
    }
}

pub(super) struct BatchSealer<'a> {
    pub(super) keys: &'a Keys,
    pub(super) ring: &'a KeyRing,
    pub(super) secrets: &'a RefCell<Box<dyn Secrets>>,
    pub(super) new_keys: &'a NewKeys,
    /// Set where the vault could not be read: then nothing is erased, the commit fails.
    pub(super) trouble: Option<StoreError>,
}

impl Sealer for BatchSealer<'_> {
    fn seal(&mut self, party: PartyId, field: Field, clear: &str) -> Result<Sealed, SealFailed> {
        match self.new_keys.find(party, self.ring) {
            Ok(Some(key)) => {
                let mut secrets = self.secrets.borrow_mut();
                Ok(key.seal(&self.keys.tenant, field, clear, &mut **secrets))
            }
            Ok(None) => Err(SealFailed("the party has no key".to_owned())),
            // one damaged row of the vault must not stop the journal
            Err(StoreError::VaultKeys(what)) => {
                tracing::error!(%party, what, "a party's key does not open");
                Err(SealFailed("the party's key does not open".to_owned()))
            }
            Err(bad) => {
                let why = SealFailed(bad.to_string());
                self.trouble = Some(bad);
                Err(why)
            }
        }
    }
}

/// Durable when it returns.
pub(super) fn store_keys(
    vault: &mut Connection,
    keys: &Keys,
    secrets: &RefCell<Box<dyn Secrets>>,
    new: &NewKeys,
) -> Result<(), StoreError> {
    if new.parties.is_empty() && new.recordings.is_empty() {
        return Ok(());
    }
    let tx = vault.transaction()?;
    for key in &new.parties {
        let wrapped = keys.wrap(key, &mut **secrets.borrow_mut());
        tx.prepare_cached(
            "INSERT OR REPLACE INTO party_key (party, version, generation, wrapped)
             VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            wrapped.party.as_bytes(),
            wrapped.version,
            wrapped.generation,
            wrapped.bytes
        ])?;
    }
    for wrapped in &new.recordings {
        tx.prepare_cached(
            "INSERT OR REPLACE INTO recording_key (recording, party, key_version, wrapped)
             VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            wrapped.recording.as_bytes(),
            wrapped.party.as_ref().map(PartyId::as_bytes),
            wrapped.key_version,
            wrapped.bytes
        ])?;
    }
    tx.commit()?;
    Ok(())
}

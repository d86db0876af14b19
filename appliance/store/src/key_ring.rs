//! Party keys as they are needed: unwrapped from the vault, kept for a while, wiped when let go.
use crate::{column, database, error::StoreError, keys::Keys};
use messages::{Field, PartyId, Personal, PersonalValue, RecordingId, Sealed};
use rusqlite::{Connection, OptionalExtension as _};
use seal::{Key, NotOpened, PartyKey, WrappedKey, WrappedRecordingKey};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Party keys kept in memory at most: about 10 MB.
const CACHED_MAX: usize = 65_536;

/// Opens sealed values for the rules and for `rights::view`. Shared by all readers.
pub struct KeyRing {
    keys: Arc<Keys>,
    inner: Mutex<Inner>,
}

struct Inner {
    vault: Connection,
    cached: BTreeMap<PartyId, PartyKey>,
    erased: BTreeSet<PartyId>,
}

impl KeyRing {
    pub(crate) fn open(keys: Arc<Keys>, vault: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            keys,
            inner: Mutex::new(Inner {
                vault: database::open_reader(vault)?,
                cached: BTreeMap::new(),
                erased: BTreeSet::new(),
            }),
        })
    }

    /// `Erased` where the party's key is gone or the value does not open.
    #[must_use]
    pub fn open_value<T: PersonalValue>(&self, value: Personal<T>) -> Personal<T> {
        let Personal::Sealed(sealed) = value else {
            return value;
        };
        let clear = self.open_text(T::FIELD, &sealed);
        clear.map_or(Personal::Erased, Personal::Clear)
    }

    fn open_text<T: PersonalValue>(&self, field: Field, sealed: &Sealed) -> Option<T> {
        let key = self.party_key(sealed.party).unwrap_or_else(|bad| {
            tracing::warn!(code = bad.code(), "party key not read");
            None
        })?;
        match key.open(&self.keys.tenant, field, sealed) {
            Ok(text) => T::from_text(&text),
            Err(NotOpened) => {
                tracing::warn!(party = %sealed.party, field = field.code(), "a sealed value does not open");
                None
            }
        }
    }

    /// `None`: there is no such party, or it was erased.
    pub(crate) fn party_key(&self, party: PartyId) -> Result<Option<PartyKey>, StoreError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.erased.contains(&party) {
            return Ok(None);
        }
        if let Some(key) = inner.cached.get(&party) {
            return Ok(Some(key.clone()));
        }
        // a row may move to the next generation between the two looks: then it opens at the second
        for _look in 0..2 {
            let Some(wrapped) = wrapped_key(&inner.vault, party)? else {
                return Ok(None);
            };
            if let Ok(key) = self.keys.unwrap(&wrapped) {
                inner.keep(key.clone());
                return Ok(Some(key));
            }
        }
        Err(StoreError::VaultKeys("vault key of another generation"))
    }

    /// From now on nothing of these parties opens, whatever still lies in the vault.
    pub(crate) fn forget(&self, parties: impl IntoIterator<Item = PartyId>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for party in parties {
            inner.cached.remove(&party);
            inner.erased.insert(party);
        }
    }

    /// Keys that the writer has just made durable.
    pub(crate) fn keep(&self, keys: impl IntoIterator<Item = PartyKey>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            inner.keep(key);
        }
    }

    /// As if none had been asked for yet.
    #[cfg(test)]
    pub(crate) fn let_go(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.cached.clear();
    }

    /// The key of a recording; `None`: never recorded, or erased.
    pub(crate) fn recording_key(&self, recording: RecordingId) -> Result<Option<Key>, StoreError> {
        let wrapped = {
            let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            wrapped_recording_key(&inner.vault, recording)?
        };
        let Some(wrapped) = wrapped else {
            return Ok(None);
        };
        let Some(party) = wrapped.party else {
            let key = self
                .keys
                .box_key
                .unwrap_recording(recording, &wrapped.bytes);
            return key.map(Some).or(Err(StoreError::VaultKeys("box key")));
        };
        let Some(key) = self.party_key(party)? else {
            return Ok(None);
        };
        key.unwrap_recording(&self.keys.tenant, &wrapped)
            .map(Some)
            .or(Err(StoreError::VaultKeys("recording key")))
    }
}

impl Inner {
    fn keep(&mut self, key: PartyKey) {
        if self.cached.len() >= CACHED_MAX {
            self.cached.clear();
        }
        self.cached.insert(key.party, key);
    }
}

fn wrapped_key(vault: &Connection, party: PartyId) -> Result<Option<WrappedKey>, StoreError> {
    let mut found = vault
        .prepare_cached("SELECT version, generation, wrapped FROM party_key WHERE party = ?")?;
    let row = found.query_row([party.as_bytes()], |row| {
        Ok(WrappedKey {
            party,
            version: row.get(0)?,
            generation: row.get(1)?,
            bytes: row.get(2)?,
        })
    });
    Ok(row.optional()?)
}

fn wrapped_recording_key(
    vault: &Connection,
    recording: RecordingId,
) -> Result<Option<WrappedRecordingKey>, StoreError> {
    let mut found = vault.prepare_cached(
        "SELECT party, key_version, wrapped FROM recording_key WHERE recording = ?",
    )?;
    let row = found.query_row([recording.as_bytes()], |row| {
        Ok(WrappedRecordingKey {
            recording,
            party: column::id_or_none(row, 0, PartyId::from_bytes)?,
            key_version: row.get(1)?,
            bytes: row.get(2)?,
        })
    });
    Ok(row.optional()?)
}

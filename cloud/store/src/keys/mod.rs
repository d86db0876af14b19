//! The keys that branches let headquarters hold: in a file of its own, each box's under a generation of its own.
//! To forget a person is to delete the row, to move the box's other rows to the next generation, and to destroy the one before:
//! then no copy of the file opens that person.
mod folder;
mod rows;
#[cfg(test)]
mod tests;

use folder::KeyFolder;
use messages::journal::ChainHash;
use messages::lane::{KeyOffer, OfferedKey};
use messages::{BoxId, PartyId, Personal, PersonalValue};
use rusqlite::Connection;
use sansio::Secrets;
use seal::{HqBoxKey, Key, PartyKey, VaultKey, VaultKeys};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use thiserror::Error;

/// Opened keys kept in memory at most: about 10 MB.
const CACHED_MAX: usize = 65_536;

#[derive(Debug, Error)]
pub enum KeyBookError {
    #[error("key file: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("key file's schema: {0}")]
    Migration(String),
    #[error("{path}: {why}")]
    Io { path: PathBuf, why: std::io::Error },
    /// A key is not what was put there.
    #[error("{0} is damaged")]
    Damaged(PathBuf),
    /// Another process has the file open and reads just now.
    #[error("the key file is busy")]
    Busy,
}

impl KeyBookError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "hq_keys_database",
            Self::Migration(_) => "hq_keys_migration",
            Self::Io { .. } => "hq_keys_io",
            Self::Damaged(_) => "hq_keys_damaged",
            Self::Busy => "hq_keys_busy",
        }
    }
}

/// Opens what the branches' field policies let headquarters read. Every change is durable when it returns.
pub struct KeyBook {
    inner: Mutex<Inner>,
}

struct Inner {
    db: Connection,
    folder: KeyFolder,
    secrets: Box<dyn Secrets + Send>,
    boxes: BTreeMap<BoxId, VaultKeys>,
    cached: BTreeMap<(BoxId, PartyId), PartyKey>,
    erased: BTreeSet<(BoxId, PartyId)>,
}

impl KeyBook {
    /// `file`: the database; `folder`: where the generations' keys lie. What a crash left undone is done first.
    pub fn open(
        file: &Path,
        folder: &Path,
        secrets: Box<dyn Secrets + Send>,
    ) -> Result<Self, KeyBookError> {
        let folder = KeyFolder::open(folder)?;
        let boxes = folder.all()?;
        let db = rows::open(file)?;
        let mut inner = Inner {
            erased: rows::erased(&db)?,
            db,
            folder,
            secrets,
            boxes,
            cached: BTreeMap::new(),
        };
        inner.go_on()?;
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    /// Takes what a box offers; one that does not open, or is of an erased person, is passed over. How many were kept.
    /// The count moves on last: what a crash cuts off is offered again.
    pub fn take(
        &self,
        box_id: &BoxId,
        tenant: &str,
        between: &HqBoxKey,
        offered: &Offered,
    ) -> Result<usize, KeyBookError> {
        let mut keys = Vec::new();
        let mut gone = Vec::new();
        for offer in &offered.offers {
            match &offer.key {
                OfferedKey::Gone => gone.push(offer.party),
                OfferedKey::Wrapped(bytes) => {
                    match between.unwrap(tenant, offer.party, offer.version, bytes) {
                        Ok(key) => keys.push(key),
                        Err(seal::NotOpened) => {
                            tracing::warn!(%box_id, party = %offer.party, "an offered key does not open");
                        }
                    }
                }
            }
        }
        let mut inner = self.lock();
        let kept = inner.keep(box_id, &keys)?;
        if !gone.is_empty() {
            inner.drop_parties(box_id, &gone, Why::Offer)?;
        }
        rows::stand(&inner.db, box_id, offered)?;
        Ok(kept)
    }

    /// How many of a box's offers are kept in this epoch, and the fingerprint of the last one.
    pub fn kept(
        &self,
        box_id: &BoxId,
        epoch: u32,
    ) -> Result<(u64, Option<ChainHash>), KeyBookError> {
        rows::kept(&self.lock().db, box_id, epoch)
    }

    /// Persons are erased: their keys go, and no later offer brings them back. Twice is once.
    pub fn erase(&self, box_id: &BoxId, parties: &[PartyId]) -> Result<(), KeyBookError> {
        let mut inner = self.lock();
        let place = |party: &PartyId| (box_id.clone(), *party);
        let new = parties
            .iter()
            .filter(|party| !inner.erased.contains(&place(party)));
        let new: Vec<PartyId> = new.copied().collect();
        if new.is_empty() {
            return Ok(());
        }
        inner.drop_parties(box_id, &new, Why::Erasure)?;
        inner.erased.extend(new.iter().map(place));
        Ok(())
    }

    /// Everybody who was ever erased: a database that comes back from a backup is told.
    #[must_use]
    pub fn erased(&self) -> Vec<(BoxId, PartyId)> {
        self.lock().erased.iter().cloned().collect()
    }

    /// The field policy no longer lets headquarters read anything of this box.
    pub fn forget_box(&self, box_id: &BoxId) -> Result<(), KeyBookError> {
        self.lock().forget_box(box_id)
    }

    /// `Sealed` as it was where there is no key for it.
    #[must_use]
    pub fn open_value<T: PersonalValue>(
        &self,
        box_id: &BoxId,
        tenant: &str,
        value: Personal<T>,
    ) -> Personal<T> {
        let Personal::Sealed(sealed) = &value else {
            return value;
        };
        let key = self.lock().key(box_id, sealed.party);
        let text = key.and_then(|key| key.open(tenant, T::FIELD, sealed).ok());
        let clear = text.and_then(|text| T::from_text(&text));
        clear.map_or(value, Personal::Clear)
    }

    /// The persons of a box whose values can be opened.
    pub fn count(&self, box_id: &BoxId) -> Result<u64, KeyBookError> {
        rows::count(&self.lock().db, box_id)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch of offers that fits behind what is kept.
#[derive(Clone, Debug)]
pub struct Offered {
    pub offers: Vec<KeyOffer>,
    /// The link's count with them, and the fingerprint of the last one.
    pub epoch: u32,
    pub upto: u64,
    pub last: Option<ChainHash>,
}

impl core::fmt::Debug for KeyBook {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("KeyBook")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The branch takes its offer back; it may offer again.
    Offer,
    Erasure,
}

/// The place that a box's rows are wrapped for.
fn place(box_id: &BoxId) -> String {
    format!("headquarters {box_id}")
}

impl Inner {
    fn keep(&mut self, box_id: &BoxId, keys: &[PartyKey]) -> Result<usize, KeyBookError> {
        if keys.is_empty() {
            return Ok(0);
        }
        if !self.boxes.contains_key(box_id) {
            self.begin(box_id, 1)?;
        }
        let Some(generation) = self.boxes.get(box_id) else {
            return Ok(0);
        };
        let place = place(box_id);
        let wrapped = keys
            .iter()
            .map(|key| generation.wrap(&place, key, &mut *self.secrets));
        rows::keep(&mut self.db, box_id, wrapped.collect())
    }

    fn drop_parties(
        &mut self,
        box_id: &BoxId,
        parties: &[PartyId],
        why: Why,
    ) -> Result<(), KeyBookError> {
        let newest = self.boxes.get(box_id).map(VaultKeys::newest);
        for party in parties {
            self.cached.remove(&(box_id.clone(), *party));
        }
        let known = rows::delete(&mut self.db, box_id, parties, newest, why == Why::Erasure)?;
        if known > 0 {
            self.turn(box_id)?;
        }
        Ok(())
    }

    fn forget_box(&mut self, box_id: &BoxId) -> Result<(), KeyBookError> {
        self.cached.retain(|(owner, _), _| owner != box_id);
        rows::delete_all(&mut self.db, box_id)?;
        self.scrub()?;
        if let Some(keys) = self.boxes.remove(box_id) {
            for generation in keys.older().into_iter().chain([keys.newest()]) {
                self.folder.destroy(box_id, generation)?;
            }
        }
        Ok(())
    }

    fn key(&mut self, box_id: &BoxId, party: PartyId) -> Option<PartyKey> {
        let place_in_cache = (box_id.clone(), party);
        if let Some(key) = self.cached.get(&place_in_cache) {
            return Some(key.clone());
        }
        let wrapped = match rows::one(&self.db, box_id, party) {
            Ok(found) => found?,
            Err(bad) => {
                tracing::warn!(
                    code = bad.code(),
                    "a key of headquarters was not read: {bad}"
                );
                return None;
            }
        };
        let key = self
            .boxes
            .get(box_id)?
            .unwrap(&place(box_id), &wrapped)
            .ok()?;
        if self.cached.len() >= CACHED_MAX {
            self.cached.clear();
        }
        self.cached.insert(place_in_cache, key.clone());
        Some(key)
    }

    /// What a crash left: boxes with a doomed generation, or with more than one.
    fn go_on(&mut self) -> Result<(), KeyBookError> {
        let doomed = rows::doomed(&self.db)?;
        let unfinished = self.boxes.iter().filter(|(box_id, keys)| {
            !keys.older().is_empty() || doomed.contains(&((*box_id).clone(), keys.newest()))
        });
        let boxes: Vec<BoxId> = unfinished.map(|(box_id, _)| box_id.clone()).collect();
        for box_id in boxes {
            self.turn(&box_id)?;
        }
        Ok(())
    }

    /// The box's rows move on to a generation that is not doomed; the others are destroyed.
    fn turn(&mut self, box_id: &BoxId) -> Result<(), KeyBookError> {
        let Some(newest) = self.boxes.get(box_id).map(VaultKeys::newest) else {
            return Ok(());
        };
        if rows::doomed(&self.db)?.contains(&(box_id.clone(), newest)) {
            self.begin(box_id, newest + 1)?;
        }
        let Some(keys) = self.boxes.get(box_id) else {
            return Ok(());
        };
        rows::move_all(
            &mut self.db,
            box_id,
            &place(box_id),
            keys,
            &mut *self.secrets,
        )?;
        let (newest, older) = (keys.newest(), keys.older());
        self.scrub()?;
        for generation in older {
            self.folder.destroy(box_id, generation)?;
            if let Some(keys) = self.boxes.get_mut(box_id) {
                keys.forget(generation);
            }
        }
        rows::forget_doomed(&self.db, box_id, newest)
    }

    fn begin(&mut self, box_id: &BoxId, generation: u32) -> Result<(), KeyBookError> {
        let key = Key::random(&mut *self.secrets);
        self.folder.put(box_id, generation, &key)?;
        let key = VaultKey::new(generation, key);
        match self.boxes.get_mut(box_id) {
            Some(keys) => keys.add(key),
            None => {
                self.boxes.insert(box_id.clone(), VaultKeys::new(key));
            }
        }
        Ok(())
    }

    /// No old page stays in the file's log.
    fn scrub(&self) -> Result<(), KeyBookError> {
        if rows::scrub(&self.db)? {
            Ok(())
        } else {
            Err(KeyBookError::Busy)
        }
    }
}

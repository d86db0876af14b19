//! The vault keys at hand: one, and older ones only while rows are moved away from them.
use crate::{
    aead::NotOpened,
    vault::{PartyKey, VaultKey, WrappedKey},
};
use sansio::Secrets;
use std::collections::BTreeMap;

/// Opens rows of every generation that is still there; wraps by the newest one only.
#[derive(Clone, Debug)]
pub struct VaultKeys {
    newest: VaultKey,
    older: BTreeMap<u32, VaultKey>,
}

impl VaultKeys {
    #[must_use]
    pub const fn new(newest: VaultKey) -> Self {
        Self {
            newest,
            older: BTreeMap::new(),
        }
    }

    /// The highest generation becomes the one that wraps.
    pub fn add(&mut self, key: VaultKey) {
        let older = if key.generation > self.newest.generation {
            core::mem::replace(&mut self.newest, key)
        } else {
            key
        };
        self.older.insert(older.generation, older);
    }

    #[must_use]
    pub const fn newest(&self) -> u32 {
        self.newest.generation
    }

    /// Generations that are being left, oldest first.
    #[must_use]
    pub fn older(&self) -> Vec<u32> {
        self.older.keys().copied().collect()
    }

    pub fn forget(&mut self, generation: u32) {
        self.older.remove(&generation);
    }

    pub fn wrap(&self, tenant: &str, party: &PartyKey, secrets: &mut dyn Secrets) -> WrappedKey {
        self.newest.wrap(tenant, party, secrets)
    }

    pub fn unwrap(&self, tenant: &str, wrapped: &WrappedKey) -> Result<PartyKey, NotOpened> {
        let key = if wrapped.generation == self.newest.generation {
            &self.newest
        } else {
            self.older.get(&wrapped.generation).ok_or(NotOpened)?
        };
        key.unwrap(tenant, wrapped)
    }

    /// The same key under the newest generation.
    pub fn rewrap(
        &self,
        tenant: &str,
        wrapped: &WrappedKey,
        secrets: &mut dyn Secrets,
    ) -> Result<WrappedKey, NotOpened> {
        Ok(self.wrap(tenant, &self.unwrap(tenant, wrapped)?, secrets))
    }
}

#[cfg(test)]
mod tests {
    use super::VaultKeys;
    use crate::{Key, PartyKey, VaultKey};
    use messages::PartyId;
    use sansio::SeededSecrets;

    #[test]
    fn a_moved_row_opens_by_the_new_generation_and_the_old_row_by_nothing_once_its_key_is_forgotten()
     {
        let mut secrets = SeededSecrets::new(1);
        let mut keys = VaultKeys::new(VaultKey::new(1, Key::random(&mut secrets)));
        let party = PartyKey::random(PartyId::from_bytes([1; 16]), 1, &mut secrets);
        let old = keys.wrap("t", &party, &mut secrets);
        keys.add(VaultKey::new(2, Key::random(&mut secrets)));
        assert_eq!((keys.newest(), keys.older()), (2, vec![1]));
        let new = keys.rewrap("t", &old, &mut secrets).unwrap();
        assert_eq!(new.generation, 2);
        assert_eq!(keys.unwrap("t", &old).unwrap(), party);
        keys.forget(1);
        assert!(keys.unwrap("t", &old).is_err());
        assert_eq!(keys.unwrap("t", &new).unwrap(), party);
    }
}

//! The keys of this run, taken from the key store once; those that do not exist yet are made.
use crate::error::StoreError;
use sansio::Secrets;
use seal::{BlindKey, BoxKey, Key, KeyId, KeyStore, VaultKey};

pub(crate) struct Keys {
    pub(crate) tenant: String,
    pub(crate) box_key: BoxKey,
    pub(crate) blind: BlindKey,
    pub(crate) vault: VaultKey,
}

impl Keys {
    /// `fresh`: there is no data yet. A missing key is made only then: else what lies there could never be opened.
    pub(crate) fn load(
        store: &mut dyn KeyStore,
        tenant: &str,
        fresh: bool,
        secrets: &mut dyn Secrets,
    ) -> Result<Self, StoreError> {
        let generation = store.newest_generation()?.unwrap_or(1);
        let mut key = |id, what| take(store, id, what, fresh, secrets);
        Ok(Self {
            tenant: tenant.to_owned(),
            box_key: BoxKey::new(&key(KeyId::Box, "box key")?),
            blind: BlindKey::new(key(KeyId::Blind, "blind index key")?),
            vault: VaultKey::new(generation, key(KeyId::Vault { generation }, "vault key")?),
        })
    }
}

fn take(
    store: &mut dyn KeyStore,
    id: KeyId,
    what: &'static str,
    fresh: bool,
    secrets: &mut dyn Secrets,
) -> Result<Key, StoreError> {
    if let Some(key) = store.key(id)? {
        return Ok(key);
    }
    if !fresh {
        return Err(StoreError::VaultKeys(what));
    }
    let key = Key::random(secrets);
    store.put_key(id, &key)?;
    Ok(key)
}

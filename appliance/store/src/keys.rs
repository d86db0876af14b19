//! The keys of this run, taken from the key store once; those that do not exist yet are made.
use crate::backup::Kind;
use crate::error::StoreError;
use sansio::Secrets;
use seal::{
    BlindKey, BoxKey, HqBoxKey, Key, KeyId, KeyStore, NotOpened, PartyKey, VaultKey, VaultKeys,
    WrappedKey,
};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

pub(crate) struct Keys {
    pub(crate) tenant: String,
    pub(crate) box_key: BoxKey,
    pub(crate) blind: BlindKey,
    /// Of backups: data, vault.
    backups: [Key; 2],
    given: RwLock<GivenKeys>,
    vault: RwLock<VaultKeys>,
}

/// What enrolment brings, maybe while the store is open.
#[derive(Clone, Debug, Default)]
pub struct GivenKeys {
    /// Between this box and headquarters: what party keys are wrapped by on their way up.
    pub headquarters: Option<HqBoxKey>,
    /// Of the index by which all branches know a number.
    pub tenant_blind: Option<BlindKey>,
}

impl Keys {
    /// `fresh`: there is no data yet. A missing key is made only then: else what lies there could never be opened.
    pub(crate) fn load(
        store: &mut dyn KeyStore,
        tenant: &str,
        fresh: bool,
        secrets: &mut dyn Secrets,
    ) -> Result<Self, StoreError> {
        let headquarters = store.key(KeyId::Headquarters)?.map(HqBoxKey::new);
        let generations = store.generations()?;
        let newest = generations.last().copied().unwrap_or(1);
        let mut key = |id, what| take(store, id, what, fresh, secrets);
        let mut vault = VaultKeys::new(VaultKey::new(
            newest,
            key(KeyId::Vault { generation: newest }, "vault key")?,
        ));
        for generation in generations.into_iter().filter(|one| *one != newest) {
            let older = key(KeyId::Vault { generation }, "older vault key")?;
            vault.add(VaultKey::new(generation, older));
        }
        let of_box = key(KeyId::Box, "box key")?;
        Ok(Self {
            tenant: tenant.to_owned(),
            backups: [Kind::Data, Kind::Vault].map(|kind| kind.key(&of_box)),
            box_key: BoxKey::new(&of_box),
            blind: BlindKey::new(key(KeyId::Blind, "blind index key")?),
            given: RwLock::new(GivenKeys {
                headquarters,
                tenant_blind: None,
            }),
            vault: RwLock::new(vault),
        })
    }

    /// `None` before the box is enrolled.
    pub(crate) fn headquarters(&self) -> Option<HqBoxKey> {
        self.given().headquarters.clone()
    }

    pub(crate) fn tenant_blind(&self) -> Option<BlindKey> {
        self.given().tenant_blind.clone()
    }

    /// What is not given now stays as it was.
    pub(crate) fn give(&self, keys: GivenKeys) {
        let mut given = self.given.write().unwrap_or_else(PoisonError::into_inner);
        let before = core::mem::take(&mut *given);
        *given = GivenKeys {
            headquarters: keys.headquarters.or(before.headquarters),
            tenant_blind: keys.tenant_blind.or(before.tenant_blind),
        };
    }

    fn given(&self) -> RwLockReadGuard<'_, GivenKeys> {
        self.given.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn of_backup(&self, kind: Kind) -> Key {
        let [data, vault] = &self.backups;
        match kind {
            Kind::Data => data.clone(),
            Kind::Vault => vault.clone(),
        }
    }

    pub(crate) fn wrap(&self, key: &PartyKey, secrets: &mut dyn Secrets) -> WrappedKey {
        self.vault().wrap(&self.tenant, key, secrets)
    }

    pub(crate) fn unwrap(&self, wrapped: &WrappedKey) -> Result<PartyKey, NotOpened> {
        self.vault().unwrap(&self.tenant, wrapped)
    }

    pub(crate) fn rewrap(
        &self,
        wrapped: &WrappedKey,
        secrets: &mut dyn Secrets,
    ) -> Result<WrappedKey, NotOpened> {
        self.vault().rewrap(&self.tenant, wrapped, secrets)
    }

    /// The generation that wraps, and those that are being left.
    pub(crate) fn generations(&self) -> (u32, Vec<u32>) {
        let vault = self.vault();
        (vault.newest(), vault.older())
    }

    pub(crate) fn begin_generation(&self, key: VaultKey) {
        let mut vault = self.vault.write().unwrap_or_else(PoisonError::into_inner);
        vault.add(key);
    }

    pub(crate) fn forget_generation(&self, generation: u32) {
        let mut vault = self.vault.write().unwrap_or_else(PoisonError::into_inner);
        vault.forget(generation);
    }

    fn vault(&self) -> RwLockReadGuard<'_, VaultKeys> {
        self.vault.read().unwrap_or_else(PoisonError::into_inner)
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

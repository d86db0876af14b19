//! The vault's logic: a key for each party, wrapped by the vault key of a generation; values and recordings under the party's key.
//! To forget a person is to lose the party's key.
use crate::{
    Key,
    aead::{self, NotOpened, associated},
};
use messages::{Field, PartyId, RecordingId, Sealed};
use sansio::Secrets;
use zeroize::Zeroizing;

/// Wraps party keys; held by the key store.
#[derive(Clone, Debug)]
pub struct VaultKey {
    pub generation: u32,
    key: Key,
}

/// A party key as it lies in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    pub party: PartyId,
    pub version: u32,
    pub generation: u32,
    pub bytes: Vec<u8>,
}

/// A recording's key, wrapped by its party's key; `party` is `None` where the box key wraps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedRecordingKey {
    pub recording: RecordingId,
    pub party: Option<PartyId>,
    pub key_version: u32,
    pub bytes: Vec<u8>,
}

/// The key of one party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyKey {
    pub party: PartyId,
    pub version: u32,
    key: Key,
}

impl VaultKey {
    #[must_use]
    pub const fn new(generation: u32, key: Key) -> Self {
        Self { generation, key }
    }

    pub fn wrap(&self, tenant: &str, party: &PartyKey, secrets: &mut dyn Secrets) -> WrappedKey {
        let aad = self.place(tenant, party.party, party.version);
        WrappedKey {
            party: party.party,
            version: party.version,
            generation: self.generation,
            bytes: aead::seal(&self.key, &aad, party.key.expose(), secrets),
        }
    }

    /// Fails for a key of another generation, too.
    pub fn unwrap(&self, tenant: &str, wrapped: &WrappedKey) -> Result<PartyKey, NotOpened> {
        let aad = self.place(tenant, wrapped.party, wrapped.version);
        let clear = Zeroizing::new(aead::open(&self.key, &aad, &wrapped.bytes)?);
        Ok(PartyKey {
            party: wrapped.party,
            version: wrapped.version,
            key: Key::from_slice(&clear).ok_or(NotOpened)?,
        })
    }

    fn place(&self, tenant: &str, party: PartyId, version: u32) -> Vec<u8> {
        associated(&[
            b"party key",
            tenant.as_bytes(),
            party.as_bytes(),
            &version.to_be_bytes(),
            &self.generation.to_be_bytes(),
        ])
    }
}

impl PartyKey {
    pub fn random(party: PartyId, version: u32, secrets: &mut dyn Secrets) -> Self {
        Self {
            party,
            version,
            key: Key::random(secrets),
        }
    }

    pub(crate) const fn from_key(party: PartyId, version: u32, key: Key) -> Self {
        Self {
            party,
            version,
            key,
        }
    }

    pub(crate) const fn expose(&self) -> &Key {
        &self.key
    }

    pub fn seal(
        &self,
        tenant: &str,
        field: Field,
        clear: &str,
        secrets: &mut dyn Secrets,
    ) -> Sealed {
        let aad = self.place(tenant, field.code().as_bytes());
        Sealed {
            party: self.party,
            key_version: self.version,
            cipher: aead::seal(&self.key, &aad, clear.as_bytes(), secrets),
        }
    }

    /// Fails if the value belongs to another party, field, tenant or key version.
    pub fn open(
        &self,
        tenant: &str,
        field: Field,
        sealed: &Sealed,
    ) -> Result<Zeroizing<String>, NotOpened> {
        if sealed.party != self.party || sealed.key_version != self.version {
            return Err(NotOpened);
        }
        let aad = self.place(tenant, field.code().as_bytes());
        let clear = aead::open(&self.key, &aad, &sealed.cipher)?;
        String::from_utf8(clear)
            .map(Zeroizing::new)
            .or(Err(NotOpened))
    }

    pub fn wrap_recording(
        &self,
        tenant: &str,
        recording: RecordingId,
        key: &Key,
        secrets: &mut dyn Secrets,
    ) -> WrappedRecordingKey {
        let aad = self.recording_place(tenant, recording);
        WrappedRecordingKey {
            recording,
            party: Some(self.party),
            key_version: self.version,
            bytes: aead::seal(&self.key, &aad, key.expose(), secrets),
        }
    }

    pub fn unwrap_recording(
        &self,
        tenant: &str,
        wrapped: &WrappedRecordingKey,
    ) -> Result<Key, NotOpened> {
        let aad = self.recording_place(tenant, wrapped.recording);
        let clear = Zeroizing::new(aead::open(&self.key, &aad, &wrapped.bytes)?);
        Key::from_slice(&clear).ok_or(NotOpened)
    }

    fn recording_place(&self, tenant: &str, recording: RecordingId) -> Vec<u8> {
        let mut aad = self.place(tenant, b"recording key");
        aad.extend_from_slice(recording.as_bytes());
        aad
    }

    fn place(&self, tenant: &str, field: &[u8]) -> Vec<u8> {
        associated(&[
            b"value",
            tenant.as_bytes(),
            self.party.as_bytes(),
            field,
            &self.version.to_be_bytes(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::{PartyKey, VaultKey};
    use crate::Key;
    use messages::{Field, PartyId, RecordingId};
    use sansio::SeededSecrets;

    const ALICE: PartyId = PartyId::from_bytes([1; 16]);
    const BOB: PartyId = PartyId::from_bytes([2; 16]);

    #[test]
    fn a_party_key_comes_back_only_from_its_own_generation_party_and_tenant() {
        let mut secrets = SeededSecrets::new(1);
        let first = VaultKey::new(1, Key::random(&mut secrets));
        let second = VaultKey::new(2, Key::random(&mut secrets));
        let key = PartyKey::random(ALICE, 1, &mut secrets);
        let wrapped = first.wrap("t", &key, &mut secrets);
        assert_eq!(first.unwrap("t", &wrapped).unwrap(), key);
        assert!(second.unwrap("t", &wrapped).is_err());
        assert!(first.unwrap("u", &wrapped).is_err());
        let mut moved = wrapped;
        moved.party = BOB;
        assert!(first.unwrap("t", &moved).is_err());
    }

    #[test]
    fn a_value_opens_only_as_what_it_was_sealed() {
        let mut secrets = SeededSecrets::new(2);
        let key = PartyKey::random(ALICE, 1, &mut secrets);
        let sealed = key.seal("t", Field::Name, "王小芳", &mut secrets);
        assert_eq!(&**key.open("t", Field::Name, &sealed).unwrap(), "王小芳");
        assert!(key.open("t", Field::Number, &sealed).is_err());
        assert!(key.open("u", Field::Name, &sealed).is_err());
        let other = PartyKey::random(BOB, 1, &mut secrets);
        assert!(other.open("t", Field::Name, &sealed).is_err());
        let again = key.seal("t", Field::Name, "王小芳", &mut secrets);
        assert_ne!(
            again.cipher, sealed.cipher,
            "two sealings must not be linkable"
        );
    }

    #[test]
    fn a_recording_key_opens_only_for_its_recording_and_party() {
        let mut secrets = SeededSecrets::new(3);
        let party = PartyKey::random(ALICE, 1, &mut secrets);
        let data = Key::random(&mut secrets);
        let id = RecordingId::from_bytes([9; 16]);
        let mut wrapped = party.wrap_recording("t", id, &data, &mut secrets);
        assert_eq!(party.unwrap_recording("t", &wrapped).unwrap(), data);
        wrapped.recording = RecordingId::from_bytes([8; 16]);
        assert!(party.unwrap_recording("t", &wrapped).is_err());
    }
}

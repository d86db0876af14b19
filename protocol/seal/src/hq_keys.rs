//! What headquarters may read: party keys on their way up, wrapped by a key that only the box and headquarters have.
use crate::{
    Key, PartyKey,
    aead::{self, NotOpened, associated},
};
use messages::{BoxId, PartyId};
use sansio::Secrets;

/// Headquarters' own secret; each box's key is derived from it.
#[derive(Clone, Debug)]
pub struct HqMaster(Key);

/// The key between one box and headquarters, given at enrolment.
#[derive(Clone, Debug)]
pub struct HqBoxKey(Key);

impl HqMaster {
    #[must_use]
    pub const fn new(key: Key) -> Self {
        Self(key)
    }

    #[must_use]
    pub fn of_box(&self, box_id: &BoxId) -> HqBoxKey {
        HqBoxKey(self.0.derive(&format!("zhunkehu hq box 1 {box_id}")))
    }
}

impl HqBoxKey {
    #[must_use]
    pub const fn new(key: Key) -> Self {
        Self(key)
    }

    /// The bytes that enrolment hands over.
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.0
    }

    pub fn wrap(&self, tenant: &str, party: &PartyKey, secrets: &mut dyn Secrets) -> Vec<u8> {
        let aad = place(tenant, party.party, party.version);
        aead::seal(&self.0, &aad, party.expose().expose(), secrets)
    }

    /// Opens only what this box offered for this party.
    pub fn unwrap(
        &self,
        tenant: &str,
        party: PartyId,
        version: u32,
        wrapped: &[u8],
    ) -> Result<PartyKey, NotOpened> {
        let aad = place(tenant, party, version);
        let clear = zeroize::Zeroizing::new(aead::open(&self.0, &aad, wrapped)?);
        let key = Key::from_slice(&clear).ok_or(NotOpened)?;
        Ok(PartyKey::from_key(party, version, key))
    }
}

fn place(tenant: &str, party: PartyId, version: u32) -> Vec<u8> {
    associated(&[
        b"key offer",
        tenant.as_bytes(),
        party.as_bytes(),
        &version.to_be_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use super::HqMaster;
    use crate::{Key, PartyKey};
    use messages::{BoxId, PartyId};
    use sansio::SeededSecrets;

    #[test]
    fn an_offer_opens_only_with_the_key_of_its_box_and_for_its_party() {
        let mut secrets = SeededSecrets::new(1);
        let master = HqMaster::new(Key::random(&mut secrets));
        let key_of = |name: &str| master.of_box(&BoxId::parse(name).unwrap());
        let party = PartyId::from_bytes([1; 16]);
        let key = PartyKey::random(party, 3, &mut secrets);
        let offer = key_of("sz-01").wrap("t", &key, &mut secrets);
        assert_eq!(key_of("sz-01").unwrap("t", party, 3, &offer).unwrap(), key);
        assert!(key_of("sz-02").unwrap("t", party, 3, &offer).is_err());
        assert!(key_of("sz-01").unwrap("t", party, 2, &offer).is_err());
        assert!(key_of("sz-01").unwrap("u", party, 3, &offer).is_err());
        let other = PartyId::from_bytes([2; 16]);
        assert!(key_of("sz-01").unwrap("t", other, 3, &offer).is_err());
    }
}

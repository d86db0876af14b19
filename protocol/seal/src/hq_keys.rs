//! What headquarters may read: party keys on their way up, wrapped by a key that only the box and headquarters have.
use crate::{
    Key, PartyKey,
    aead::{self, NONCE_LEN, NotOpened, associated},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use messages::{BoxId, PartyId};

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

    /// The same bytes for the same key, so that an offer that is made again is known again.
    #[must_use]
    pub fn wrap(&self, tenant: &str, party: &PartyKey) -> Vec<u8> {
        let aad = place(tenant, party.party, party.version);
        let key = party.expose().expose();
        aead::seal_with(&self.0, &aad, key, self.nonce(&aad, key))
    }

    /// Follows from what is wrapped and where: no nonce comes twice for two keys.
    fn nonce(&self, aad: &[u8], key: &[u8]) -> [u8; NONCE_LEN] {
        let secret = self.0.derive("zhunkehu key offer nonce 1");
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.expose())
            .expect("HMAC takes keys of any length");
        mac.update(&associated(&[aad, key]));
        let full = mac.finalize().into_bytes();
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&full[..NONCE_LEN]);
        nonce
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
        let offer = key_of("sz-01").wrap("t", &key);
        assert_eq!(offer, key_of("sz-01").wrap("t", &key), "known again");
        let next = PartyKey::random(party, 3, &mut secrets);
        assert_ne!(offer[..12], key_of("sz-01").wrap("t", &next)[..12]);
        assert_eq!(key_of("sz-01").unwrap("t", party, 3, &offer).unwrap(), key);
        assert!(key_of("sz-02").unwrap("t", party, 3, &offer).is_err());
        assert!(key_of("sz-01").unwrap("t", party, 2, &offer).is_err());
        assert!(key_of("sz-01").unwrap("u", party, 3, &offer).is_err());
        let other = PartyId::from_bytes([2; 16]);
        assert!(key_of("sz-01").unwrap("t", other, 3, &offer).is_err());
    }
}

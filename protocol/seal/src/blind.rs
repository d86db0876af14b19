//! The blind index: finds a number without opening anything. HMAC-SHA256 of the canonical text, cut to 16 bytes.
//! Mobile numbers are few: whoever holds the key can try them all. It makes pseudonyms, not anonymity.
use crate::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use messages::PartyNumber;

/// Equal for two texts of one number, under one key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlindIndex(pub [u8; 16]);

impl BlindIndex {
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl core::fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("BlindIndex")
    }
}

#[derive(Clone, Debug)]
pub struct BlindKey(Key);

impl BlindKey {
    #[must_use]
    pub const fn new(key: Key) -> Self {
        Self(key)
    }

    #[must_use]
    pub fn index(&self, number: &PartyNumber) -> BlindIndex {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(self.0.expose())
            .expect("HMAC takes keys of any length");
        mac.update(number.canonical().as_bytes());
        let full = mac.finalize().into_bytes();
        let mut index = [0; 16];
        index.copy_from_slice(&full[..16]);
        BlindIndex(index)
    }
}

#[cfg(test)]
mod tests {
    use super::BlindKey;
    use crate::Key;
    use messages::PartyNumber;

    #[test]
    fn one_number_has_one_index_under_one_key() {
        let number = |text| PartyNumber::parse(text).unwrap();
        let key = BlindKey::new(Key::from_bytes([1; 32]));
        let other = BlindKey::new(Key::from_bytes([2; 32]));
        let index = key.index(&number("+86 138 0013 8000"));
        assert_eq!(index, key.index(&number("13800138000")));
        assert_ne!(index, key.index(&number("13800138001")));
        assert_ne!(index, other.index(&number("13800138000")));
    }
}

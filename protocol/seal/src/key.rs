//! A secret key that is wiped when it is dropped and never printed.
use sansio::Secrets;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 256 bits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    pub const LEN: usize = 32;

    /// The bytes that are handed in stay with the caller: wipe them there.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// `None` unless there are exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn random(secrets: &mut dyn Secrets) -> Self {
        let mut bytes = [0; Self::LEN];
        secrets.fill(&mut bytes);
        let key = Self(bytes);
        bytes.zeroize();
        key
    }

    #[must_use]
    pub const fn expose(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// A key for one purpose only (HKDF-SHA256, RFC 5869; no salt).
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let mut out = Self([0; Self::LEN]);
        hkdf::Hkdf::<sha2::Sha256>::new(None, &self.0)
            .expand(purpose.as_bytes(), &mut out.0)
            .expect("32 bytes are within the limit of HKDF");
        out
    }
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Key")
    }
}

/// The keys that a key store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyId {
    /// Secrets of this appliance: SIP passwords, password hashes, dialogs.
    Box,
    /// The branch's blind index.
    Blind,
    /// Between this box and headquarters, given at enrolment: what headquarters may read is offered under it.
    Headquarters,
    /// Wraps the party keys; an erasure begins a new generation and destroys the old one.
    Vault { generation: u32 },
}

#[cfg(test)]
mod tests {
    use super::Key;
    use sansio::SeededSecrets;

    #[test]
    fn keys_of_two_purposes_differ_and_none_is_printed() {
        let key = Key::random(&mut SeededSecrets::new(1));
        assert!(key.derive("a") != key.derive("b"));
        assert!(key.derive("a") == key.derive("a"));
        assert_eq!(format!("{key:?}"), "Key");
    }
}

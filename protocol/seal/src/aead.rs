//! AES-256-GCM with a random nonce in front, and associated data whose parts cannot run into each other.
use crate::Key;
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use sansio::Secrets;
use thiserror::Error;

pub(crate) const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// Wrong key, wrong place, or the bytes were changed: which one cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the cipher text does not open")]
pub struct NotOpened;

/// Associated data: each part behind its length, so that ("ab", "c") is not ("a", "bc").
pub(crate) fn associated(parts: &[&[u8]]) -> Vec<u8> {
    let mut data = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        let len = u32::try_from(part.len()).unwrap_or(u32::MAX);
        data.extend_from_slice(&len.to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

pub(crate) fn seal(key: &Key, aad: &[u8], clear: &[u8], secrets: &mut dyn Secrets) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    secrets.fill(&mut nonce);
    seal_with(key, aad, clear, nonce)
}

/// `nonce` must never come twice for two texts under one key.
pub(crate) fn seal_with(key: &Key, aad: &[u8], clear: &[u8], nonce: [u8; NONCE_LEN]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(key.expose().into())
        .encrypt(&nonce.into(), Payload { msg: clear, aad })
        .expect("our texts are far shorter than the limit of GCM");
    let mut out = Vec::with_capacity(NONCE_LEN + cipher.len());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&cipher);
    out
}

pub(crate) fn open(key: &Key, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
    if sealed.len() < NONCE_LEN + TAG_LEN {
        return Err(NotOpened);
    }
    let (nonce, msg) = sealed.split_at(NONCE_LEN);
    let nonce: [u8; NONCE_LEN] = nonce.try_into().or(Err(NotOpened))?;
    Aes256Gcm::new(key.expose().into())
        .decrypt(&nonce.into(), Payload { msg, aad })
        .or(Err(NotOpened))
}

#[cfg(test)]
mod tests {
    use super::{associated, open, seal};
    use crate::Key;
    use proptest::prelude::*;
    use sansio::SeededSecrets;

    #[test]
    fn parts_of_the_associated_data_do_not_run_together() {
        assert_ne!(associated(&[b"ab", b"c"]), associated(&[b"a", b"bc"]));
        assert_ne!(associated(&[b"ab"]), associated(&[b"ab", b""]));
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_nothing_else_does(
            clear in proptest::collection::vec(any::<u8>(), 0..80), seed: u64, flip: usize,
        ) {
            let mut secrets = SeededSecrets::new(seed);
            let key = Key::random(&mut secrets);
            let mut sealed = seal(&key, b"here", &clear, &mut secrets);
            prop_assert_eq!(open(&key, b"here", &sealed).unwrap(), clear);
            prop_assert!(open(&key, b"there", &sealed).is_err());
            let at = flip % sealed.len();
            sealed[at] ^= 1;
            prop_assert!(open(&key, b"here", &sealed).is_err());
        }

        #[test]
        fn any_bytes_are_answered_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let key = Key::from_bytes([7; 32]);
            prop_assert!(open(&key, b"", &bytes).is_err());
        }
    }
}

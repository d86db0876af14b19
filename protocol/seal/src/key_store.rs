//! Where the keys of the appliance lie: a folder of its own, a TPM, a boot passphrase. Never the database.
use crate::{Key, KeyId};
use messages::{PartyId, journal::Head};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum KeyStoreError {
    #[error("key store: {0}")]
    Io(String),
    #[error("key store: {0} is not what was put there")]
    Damaged(&'static str),
}

impl KeyStoreError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "key_store_io",
            Self::Damaged(_) => "key_store_damaged",
        }
    }
}

/// Keeps keys and the journal's head outside of the database. Everything put is durable when the call returns.
pub trait KeyStore: Send {
    /// `None` if there is no such key (yet, or any longer).
    fn key(&self, id: KeyId) -> Result<Option<Key>, KeyStoreError>;

    /// A key is never put over another one of the same id: that is an error.
    fn put_key(&mut self, id: KeyId, key: &Key) -> Result<(), KeyStoreError>;

    /// Gone for good, as far as the medium allows.
    fn destroy_key(&mut self, id: KeyId) -> Result<(), KeyStoreError>;

    /// The vault generations there is a key for, oldest first. More than one: rows are being moved to the newest.
    fn generations(&self) -> Result<Vec<u32>, KeyStoreError>;

    /// Parties that were erased, so that a restored database or vault gives none of them back.
    fn erased(&self) -> Result<Vec<PartyId>, KeyStoreError>;

    /// Adds to that list; a party that stands there already is passed over.
    fn put_erased(&mut self, parties: &[PartyId]) -> Result<(), KeyStoreError>;

    /// The last journal head that was put: tells a cut tail.
    fn head(&self) -> Result<Option<Head>, KeyStoreError>;

    fn put_head(&mut self, head: Head) -> Result<(), KeyStoreError>;
}

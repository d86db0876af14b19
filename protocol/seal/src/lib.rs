//! Sealing: the keys, where they come from, and the exact bytes of everything that is kept encrypted.
//! AES-256-GCM throughout; a cipher text is `nonce (12) ‖ cipher ‖ tag (16)`; the associated data names what it belongs to.
#![forbid(unsafe_code)]

mod aead;
mod blind;
mod box_key;
mod generations;
mod hq_keys;
mod key;
mod key_store;
mod recovery;
mod vault;

pub mod stream;

/// The tenant that a branch's values are sealed for: part of their associated data on both sides.
pub const BRANCH_TENANT: &str = "branch";

pub use aead::NotOpened;
pub use blind::{BlindIndex, BlindKey};
pub use box_key::BoxKey;
pub use generations::VaultKeys;
pub use hq_keys::{HqBoxKey, HqMaster};
pub use key::{Key, KeyId};
pub use key_store::{KeyStore, KeyStoreError};
pub use recovery::{RecoveryKey, RecoveryPublic};
pub use vault::{PartyKey, VaultKey, WrappedKey, WrappedRecordingKey};

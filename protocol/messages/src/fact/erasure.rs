//! Facts about forgetting: the vault's generations.
use serde::{Deserialize, Serialize};

/// Somebody wants all keys wrapped anew, and the old vault key destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultRotationAsked {}

/// Every key is wrapped by this generation; the keys of all older ones are destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultRewrapped {
    pub generation: u32,
    /// Moved since the process that finished it began.
    pub rows: u64,
    /// Keys that did not open before, and never will.
    pub damaged: u64,
}

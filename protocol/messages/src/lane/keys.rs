//! Keys that headquarters may hold: offered by the branch outside of the journal, opaque to the link.
use crate::{PartyId, journal::ChainHash, wire};
use serde::{Deserialize, Serialize};

/// Limits of one batch of key offers.
pub const BATCH_KEYS_MAX: usize = 256;
pub const WRAPPED_KEY_BYTES_MAX: usize = 512;

/// Offers in order from `first`, counted for themselves in each epoch. Offering one again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyBatch {
    pub epoch: u32,
    pub first: u64,
    /// Forget the count so far: `first` is 1.
    #[serde(skip_serializing_if = "core::ops::Not::not", default)]
    pub anew: bool,
    pub offers: Vec<KeyOffer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOffer {
    pub party: PartyId,
    pub version: u32,
    pub key: OfferedKey,
}

impl KeyOffer {
    /// Tells this offer from every other one: a wrapped key is never the same twice.
    #[must_use]
    pub fn fingerprint(&self) -> ChainHash {
        ChainHash::START.next(&wire::encode(self).unwrap_or_default())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferedKey {
    Wrapped(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Destroy what you hold of this party, all versions up to this one.
    Gone,
}

/// The cloud keeps every offer up to here: cumulative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAck {
    pub epoch: u32,
    pub upto: u64,
}

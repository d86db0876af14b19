//! Facts on the wire: up in the facts lane, and back down where an appliance has lost its tail.
use crate::journal::{ChainHash, Head};
use serde::{Deserialize, Serialize};

/// Limits of one batch of facts.
pub const BATCH_FACTS_MAX: usize = 200;
pub const BATCH_BYTES_MAX: usize = 64 * 1024;
pub const BATCH_WAIT_MS_MAX: u64 = 1_000;

/// Facts in order, compressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub protocol: u16,
    pub schema: u16,
    pub epoch: u32,
    /// The seq before the first one; with `hash_before` the batch names exactly where it fits.
    pub prev_seq: u64,
    pub first: u64,
    pub last: u64,
    pub hash_before: ChainHash,
    pub hash_after: ChainHash,
    pub codec: Codec,
    /// CBOR array of byte strings (each one sealed fact), compressed by `codec`.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    Plain,
    Zstd,
}

/// The appliance wants its lost facts back: those behind `after`, up to and with `upto`. Answered in the tail lane by a `Batch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub epoch: u32,
    pub after: Head,
    pub upto: u64,
}

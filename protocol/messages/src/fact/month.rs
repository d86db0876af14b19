//! Facts about the journal itself: a month was closed, a closed month was forgotten.
use crate::{UtcMs, journal::ChainHash};
use serde::{Deserialize, Serialize};

/// A month of the journal was closed: its facts lie in a file of their own, and verification and rebuild can start behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// `2026-11`: names the file. The range below is what counts, whatever the clock did.
    pub month: String,
    /// The first fact of the closed range.
    pub first: u64,
    /// The last one.
    pub seq: u64,
    /// The chain behind `seq`.
    pub chain_head: ChainHash,
    /// Digest of the tables as they stood behind `seq`.
    #[serde(with = "serde_bytes")]
    pub state_hash: [u8; 32],
    /// The earliest and the latest time that a fact of the range carries.
    pub from: UtcMs,
    pub until: UtcMs,
}

/// A closed month is no longer kept: headquarters has it in a backup, and it is older than the law asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthPruned {
    pub month: String,
    pub first: u64,
    pub last: u64,
}

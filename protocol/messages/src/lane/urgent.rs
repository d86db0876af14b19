//! Refusals of contact that cannot wait for their turn: idempotent, beside the lanes that guarantee them.
use crate::{UtcMs, journal::Head};
use serde::{Deserialize, Serialize};

/// Refusals in one message, and in one directive.
pub const DNC_CHANGES_MAX: usize = 1_000;

/// One number's refusal of contact, by the tenant's blind index: it begins or it is lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DncChange {
    #[serde(with = "serde_bytes")]
    pub index: Vec<u8>,
    /// True: nobody may call. False: the refusal is lifted.
    pub refused: bool,
    /// A stable code or a few words. Never personal.
    pub reason: String,
    pub utc: UtcMs,
}

/// Up: what the branch's facts up to `upto` will say in their turn. Down, this lane carries one signed directive ahead of its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urgent {
    pub epoch: u32,
    pub upto: Head,
    pub changes: Vec<DncChange>,
}

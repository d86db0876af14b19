//! Facts about forgetting: persons erased, each copy's word that nothing is left, and the vault's generations.
use crate::{CustomerId, DataCopy, PartyId, RecordingId, UtcMs};
use serde::{Deserialize, Serialize};

/// A customer is to be forgotten: from here on nothing of the party is opened, and every copy is emptied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerErased {
    pub customer: CustomerId,
    pub party: PartyId,
    pub reason: String,
}

/// The same for a number that belongs to no customer, and for a party that a restored database had still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyErased {
    pub party: PartyId,
    pub reason: String,
}

/// The container of an erased person's recording is off the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingErased {
    pub recording: RecordingId,
}

/// One copy's receipt: since `on` nothing of the party opens from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureConfirmed {
    pub party: PartyId,
    pub copy: DataCopy,
    pub on: UtcMs,
}

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

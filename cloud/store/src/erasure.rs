//! An erasure as headquarters knows it: who is forgotten, and which copies have confirmed.
use messages::{BoxId, DataCopy, PartyId, UtcMs};

/// How far a person's erasure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// Nothing opens here; a copy has not confirmed yet.
    Pending,
    Complete,
}

/// A copy of headquarters that has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    pub box_id: BoxId,
    pub party: PartyId,
    pub copy: DataCopy,
    pub asked: UtcMs,
}

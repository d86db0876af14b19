//! Facts that could not be applied: listed by branch, looked at, tried again.
use crate::PageLimit;
use messages::{BoxId, UserName, UtcMs};
use std::net::IpAddr;

/// Letters that one retry tries; the ones that were never tried come first, the rest waits for the next one.
pub const RETRY_MAX: u32 = 20_000;

/// Why facts are set aside: every code, each with its text in the UI.
pub const CODES: &[&str] = &[
    "fact_undecodable",
    "fact_other_box",
    "fact_other_seq",
    "body_undecodable",
    "fact_constraint",
    "call_exists",
    "recording_exists",
    "customer_exists",
    "personal_not_encoded",
    "personal_clear",
];

/// A fact that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    pub box_id: BoxId,
    pub epoch: u32,
    pub seq: u64,
    pub received: UtcMs,
    /// When somebody last tried to apply it again.
    pub tried: Option<UtcMs>,
    /// A stable code; behind a colon the kind of fact, where it could be read.
    pub why: String,
    pub bytes: Vec<u8>,
}

/// Which dead letters: by branch, then in the order of its journal.
#[derive(Clone, Debug, Default)]
pub struct DeadLetterQuery {
    pub box_id: Option<BoxId>,
    pub after: Option<DeadLetterCursor>,
    pub limit: PageLimit,
}

/// The last row of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterCursor {
    pub box_id: BoxId,
    pub seq: u64,
    pub epoch: u32,
}

/// Somebody wants letters of a branch tried again.
#[derive(Clone, Debug)]
pub struct Retry {
    pub box_id: BoxId,
    /// Epoch and seq of one letter; none: all of the branch.
    pub only: Option<(u32, u64)>,
    pub by: UserName,
    pub from_ip: Option<IpAddr>,
    pub at: UtcMs,
}

/// What became of a retry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// They stand in the journal and its tables now, in their places.
    pub applied: u64,
    /// They still cannot be applied, and say why.
    pub left: u64,
    /// Beyond [`RETRY_MAX`]: not tried this time.
    pub waiting: u64,
}

//! The live socket: a snapshot with its seq, then what changed, twice a second at most.
mod hub;
mod socket;
#[cfg(test)]
mod tests;

pub(crate) use hub::{LiveHub, keep_drawing};
pub(super) use socket::{__path_live, live};

use super::{Branch, Overview};
use messages::UtcMs;
use serde::Serialize;
use utoipa::ToSchema;

/// What the server sends. A missed `seq` means: connect again, a new snapshot comes first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    Snapshot {
        seq: u64,
        #[schema(value_type = i64)]
        utc: UtcMs,
        overview: Overview,
        branches: Vec<Branch>,
    },
    /// The branches that changed, each whole, and the new figures.
    Delta {
        seq: u64,
        #[schema(value_type = i64)]
        utc: UtcMs,
        overview: Overview,
        branches: Vec<Branch>,
    },
    /// Every 15 s, with the seq of the last delta.
    Heartbeat {
        seq: u64,
        #[schema(value_type = i64)]
        utc: UtcMs,
    },
}

//! What this box leaves with headquarters, so that another machine can take its place: its keys for the recovery key alone,
//! its vault and its data as backups. Sent in pieces, and read in pieces by the machine that comes after it.
mod call;
mod error;
mod leave;
mod pieces;
mod recover;

pub use error::SnapshotError;
pub use leave::{Leaving, SnapshotState};
pub use recover::Recover;

/// What the keys are sealed for: this box, and nothing else of it.
fn place(box_id: &messages::BoxId) -> Vec<u8> {
    format!("zhunkehu keys of {box_id}").into_bytes()
}

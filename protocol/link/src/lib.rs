//! The sync link, both ends as plain data: facts go up in chained batches, what stands is acknowledged, and nothing stalls silently.
//! The pipe between the ends may lose, double and reorder; the guarantee is made here.
#![forbid(unsafe_code)]

mod batch;
mod book;
mod box_end;
mod cloud_end;
mod refused;
mod status;

pub use batch::{BATCH_MESSAGE_BYTES_MAX, CannotPack, PLAIN_BYTES_MAX, pack_batch, unpack_payload};
pub use book::CloudBook;
pub use box_end::{BoxConfig, BoxCursor, BoxEnd, BoxInput, BoxOutput, timing};
pub use cloud_end::{Arrived, CloudEnd, Greeted, Judged, Unreadable};
pub use refused::{ProtocolFault, Refused};
pub use status::{LinkPhase, LinkStatus, Trouble};

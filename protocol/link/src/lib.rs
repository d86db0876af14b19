//! The sync link, both ends as plain data: facts go up in chained batches, directives come down signed, what stands is
//! acknowledged, and nothing stalls silently. The pipe between the ends may lose, double and reorder; the guarantee is made here.
#![forbid(unsafe_code)]

mod batch;
mod book;
mod box_end;
mod cloud_end;
mod refused;
mod sender;
mod sign;
mod status;

pub use batch::{BATCH_MESSAGE_BYTES_MAX, CannotPack, PLAIN_BYTES_MAX, pack_batch, unpack_payload};
pub use book::{CloudBook, Consequence, Finding};
pub use box_end::{BoxConfig, BoxCursor, BoxEnd, BoxInput, BoxOutput, timing};
pub use cloud_end::{
    Arrived, CLOCK_OFF_MS_MAX, CloudEnd, Form, Greeted, Judged, KeysJudged, Pulled, Unreadable,
    read_directive_ack, read_result, read_urgent,
};
pub use refused::{ProtocolFault, Refused};
pub use sender::{DIRECTIVE_ACK_WAIT, DirectiveSender, SenderInput, SenderOutput};
pub use sign::{BadDirective, CannotSign, DirectiveKey, DirectiveSigner, RefusedDirective, Trust};
pub use status::{LinkPhase, LinkStatus, Trouble};

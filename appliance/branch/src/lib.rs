//! The branch machine: SIP, calls and the gate in one total order. Its parts never see each other; here they are joined.
#![forbid(unsafe_code)]

mod api;
mod click;
mod course;
mod engaged;
mod facts;
mod incoming;
mod load;
mod machine;
mod media_wire;
mod meters;
mod orders;
mod ports;
mod recording;
mod room;
mod signalling;
mod sip_wire;
mod standing;
mod ways;

pub use api::{
    Ask, BindingNote, BranchConfig, BranchOrder, DialRequest, Input, KeyAnswer, Output,
    RestoredBinding,
};
pub use load::{LOAD_LOOK, LoadSample};
pub use machine::{Branch, Seeds};
pub use room::RoomRule;
pub use signalling::Signalling;
pub use standing::Standing;

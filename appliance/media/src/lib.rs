//! The data plane without sockets: which packet goes where, what is recorded, who is silent. Decides nothing about calls.
#![forbid(unsafe_code)]

mod api;
mod conceal;
mod digits;
mod g711;
mod latch;
mod leg;
mod playout;
mod reception;
mod relay;
mod silence;

pub mod recording;
pub mod rtcp;
pub mod rtp;
pub mod tone;
pub mod wav;

pub use api::{
    Codec, LegMedia, LegStats, MediaCommand, MediaLeg, MediaReport, PortPair, RecordOrder,
    RecorderReport, Tone,
};
pub use digits::DIGIT_PACKET_BYTES;
pub use relay::{BadOrder, Forward, Outlet, Passage, REST, RecordFrame, Relay, RelayOutput};

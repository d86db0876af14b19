//! The data plane without sockets: which packet goes where, what is recorded, who is silent. Decides nothing about calls.
#![forbid(unsafe_code)]

mod api;
mod codec;
mod coder;
mod comfort;
mod conceal;
mod digits;
mod hearing;
mod latch;
mod law;
mod leg;
mod playout;
mod reception;
mod relay;
mod silence;
mod speaker;
mod srtp;
mod taping;

pub mod recording;
pub mod rtcp;
pub mod rtp;
pub mod tone;
pub mod wav;

pub use api::{
    LegMedia, LegStats, MediaCommand, MediaLeg, MediaReport, PortPair, RecordOrder, RecorderReport,
    Tone,
};
pub use codec::{Codec, Formats, Numbered, PTIME_MS, SPEECH_MAX};
pub use law::Law;
pub use relay::{BadOrder, Outlet, REST, RecordFrame, Relay, RelayOutput};
pub use srtp::{KEY_BYTES_MAX, SrtpKey, SrtpKeys, SrtpSuite};

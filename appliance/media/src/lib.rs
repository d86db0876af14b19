//! The data plane without sockets: which packet goes where, what is recorded, who is silent. Decides nothing about calls.
#![forbid(unsafe_code)]

mod api;

pub use api::{
    Codec, LegMedia, LegStats, MediaCommand, MediaLeg, MediaReport, PortPair, RecordOrder,
    RecorderReport, Tone,
};

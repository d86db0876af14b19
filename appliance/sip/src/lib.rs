//! SIP without sockets: bytes and time in, bytes and events out (RFC 3261, 6026, 3581, 8760).
#![forbid(unsafe_code)]

mod api;

pub use api::{
    Command, Config, DialogRecord, Event, Flow, Input, Invite, LegId, Limits, Origin, Output,
    PhoneAccount, Refused, RegisterAs, Target, Transport, TrunkAccount,
};

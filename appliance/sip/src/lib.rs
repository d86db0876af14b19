//! SIP without sockets: bytes and time in, bytes and events out (RFC 3261, 6026, 3581, 8760).
#![forbid(unsafe_code)]

mod access;
mod api;
mod bans;
mod dialog;
mod digest;
mod framer;
mod lamps;
mod leg;
mod machine;
mod message;
mod outcome;
mod pinger;
mod profile;
mod register;
mod registrar;
mod registration;
mod screening;
mod settings;
mod timer;
mod trace;
mod transaction;

pub use api::{
    Command, Config, DialogRecord, Diversion, Event, Flow, Input, Invite, Lamp, LegId, Limits,
    Login, Offers, Origin, Orphan, Output, PhoneAccount, ProfileAsked, Refused, RegisterAs, Resync,
    Target, Transport, TrunkAccount,
};
pub use machine::Sip;
pub use profile::ProfileReply;
pub use registrar::BoundAt;
pub use trace::{Said, Traced, Way};

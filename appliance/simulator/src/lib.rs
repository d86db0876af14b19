//! A carrier and phones that really speak SIP and RTP: for demonstrations, laboratories and tests. Shares no state with what it tests.
#![forbid(unsafe_code)]

pub mod announcement;
pub mod audio;
pub mod caller;
pub mod carrier;
pub mod check;
pub mod config;
pub mod endpoint;
pub mod journal;
pub mod phones;
pub mod sdp;
pub mod talk;

//! The whole branch machine in virtual time: phones, a carrier and the gateway exchange real SIP text in memory.
// What a story does not tell of is left out by wildcards.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod calls;
mod given_on;
mod ways;
mod world;

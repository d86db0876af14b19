//! SIP machines talking with each other over a wire in memory, in virtual time.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests: helpers outside #[test] functions"
)]

mod borders;
mod by_hand;
mod callers;
mod calls;
mod corpus;
mod doors;
mod loss;
mod mutation;
mod orphans;
mod play;
mod registering;
mod reliable;
mod sessions;
mod soak;
mod subscriptions;
mod torture;
mod transfers;
mod trunk_login;
mod world;

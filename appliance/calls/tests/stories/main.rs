//! Stories of calls, told as the orders and facts that come out.
#![allow(
    clippy::unwrap_used,
    reason = "tests: helpers outside #[test] functions"
)]

mod calls;
mod conference;
mod speech;
mod story;
mod taking;

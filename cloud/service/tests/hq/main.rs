//! The service at headquarters: what it takes in, what it shows to whom, how it starts and ends.
#![allow(clippy::unwrap_used)] // helpers of tests

mod api;
mod backup;
mod dead_letters;
mod document;
mod enrolment;
mod intake;
mod keys;
mod lines;
mod office;
mod process;
mod running;
mod wishes;

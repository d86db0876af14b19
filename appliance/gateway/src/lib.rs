//! The gateway's shell: sockets, threads, clock, web and command line around the machines that decide.
#![forbid(unsafe_code)]

pub mod admin;
pub mod cli;
pub mod clock;
pub mod config;
mod configure;
pub mod drive;
pub mod enroll;
mod eraser;
mod hands;
pub mod io;
pub mod ladder;
pub mod link;
pub mod log_filter;
pub mod process;
pub mod provision;
pub mod recorder;
mod secrets;
pub mod self_test;
pub mod snapshot;
pub mod web;

//! The gateway's shell: sockets, threads, clock, web and command line around the machines that decide.
#![deny(unsafe_code)]

pub mod admin;
pub mod enroll;
pub mod io;
pub mod link;
pub mod recorder;
pub mod web;

//! The portal as its two applications use it: log-in, rights, pages, sockets.
#![allow(clippy::unwrap_used)] // a test that cannot go on says where
mod assets;
mod https;
mod idempotency;
mod ops;
mod rights_of_routes;
mod sign_in;
mod world;

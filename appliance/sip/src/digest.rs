//! Digest access authentication (RFC 7616, RFC 8760), server and client side.
mod algorithm;
mod client;
mod nonce;
mod server;

pub(crate) use client::{Challenge, answer};
pub(crate) use nonce::Nonces;
pub(crate) use server::{Verdict, challenges, verify};

//! Transactions: each message sent until it is answered, each answer repeated until it is heard (RFC 3261 §17, RFC 6026).
pub(crate) mod client;
pub(crate) mod client_side;
pub(crate) mod server;
pub(crate) mod server_side;

pub(crate) use client::{Clients, Owner};
pub(crate) use server::Servers;

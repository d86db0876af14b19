//! The cloud service: ingest of what the branches say, and what headquarters sees.
#![forbid(unsafe_code)]

pub mod api;
pub mod mqtt;
pub mod pki;

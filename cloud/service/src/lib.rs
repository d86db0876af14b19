//! The cloud service: ingest of what the branches say, and what headquarters sees.
#![forbid(unsafe_code)]

pub mod api;
pub mod backup;
pub mod config;
pub mod forgetting;
pub mod hq_master;
pub mod intake;
pub mod mqtt;
mod pace;
mod pages;
pub mod people;
pub mod pki;
pub mod raw;
pub mod recovery_key;
pub mod registrar;
pub mod service;
pub mod shelf;
mod watch;
pub mod wishes;

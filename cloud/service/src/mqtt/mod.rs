//! The cloud's own MQTT 5 endpoint for its boxes: mutual TLS, own topics only, acknowledged after the commit, bounded everywhere.
mod ingest;

pub use ingest::{Ingest, Outcome};

//! The control socket of a running gateway: `control.sock` in the data folder, for its own user only.
//! One JSON line each way for an order; audio follows its answer in counted pieces. One order at a time.
mod client;
mod place;
mod server;
mod wire;

pub use client::{Control, ControlError};
pub use server::{ControlServer, serve};

#[cfg(test)]
mod tests;

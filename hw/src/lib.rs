//! The machine under the gateway: what its sensors say, on a real board and on a simulated one.
#![forbid(unsafe_code)]

mod addresses;
mod board;
mod linux;
mod neighbour;
mod simulated;

pub use addresses::addresses;
pub use board::Board;
pub use linux::{Linux, Roots};
pub use neighbour::neighbour;
pub use simulated::Simulated;

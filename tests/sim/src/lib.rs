//! The whole branch machine in virtual time, with simulated phones, carrier, relay and vault: one seed, one story.
//!
//! A story is told in two forms. *With text* every message is printed and parsed by the real `sip` at both ends, over a
//! network that may lose, repeat and delay. *Without text* the peers speak in `sip`'s events; all else is the same machine.
//! After each step the watch looks whether the house's promises still hold.
#![forbid(unsafe_code)]

mod agenda;
mod answers;
mod digest;
mod direct;
mod form;
mod net;
mod people;
mod relay;
mod shape;
mod site;
mod story;
mod text;
mod watch;
mod world;

pub use digest::Fingerprint;
pub use direct::Direct;
pub use form::Form;
pub use shape::Shape;
pub use text::Text;
pub use watch::{Counts, Rule};
pub use world::{Outcome, tell};

//! The appliance's identities: its certificate from headquarters, and its own authority for its page.
mod dev;
mod error;
pub mod own_ca;

pub use dev::{BoxPaths, Enroll};
pub use error::EnrollError;

#[cfg(test)]
mod tests;

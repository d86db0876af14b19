//! The appliance's identities: its certificate from headquarters, and its own authority for its page.
mod command;
mod desk;
mod dev;
mod error;
mod folder;
mod https;
pub mod own_ca;
mod pinned;
mod remote;
mod renewal;

pub use command::Enroll;
pub use desk::{Desk, Standing};
pub use error::EnrollError;
pub(crate) use https::{Place, post};
pub(crate) use remote::enroll;

pub use folder::{BoxPaths, HqPlace, certificate_of, in_time};
pub use remote::Invitation;
pub use renewal::{Renewal, RenewalTrouble};

#[cfg(test)]
mod tests;

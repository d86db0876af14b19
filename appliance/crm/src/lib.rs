//! The registry's rules: what a command becomes, decided from what stands. Pure; the store's writer runs them inside its transaction.
#![forbid(unsafe_code)]

mod configure;
mod customer;
mod decide;
mod import;
mod reason;
mod registry;
mod user;

pub use configure::{Change, Part, plan_changes};
pub use decide::{Asked, Decider, Decision, Outcome, Rules};
pub use import::RowFate;
pub use registry::{CustomerState, RecordingState, Registry, UserState};

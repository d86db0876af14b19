//! The registry's rules: what a command becomes, decided from what stands. Pure; the store's writer runs them inside its transaction.
#![forbid(unsafe_code)]

mod configure;
mod customer;
mod decide;
mod devices;
mod erase;
mod import;
mod phones;
mod reason;
mod user;

pub use configure::plan_changes;
pub use decide::Rules;

#[cfg(test)]
mod tests;

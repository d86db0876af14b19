//! The one gate: no INVITE leaves for the outside without its token. Filters in a fixed order, each with its refusal.
#![forbid(unsafe_code)]

mod did;
mod filter;
mod health;
mod line;
mod load;
mod pace;
mod route;
mod token;
mod usage;

pub use filter::{Blocked, Gate, Indexer, Pass, Request, Rules, WideIndexer};
pub use line::Met;
pub use token::Token;
pub use usage::{By, Spent};

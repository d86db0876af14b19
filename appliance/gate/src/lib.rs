//! The one gate: no INVITE leaves for the outside without its token. Filters in a fixed order, each with its refusal.
#![forbid(unsafe_code)]

mod filter;
mod pace;
mod route;
mod token;

pub use filter::{Blocked, Gate, Indexer, Pass, Request, Rules, WideIndexer};
pub use token::Token;

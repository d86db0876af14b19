//! What the console and the command line do: apply, import, users, export, verify, close months.
//! `Order` says what is wanted, `execute` does it on an open store, `control` carries it to a running gateway, `cli` reads the words.
pub(crate) mod backup_orders;
pub mod cli;
pub mod control;
mod execute;
pub mod import;
mod journal_orders;
mod lines;
mod order;
pub mod plan;

pub use execute::{Host, execute};
pub use order::{
    ChangeLine, IMPORT_ROWS_MAX, MonthLine, Order, OrderRow, RecordingLine, Report, UserLine,
};

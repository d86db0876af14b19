//! What the console and the command line do: apply, import, users, export, verify.
pub mod plan;

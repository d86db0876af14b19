//! Start of the process.
fn main() {}

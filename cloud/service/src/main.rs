//! `zhunkehu-cloud`: the process at headquarters.
fn main() {}

//! `zhunkehu-gateway`: the appliance's process.
fn main() {}

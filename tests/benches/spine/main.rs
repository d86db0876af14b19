//! `make bench`: what a registration, a call, a minute of relayed speech and a fact cost. Ratios and CPU-seconds, never a verdict.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, clippy::print_stdout)] // a bench that cannot go on says so and ends

mod beside;
mod calls;
mod cost;
mod facts;
mod live;
mod live_state;
mod month;
mod proxy;
mod registrations;
mod table;
mod world;

use table::Table;
use world::World;

fn main() {
    // `cargo test` runs benches with --test: nothing is measured then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut table = Table::new();
    let mut world = World::start();
    // `SPINE_ONLY=beside` asks for the comparison alone.
    if std::env::var("SPINE_ONLY").is_ok_and(|only| only == "beside") {
        table.add(beside::measure(&world));
        return table.print();
    }
    // `SPINE_FACTS` asks for the facts alone.
    if std::env::var_os("SPINE_FACTS").is_none() {
        table.add(registrations::measure(&world));
        table.add(calls::set_ups(&world));
        table.add(calls::relayed(&world, "9", "relayed"));
        table.add(calls::relayed(&world, "8", "relayed and recorded"));
        table.add(live::measure(&world));
        table.add(beside::measure(&world));
    }
    table.add(facts::journaled(&mut world));
    table.add(facts::carried(&mut world));
    table.print();
}

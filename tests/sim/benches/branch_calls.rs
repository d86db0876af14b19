//! Whole calls per CPU-second of the simulated branch, with SIP text and without, every promise looked at.
#![allow(clippy::expect_used, clippy::print_stdout)] // a bench speaks to the terminal

use house_sim::{Direct, Form, Outcome, Shape, Text, tell};

fn main() {
    // `cargo test` runs benches with --test: nothing is measured then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let only = std::env::var("SIM_FORM").unwrap_or_default();
    if only != "direct" {
        measure::<Text>("with SIP text at both ends", 4_000);
    }
    if only != "text" {
        measure::<Direct>("without SIP text", 100_000);
    }
}

fn measure<F: Form>(name: &str, tries: u32) {
    let shape = Shape::busy(tries);
    let _warm = tell::<F>(1, &Shape::busy(tries / 20), false);
    let before = cpu_seconds();
    let outcome: Outcome = tell::<F>(7, &shape, false);
    let cpu = cpu_seconds() - before;
    assert!(outcome.broken.is_none(), "{:?}", outcome.broken);
    println!(
        "| simulated calls {name} | {:.0} | /CPU-s | {} whole calls, {} facts, {} steps of the branch machine, promises looked at after each; SHA-256 of the story {}… |",
        outcome.calls as f64 / cpu,
        outcome.calls,
        outcome.facts,
        outcome.steps,
        &outcome.fingerprint.to_string()[..8],
    );
}

/// User and system time of this process, as the kernel counts it (100 ticks a second on every Linux that we build for).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("the kernel tells");
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let fields = behind.split_ascii_whitespace().skip(11).take(2);
    fields
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

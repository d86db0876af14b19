//! Stories of the whole branch: every seed keeps every promise, tells the same twice, and the same with and without text.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use house_sim::{Counts, Direct, Form, Outcome, Rule, Shape, Text, tell};
use std::sync::Mutex;

/// Seeds that have found something once: always told again.
const REGRESSIONS: &str = include_str!("regressions.txt");

/// Lines of ERROR that a story has logged.
struct Alarm(Mutex<Vec<String>>);

struct Words(String);

impl tracing::field::Visit for Words {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn core::fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl tracing::Subscriber for &'static Alarm {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::ERROR
    }
    fn new_span(&self, _span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _span: &tracing::span::Id, _values: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _span: &tracing::span::Id, _follows: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        self.0.lock().unwrap().push(words.0);
    }
    fn enter(&self, _span: &tracing::span::Id) {}
    fn exit(&self, _span: &tracing::span::Id) {}
}

static ALARM: Alarm = Alarm(Mutex::new(Vec::new()));

/// Tells one story; a broken promise or a logged error ends the test with the seed.
fn told<F: Form>(seed: u64, shape: &Shape) -> Outcome {
    let _ = tracing::subscriber::set_global_default(&ALARM);
    let outcome = tell::<F>(seed, shape, true);
    let errors = core::mem::take(&mut *ALARM.0.lock().unwrap());
    let say = "put the seed into tests/sim/tests/regressions.txt";
    if let Some(broken) = &outcome.broken {
        panic!(
            "seed {seed}: {broken}\nafter {:?}, {shape:?}\n{say}",
            outcome.virtual_time
        );
    }
    assert!(errors.is_empty(), "seed {seed}: logged {errors:?}; {say}");
    outcome
}

fn regressions() -> impl Iterator<Item = u64> {
    REGRESSIONS
        .lines()
        .filter_map(|line| line.split('#').next()?.trim().parse().ok())
}

/// How many seeds: more in the long run.
fn seeds(few: u64) -> u64 {
    std::env::var("SIM_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(few)
}

fn all_were_looked_at(counts: &Counts) {
    for rule in Rule::ALL {
        println!("{:>12} × {}", counts.of(*rule), rule.words());
        let looked = counts.of(*rule) > 0 || *rule == Rule::NoErrorLogged;
        assert!(looked, "nobody looked whether {}", rule.words());
    }
}

#[test]
fn every_seed_keeps_every_promise_with_sip_text() {
    let mut counts = Counts::default();
    let mut calls = 0;
    for seed in regressions().chain(0..seeds(60)) {
        let outcome = told::<Text>(seed, &Shape::of(seed));
        counts.add(&outcome.counts);
        calls += outcome.calls;
    }
    println!("{calls} calls");
    all_were_looked_at(&counts);
}

#[test]
fn every_seed_keeps_every_promise_without_text() {
    let mut counts = Counts::default();
    for seed in regressions().chain(0..seeds(200)) {
        counts.add(&told::<Direct>(seed, &Shape::of(seed)).counts);
    }
    all_were_looked_at(&counts);
}

#[test]
fn one_seed_is_one_story_in_both_forms() {
    for seed in regressions().chain(0..seeds(30)) {
        let shape = Shape::told_twice(seed);
        let direct = told::<Direct>(seed, &shape);
        let text = told::<Text>(seed, &shape);
        assert_eq!(
            (direct.fingerprint, direct.calls),
            (text.fingerprint, text.calls),
            "seed {seed}: with text it is another story ({} and {} facts)",
            direct.facts,
            text.facts
        );
    }
}

#[test]
fn the_same_seed_tells_the_same_story_again_over_a_bad_network() {
    for seed in 0..seeds(12) {
        let shape = Shape::of(seed);
        let (first, again) = (told::<Text>(seed, &shape), told::<Text>(seed, &shape));
        assert_eq!(first.fingerprint, again.fingerprint, "seed {seed}");
        assert_ne!(
            first.fingerprint,
            told::<Text>(seed + 1_000, &shape).fingerprint
        );
    }
}

//! Both ends in virtual time over a pipe that loses, doubles, reorders and breaks; both restart, are restored from backups
//! and copied; clocks jump, schemas differ, strangers forge. In the end headquarters' facts are the branch's, byte for byte.
//! `LINK_SEEDS` and `LINK_EVENTS` make it longer.
#![allow(clippy::unwrap_used)] // the world of a test
mod world;

use world::World;

/// Seeds that once failed, one a line: replayed always.
const REGRESSIONS: &str = include_str!("simulation/regressions.txt");

fn run(seed: u64, events: u64) {
    let mut world = World::new(seed);
    for _ in 0..events {
        world.step();
        world.check_step();
    }
    world.heal_and_settle();
    world.check_all_arrived();
}

fn run_and_name(seed: u64, events: u64) {
    let outcome = std::panic::catch_unwind(|| run(seed, events));
    assert!(
        outcome.is_ok(),
        "the failing seed is {seed}: put it into tests/simulation/regressions.txt"
    );
}

#[allow(clippy::disallowed_methods)] // a test is told how long to run, a machine is not
fn asked(name: &str, otherwise: u64) -> u64 {
    let asked = std::env::var(name).ok();
    asked.map_or(otherwise, |text| text.parse().unwrap())
}

/// A share of all seeds, so that the shares run side by side.
fn run_share(share: u64) {
    let (seeds, events) = (asked("LINK_SEEDS", 500), asked("LINK_EVENTS", 500));
    for seed in (0..seeds).filter(|seed| seed % 8 == share) {
        run_and_name(seed, events);
    }
}

macro_rules! shares {
    ($($share:literal $name:ident)*) => {$(
        #[test]
        fn $name() {
            run_share($share);
        }
    )*};
}

shares! {
    0 whatever_happens_headquarters_has_all_once_in_the_end_share_1
    1 whatever_happens_headquarters_has_all_once_in_the_end_share_2
    2 whatever_happens_headquarters_has_all_once_in_the_end_share_3
    3 whatever_happens_headquarters_has_all_once_in_the_end_share_4
    4 whatever_happens_headquarters_has_all_once_in_the_end_share_5
    5 whatever_happens_headquarters_has_all_once_in_the_end_share_6
    6 whatever_happens_headquarters_has_all_once_in_the_end_share_7
    7 whatever_happens_headquarters_has_all_once_in_the_end_share_8
}

#[test]
fn seeds_that_once_failed_stay_mended() {
    for line in REGRESSIONS.lines().filter(|line| !line.starts_with('#')) {
        run_and_name(line.trim().parse().unwrap(), asked("LINK_EVENTS", 500));
    }
}

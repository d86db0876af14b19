//! Both ends in virtual time over a pipe that loses, doubles, reorders and breaks, with restarts of either end:
//! headquarters' facts are the branch's facts, byte for byte, each once.
#![allow(clippy::unwrap_used)] // the world of a test
mod world;

use sansio::SeededRng;
use world::World;

fn run(seed: u64, events: u32) {
    let mut rng = SeededRng::new(seed);
    let mut world = World::new(seed);
    for _ in 0..events {
        world.step(&mut rng);
        world.check_prefix();
    }
    world.heal_and_settle();
    world.check_all_arrived();
}

fn run_all(seeds: u64, events: u32) {
    for seed in 0..seeds {
        let outcome = std::panic::catch_unwind(|| run(seed, events));
        assert!(outcome.is_ok(), "the failing seed is {seed}");
    }
}

#[test]
fn whatever_the_pipe_does_the_cloud_holds_a_prefix_and_in_the_end_all() {
    run_all(100, 200);
}

#[test]
#[ignore = "minutes long: part of the soak"]
fn whatever_the_pipe_does_for_long_the_cloud_holds_all_in_the_end() {
    run_all(2_000, 500);
}

#[test]
fn a_backlog_of_a_day_drains_through_a_bad_pipe() {
    let mut rng = SeededRng::new(4);
    let mut world = World::new(4);
    world.append(20_000);
    for _ in 0..200 {
        world.step(&mut rng);
    }
    world.heal_and_settle();
    world.check_all_arrived();
}

#[test]
fn a_branch_restored_from_a_backup_is_noticed_on_both_sides() {
    let mut world = World::new(1);
    world.append(500);
    world.heal_and_settle();
    world.restore_box(300);
    world.connect();
    world.settle();
    assert_eq!(world.box_phase(), "restored");
    assert_eq!(world.cloud_len(), 500);
}

#[test]
fn a_branch_restored_and_written_on_is_noticed_and_nothing_is_mixed() {
    let mut world = World::new(2);
    world.append(500);
    world.heal_and_settle();
    world.restore_box(300);
    world.append_other(400);
    world.connect();
    world.settle();
    assert_eq!(world.box_phase(), "diverged");
    assert_eq!(world.cloud_len(), 500);
}

#[test]
fn facts_forgotten_before_the_cloud_had_them_are_a_named_gap() {
    let mut world = World::new(3);
    world.append(100);
    world.heal_and_settle();
    world.cut_link();
    world.append(400);
    world.prune_box(200);
    world.heal_and_settle();
    assert_eq!(world.box_phase(), "gap");
    assert_eq!(world.cloud_len(), 100);
}

#[test]
fn a_cloud_restored_from_its_backup_gets_the_facts_again() {
    let mut world = World::new(5);
    world.append(500);
    world.heal_and_settle();
    world.restore_cloud(120);
    world.append(10);
    world.heal_and_settle();
    world.check_all_arrived();
}

#[test]
fn a_copied_disk_is_noticed_when_both_run() {
    let mut world = World::new(6);
    world.append(50);
    world.heal_and_settle();
    world.other_copy_says_hello();
    world.reconnect();
    world.settle();
    assert_eq!(world.box_phase(), "cloned");
}

#[test]
fn metrics_pass_while_facts_cannot() {
    let mut world = World::new(7);
    world.append(500);
    world.heal_and_settle();
    world.restore_box(300);
    world.connect();
    world.settle();
    let before = world.metrics_heard();
    world.send_metrics();
    world.settle();
    assert_eq!(world.metrics_heard(), before + 1);
}

//! The power goes, at any moment, and whatever of the unsynced writes the disk has kept: what was acknowledged is there.
use super::cuts::Cuts;
use super::watched::World;

/// From an empty disk to a branch that is configured.
fn first_start(seed: u64, rounds: usize, images_min: usize) {
    let mut world = World::new();
    world.configure();
    world.import(2);
    world.stage.close();
    Cuts::all(&world, seed, rounds).assert_good(images_min);
}

/// Calls, customers and keys; each commit of one fact.
fn a_quiet_day(seed: u64, rounds: usize, images_min: usize) {
    let mut world = World::new();
    world.import(3);
    for _ in 0..7 {
        world.recorded_call();
    }
    world.stage.crash();
    Cuts::all(&world, seed, rounds).assert_good(images_min);
}

/// Groups of facts, and checkpoints between and during them.
fn a_busy_hour(seed: u64, rounds: usize, images_min: usize) {
    let mut world = World::new();
    for _ in 0..7 {
        world.burst(30);
        world.import(2);
        world.recorded_call();
    }
    world.stage.close();
    Cuts::all(&world, seed, rounds).assert_good(images_min);
}

/// Runs that end well and runs that end badly.
fn restarts(seed: u64, rounds: usize, images_min: usize) {
    let mut world = World::new();
    for n in 0..6 {
        world.recorded_call();
        if n % 2 == 0 {
            world.stage.close();
        } else {
            world.stage.crash();
        }
        world.open();
        world.import(1);
    }
    world.stage.close();
    Cuts::all(&world, seed, rounds).assert_good(images_min);
}

#[test]
fn a_power_cut_during_the_first_start_loses_nothing_acknowledged() {
    first_start(1, 20, 550);
}

#[test]
fn a_power_cut_between_single_commits_loses_nothing_acknowledged() {
    a_quiet_day(2, 4, 1_200);
}

#[test]
fn a_power_cut_under_group_commits_and_checkpoints_loses_nothing_acknowledged() {
    a_busy_hour(3, 2, 1_400);
}

#[test]
fn a_power_cut_over_restarts_loses_nothing_acknowledged() {
    restarts(4, 2, 1_400);
}

/// The vault's keys move to a new generation, while calls go on.
fn a_rotation(seed: u64, rounds: usize, images_min: usize) {
    let mut world = World::new();
    for _ in 0..2 {
        world.import(2);
        world.rotate();
        world.recorded_call();
    }
    world.stage.close();
    Cuts::all(&world, seed, rounds).assert_good(images_min);
}

#[test]
fn a_power_cut_while_the_vaults_keys_move_loses_nothing_acknowledged() {
    a_rotation(5, 2, 600);
}

#[test]
#[ignore = "soak: some hundred thousand images"]
fn power_cuts_for_hours_lose_nothing_acknowledged() {
    for seed in 100..105 {
        first_start(seed, 100, 0);
        a_quiet_day(seed, 40, 0);
        a_busy_hour(seed, 20, 0);
        restarts(seed, 20, 0);
        a_rotation(seed, 20, 0);
    }
}

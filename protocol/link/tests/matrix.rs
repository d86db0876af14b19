//! Restores, copies, forgeries: each row of the table of greetings as a story. Each is noticed, and nothing is silent.
#![allow(clippy::unwrap_used)] // the world of a test
mod world;

use messages::{UtcMs, lane::Lane};
use std::time::Duration;
use world::World;

/// A branch and a headquarters that agree on `facts` facts over a good pipe.
fn agreed(seed: u64, facts: u64) -> World {
    let mut world = World::new(seed);
    world.set_bad(false);
    world.connect();
    world.append(facts);
    world.settle();
    assert_eq!(world.hq.books.line.len(), usize::try_from(facts).unwrap());
    world
}

#[test]
fn a_restored_branch_pulls_its_lost_tail_back_unchanged_and_goes_on_in_a_new_epoch() {
    let mut world = agreed(1, 300);
    world.backup_box();
    world.append(250);
    world.settle();
    let before: Vec<Vec<u8>> = world.life.disk.facts.clone();
    world.restore_box_quietly();
    assert_eq!(world.life.disk.facts.len(), 300);
    world.connect();
    world.settle();
    assert_eq!(world.life.disk.facts, before, "the same bytes");
    assert_eq!((world.life.pulls_completed, world.phase()), (1, "flowing"));
    assert_eq!(world.life.disk.cursor.epoch, 2);
    let notice = world.life.end.status().notice.map(|(code, _)| code);
    assert_eq!(notice, Some("restored"));
    assert!(world.hq.verdicts.contains("restored"));
    world.append(10);
    world.heal_and_settle();
    world.check_all_arrived();
}

#[test]
fn an_empty_machine_of_the_same_name_gets_everything_back() {
    let mut world = agreed(2, 700);
    let before = world.life.disk.facts.clone();
    world.restored(world::Disk::new());
    world.connect();
    world.settle();
    assert_eq!(world.life.disk.facts, before);
    world.heal_and_settle();
    world.check_all_arrived();
}

#[test]
fn a_branch_that_wrote_after_its_restore_goes_on_from_the_branch_point_and_both_tails_are_kept() {
    for (own, total) in [(1, 301), (40, 340), (900, 1_200)] {
        let mut world = agreed(3, 300);
        world.backup_box();
        world.append(500);
        world.settle();
        let lost = world.life.disk.facts[300..].to_vec();
        world.restore_box_quietly();
        world.append(own);
        world.connect();
        world.pass(Duration::from_secs(20));
        assert_eq!(world.phase(), "diverged");
        assert_eq!(
            world.hq.books.line.len(),
            800,
            "nothing moves before a copy had its time to show"
        );
        world.settle();
        world.settle();
        assert_eq!(world.phase(), "flowing");
        assert_eq!(world.hq.books.tails.len(), 1);
        let tail = &world.hq.books.tails[0];
        assert_eq!(
            (tail.at.seq, &tail.facts),
            (300, &lost),
            "exactly from where they part"
        );
        assert_eq!(world.life.disk.cursor.epoch, 2);
        assert!(world.hq.verdicts.contains("diverged"));
        world.heal_and_settle();
        assert_eq!(world.hq.books.line.len(), total);
        world.check_all_arrived();
    }
}

#[test]
fn two_living_copies_are_quarantined_with_an_alarm_until_a_person_chooses() {
    for seed in 0..50 {
        let mut world = agreed(seed, 100);
        world.clone_box();
        world.append(5);
        for _ in 0..4 {
            world.connect_copy();
            world.pass(Duration::from_secs(10));
            world.connect();
            world.pass(Duration::from_secs(10));
        }
        assert!(world.hq.books.book.quarantined, "seed {seed}");
        assert_eq!((world.hq.books.alarms, world.phase()), (1, "cloned"));
        world.connect_copy();
        world.pass(Duration::from_secs(10));
        let copy = world.copy.as_ref().unwrap();
        assert_eq!(copy.end.status().phase.code(), "cloned", "both of them");
        let held = world.hq.books.line.len();
        world.append(5);
        world.settle();
        assert_eq!(
            world.hq.books.line.len(),
            held,
            "nothing of either is taken"
        );
        world.end_of_the_copy();
        world.heal_and_settle();
        world.check_all_arrived();
    }
}

#[test]
fn a_restart_and_its_late_messages_are_not_taken_for_a_copy() {
    for seed in 0..50 {
        let mut world = World::new(seed);
        for _ in 0..60 {
            world.append(3);
            world.restart();
            world.connect();
            world.pass(Duration::from_secs(3));
        }
        world.heal_and_settle();
        assert_eq!(world.hq.books.alarms, 0, "seed {seed}");
        world.check_all_arrived();
    }
}

#[test]
fn a_headquarters_restored_from_its_backup_gets_the_facts_again() {
    let mut world = agreed(5, 200);
    world.hq.backup();
    world.append(300);
    world.settle();
    world.prune_box();
    world.restore_hq();
    world.append(10);
    world.heal_and_settle();
    assert!(
        world.hq.books.gaps.is_empty(),
        "what was called safe is all that was forgotten"
    );
    world.check_all_arrived();
}

#[test]
fn a_headquarters_that_lost_what_it_called_safe_has_a_named_gap_and_does_not_stall() {
    let mut world = agreed(6, 400);
    world.hq.backup();
    world.append(1);
    world.settle();
    world.prune_box();
    world.hq = world::Headquarters::new(world.hq.box_id.clone());
    world.cut();
    world.append(50);
    world.heal_and_settle();
    assert_eq!(world.hq.books.gaps, vec![(1, 400)]);
    assert!(world.hq.verdicts.contains("gap"));
    world.check_all_arrived();
}

#[test]
fn a_clock_that_is_off_by_days_is_shown_and_its_facts_count() {
    let mut world = World::new(7);
    world.set_bad(false);
    world.life.clock_off_ms = -30 * 86_400_000;
    world.connect();
    world.append(100);
    world.settle();
    assert!(world.hq.clock_off_seen);
    assert_eq!(world.hq.books.line.len(), 100);
    let status = world.life.end.status();
    assert!(status.clock_is_off() && status.clock_offset_ms.unwrap() < -29 * 86_400_000);
}

#[test]
fn facts_of_a_schema_of_tomorrow_wait_as_bytes_and_an_upgrade_is_asked_for() {
    let mut world = agreed(8, 50);
    let now = world.now();
    world.life.set_schema(9, now);
    world.connect();
    world.append(50);
    world.settle();
    assert!(world.hq.upgrade_asked && world.life.end.status().upgrade_wanted);
    assert!(world.hq.books.book.raw);
    assert_eq!(world.hq.books.line.len(), 100, "stored and acknowledged");
    world.heal_and_settle();
    world.check_all_arrived();
}

#[test]
fn the_older_neighbour_and_the_newer_are_read() {
    for schema in [1, 3] {
        let mut world = World::new(9);
        world.set_bad(false);
        let now = world.now();
        world.life.set_schema(schema, now);
        world.connect();
        world.append(50);
        world.settle();
        assert!(!world.hq.books.book.raw && !world.hq.upgrade_asked);
        world.heal_and_settle();
        world.check_all_arrived();
    }
}

#[test]
fn what_headquarters_did_not_sign_is_refused_shown_and_never_in_the_inbox() {
    let mut world = agreed(10, 10);
    for _ in 0..200 {
        world.attack();
        world.pass(Duration::from_secs(1));
    }
    let codes: Vec<&str> = world
        .life
        .refused
        .iter()
        .map(|one| one.why.code())
        .collect();
    assert_eq!(codes.len(), 5, "each said once: {codes:?}");
    assert!(world.life.disk.inbox.is_empty());
    assert_eq!(world.life.end.status().directives_refused, 200);
    for _ in 0..5 {
        world.issue();
    }
    world.settle();
    assert_eq!(
        world.life.disk.inbox.len(),
        5,
        "the right ones come through"
    );
}

#[test]
fn another_directive_of_an_old_number_is_refused() {
    let mut world = agreed(11, 10);
    world.issue();
    world.settle();
    let other = messages::directive::FieldPolicySet {
        name: messages::directive::HqSees::Clear,
        number: messages::directive::HqSees::Clear,
    };
    let bytes = world.hq.sign(1, &other.into());
    let batch = messages::lane::DirectiveBatch {
        first: 1,
        directives: vec![bytes.into()],
    };
    world.reply(vec![(
        Lane::Directives,
        messages::wire::encode(&batch).unwrap(),
    )]);
    world.settle();
    let codes: Vec<&str> = world
        .life
        .refused
        .iter()
        .map(|one| one.why.code())
        .collect();
    assert_eq!(
        codes,
        ["directive_older"],
        "the inbox has compared the bytes"
    );
    let last = world.life.end.status().directive_refused_last;
    assert_eq!(last, Some((1, "directive_older")));
}

#[test]
fn a_restored_headquarters_goes_on_behind_the_number_that_the_branch_has() {
    let mut world = agreed(12, 10);
    world.hq.backup();
    for _ in 0..3 {
        world.issue();
    }
    world.settle();
    world.restore_hq();
    world.connect();
    world.settle();
    world.issue();
    world.settle();
    assert_eq!(world.life.disk.inbox.len(), 4);
    assert_eq!(world.hq.books.directives.len(), 4);
}

#[test]
fn a_command_runs_once_however_often_it_comes_and_never_too_late() {
    let mut world = agreed(13, 10);
    let now = world.now().utc;
    let replies = world.hq.command(UtcMs(now.0 + 60_000));
    for _ in 0..5 {
        world.reply(replies.clone());
    }
    let late = world.hq.command(UtcMs(now.0 - 1));
    world.reply(late);
    world.settle();
    assert_eq!(world.life.ran.len(), 1);
    let codes: Vec<&str> = world.hq.results.values().map(|code| code.code()).collect();
    assert_eq!(codes, ["command_done", "command_expired"]);
}

#[test]
fn lateness_is_judged_by_headquarters_clock() {
    let mut world = World::new(14);
    world.set_bad(false);
    world.life.clock_off_ms = 10 * 86_400_000;
    world.connect();
    world.settle();
    let soon = UtcMs(world.now().utc.0 + 60_000);
    let replies = world.hq.command(soon);
    world.reply(replies);
    world.settle();
    assert_eq!(world.life.ran.len(), 1);
}

#[test]
fn a_refusal_of_contact_and_the_metrics_pass_while_a_backlog_drains() {
    let mut world = World::new(15);
    world.set_bad(false);
    world.append(30_000);
    world.connect();
    world.pass(Duration::from_millis(500));
    let now = world.now();
    let mut rng = sansio::SeededRng::new(1);
    world.life.refuse_contact(now, vec![42; 16], &mut rng);
    world.life.send_metrics(now);
    world.pass(Duration::from_secs(1));
    assert!(world.hq.books.line.len() < 20_000, "still draining");
    assert!(world.hq.books.dnc.contains(&vec![42; 16]));
    assert_eq!(world.hq.metrics_heard, 1);
    world.heal_and_settle();
    world.check_all_arrived();
}

#[test]
fn a_day_replayed_twice_or_shuffled_is_the_same_state() {
    let mut world = agreed(16, 2_000);
    let state = world.hq.books.state.clone();
    let batches = world.packed(50);
    let mut rng = sansio::SeededRng::new(3);
    for _ in 0..400 {
        let one = usize::try_from(rng.below(u64::try_from(batches.len()).unwrap())).unwrap();
        let now = world.now();
        world.hq.hears(now, Lane::Facts, &batches[one]);
    }
    assert_eq!(world.hq.books.state, state);
    world.check_all_arrived();
}

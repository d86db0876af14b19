//! Whatever happened, the tables that are made again are the tables that are kept.
use super::Rebuilt;
use crate::error::StoreError;
use crate::trial::Trial;
use proptest::prelude::*;
use rusqlite::Connection;
use sansio::SeededRng;

fn equal(trial: &Trial) -> Rebuilt {
    let rebuilt = trial.store().rebuild().unwrap();
    assert_eq!(rebuilt.different, Vec::<String>::new());
    assert_eq!(rebuilt.rebuilt, rebuilt.kept);
    assert_eq!(rebuilt.head, trial.store().head());
    assert_eq!(trial.store().state().unwrap(), (rebuilt.head, rebuilt.kept));
    rebuilt
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn tables_rebuilt_are_tables_kept_over_crashes_and_closed_months(
        seed: u64, parts in prop::collection::vec((5_usize..60, 0..3_u8), 1..5),
    ) {
        let mut rng = SeededRng::new(seed);
        let mut trial = Trial::new();
        let mut closed = 0;
        for (things, then) in parts {
            trial.live(&mut rng, things);
            match then {
                0 => {}
                1 => trial.crash(),
                _ => closed = trial.store().close_month().unwrap().last,
            }
        }
        trial.live(&mut rng, 10);
        prop_assert_eq!(equal(&trial).from, closed);
    }
}

#[test]
fn a_rebuild_starts_at_the_last_checkpoint_and_without_its_snapshot_at_the_first_fact() {
    let mut trial = Trial::new();
    let mut rng = SeededRng::new(5);
    trial.live(&mut rng, 100);
    let month = trial.store().close_month().unwrap();
    trial.live(&mut rng, 100);
    let rebuilt = equal(&trial);
    assert_eq!(
        (rebuilt.from, rebuilt.facts),
        (month.last, rebuilt.head.seq - month.last)
    );
    let snapshot = trial.data().join(format!("state-{}.db", month.last));
    std::fs::write(&snapshot, b"not a database").unwrap();
    assert_eq!(equal(&trial).from, 0);
    let left = std::fs::read_dir(trial.data()).unwrap();
    let mut left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        !left.any(|name| name.contains("part")),
        "the scratch is gone"
    );
}

#[test]
fn a_table_that_something_else_has_moved_is_named() {
    let mut trial = Trial::new();
    trial.live(&mut SeededRng::new(7), 80);
    let conn = Connection::open(trial.data().join("branch.db")).unwrap();
    conn.execute_batch("UPDATE call SET talk_ms = 1; UPDATE party SET met = 0")
        .unwrap();
    let rebuilt = trial.store().rebuild().unwrap();
    assert_ne!(rebuilt.kept, rebuilt.rebuilt);
    assert_eq!(rebuilt.different, ["call", "party"]);
}

#[test]
fn the_parties_of_a_snapshot_are_found_again_by_their_numbers() {
    let mut trial = Trial::new();
    let mut rng = SeededRng::new(9);
    trial.live(&mut rng, 60);
    trial.store().close_month().unwrap();
    // the same few numbers again: they would be met a second time if they were not found
    trial.live(&mut rng, 60);
    equal(&trial);
}

#[test]
fn without_the_first_facts_and_without_a_snapshot_there_is_no_start() {
    let mut trial = Trial::new();
    trial.live(&mut SeededRng::new(3), 30);
    let month = trial.store().close_month().unwrap();
    trial.all_safe();
    trial.pass_days(200);
    trial.store().keep_months(0).unwrap();
    assert_eq!(
        equal(&trial).from,
        trial.store().months().unwrap().last().unwrap().last
    );
    for entry in std::fs::read_dir(trial.data()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("state-")
        {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert!(month.last > 0);
    assert!(matches!(
        trial.store().rebuild(),
        Err(StoreError::NoCheckpoint)
    ));
}

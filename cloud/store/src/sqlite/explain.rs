//! No list scans a table: SQLite itself is asked how it would answer each question.
use super::{
    boxes, calls, care, commands, customers, dead_letters, dnc, journal, metrics, open, recordings,
    register, rollups, users, wishes,
};
use crate::{
    CallCursor, CallQuery, CustomerCursor, CustomerQuery, DeadLetterCursor, DeadLetterQuery,
    PageLimit, RecordingCursor, RecordingQuery,
};
use messages::{BoxId, CallId, CustomerId, RecordingId, Stage, SystemResult, UtcMs};
use rollups::Period;
use rusqlite::Connection;

fn database() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let db = open::for_writing(&folder.path().join("hq.db")).unwrap();
    (folder, db)
}

/// The steps of SQLite's plan.
fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let unbound = vec![None::<i64>; statement.parameter_count()];
    statement
        .query_map(rusqlite::params_from_iter(unbound), |row| row.get(3))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// `sorted`: small groups may be sorted in memory.
fn check(db: &Connection, sql: &str, sorted: bool) {
    for step in plan(db, sql) {
        assert!(
            ["SEARCH", "USE TEMP", "CORRELATED"]
                .iter()
                .any(|good| step.starts_with(good)),
            "{step}: {sql}"
        );
        assert!(sorted || !step.contains("TEMP B-TREE"), "{step}: {sql}");
    }
}

fn either<T>(one: T) -> [Option<T>; 2] {
    [None, Some(one)]
}

#[test]
fn no_list_of_calls_scans_or_sorts() {
    let (_folder, db) = database();
    let box_id = BoxId::parse("sz-01").unwrap();
    let cursor = CallCursor {
        started: UtcMs(1),
        box_id: box_id.clone(),
        call: CallId::from_bytes([1; 16]),
    };
    for with_box in either(box_id) {
        for result in either(SystemResult::Busy) {
            for (from, to) in [(None, None), (Some(UtcMs(1)), Some(UtcMs(2)))] {
                for after in either(cursor.clone()) {
                    let query = CallQuery {
                        box_id: with_box.clone(),
                        result,
                        from,
                        to,
                        after,
                        limit: PageLimit::default(),
                    };
                    check(&db, &calls::question("hq", &query).sql, false);
                }
            }
        }
    }
}

#[test]
fn no_list_of_customers_or_recordings_scans_or_sorts() {
    let (_folder, db) = database();
    let box_id = BoxId::parse("sz-01").unwrap();
    let customer = CustomerCursor {
        box_id: box_id.clone(),
        customer: CustomerId::from_bytes([1; 16]),
    };
    let recording = RecordingCursor {
        started: UtcMs(1),
        box_id: box_id.clone(),
        recording: RecordingId::from_bytes([1; 16]),
    };
    for with_box in either(box_id) {
        for stage in either(Stage::Won) {
            for after in either(customer.clone()) {
                let query = CustomerQuery {
                    box_id: with_box.clone(),
                    stage,
                    after,
                    limit: PageLimit::default(),
                };
                check(&db, &customers::question("hq", &query).sql, false);
            }
        }
        for after in either(recording.clone()) {
            let query = RecordingQuery {
                box_id: with_box.clone(),
                after,
                limit: PageLimit::default(),
            };
            check(&db, &recordings::question("hq", &query).sql, false);
        }
    }
}

#[test]
fn no_list_of_dead_letters_scans_or_sorts() {
    let (_folder, db) = database();
    let box_id = BoxId::parse("sz-01").unwrap();
    let cursor = DeadLetterCursor {
        box_id: box_id.clone(),
        seq: 1,
        epoch: 1,
    };
    for with_box in either(box_id) {
        for after in either(cursor.clone()) {
            let query = DeadLetterQuery {
                box_id: with_box.clone(),
                after,
                limit: PageLimit::default(),
            };
            check(&db, &dead_letters::question("hq", &query).sql, false);
        }
    }
}

#[test]
fn no_other_list_scans_a_table() {
    let (_folder, db) = database();
    for sql in [
        boxes::ALL,
        journal::ROWS,
        care::LAST_BACKUP,
        care::LAST_RESTORED,
        commands::NEWEST,
        commands::OPEN,
        dnc::NEWEST,
        dnc::BEHIND,
        wishes::DIRECTIVES,
        wishes::BEHIND,
        wishes::POLICY,
        metrics::SINCE,
        metrics::LAST,
        users::ALL,
        users::AUDIT,
    ] {
        check(&db, sql, false);
    }
    for period in [Period::Hour, Period::Day] {
        for one_box in [false, true] {
            check(&db, &rollups::rows_sql(period, one_box), false);
        }
    }
    check(&db, &rollups::day_totals_sql(), true);
}

#[test]
fn the_walk_along_a_chain_reads_in_the_order_of_its_keys() {
    let (_folder, db) = database();
    let steps = plan(&db, care::WALK);
    let known = ["MERGE", "LEFT", "RIGHT", "SEARCH"];
    for step in &steps {
        assert!(known.iter().any(|word| step.starts_with(word)), "{steps:?}");
    }
}

#[test]
fn a_scan_would_be_noticed() {
    let (_folder, db) = database();
    let steps = plan(&db, "SELECT * FROM call WHERE talk_ms > 7 ORDER BY ring_ms");
    assert!(steps.iter().any(|step| step.starts_with("SCAN")));
    assert!(steps.iter().any(|step| step.contains("TEMP B-TREE")));
}

#[test]
fn the_register_of_boxes_is_read_by_its_keys() {
    let (_folder, db) = database();
    for sql in [
        register::ENROLMENTS,
        register::LAST,
        register::CERTIFICATES,
        register::REVOKED,
    ] {
        check(&db, sql, false);
    }
}

//! The embedded store keeps what every store has to keep, and survives being killed.
#![allow(clippy::unwrap_used)] // helpers of tests

use hq_store::conformance::{CASES, Opener, story::Story, suite};
use hq_store::{SqliteStore, Store};
use messages::BoxId;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn fresh() -> Opener {
    let folder = TempDir::new().unwrap();
    Box::new(move |tenant| {
        Box::new(SqliteStore::open(&folder.path().join("hq.db"), tenant).unwrap())
    })
}

#[test]
fn the_embedded_store_conforms() {
    assert!(CASES.len() >= 32);
    suite(&fresh);
}

/// What a power cut would leave: the files as they are, without the shared memory.
fn image(of: &Path, to: &Path) {
    for name in ["hq.db", "hq.db-wal"] {
        if of.join(name).exists() {
            std::fs::copy(of.join(name), to.join(name)).unwrap();
        }
    }
}

#[test]
fn what_was_ingested_stands_in_an_image_of_the_files_taken_at_once() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(&folder.path().join("hq.db"), "hq").unwrap();
    let mut story = Story::of("sz-01");
    for _ in 0..8 {
        story.day(5);
        let ingested = story.send(&store);
        let copy = TempDir::new().unwrap();
        image(folder.path(), copy.path());
        let again = SqliteStore::open(&copy.path().join("hq.db"), "hq").unwrap();
        let record = again.box_record(&story.box_id).unwrap().unwrap();
        assert_eq!(record.applied, ingested.applied);
        let rows = again.journal(&story.box_id, 0, 100_000).unwrap();
        assert_eq!(rows.last().unwrap().hash, ingested.applied.hash);
    }
}

const CHILD_FOLDER: &str = "HQ_STORE_CHILD_FOLDER";

/// The process that is killed: ingests without end and says what it was told is durable.
#[test]
fn child_that_is_killed() {
    let Ok(folder) = env::var(CHILD_FOLDER) else {
        return;
    };
    let store = SqliteStore::open(&Path::new(&folder).join("hq.db"), "hq").unwrap();
    let mut story = Story::of("sz-01");
    loop {
        story.day(3);
        println!("\ndurable {}", story.send(&store).applied.seq);
    }
}

/// Starts the child, waits for some batches, kills it; hands back the last seq that it said was durable.
fn killed_after(folder: &Path, batches: usize) -> u64 {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child_that_is_killed", "--nocapture"])
        .env(CHILD_FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut durable = lines.filter_map(|line| line.ok()?.strip_prefix("durable ")?.parse().ok());
    let last = durable.by_ref().nth(batches).unwrap();
    child.kill().unwrap();
    // What it still said before it died counts too.
    let last = durable.last().unwrap_or(last);
    child.wait().unwrap();
    last
}

#[test]
fn a_kill_in_the_middle_loses_nothing_that_was_said_to_be_durable() {
    for batches in [0, 3, 11] {
        let folder = TempDir::new().unwrap();
        let durable = killed_after(folder.path(), batches);
        let store = SqliteStore::open(&folder.path().join("hq.db"), "hq").unwrap();
        let box_id = BoxId::parse("sz-01").unwrap();
        let record = store.box_record(&box_id).unwrap().unwrap();
        assert!(record.applied.seq >= durable);
        let rows = store.journal(&box_id, 0, 1_000_000).unwrap();
        assert_eq!(u64::try_from(rows.len()).unwrap(), record.applied.seq);
        assert_eq!(rows.last().unwrap().hash, record.applied.hash);
        let rebuilt = store.rebuild().unwrap();
        assert_eq!((rebuilt.facts, rebuilt.skipped), (record.applied.seq, 0));
    }
}

//! A journal that somebody laid hands on is found out, at the right place; a copy made while others write is one moment.
use crate::conformance::story::Story;
use crate::sqlite::open;
use crate::{SqliteStore, Store, StoreError};
use rusqlite::{Connection, params};
use std::path::PathBuf;
use std::sync::mpsc::{TryRecvError, sync_channel};
use tempfile::TempDir;

struct Desk {
    folder: TempDir,
    story: Story,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: TempDir::new().unwrap(),
            story: Story::of("sz-01"),
        };
        let mut story = Story::of("sz-01");
        story.day(7);
        story.facts.push(b"poison".to_vec());
        story.day(3);
        story.send(&desk.store());
        Self { story, ..desk }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("hq.db")
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), "hq").unwrap()
    }

    /// What the walk says after `hand` was laid on the tables; undone afterwards.
    fn found(&self, hand: impl FnOnce(&Connection)) -> Option<u64> {
        let db = open::reopen_for_writing(&self.path()).unwrap();
        db.execute_batch("BEGIN").unwrap();
        hand(&db);
        let walk = super::walk(&db, "hq", &self.story.box_id).unwrap();
        db.execute_batch("ROLLBACK").unwrap();
        walk.broken_at
    }
}

#[test]
fn each_byte_flipped_each_fact_lost_doubled_or_moved_is_found_at_its_place() {
    let desk = Desk::new();
    let rows = desk.store().journal(&desk.story.box_id, 0, 1_000).unwrap();
    assert_eq!(desk.found(|_| {}), None);
    for row in &rows {
        let seq = i64::try_from(row.seq).unwrap();
        for at in (0..row.bytes.len()).step_by(11) {
            let mut bytes = row.bytes.clone();
            bytes[at] ^= 0x20;
            let sql = "UPDATE journal SET bytes = ?2 WHERE seq = ?1";
            let flip = |db: &Connection| {
                db.execute(sql, params![seq, bytes]).unwrap();
            };
            assert_eq!(desk.found(flip), Some(row.seq), "flipped {at}");
        }
        let lose = |db: &Connection| {
            db.execute("DELETE FROM journal WHERE seq = ?1", [seq])
                .unwrap();
        };
        assert_eq!(desk.found(lose), Some(row.seq), "lost");
        let double = |db: &Connection| {
            let sql = "INSERT INTO journal SELECT tenant, box, epoch + 1, seq, utc, kind, subject, bytes, hash
                FROM journal WHERE seq = ?1";
            db.execute(sql, [seq]).unwrap();
        };
        assert_eq!(desk.found(double), Some(row.seq), "doubled");
    }
}

#[test]
fn a_cut_tail_a_lost_dead_letter_and_two_facts_that_changed_places_are_found() {
    let desk = Desk::new();
    let end = desk.story.next_seq() - 1;
    let cut = |db: &Connection| {
        let sql = "DELETE FROM journal WHERE seq > ?1";
        db.execute(sql, [i64::try_from(end - 3).unwrap()]).unwrap();
    };
    assert_eq!(desk.found(cut), Some(end - 2));
    let letter = desk
        .store()
        .dead_letters(&crate::DeadLetterQuery::default())
        .unwrap()[0]
        .seq;
    let lose = |db: &Connection| {
        db.execute("DELETE FROM dead_letter", []).unwrap();
    };
    assert_eq!(desk.found(lose), Some(letter));
    let swap = |db: &Connection| {
        let sql = "UPDATE journal SET epoch = 2, seq = CASE seq WHEN 4 THEN 5 ELSE 4 END WHERE seq IN (4, 5)";
        db.execute(sql, []).unwrap();
    };
    assert_eq!(desk.found(swap), Some(4));
}

#[test]
fn a_copy_made_while_the_store_writes_is_one_moment_and_whole() {
    let desk = Desk::new();
    let copies = TempDir::new().unwrap();
    std::thread::scope(|scope| {
        let (go, gone) = sync_channel::<()>(0);
        let path = desk.path();
        scope.spawn(move || {
            let store = SqliteStore::open(&path, "hq").unwrap();
            let mut story = Story::of("bj-02");
            while gone.try_recv() == Err(TryRecvError::Empty) {
                story.day(5);
                story.send(&store);
            }
        });
        for turn in 0..8 {
            let path = copies.path().join(format!("{turn}.db"));
            SqliteStore::copy(&desk.path(), &path).unwrap();
            SqliteStore::check(&path).unwrap();
            let copy = SqliteStore::open(&path, "hq").unwrap();
            for one in copy.boxes().unwrap() {
                let walk = copy.walk(&one.id).unwrap();
                assert!(walk.is_whole(), "{walk:?}");
            }
        }
        drop(go);
    });
}

#[test]
fn a_damaged_file_is_not_taken_for_a_whole_one() {
    let desk = Desk::new();
    let path = desk.folder.path().join("copy.db");
    SqliteStore::copy(&desk.path(), &path).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let checked = SqliteStore::check(&path);
    assert!(
        matches!(
            checked,
            Err(StoreError::Damaged(_) | StoreError::Database(_))
        ),
        "{checked:?}"
    );
}

//! The same through the files of months: every byte and every column of facts at their edges, and files lost, cut, mixed up.
use super::tests::{FACTS, Journal};
use super::{Bad, BadWhy, Ledger, Verdict, Walk, verify, walk_rows};
use crate::column::int;
use crate::journal;
use messages::journal::Head;
use rusqlite::{Connection, params};
use std::path::PathBuf;

const FIRST_END: u64 = 4_000;
const SECOND_END: u64 = 8_000;

/// Ten thousand facts: two closed months and an open one.
struct Filed {
    journal: Journal,
}

impl Filed {
    fn new() -> Self {
        let journal = Journal::of(FACTS);
        for (label, first, last) in [
            ("2026-01", 1, FIRST_END),
            ("2026-02", FIRST_END + 1, SECOND_END),
        ] {
            close(&journal, label, first, last);
        }
        Self { journal }
    }

    fn file(&self, label: &str) -> PathBuf {
        self.journal.path(&format!("journal-{label}.db"))
    }

    /// The connection that holds this fact.
    fn holder(&self, seq: u64) -> Connection {
        let file = match seq {
            0..=FIRST_END => self.file("2026-01"),
            _ if seq <= SECOND_END => self.file("2026-02"),
            _ => self.journal.path("branch.db"),
        };
        Connection::open(file).unwrap()
    }

    fn verdict(&self) -> Verdict {
        let folder = self.journal.path("");
        verify(
            &Ledger::of(&self.journal.conn, &folder).unwrap(),
            &[self.journal.head],
        )
        .unwrap()
    }

    fn hash_behind(&self, seq: u64) -> Head {
        let folder = self.journal.path("");
        let ledger = Ledger::of(&self.journal.conn, &folder).unwrap();
        let hash = ledger.hash_at(seq).unwrap().unwrap();
        Head { seq, hash }
    }
}

fn close(journal: &Journal, label: &str, first: u64, last: u64) {
    let hash = journal::hash_at(&journal.conn, last).unwrap().unwrap();
    let file = journal.path(&format!("journal-{label}.db"));
    journal
        .conn
        .execute("VACUUM INTO ?", [file.to_str().unwrap()])
        .unwrap();
    let conn = Connection::open(&file).unwrap();
    conn.execute(
        "DELETE FROM journal WHERE seq NOT BETWEEN ? AND ?",
        [int(first), int(last)],
    )
    .unwrap();
    journal
        .conn
        .execute("DELETE FROM journal WHERE seq <= ?", [int(last)])
        .unwrap();
    journal
        .conn
        .execute(
            "INSERT INTO month VALUES (?, ?, ?, ?, zeroblob(32), 0, 0, NULL)",
            params![label, int(first), int(last), hash.0],
        )
        .unwrap();
}

fn bad(seq: u64, why: BadWhy) -> Option<Bad> {
    Some(Bad { seq, why })
}

#[test]
fn a_sound_journal_in_three_files_holds_from_its_first_fact_to_its_last() {
    let filed = Filed::new();
    let expected = Verdict {
        first: 1,
        checked: FACTS,
        head: filed.journal.head,
        bad: None,
    };
    assert_eq!(filed.verdict(), expected);
}

/// What a walk over this one fact finds behind a change to its row; the row is as it was behind it.
fn after(conn: &Connection, before: Head, change: &str, value: Option<&[u8]>) -> Option<Bad> {
    conn.execute_batch("SAVEPOINT change").unwrap();
    let mut changing = conn.prepare(change).unwrap();
    match value {
        Some(value) => changing.execute([value]).unwrap(),
        None => changing.execute([]).unwrap(),
    };
    let mut walk = Walk::behind(before);
    let found = walk_rows(&mut walk, conn, (before.seq + 1, before.seq + 2), &[]).unwrap();
    drop(changing);
    conn.execute_batch("ROLLBACK TO change; RELEASE change")
        .unwrap();
    found
}

#[test]
fn every_byte_and_every_column_at_the_edges_of_each_file_counts() {
    let filed = Filed::new();
    for seq in [
        1,
        2,
        FIRST_END,
        FIRST_END + 1,
        SECOND_END,
        SECOND_END + 1,
        FACTS,
    ] {
        let (conn, before) = (filed.holder(seq), filed.hash_behind(seq - 1));
        assert_eq!(
            after(&conn, before, "UPDATE journal SET seq = seq WHERE 0", None),
            None
        );
        for column in ["bytes", "hash"] {
            let sql = format!("SELECT {column} FROM journal WHERE seq = {seq}");
            let sound: Vec<u8> = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
            let change = format!("UPDATE journal SET {column} = ? WHERE seq = {seq}");
            for at in 0..sound.len() {
                let mut flipped = sound.clone();
                flipped[at] ^= 1 << (at % 8);
                let found = after(&conn, before, &change, Some(&flipped));
                assert_eq!(found, bad(seq, BadWhy::Changed), "{seq} {column} byte {at}");
            }
        }
        for (change, why) in [
            ("utc = utc - 1", BadWhy::Changed),
            ("kind = kind || 'x'", BadWhy::Changed),
            (
                "person = coalesce(person || 'x', 'console')",
                BadWhy::Changed,
            ),
            (
                "person = CASE WHEN person IS NULL THEN '' END",
                BadWhy::Changed,
            ),
            (
                "subject = coalesce(subject || 'x', 'call:x')",
                BadWhy::Changed,
            ),
            (
                "subject = CASE WHEN subject IS NULL THEN '' END",
                BadWhy::Changed,
            ),
            ("seq = -seq", BadWhy::Missing),
        ] {
            let sql = format!("UPDATE journal SET {change} WHERE seq = {seq}");
            let found = after(&conn, before, &sql, None);
            let last_of_file = [FIRST_END, SECOND_END, FACTS].contains(&seq);
            if why == BadWhy::Missing && last_of_file {
                assert_eq!(found, None, "its file ends: that is seen by the whole walk");
            } else {
                assert_eq!(found, bad(seq, why), "{sql}");
            }
        }
    }
}

#[test]
fn facts_lost_put_in_or_changed_in_a_months_file_are_found_at_their_place() {
    for (label, sql, seq, why) in [
        (
            "2026-01",
            "DELETE FROM journal WHERE seq = 4000",
            4_000,
            BadWhy::Missing,
        ),
        (
            "2026-01",
            "DELETE FROM journal WHERE seq = 1",
            1,
            BadWhy::Missing,
        ),
        (
            "2026-02",
            "DELETE FROM journal WHERE seq > 5000",
            5_001,
            BadWhy::Missing,
        ),
        (
            "2026-02",
            "UPDATE journal SET bytes = x'00' WHERE seq = 4001",
            4_001,
            BadWhy::Changed,
        ),
        (
            "2026-02",
            "INSERT INTO journal SELECT 4000, utc, kind, person, subject, bytes, hash FROM journal WHERE seq = 4001",
            4_001,
            BadWhy::Missing,
        ),
    ] {
        let filed = Filed::new();
        Connection::open(filed.file(label))
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        assert_eq!(filed.verdict().bad, bad(seq, why), "{sql}");
    }
}

#[test]
fn a_file_that_is_lost_damaged_or_anothers_is_found_at_its_first_bad_fact() {
    let filed = Filed::new();
    let (first, second) = (filed.file("2026-01"), filed.file("2026-02"));
    let sound = std::fs::read(&second).unwrap();
    std::fs::remove_file(&second).unwrap();
    assert_eq!(filed.verdict().bad, bad(FIRST_END + 1, BadWhy::Missing));
    std::fs::copy(&first, &second).unwrap();
    assert_eq!(filed.verdict().bad, bad(FIRST_END + 1, BadWhy::Missing));
    std::fs::write(&second, &sound[..sound.len() / 2]).unwrap();
    let found = filed.verdict().bad.unwrap();
    assert!(
        (FIRST_END + 1..=SECOND_END).contains(&found.seq),
        "{found:?}"
    );
    std::fs::write(&second, &sound).unwrap();
    assert_eq!(filed.verdict().bad, None);
}

#[test]
fn a_month_that_is_called_let_go_without_a_word_in_the_chain_is_missing() {
    let filed = Filed::new();
    filed
        .journal
        .conn
        .execute("UPDATE month SET pruned = 1 WHERE label = '2026-01'", [])
        .unwrap();
    assert_eq!(filed.verdict().bad, bad(FIRST_END, BadWhy::Missing));
    filed
        .journal
        .conn
        .execute(
            "UPDATE month SET hash = zeroblob(32) WHERE label = '2026-01'",
            [],
        )
        .unwrap();
    assert_eq!(filed.verdict().bad, bad(FIRST_END + 1, BadWhy::Changed));
}

#[test]
fn a_list_of_months_that_was_cut_is_found() {
    let filed = Filed::new();
    filed
        .journal
        .conn
        .execute("DELETE FROM month WHERE label = '2026-01'", [])
        .unwrap();
    assert_eq!(filed.verdict().bad, bad(1, BadWhy::Missing));
    let cut = Filed::new();
    cut.journal
        .conn
        .execute_batch("DELETE FROM journal; DELETE FROM month WHERE label = '2026-02'")
        .unwrap();
    assert_eq!(cut.verdict().bad, bad(FIRST_END + 1, BadWhy::CutOff));
}

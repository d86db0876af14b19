//! Every change of a journal is found, at the right place: bytes, columns, lost, added, swapped, cut off, rewritten.
use super::{Bad, BadWhy, Verdict, verify};
use crate::database::open_branch;
use crate::month::Ledger;
use messages::fact::{Actor, BoxStopped, Fact, HangUpAsked, Place, SealedFact};
use messages::journal::{ChainHash, Head};
use messages::{BootId, BoxId, CallId, PartyId, SealFailed, Sealed, Sealer, UserName, UtcMs};
use rusqlite::{Connection, params};
use sansio::SeededRng;

pub(super) const FACTS: u64 = 10_000;

struct Nothing;
impl Sealer for Nothing {
    fn seal(&mut self, _: PartyId, _: messages::Field, _: &str) -> Result<Sealed, SealFailed> {
        Err(SealFailed(String::new()))
    }
}

fn fact(seq: u64, salt: u8) -> (Fact, SealedFact) {
    let utc = UtcMs(1_790_000_000_000 + i64::try_from(seq).unwrap());
    let fact = if seq.is_multiple_of(2) {
        let user = UserName::parse("admin").unwrap();
        let call = CallId::from_bytes([salt; 16]);
        Fact::new(utc, true, Actor::User(user), HangUpAsked { call })
    } else {
        let reason = format!("reason {salt}");
        Fact::new(utc, true, Actor::System, BoxStopped { reason })
    };
    let box_id = BoxId::parse("sz-01").unwrap();
    let place = Place {
        box_id: &box_id,
        epoch: 1,
        seq,
        boot: BootId::from_bytes([1; 16]),
        policy_version: 0,
    };
    let sealed = fact.clone().seal(&place, &mut Nothing).unwrap();
    (fact, sealed)
}

fn insert(conn: &Connection, seq: u64, hash: ChainHash, salt: u8) -> ChainHash {
    let (fact, sealed) = fact(seq, salt);
    let hash = sealed.chained(hash);
    conn.prepare_cached("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)")
        .unwrap()
        .execute(params![
            i64::try_from(seq).unwrap(),
            fact.utc.0,
            fact.body.kind(),
            super::person(&fact.actor),
            sealed.envelope().subject,
            sealed.bytes(),
            hash.0
        ])
        .unwrap();
    hash
}

/// A sound journal of so many facts, and its head.
pub(super) struct Journal {
    pub(super) conn: Connection,
    pub(super) head: Head,
    folder: tempfile::TempDir,
}

impl Journal {
    pub(super) fn of(facts: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let conn = open_branch(&folder.path().join("branch.db")).unwrap();
        conn.execute_batch("BEGIN").unwrap();
        let mut hash = ChainHash::START;
        for seq in 1..=facts {
            hash = insert(&conn, seq, hash, 0);
        }
        conn.execute_batch("COMMIT").unwrap();
        Self {
            conn,
            head: Head { seq: facts, hash },
            folder,
        }
    }

    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn verify(&self, known: &[Head]) -> Verdict {
        let ledger = Ledger::of(&self.conn, self.folder.path()).unwrap();
        verify(&ledger, known).unwrap()
    }

    /// What is found after `sql`; the journal is sound again behind it.
    fn after(&self, sql: &str) -> Verdict {
        self.after_doing(|conn| conn.execute_batch(sql).unwrap())
    }

    fn after_doing(&self, change: impl Fn(&Connection)) -> Verdict {
        self.conn.execute_batch("SAVEPOINT change").unwrap();
        change(&self.conn);
        let verdict = self.verify(&[self.head]);
        self.conn
            .execute_batch("ROLLBACK TO change; RELEASE change")
            .unwrap();
        verdict
    }
}

fn bad(seq: u64, why: BadWhy) -> Option<Bad> {
    Some(Bad { seq, why })
}

#[test]
fn a_sound_journal_of_ten_thousand_facts_holds() {
    let journal = Journal::of(FACTS);
    let verdict = journal.verify(&[journal.head, Head::EMPTY]);
    assert_eq!(
        verdict,
        Verdict {
            first: 1,
            checked: FACTS,
            head: journal.head,
            bad: None
        }
    );
}

#[test]
fn each_flipped_byte_is_found_at_its_fact() {
    let journal = Journal::of(3);
    for seq in 1..=3_u64 {
        for column in ["bytes", "hash"] {
            let sql = format!("SELECT {column} FROM journal WHERE seq = {seq}");
            let sound: Vec<u8> = journal.conn.query_row(&sql, [], |row| row.get(0)).unwrap();
            for at in 0..sound.len() {
                let mut flipped = sound.clone();
                flipped[at] ^= 1 << (at % 8);
                let verdict = journal.after_doing(|conn| {
                    let sql = format!("UPDATE journal SET {column} = ? WHERE seq = {seq}");
                    conn.execute(&sql, [&flipped]).unwrap();
                });
                assert_eq!(verdict.bad, bad(seq, BadWhy::Changed), "{column} byte {at}");
            }
        }
    }
}

fn changes(at: u64, later: u64) -> [(String, BadWhy); 10] {
    [
        (
            format!("DELETE FROM journal WHERE seq = {at}"),
            BadWhy::Missing,
        ),
        (
            // deleted, and the rest moved up
            format!(
                "DELETE FROM journal WHERE seq = {at};
                 UPDATE journal SET seq = -(seq - 1) WHERE seq > {at};
                 UPDATE journal SET seq = -seq WHERE seq < 0"
            ),
            BadWhy::Changed,
        ),
        (
            // put in, and the rest moved down
            format!(
                "UPDATE journal SET seq = -(seq + 1) WHERE seq >= {at};
                 UPDATE journal SET seq = -seq WHERE seq < 0;
                 INSERT INTO journal SELECT {at}, utc, kind, person, subject, bytes, hash
                 FROM journal WHERE seq = {later} + 1"
            ),
            BadWhy::Changed,
        ),
        (
            // two facts change places
            format!(
                "UPDATE journal SET seq = -1 WHERE seq = {at};
                 UPDATE journal SET seq = {at} WHERE seq = {later};
                 UPDATE journal SET seq = {later} WHERE seq = -1"
            ),
            BadWhy::Changed,
        ),
        (
            format!("DELETE FROM journal WHERE seq >= {at}"),
            BadWhy::CutOff,
        ),
        (
            format!("UPDATE journal SET bytes = zeroblob(40) WHERE seq = {at}"),
            BadWhy::Changed,
        ),
        (
            format!("UPDATE journal SET utc = utc + 1 WHERE seq = {at}"),
            BadWhy::Changed,
        ),
        (
            format!("UPDATE journal SET kind = 'signed_in' WHERE seq = {at}"),
            BadWhy::Changed,
        ),
        (
            format!("UPDATE journal SET person = 'user:other' WHERE seq = {at}"),
            BadWhy::Changed,
        ),
        (
            format!("UPDATE journal SET subject = 'call:other' WHERE seq = {at}"),
            BadWhy::Changed,
        ),
    ]
}

#[test]
fn each_kind_of_change_in_ten_thousand_facts_is_found_at_the_right_place() {
    let journal = Journal::of(FACTS);
    let mut rng = SeededRng::new(12);
    for _ in 0..5 {
        let at = 1 + rng.below(FACTS - 2);
        let later = at + 1 + rng.below(FACTS - at - 1);
        let changes = changes(at, later);
        for (sql, why) in changes {
            assert_eq!(journal.after(&sql).bad, bad(at, why), "{sql}");
        }
    }
}

#[test]
fn a_journal_rewritten_with_a_chain_of_its_own_is_found_by_the_head_kept_elsewhere() {
    let journal = Journal::of(200);
    let verdict = journal.after_doing(|conn| {
        conn.execute("DELETE FROM journal WHERE seq >= 150", [])
            .unwrap();
        let mut hash = crate::journal::hash_at(conn, 149).unwrap().unwrap();
        for seq in 150..=200 {
            hash = insert(conn, seq, hash, 1);
        }
    });
    assert_eq!(verdict.bad, bad(200, BadWhy::Rewritten));
}

#[test]
fn an_emptied_journal_is_cut_off_at_its_first_fact() {
    let journal = Journal::of(3);
    assert_eq!(
        journal.after("DELETE FROM journal").bad,
        bad(1, BadWhy::CutOff)
    );
}

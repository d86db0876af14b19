//! What an older version set aside, and this one can apply: after the retry all is as if it had never been set aside.
use crate::conformance::story::Story;
use crate::sqlite::open;
use crate::{DeadLetterQuery, Retried, Retry, SqliteStore, Store};
use messages::{BoxId, UserName, UtcMs};
use rusqlite::{Connection, params};
use tempfile::TempDir;

struct Office {
    folder: TempDir,
    store: SqliteStore,
    story: Story,
}

impl Office {
    fn with_a_day() -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("hq.db"), "hq").unwrap();
        let mut story = Story::of("sz-01");
        story.day(14);
        story.send(&store);
        Self {
            folder,
            store,
            story,
        }
    }

    fn id(&self) -> &BoxId {
        &self.story.box_id
    }

    /// As a version would have left it that did not understand these facts.
    fn set_aside(&self, seqs: &[u64]) {
        let db = open::reopen_for_writing(&self.folder.path().join("hq.db")).unwrap();
        for seq in seqs {
            move_one(&db, i64::try_from(*seq).unwrap());
        }
        self.store.rebuild().unwrap();
    }

    fn retry(&self, only: Option<(u32, u64)>) -> Retried {
        self.store
            .retry_dead_letters(&Retry {
                box_id: self.id().clone(),
                only,
                by: UserName::parse("li").unwrap(),
                from_ip: None,
                at: UtcMs(9),
            })
            .unwrap()
    }

    fn hash(&self) -> [u8; 32] {
        self.store.state_hash(self.id()).unwrap()
    }

    fn stood(&self) -> (Vec<crate::JournalRow>, crate::BoxRecord, [u8; 32]) {
        (
            self.store.journal(self.id(), 0, 100_000).unwrap(),
            self.store.box_record(self.id()).unwrap().unwrap(),
            self.hash(),
        )
    }
}

fn move_one(db: &Connection, seq: i64) {
    let moved = db
        .execute(
            "INSERT INTO dead_letter (tenant, box, epoch, seq, received, why, bytes, hash)
             SELECT tenant, box, epoch, seq, utc, 'body_undecodable', bytes, hash FROM journal WHERE seq = ?1",
            params![seq],
        )
        .unwrap();
    db.execute("DELETE FROM journal WHERE seq = ?1", params![seq])
        .unwrap();
    let moved = i64::try_from(moved).unwrap();
    db.execute("UPDATE box SET dead_letters = dead_letters + ?1", [moved])
        .unwrap();
}

#[test]
fn each_fact_set_aside_alone_comes_back_as_if_nothing_had_been() {
    let office = Office::with_a_day();
    let stood = office.stood();
    let mut missed = 0;
    for row in &stood.0 {
        office.set_aside(&[row.seq]);
        missed += u32::from(office.hash() != stood.2);
        let retried = office.retry(Some((row.epoch, row.seq)));
        assert_eq!((retried.applied, retried.left), (1, 0), "{}", row.kind);
        assert_eq!(office.stood(), stood, "{} {}", row.seq, row.kind);
    }
    assert!(missed > 30, "the tables would show most of them: {missed}");
}

#[test]
fn all_of_a_branch_come_back_at_once_in_their_order() {
    let office = Office::with_a_day();
    let stood = office.stood();
    let every_other: Vec<u64> = stood.0.iter().map(|row| row.seq).step_by(2).collect();
    office.set_aside(&every_other);
    let retried = office.retry(None);
    assert_eq!(retried.applied, u64::try_from(every_other.len()).unwrap());
    assert_eq!(office.stood(), stood);
    office.store.rebuild().unwrap();
    assert_eq!(office.hash(), stood.2);
}

#[test]
fn what_still_does_not_fit_stays_with_todays_reason_and_disturbs_nothing() {
    let office = Office::with_a_day();
    let stood = office.stood();
    let db = open::reopen_for_writing(&office.folder.path().join("hq.db")).unwrap();
    let twice = stood
        .0
        .iter()
        .find(|row| row.kind == "call_started")
        .unwrap();
    // The same call again behind the end of the journal, under a seq of its own.
    let mut envelope: messages::fact::Envelope = messages::wire::decode(&twice.bytes).unwrap();
    envelope.seq = 5_000;
    let bytes = messages::wire::encode(&envelope).unwrap();
    db.execute(
        "INSERT INTO dead_letter (tenant, box, epoch, seq, received, why, bytes, hash)
         VALUES ('hq', 'sz-01', 1, 5000, 1, 'body_undecodable', ?1, ?2)",
        params![bytes, [0_u8; 32]],
    )
    .unwrap();
    db.execute("UPDATE box SET dead_letters = 1", []).unwrap();
    let retried = office.retry(None);
    assert_eq!((retried.applied, retried.left), (0, 1));
    let letters = office
        .store
        .dead_letters(&DeadLetterQuery::default())
        .unwrap();
    assert_eq!(letters[0].why, "call_exists:call_started");
    assert_eq!(letters[0].tried, Some(UtcMs(9)));
    assert_eq!((office.stood().0, office.hash()), (stood.0, stood.2));
}

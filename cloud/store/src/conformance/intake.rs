//! Cases of what comes in: the cursor, the journal, the dead letters, the state of the boxes.
use super::story::{MIDNIGHT, Story};
use super::{Opener, hq};
use crate::{DeadLetterQuery, FactBatch, Store, StoreError, Unfit};
use messages::fact::{Body, CallAnswered, Envelope};
use messages::journal::{ChainHash, Head};
use messages::{BoxId, CallId, Direction, UtcMs, wire};

pub(super) fn greeting(open: &Opener) {
    let store = hq(open);
    let story = Story::of("sz-01");
    assert_eq!(store.box_record(&story.box_id).unwrap(), None);
    let record = store.greet(&story.greeting()).unwrap();
    assert_eq!((record.epoch, record.applied), (1, Head::EMPTY));
    assert_eq!(record.name, "sz-01");
    assert_eq!(store.boxes().unwrap(), std::slice::from_ref(&record));
    let mut later = story.greeting();
    later.trouble = Some("gap");
    later.received = UtcMs(MIDNIGHT.0 + 5);
    let troubled = store.greet(&later).unwrap();
    assert_eq!(troubled.first_seen, record.first_seen);
    assert_eq!(
        troubled.last_error,
        Some(("gap".to_owned(), later.received))
    );
    assert_eq!(store.greet(&story.greeting()).unwrap().last_error, None);
}

pub(super) fn byte_for_byte(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.day(14);
    let facts = story.facts.clone();
    let ingested = story.send(&*store);
    let count = u64::try_from(facts.len()).unwrap();
    assert_eq!((ingested.applied.seq, ingested.dead), (count, 0));
    let rows = store.journal(&story.box_id, 0, 10_000).unwrap();
    let stored: Vec<_> = rows.iter().map(|row| row.bytes.clone()).collect();
    assert_eq!(stored, facts);
    let mut hash = ChainHash::START;
    for (row, seq) in rows.iter().zip(1..) {
        hash = hash.next(&row.bytes);
        assert_eq!((row.seq, row.hash, row.epoch), (seq, hash, 1));
    }
    let record = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!((record.applied.seq, record.applied.hash), (count, hash));
    assert_eq!((record.lag_facts(), record.fact_utc), (0, Some(story.now)));
}

pub(super) fn idempotent(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    store.greet(&story.greeting()).unwrap();
    story.day(3);
    let first = story.batch();
    story.day(3);
    let second = story.batch();
    store.ingest(&first).unwrap().unwrap();
    let end = store.ingest(&second).unwrap().unwrap();
    let stood = picture(&*store);
    for batch in [&first, &second, &both(&first, &second), &first] {
        let again = store.ingest(batch).unwrap().unwrap();
        assert_eq!(
            (again.applied, again.fresh, again.dead),
            (end.applied, 0, 0)
        );
    }
    assert_eq!(picture(&*store), stood);
}

fn both(first: &FactBatch, second: &FactBatch) -> FactBatch {
    FactBatch {
        facts: [first.facts.clone(), second.facts.clone()].concat(),
        after: second.after,
        ..first.clone()
    }
}

/// Everything that people can ask, as text.
pub(super) fn picture(store: &dyn Store) -> String {
    use crate::{CallQuery, CustomerQuery, PageLimit, RecordingQuery, RollupQuery};
    let limit = PageLimit::new(200).unwrap();
    let query = RollupQuery {
        box_id: None,
        from: UtcMs(i64::MIN),
        to: UtcMs(i64::MAX),
    };
    let calls = CallQuery {
        limit,
        ..CallQuery::default()
    };
    let customers = CustomerQuery {
        limit,
        ..CustomerQuery::default()
    };
    let recordings = RecordingQuery {
        limit,
        ..RecordingQuery::default()
    };
    format!(
        "{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}",
        store.calls(&calls).unwrap(),
        store.customers(&customers).unwrap(),
        store.recordings(&recordings).unwrap(),
        store.hours(&query).unwrap(),
        store.days(&query).unwrap(),
        store.day_totals(&query).unwrap(),
    )
}

pub(super) fn unfit(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    assert!(matches!(
        store.ingest(&story.batch()),
        Err(StoreError::UnknownBox)
    ));
    story.day(2);
    story.send(&*store);
    story.day(1);
    let missing = story.batch();
    story.day(1);
    let next = story.batch();
    let applied = store.box_record(&story.box_id).unwrap().unwrap().applied;
    let stood = picture(&*store);

    let refused = |batch: &FactBatch| store.ingest(batch).unwrap().unwrap_err();
    assert_eq!(refused(&next), Unfit::Gap { applied });
    let mut other = missing.clone();
    other.before.hash = ChainHash([9; 32]);
    assert_eq!(refused(&other), Unfit::Fork { applied });
    let mut cut = missing.clone();
    cut.facts.pop();
    assert_eq!(refused(&cut), Unfit::Broken { applied });
    let mut changed = missing.clone();
    changed.facts[0][3] ^= 1;
    assert_eq!(refused(&changed), Unfit::Broken { applied });
    let old = FactBatch {
        epoch: 0,
        ..missing.clone()
    };
    assert_eq!(refused(&old), Unfit::Epoch { applied, epoch: 1 });
    let overflow = FactBatch {
        before: Head {
            seq: u64::MAX,
            hash: ChainHash::START,
        },
        ..missing.clone()
    };
    assert_eq!(refused(&overflow), Unfit::Broken { applied });

    assert_eq!(picture(&*store), stood);
    store.ingest(&missing).unwrap().unwrap();
    store.ingest(&next).unwrap().unwrap();
}

pub(super) fn poison(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    let stranger = Story::of("bj-02");
    let call = story.start(Direction::Inbound, None);
    let answered = Body::from(CallAnswered::of(call));
    let seq = story.next_seq();
    story.facts.push(b"no fact at all".to_vec());
    let foreign = stranger.sealed(answered.clone(), seq + 1);
    story.facts.push(foreign.bytes().to_vec());
    let elsewhere = story.sealed(answered.clone(), 9_999);
    story.facts.push(elsewhere.bytes().to_vec());
    let mut envelope: Envelope = story.sealed(answered.clone(), seq + 3).envelope().clone();
    envelope.body = vec![0xff];
    story.facts.push(wire::encode(&envelope).unwrap());
    let again = story.facts[0].clone();
    let mut twice: Envelope = wire::decode(&again).unwrap();
    twice.seq = seq + 4;
    story.facts.push(wire::encode(&twice).unwrap());
    story.answer(call);

    let ingested = story.send(&*store);
    assert_eq!((ingested.fresh, ingested.dead), (8, 5));
    let record = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!((record.applied.seq, record.dead_letters), (8, 5));
    let dead = store.dead_letters(&DeadLetterQuery::default()).unwrap();
    let why: Vec<_> = dead.iter().map(|one| (one.seq, one.why.as_str())).collect();
    assert_eq!(
        why,
        [
            (2, "fact_undecodable"),
            (3, "fact_other_box"),
            (4, "fact_other_seq"),
            (5, "body_undecodable:call_answered"),
            (6, "call_exists:call_started"),
        ]
    );
    assert_eq!(dead[0].bytes, b"no fact at all");
    let journal = store.journal(&story.box_id, 0, 100).unwrap();
    let seqs: Vec<_> = journal.iter().map(|row| row.seq).collect();
    assert_eq!(seqs, [1, 7, 8]);
    let calls = store.calls(&crate::CallQuery::default()).unwrap();
    assert_eq!(calls.len(), 1);
    assert!(calls[0].answered.is_some());
}

pub(super) fn unknown_kind(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    let call = CallId::from_bytes([5; 16]);
    let seq = story.next_seq();
    let sealed = story.sealed(Body::from(CallAnswered::of(call)), seq);
    let mut envelope = sealed.envelope().clone();
    envelope.kind = "moon_landed".to_owned();
    envelope.body = vec![0x01];
    let bytes = wire::encode(&envelope).unwrap();
    story.facts.push(bytes.clone());
    let ingested = story.send(&*store);
    assert_eq!((ingested.fresh, ingested.dead), (1, 0));
    let rows = store.journal(&story.box_id, 0, 10).unwrap();
    assert_eq!(
        (rows[0].kind.as_str(), &rows[0].bytes),
        ("moon_landed", &bytes)
    );
}

pub(super) fn safe_mark(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.day(1);
    let applied = story.send(&*store).applied.seq;
    let safe = |to: u64| {
        store.move_safe(&story.box_id, to).unwrap();
        store.box_record(&story.box_id).unwrap().unwrap().safe
    };
    assert_eq!(safe(2), 2);
    assert_eq!(safe(1), 2);
    assert_eq!(safe(applied + 50), applied);
    let nobody = BoxId::parse("nobody").unwrap();
    assert!(matches!(
        store.move_safe(&nobody, 1),
        Err(StoreError::UnknownBox)
    ));
}

pub(super) fn box_state(open: &Opener) {
    let store = hq(open);
    let story = Story::of("sz-01");
    let id = &story.box_id;
    store.note_link(id, true, UtcMs(10)).unwrap();
    let record = || store.box_record(id).unwrap().unwrap();
    assert_eq!((record().link_up, record().link_changed), (true, UtcMs(10)));
    store.note_link(id, true, UtcMs(20)).unwrap();
    assert_eq!(
        (record().last_seen, record().link_changed),
        (UtcMs(20), UtcMs(10))
    );
    store.note_link(id, false, UtcMs(30)).unwrap();
    assert_eq!(
        (record().last_seen, record().link_changed),
        (UtcMs(20), UtcMs(30))
    );
    store.note_link(id, true, UtcMs(40)).unwrap();
    store.all_links_down(UtcMs(50)).unwrap();
    assert_eq!(
        (record().link_up, record().link_changed),
        (false, UtcMs(50))
    );
    store.note_trouble(id, "batch_gap", UtcMs(60)).unwrap();
    assert_eq!(
        record().last_error,
        Some(("batch_gap".to_owned(), UtcMs(60)))
    );
    store.note_metrics(id, UtcMs(70), 12, &[1]).unwrap();
    assert_eq!((record().head_seq, record().lag_facts()), (12, 12));
    assert_eq!(record().as_of(), None);
}

pub(super) fn metrics_ring(open: &Opener) {
    let store = hq(open);
    let id = BoxId::parse("sz-01").unwrap();
    assert_eq!(store.last_metrics(&id).unwrap(), None);
    for second in 0..60 {
        let at = UtcMs(MIDNIGHT.0 + second * 1_000);
        let byte = u8::try_from(second).unwrap();
        store.note_metrics(&id, at, 1, &[byte]).unwrap();
    }
    let kept = store.metrics(&id, UtcMs(0), 1_000).unwrap();
    assert_eq!(kept.len(), 12);
    assert!(kept.is_sorted_by_key(|(at, _)| *at));
    let last = store.last_metrics(&id).unwrap().unwrap();
    assert_eq!(last, (UtcMs(MIDNIGHT.0 + 55_000), vec![59]));
    assert_eq!(store.metrics(&id, last.0, 10).unwrap().len(), 1);
    assert_eq!(store.metrics(&id, UtcMs(0), 5).unwrap().len(), 5);
    let month_later = UtcMs(MIDNIGHT.0 + 30 * 86_400_000);
    store.note_metrics(&id, month_later, 1, &[99]).unwrap();
    assert_eq!(store.metrics(&id, UtcMs(0), 1_000).unwrap().len(), 1);
}

pub(super) fn tenants(open: &Opener) {
    let (one, other) = (open("one"), open("other"));
    let mut story = Story::of("sz-01");
    story.day(7);
    story.send(&*one);
    assert_eq!(one.boxes().unwrap().len(), 1);
    assert_eq!(other.boxes().unwrap(), []);
    let empty = picture(&*hq(open));
    assert_eq!(picture(&*other), empty);
    assert_eq!(other.journal(&story.box_id, 0, 10).unwrap(), []);
    let mut same_name = Story::of("sz-01");
    same_name.day(2);
    let ingested = same_name.send(&*other);
    assert_eq!(ingested.dead, 0);
}

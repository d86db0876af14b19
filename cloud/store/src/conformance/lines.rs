//! The lines of the boxes: broken, kept, closed; and facts that wait as bytes.
use super::{Opener, hq, story::Story};
use crate::{
    BreakKind, BreakQuery, CloseBreak, FactBatch, Greeting, LineChange, LineMove, NotClosed, Store,
};
use messages::fact::CustomerErased;
use messages::journal::Head;
use messages::lane::SCHEMA;
use messages::{BootId, Personal, Stage, UserName, UtcMs};

fn moved(story: &Story, epoch: u32, change: LineChange) -> Greeting {
    let line = LineMove {
        change,
        quarantined: change == LineChange::Copied,
        ..LineMove::default()
    };
    Greeting {
        epoch,
        line,
        ..story.greeting()
    }
}

fn close(store: &dyn Store, story: &Story, run: Option<BootId>) -> Result<(), NotClosed> {
    let breaks = store.breaks(&BreakQuery::default()).unwrap();
    let wanted = CloseBreak {
        box_id: story.box_id.clone(),
        id: breaks[0].id,
        run,
        reason: "looked at".to_owned(),
        by: UserName::parse("admin").unwrap(),
        from_ip: None,
        at: UtcMs(9),
    };
    store.close_break(&wanted).unwrap()
}

/// Two histories with the same beginning: the box goes on with the other one.
pub(super) fn old_tails(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    let wang = story.import("13800138000", "王小芳", Stage::Lead);
    story.send(&*store);
    let at = store.box_record(&story.box_id).unwrap().unwrap().applied;
    let mut other = story.clone();
    other.day(2);
    let party = super::lists::customers_of(&*store)[0].party;
    story.tell(CustomerErased {
        customer: wang,
        party,
        reason: "asked for it".to_owned(),
    });
    story.day(6);
    story.facts.push(b"poison".to_vec());
    story.send(&*store);
    let before = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!(before.dead_letters, 1);
    let lost = store.line(&story.box_id, at.seq, 10_000).unwrap();
    assert_eq!(
        lost.last().unwrap().head,
        before.applied,
        "the poison is of the line"
    );

    let change = LineChange::OldTail {
        at,
        upto: before.applied.seq,
        epoch: 1,
    };
    let after = store.greet(&moved(&story, 2, change)).unwrap();
    assert_eq!((after.applied, after.dead_letters, after.epoch), (at, 0, 2));
    let found = store.breaks(&BreakQuery::default()).unwrap();
    assert_eq!(
        (found[0].kind, found[0].first, found[0].last),
        (BreakKind::OldTail, at.seq + 1, before.applied.seq)
    );
    let limit = crate::PageLimit::LONGEST;
    let old = store
        .old_facts(&story.box_id, found[0].id, 0, limit)
        .unwrap();
    assert_eq!(old, lost, "byte for byte");
    let customers = super::lists::customers_of(&*store);
    assert_eq!(customers[0].name, Personal::Erased, "an erasure stays one");

    let next = FactBatch {
        epoch: 2,
        ..other.batch()
    };
    let ingested = store.ingest(&next).unwrap().unwrap();
    assert_eq!((ingested.applied, ingested.dead), (next.after, 0));
    let state = store.state_hash(&story.box_id).unwrap();
    let walk = store.walk(&story.box_id).unwrap();
    assert_eq!((walk.proved, walk.broken_at), (next.after, None));
    assert_eq!(close(&*store, &story, None), Ok(()));
    assert_eq!(close(&*store, &story, None), Err(NotClosed::Already));
    assert_eq!(store.state_hash(&story.box_id).unwrap(), state);
}

pub(super) fn gaps(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.day(2);
    story.send(&*store);
    let before = store.box_record(&story.box_id).unwrap().unwrap().applied;
    story.day(3);
    let never = story.batch();
    story.day(2);
    let next = story.batch();
    let change = LineChange::Gap {
        first: before.seq + 1,
        go_on: never.after,
    };
    store.greet(&moved(&story, 1, change)).unwrap();
    assert_eq!(
        store.hash_at(&story.box_id, never.after.seq).unwrap(),
        Some(never.after.hash)
    );
    assert_eq!(store.hash_at(&story.box_id, before.seq + 1).unwrap(), None);
    assert_eq!(store.ingest(&next).unwrap().unwrap().applied, next.after);
    let walk = store.walk(&story.box_id).unwrap();
    assert_eq!((walk.proved, walk.broken_at), (next.after, None));
    let found = &store.breaks(&BreakQuery::default()).unwrap()[0];
    assert_eq!(
        (found.kind, found.first, found.last),
        (BreakKind::Gap, before.seq + 1, never.after.seq)
    );
}

pub(super) fn copies(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.send(&*store);
    let other = BootId::from_bytes([77; 16]);
    let greeting = Greeting {
        boot_before: Some(other),
        ..moved(&story, 1, LineChange::Copied)
    };
    assert!(store.greet(&greeting).unwrap().quarantined);
    assert_eq!(close(&*store, &story, None), Err(NotClosed::OtherRun));
    let nobody = Some(BootId::from_bytes([5; 16]));
    assert_eq!(close(&*store, &story, nobody), Err(NotClosed::OtherRun));
    assert_eq!(close(&*store, &story, Some(other)), Ok(()));
    let record = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!(
        (record.quarantined, record.boot, record.boot_before),
        (false, Some(other), None)
    );
}

/// What waited as bytes leaves the same tables as what was read at once.
pub(super) fn raw(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.day(3);
    story.facts.push(b"poison".to_vec());
    story.day(2);
    let batch = story.batch();
    store.greet(&story.greeting()).unwrap();
    let record = || store.box_record(&story.box_id).unwrap().unwrap();
    let hash = || store.state_hash(&story.box_id).unwrap();
    let nothing = || {
        let change = LineChange::OldTail {
            at: Head::EMPTY,
            upto: batch.after.seq,
            epoch: 1,
        };
        store.greet(&moved(&story, 1, change)).unwrap();
    };
    let ingest = |raw| {
        let batch = FactBatch {
            raw,
            ..batch.clone()
        };
        let ingested = store.ingest(&batch).unwrap().unwrap();
        assert_eq!(ingested.applied, batch.after);
    };
    ingest(None);
    let read_at_once = hash();
    nothing();

    ingest(Some(SCHEMA + 9));
    assert_eq!(record().raw, batch.facts.len() as u64);
    let walk = store.walk(&story.box_id).unwrap();
    assert_eq!((walk.proved, walk.broken_at), (batch.after, None));
    let taken = store.take_up_raw(&story.box_id).unwrap();
    assert_eq!((taken.applied, taken.left), (0, record().raw));
    let line = store.line(&story.box_id, 0, 10_000).unwrap();
    assert_eq!(
        line.len(),
        batch.facts.len(),
        "a restored box can pull them"
    );
    nothing();
    assert_eq!(record().raw, 0);

    // as a headquarters meets them that reads their schema
    ingest(Some(SCHEMA));
    let taken = store.take_up_raw(&story.box_id).unwrap();
    assert_eq!((taken.dead, taken.left), (1, 0));
    assert_eq!((record().raw, record().dead_letters), (0, 1));
    assert_eq!(hash(), read_at_once);
}

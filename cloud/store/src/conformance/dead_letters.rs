//! Cases of the facts that were set aside: listed, looked at, tried again.
use super::story::Story;
use super::{Opener, hq};
use crate::{DeadLetterCursor, DeadLetterQuery, PageLimit, Retried, Retry, Store, StoreError};
use messages::{BoxId, UserName, UtcMs};

/// A branch with `count` facts that nothing can read, each between facts that count.
fn poisoned(store: &dyn Store, name: &str, count: u32) -> Story {
    let mut story = Story::of(name);
    for turn in 0..count {
        story.block();
        story.facts.push(format!("poison {turn}").into_bytes());
    }
    story.day(7);
    story.send(store);
    story
}

fn retry(story: &Story, only: Option<(u32, u64)>) -> Retry {
    Retry {
        box_id: story.box_id.clone(),
        only,
        by: UserName::parse("li").unwrap(),
        from_ip: None,
        at: UtcMs(77),
    }
}

pub(super) fn listed(open: &Opener) {
    let store = hq(open);
    poisoned(&*store, "bj-02", 5);
    let story = poisoned(&*store, "sz-01", 4);
    let all = DeadLetterQuery {
        limit: PageLimit::new(200).unwrap(),
        ..DeadLetterQuery::default()
    };
    let whole = store.dead_letters(&all).unwrap();
    assert_eq!(whole.len(), 9);
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let page = DeadLetterQuery {
            after: after.take(),
            limit: PageLimit::new(2).unwrap(),
            ..DeadLetterQuery::default()
        };
        let mut rows = store.dead_letters(&page).unwrap();
        let last = rows.len() < 3;
        rows.truncate(2);
        after = rows.last().map(|row| DeadLetterCursor {
            box_id: row.box_id.clone(),
            seq: row.seq,
            epoch: row.epoch,
        });
        walked.extend(rows);
        if last {
            break;
        }
    }
    assert_eq!(walked, whole);
    let one_branch = DeadLetterQuery {
        box_id: Some(story.box_id.clone()),
        ..DeadLetterQuery::default()
    };
    assert_eq!(store.dead_letters(&one_branch).unwrap(), whole[5..]);
    let first = &whole[5];
    let found = store.dead_letter(&first.box_id, first.epoch, first.seq);
    assert_eq!(found.unwrap().as_ref(), Some(first));
    let nothing = store.dead_letter(&first.box_id, first.epoch, first.seq + 1);
    assert_eq!(nothing.unwrap(), None);
}

pub(super) fn tried_again(open: &Opener) {
    let store = hq(open);
    let story = poisoned(&*store, "sz-01", 3);
    let state = store.state_hash(&story.box_id).unwrap();
    let none = Retried {
        applied: 0,
        left: 3,
        waiting: 0,
    };
    assert_eq!(
        store.retry_dead_letters(&retry(&story, None)).unwrap(),
        none
    );
    let letters = store.dead_letters(&DeadLetterQuery::default()).unwrap();
    assert_eq!(letters.len(), 3);
    for letter in &letters {
        assert_eq!(
            (letter.why.as_str(), letter.tried),
            ("fact_undecodable", Some(UtcMs(77)))
        );
    }
    assert_eq!(store.state_hash(&story.box_id).unwrap(), state);
    store.rebuild().unwrap();
    assert_eq!(store.state_hash(&story.box_id).unwrap(), state);
    let record = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!(record.dead_letters, 3);
    let deed = &store.audit(1).unwrap()[0];
    assert_eq!(
        (deed.what.as_str(), deed.about.as_deref(), &deed.user),
        (
            "dead_letters_retried",
            Some("branch:sz-01"),
            &UserName::parse("li")
        )
    );
}

pub(super) fn only_what_is_there(open: &Opener) {
    let store = hq(open);
    let story = poisoned(&*store, "sz-01", 2);
    let one = store
        .retry_dead_letters(&retry(&story, Some((1, 2))))
        .unwrap();
    assert_eq!((one.applied, one.left, one.waiting), (0, 1, 0));
    let letters = store.dead_letters(&DeadLetterQuery::default()).unwrap();
    assert_eq!(
        (letters[0].tried, letters[1].tried),
        (Some(UtcMs(77)), None)
    );
    assert!(matches!(
        store.retry_dead_letters(&retry(&story, Some((1, 3)))),
        Err(StoreError::UnknownDeadLetter)
    ));
    let mut elsewhere = retry(&story, None);
    elsewhere.box_id = BoxId::parse("nobody").unwrap();
    assert!(matches!(
        store.retry_dead_letters(&elsewhere),
        Err(StoreError::UnknownBox)
    ));
    assert_eq!(store.audit(10).unwrap().len(), 1, "only what was done");
}

pub(super) fn equal_states_equal_hashes(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.day(9);
    story.send(&*store);
    let before = store.state_hash(&story.box_id).unwrap();
    assert_eq!(before, store.state_hash(&story.box_id).unwrap());
    story.block();
    story.send(&*store);
    let after = store.state_hash(&story.box_id).unwrap();
    assert_ne!(before, after);
    store.rebuild().unwrap();
    assert_eq!(store.state_hash(&story.box_id).unwrap(), after);
    let other = BoxId::parse("bj-02").unwrap();
    assert_ne!(store.state_hash(&other).unwrap(), after);
}

//! Cases of what people ask: pages, filters, and rows that follow their facts.
use super::story::{MIDNIGHT, Story};
use super::{Opener, hq};
use crate::{
    CallQuery, CallRecord, CustomerQuery, CustomerRecord, PageLimit, RecordingQuery,
    RecordingRecord, RecordingState, Store,
};
use messages::{Personal, Stage, SystemResult, UtcMs};

/// Two branches, a day each, at the same times.
fn filled(open: &Opener) -> Box<dyn Store> {
    let store = hq(open);
    for name in ["bj-02", "sz-01"] {
        let mut story = Story::of(name);
        story.day(21);
        story.send(&*store);
    }
    store
}

/// Walks through a list page by page; `read` reads one row more than the page.
fn walk<T: Clone, C>(
    limit: PageLimit,
    cursor: impl Fn(&T) -> C,
    read: impl Fn(Option<C>) -> Vec<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let mut rows = read(after.take());
        let rows_max = usize::from(limit.rows());
        assert!(rows.len() <= rows_max + 1);
        let more = rows.len() > rows_max;
        rows.truncate(rows_max);
        after = rows.last().map(&cursor);
        all.extend(rows);
        if !more {
            return all;
        }
    }
}

fn calls(store: &dyn Store, base: &CallQuery) -> Vec<CallRecord> {
    walk(base.limit, CallRecord::cursor, |after| {
        let query = CallQuery {
            after,
            ..base.clone()
        };
        store.calls(&query).unwrap()
    })
}

fn customers(store: &dyn Store, base: &CustomerQuery) -> Vec<CustomerRecord> {
    walk(base.limit, CustomerRecord::cursor, |after| {
        let query = CustomerQuery {
            after,
            ..base.clone()
        };
        store.customers(&query).unwrap()
    })
}

fn recordings(store: &dyn Store, base: &RecordingQuery) -> Vec<RecordingRecord> {
    walk(base.limit, RecordingRecord::cursor, |after| {
        let query = RecordingQuery {
            after,
            ..base.clone()
        };
        store.recordings(&query).unwrap()
    })
}

pub(super) fn paging(open: &Opener) {
    let store = filled(open);
    let limit = |rows| PageLimit::new(rows).unwrap();
    let whole = CallQuery {
        limit: limit(200),
        ..CallQuery::default()
    };
    let all_calls = store.calls(&whole).unwrap();
    assert!(all_calls.is_sorted_by_key(|call| {
        core::cmp::Reverse((call.started, call.box_id.clone(), call.call))
    }));
    let all_customers = customers(&*store, &CustomerQuery::default());
    let all_recordings = recordings(&*store, &RecordingQuery::default());
    assert!(all_calls.len() > 30 && all_customers.len() > 10 && all_recordings.len() > 10);
    for rows in [1, 2, 7] {
        let limit = limit(rows);
        let query = CallQuery {
            limit,
            ..CallQuery::default()
        };
        assert_eq!(calls(&*store, &query), all_calls);
        let query = CustomerQuery {
            limit,
            ..CustomerQuery::default()
        };
        assert_eq!(customers(&*store, &query), all_customers);
        let query = RecordingQuery {
            limit,
            ..RecordingQuery::default()
        };
        assert_eq!(recordings(&*store, &query), all_recordings);
    }
}

pub(super) fn filters(open: &Opener) {
    let store = filled(open);
    let whole = CallQuery {
        limit: PageLimit::new(200).unwrap(),
        ..CallQuery::default()
    };
    let all = store.calls(&whole).unwrap();
    let noon = UtcMs(MIDNIGHT.0 + 7_200_000);
    let one_box = all[0].box_id.clone();
    for box_id in [None, Some(one_box)] {
        for result in [None, Some(SystemResult::Answered), Some(SystemResult::Busy)] {
            for (from, to) in [(None, None), (Some(noon), None), (None, Some(noon))] {
                let query = CallQuery {
                    box_id: box_id.clone(),
                    result,
                    from,
                    to,
                    limit: PageLimit::new(3).unwrap(),
                    after: None,
                };
                let wanted: Vec<_> = all
                    .iter()
                    .filter(|call| box_id.as_ref().is_none_or(|one| *one == call.box_id))
                    .filter(|call| result.is_none() || call.ended.map(|end| end.result) == result)
                    .filter(|call| from.is_none_or(|from| call.started >= from))
                    .filter(|call| to.is_none_or(|to| call.started < to))
                    .cloned()
                    .collect();
                assert_eq!(calls(&*store, &query), wanted, "{query:?}");
            }
        }
    }
    customer_filters(&*store);
}

fn customer_filters(store: &dyn Store) {
    let all = customers(store, &CustomerQuery::default());
    let one_box = all[0].box_id.clone();
    for box_id in [None, Some(one_box)] {
        for stage in [None, Some(Stage::Contacted), Some(Stage::Won)] {
            let query = CustomerQuery {
                box_id: box_id.clone(),
                stage,
                limit: PageLimit::new(2).unwrap(),
                after: None,
            };
            let wanted: Vec<_> = all
                .iter()
                .filter(|one| box_id.as_ref().is_none_or(|id| *id == one.box_id))
                .filter(|one| stage.is_none_or(|stage| stage == one.stage))
                .cloned()
                .collect();
            assert_eq!(customers(store, &query), wanted, "{query:?}");
        }
    }
}

pub(super) fn customers_of(store: &dyn Store) -> Vec<CustomerRecord> {
    customers(store, &CustomerQuery::default())
}

pub(super) fn customers_case(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    let customer = story.import("13800138000", "王芳", Stage::Lead);
    let call = story.start(messages::Direction::Outbound, Some(customer));
    let attempt = story.attempt(call);
    story.end(call, Some(attempt), SystemResult::NoAnswer, 0);
    story.send(&*store);
    let one = &customers_of(&*store)[0];
    assert_eq!(
        (one.customer, one.attempts, one.last_contact),
        (customer, 1, None)
    );
    assert!(matches!(&one.name, Personal::Sealed(sealed) if sealed.party == one.party));
    let reversed: Vec<u8> = "+8613800138000".bytes().rev().collect();
    assert!(matches!(&one.number, Personal::Sealed(sealed) if sealed.cipher == reversed));

    story.wait_ms(60_000);
    let call = story.start(messages::Direction::Outbound, Some(customer));
    let attempt = story.attempt(call);
    story.answer(call);
    story.wait_ms(9_000);
    story.end(call, Some(attempt), SystemResult::Answered, 9_000);
    story.end(call, None, SystemResult::Answered, 9_000);
    let unheard = story.start(messages::Direction::Outbound, Some(customer));
    story.end(unheard, None, SystemResult::Cancelled, 0);
    story.move_stage(customer, Stage::Lead, Stage::Interested);
    story.send(&*store);
    let one = &customers_of(&*store)[0];
    assert_eq!((one.attempts, one.last_contact), (2, Some(story.now)));
    assert_eq!(one.stage, Stage::Interested);
}

pub(super) fn recordings_case(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    for turn in 0..3 {
        story.wait_ms(1_000);
        let call = story.start(messages::Direction::Inbound, None);
        story.record(call, turn);
    }
    story.send(&*store);
    let rows = recordings(&*store, &RecordingQuery::default());
    let seen: Vec<_> = rows.iter().map(|row| (row.state, row.segments)).collect();
    assert_eq!(
        seen,
        [
            (RecordingState::Failed, 0),
            (RecordingState::Cut, 2),
            (RecordingState::Closed, 3)
        ]
    );
    let here = RecordingQuery {
        box_id: Some(story.box_id.clone()),
        ..RecordingQuery::default()
    };
    assert_eq!(recordings(&*store, &here), rows);
}

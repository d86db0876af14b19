//! Cases of the roll-ups: the tables are the fold, and the journal alone makes them again.
use super::intake::picture;
use super::story::{MIDNIGHT, Story};
use super::{Opener, hq};
use crate::rollup::Fold;
use crate::{HOUR_MS, RollupQuery, RollupRow, Store, Tally, day_of};
use messages::UtcMs;
use messages::fact::SealedFact;
use std::collections::BTreeMap;

const EVER: RollupQuery = RollupQuery {
    box_id: None,
    from: UtcMs(i64::MIN),
    to: UtcMs(i64::MAX),
};

fn fold_of(store: &dyn Store, story: &Story) -> Fold {
    let mut fold = Fold::default();
    for row in store.journal(&story.box_id, 0, 100_000).unwrap() {
        let fact = SealedFact::decode(row.bytes).unwrap();
        if let Some(body) = fact.body().unwrap() {
            fold.add(fact.envelope().utc, &body);
        }
    }
    fold
}

fn summed(rows: impl IntoIterator<Item = RollupRow>) -> Vec<RollupRow> {
    let mut sums: BTreeMap<UtcMs, Tally> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(row.bucket).or_default();
        *sum = sum.plus(row.tally);
    }
    let row = |(bucket, tally)| RollupRow { bucket, tally };
    sums.into_iter().map(row).collect()
}

pub(super) fn are_the_fold(open: &Opener) {
    let store = hq(open);
    let mut all = Vec::new();
    let mut stories = [Story::of("bj-02"), Story::of("sz-01")];
    for story in &mut stories {
        // Across midnight, in batches that cut calls in two.
        story.wait_ms(22 * HOUR_MS);
        for _ in 0..4 {
            story.day(9);
            story.send(&*store);
        }
        let rows = fold_of(&*store, story).hours();
        let one = RollupQuery {
            box_id: Some(story.box_id.clone()),
            ..EVER
        };
        assert_eq!(store.hours(&one).unwrap(), rows);
        all.extend(rows);
    }
    let hours = summed(all);
    assert_eq!(store.hours(&EVER).unwrap(), hours);
    let by_day = hours.iter().map(|row| RollupRow {
        bucket: day_of(row.bucket),
        ..*row
    });
    let days = summed(by_day);
    assert_eq!(store.days(&EVER).unwrap(), days);
    assert!(days.len() >= 2);
    let sum = hours
        .iter()
        .fold(Tally::default(), |sum, row| sum.plus(row.tally));
    assert!(sum.attempts > sum.answered && sum.answered > 0 && sum.blocked > 0);
    assert!(
        hours
            .iter()
            .all(|row| row.tally.answered <= row.tally.attempts)
    );
    let totals = store.day_totals(&EVER).unwrap();
    assert_eq!(totals.len(), 2);
    assert_eq!(totals[0].1.plus(totals[1].1), sum);
    let first_day = RollupQuery {
        to: UtcMs(MIDNIGHT.0 + 24 * HOUR_MS),
        ..EVER
    };
    assert_eq!(store.days(&first_day).unwrap(), days[..1]);
}

pub(super) fn rebuild(open: &Opener) {
    let store = hq(open);
    let mut facts = 0;
    for name in ["bj-02", "sz-01"] {
        let mut story = Story::of(name);
        story.day(30);
        story.facts.push(b"poison".to_vec());
        let ingested = story.send(&*store);
        facts += u64::from(ingested.fresh - ingested.dead);
    }
    let stood = picture(&*store);
    let rebuilt = store.rebuild().unwrap();
    assert_eq!((rebuilt.facts, rebuilt.skipped), (facts, 0));
    assert_eq!(picture(&*store), stood);
}

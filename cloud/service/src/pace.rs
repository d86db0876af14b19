//! How fast each branch's facts come in: what "until all is here" is reckoned from.
use hq_store::BoxRecord;
use messages::{BoxId, Moment};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// A look every five seconds: one minute.
const LOOKS: usize = 12;

/// The last minute of every branch's cursor.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<BTreeMap<BoxId, VecDeque<(Moment, u64)>>>);

impl Pace {
    pub(crate) fn look(&self, now: Moment, boxes: &[BoxRecord]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in boxes {
            let looks = all.entry(one.id.clone()).or_default();
            if looks
                .back()
                .is_some_and(|(_, before)| *before > one.applied.seq)
            {
                looks.clear();
            }
            looks.push_back((now, one.applied.seq));
            if looks.len() > LOOKS {
                looks.pop_front();
            }
        }
    }

    /// Seconds until nothing is missing; `None` where nothing moves.
    pub(crate) fn drain_s(&self, record: &BoxRecord) -> Option<u64> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let looks = all.get(&record.id)?;
        let ((from, before), (to, after)) = (looks.front()?, looks.back()?);
        let moved = after.checked_sub(*before).filter(|moved| *moved > 0)?;
        let ms = u64::try_from(to.since(*from).as_millis()).ok()?;
        Some(
            record
                .lag_facts()
                .saturating_mul(ms)
                .div_ceil(moved)
                .div_ceil(1_000),
        )
    }
}

//! How fast the cloud takes facts, for the drain estimate.
use core::time::Duration;
use messages::Moment;

/// A fresh figure after this long; the one before stays until then.
const SPAN: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Pace {
    from: Moment,
    from_seq: u64,
    facts_per_s: f32,
}

impl Pace {
    pub(super) fn restart(&mut self, now: Moment, applied: u64) {
        *self = Self {
            from: now,
            from_seq: applied,
            facts_per_s: 0.0,
        };
    }

    /// The cloud has got to `applied`.
    #[allow(clippy::cast_precision_loss)] // an estimate
    pub(super) fn moved(&mut self, now: Moment, applied: u64) {
        let passed = now.since(self.from);
        let facts = applied.saturating_sub(self.from_seq);
        if passed >= Duration::from_millis(100) {
            self.facts_per_s = facts as f32 / passed.as_secs_f32();
        }
        if passed >= SPAN {
            self.from = now;
            self.from_seq = applied;
        }
    }

    pub(super) const fn facts_per_s(&self) -> f32 {
        self.facts_per_s
    }
}

/// Seconds until `behind` facts are there; `None` without a pace.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)] // an estimate, and never negative
pub(super) fn drain_s(behind: u64, facts_per_s: f32) -> Option<u64> {
    if behind == 0 {
        return Some(0);
    }
    (facts_per_s > 0.0).then(|| (behind as f32 / facts_per_s).ceil() as u64)
}

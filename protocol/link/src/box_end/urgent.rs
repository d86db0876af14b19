//! Refusals of contact that headquarters hears at once: said beside the facts until an acknowledgement covers those.
use super::{
    BoxEnd,
    timing::{self, Timer},
};
use messages::{
    Now,
    journal::Head,
    lane::{DNC_CHANGES_MAX, DncChange, Lane, Urgent},
    wire,
};
use std::collections::VecDeque;

/// What is not covered yet, oldest first. Beyond `DNC_CHANGES_MAX` the oldest are left to their facts.
#[derive(Debug, Default)]
pub(super) struct Pending {
    changes: VecDeque<(Head, DncChange)>,
}

impl Pending {
    pub(super) fn covered(&mut self, applied: u64) {
        while self
            .changes
            .front()
            .is_some_and(|(head, _)| head.seq <= applied)
        {
            self.changes.pop_front();
        }
    }
}

impl BoxEnd {
    pub(super) fn urgent_up(&mut self, now: Now, head: Head, changes: Vec<DncChange>) {
        self.urgent
            .changes
            .extend(changes.into_iter().map(|change| (head, change)));
        while self.urgent.changes.len() > DNC_CHANGES_MAX {
            self.urgent.changes.pop_front();
        }
        self.urgent_again(now);
    }

    /// Idempotent: said again until the facts themselves have arrived.
    pub(super) fn urgent_again(&mut self, now: Now) {
        let Some((upto, _)) = self.urgent.changes.back() else {
            self.timers.cancel(&Timer::UrgentDue);
            return;
        };
        if self.is_offline() || self.cursor.epoch == 0 {
            return;
        }
        let urgent = Urgent {
            epoch: self.cursor.epoch,
            upto: *upto,
            changes: self
                .urgent
                .changes
                .iter()
                .map(|(_, one)| one.clone())
                .collect(),
        };
        self.timers
            .set(Timer::UrgentDue, now.mono + timing::URGENT_AGAIN_WAIT);
        if let Ok(bytes) = wire::encode(&urgent) {
            self.publish(Lane::UrgentUp, bytes);
        }
    }
}

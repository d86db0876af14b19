//! Facts on their way: the window of unacknowledged batches, reading ahead, going back.
use super::{
    BoxCursor, BoxEnd, BoxOutput, Phase,
    greet::window,
    timing::{self, Timer},
};
use crate::{
    batch::{CannotPack, pack_batch_as},
    status::Trouble,
};
use messages::{
    Now,
    journal::{ChainHash, Head},
    lane::{Ack, BATCH_BYTES_MAX, BATCH_FACTS_MAX, Lane},
};
use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct Flow {
    /// Where each unacknowledged batch ends, oldest first.
    window: VecDeque<Head>,
    /// All up to here has been sent; the next read starts behind it.
    sent: Head,
    /// The read that is out.
    reading: Option<u64>,
    /// The cursor from which all was sent again: once for each place, more only by time-out.
    went_back_to: Option<u64>,
    timeouts: u32,
}

impl Flow {
    pub(super) const fn behind(applied: Head) -> Self {
        Self {
            window: VecDeque::new(),
            sent: applied,
            reading: None,
            went_back_to: None,
            timeouts: 0,
        }
    }

    pub(super) fn in_flight(&self) -> u32 {
        u32::try_from(self.window.len()).unwrap_or(u32::MAX)
    }

    /// Forgets what is on its way; the next read starts behind `applied`.
    fn go_back(&mut self, applied: Head) {
        self.window.clear();
        self.sent = applied;
        self.reading = None;
        self.went_back_to = Some(applied.seq);
    }

    fn wants_facts(&self, window_max: usize) -> bool {
        self.reading.is_none() && self.window.len() < window_max
    }
}

/// What an acknowledgement means beside the window.
enum Progress {
    Forward,
    /// Nothing new; the cloud lacks what stands before our oldest batch.
    Again,
    Old,
    Diverged,
}

impl BoxEnd {
    /// Reads at once when a batch is full, else when facts have waited for company.
    pub(super) fn read_on(&mut self, now: Now) {
        let Phase::Flowing(flow) = &self.phase else {
            return;
        };
        let waiting = self.head.seq.saturating_sub(flow.sent.seq);
        if waiting == 0 || !flow.wants_facts(self.window_max) {
            return;
        }
        if usize::try_from(waiting).is_ok_and(|waiting| waiting < BATCH_FACTS_MAX) {
            if self.timers.get(&Timer::BatchWait).is_none() {
                self.timers
                    .set(Timer::BatchWait, now.mono + timing::GATHER_WAIT);
            }
        } else {
            self.read_now(now);
        }
    }

    pub(super) fn read_now(&mut self, now: Now) {
        self.timers.cancel(&Timer::BatchWait);
        let Phase::Flowing(flow) = &mut self.phase else {
            return;
        };
        if self.head.seq <= flow.sent.seq || !flow.wants_facts(self.window_max) {
            return;
        }
        flow.reading = Some(flow.sent.seq);
        self.timers
            .set(Timer::ReadDue, now.mono + timing::READ_WAIT);
        self.outputs.push_back(BoxOutput::ReadFacts {
            after: flow.sent.seq,
            count_max: BATCH_FACTS_MAX,
            bytes_max: BATCH_BYTES_MAX,
        });
    }

    pub(super) fn facts_read(
        &mut self,
        now: Now,
        after: u64,
        hash: Option<ChainHash>,
        facts: Vec<(u64, Vec<u8>)>,
    ) {
        let Phase::Flowing(flow) = &mut self.phase else {
            return;
        };
        if flow.reading != Some(after) {
            return;
        }
        flow.reading = None;
        let sent = flow.sent;
        self.timers.cancel(&Timer::ReadDue);
        let Some(hash) = hash else {
            return self.stuck(now, Trouble::JournalPruned);
        };
        if hash != sent.hash {
            return self.differs_at(now, after);
        }
        if facts.is_empty() {
            self.timers
                .set(Timer::BatchWait, now.mono + timing::GATHER_WAIT);
            return;
        }
        let in_order = (sent.seq + 1..)
            .zip(&facts)
            .all(|(seq, fact)| fact.0 == seq);
        if !in_order {
            return self.stuck(now, Trouble::JournalHole);
        }
        let facts: Vec<Vec<u8>> = facts.into_iter().map(|(_, bytes)| bytes).collect();
        match pack_batch_as(self.config.schema, self.cursor.epoch, sent, &facts) {
            Ok((message, end)) => self.send_batch(now, message, end),
            Err(CannotPack::FactTooLarge | CannotPack::Encode | CannotPack::Empty) => {
                self.stuck(now, Trouble::FactTooLarge);
            }
        }
    }

    pub(super) fn read_failed(&mut self, now: Now, after: u64) {
        let Phase::Flowing(flow) = &mut self.phase else {
            return;
        };
        if flow.reading == Some(after) {
            flow.reading = None;
            self.timers.cancel(&Timer::ReadDue);
            self.note(now, Trouble::JournalUnreadable.code());
            self.timers
                .set(Timer::BatchWait, now.mono + timing::READ_AGAIN_WAIT);
        }
    }

    pub(super) fn read_overdue(&mut self, now: Now) {
        if let Phase::Flowing(Flow {
            reading: Some(after),
            ..
        }) = self.phase
        {
            self.read_failed(now, after);
        }
    }

    fn send_batch(&mut self, now: Now, message: Vec<u8>, end: Head) {
        let Phase::Flowing(flow) = &mut self.phase else {
            return;
        };
        flow.window.push_back(end);
        flow.sent = end;
        if end.seq > self.head.seq {
            self.head = end;
        }
        if self.timers.get(&Timer::AckDue).is_none() {
            self.timers.set(Timer::AckDue, now.mono + timing::ACK_WAIT);
        }
        self.publish(Lane::Facts, message);
        self.read_on(now);
    }

    pub(super) fn acknowledged(&mut self, now: Now, ack: &Ack) {
        if !matches!(self.phase, Phase::Flowing(_)) || ack.epoch < self.cursor.epoch {
            return;
        }
        if ack.epoch > self.cursor.epoch {
            return self.greet(now, 0); // another life of ours was granted an epoch meanwhile
        }
        self.window_max = window(ack.window);
        if ack.applied.seq > self.head.seq {
            return self.reconnect(now, Trouble::AckBeyondJournal);
        }
        let safe_moved = ack.safe > self.cursor.safe;
        match self.progress(ack.applied) {
            Progress::Diverged => return self.differs_at(now, ack.applied.seq),
            Progress::Old => return,
            Progress::Again if safe_moved => {}
            Progress::Again => self.go_back_once(),
            Progress::Forward => self.move_forward(now, ack.applied),
        }
        let cursor = BoxCursor {
            applied: ack.applied,
            safe: self.cursor.safe.max(ack.safe.min(ack.applied.seq)),
            ..self.cursor
        };
        self.save(cursor);
        self.urgent.covered(cursor.applied.seq);
        self.read_on(now);
    }

    fn progress(&self, applied: Head) -> Progress {
        let cursor = self.cursor.applied;
        let Phase::Flowing(flow) = &self.phase else {
            return Progress::Old;
        };
        let ours = flow.window.iter().find(|end| end.seq == applied.seq);
        if ours.is_some_and(|end| *end != applied) {
            return Progress::Diverged;
        }
        match applied.seq.cmp(&cursor.seq) {
            core::cmp::Ordering::Less => Progress::Old,
            core::cmp::Ordering::Equal if applied != cursor => Progress::Diverged,
            core::cmp::Ordering::Equal => Progress::Again,
            core::cmp::Ordering::Greater => Progress::Forward,
        }
    }

    fn go_back_once(&mut self) {
        let applied = self.cursor.applied;
        let Phase::Flowing(flow) = &mut self.phase else {
            return;
        };
        if !flow.window.is_empty() && flow.went_back_to != Some(applied.seq) {
            flow.go_back(applied);
        }
    }

    fn move_forward(&mut self, now: Now, applied: Head) {
        let Phase::Flowing(flow) = &mut self.phase else {
            return;
        };
        flow.window.retain(|end| end.seq > applied.seq);
        flow.timeouts = 0;
        if applied.seq > flow.sent.seq {
            // Acknowledged from before we went back: no need to send it again.
            flow.sent = applied;
            flow.reading = None;
            self.timers.cancel(&Timer::ReadDue);
        }
        let Phase::Flowing(flow) = &self.phase else {
            return;
        };
        if flow.window.is_empty() {
            self.timers.cancel(&Timer::AckDue);
        } else {
            self.timers.set(Timer::AckDue, now.mono + timing::ACK_WAIT);
        }
        self.last_error = None;
        self.pace.moved(now.mono, applied.seq);
    }

    pub(super) fn ack_overdue(&mut self, now: Now) {
        let applied = self.cursor.applied;
        let Phase::Flowing(flow) = &mut self.phase else {
            return;
        };
        flow.timeouts += 1;
        let give_up = flow.timeouts >= timing::ACK_TIMEOUTS_MAX;
        flow.go_back(applied);
        self.timers.set(Timer::AckDue, now.mono + timing::ACK_WAIT);
        if give_up {
            self.reconnect(now, Trouble::AckTimeout);
        } else {
            self.note(now, Trouble::AckTimeout.code());
            self.read_now(now);
        }
    }
}

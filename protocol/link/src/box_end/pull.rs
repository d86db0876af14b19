//! A restored appliance pulls its lost tail back: the bytes that it had sent, proved by the chain, appended as they are.
use super::{
    BoxCursor, BoxEnd, BoxOutput, Phase,
    keys::KeyStand,
    timing::{self, Timer},
};
use crate::{
    batch::{chained, unpack_payload},
    status::Trouble,
};
use messages::{
    Now,
    journal::Head,
    lane::{Batch, Lane, Pull, Verdict, Welcome},
    wire,
};

#[derive(Debug)]
pub(super) struct Pulling {
    /// Granted for what comes behind the tail.
    cursor: BoxCursor,
    keys: KeyStand,
    from: u64,
    /// Facts are being appended: what comes meanwhile is asked for again.
    appending: bool,
    timeouts: u32,
}

impl BoxEnd {
    pub(super) fn start_pulling(&mut self, now: Now, welcome: &Welcome, upto: Head) {
        let pulling = Pulling {
            cursor: BoxCursor {
                epoch: welcome.epoch,
                applied: upto,
                safe: welcome.safe.min(upto.seq),
            },
            keys: KeyStand::told(welcome),
            from: self.head.seq + 1,
            appending: false,
            timeouts: 0,
        };
        self.notice = Some((Verdict::Restored, now.utc));
        self.enter(now, Phase::Pulling(pulling));
        self.pull_on(now);
    }

    fn pull_on(&mut self, now: Now) {
        let Phase::Pulling(pulling) = &self.phase else {
            return;
        };
        let pull = Pull {
            epoch: pulling.cursor.epoch,
            after: self.head,
            upto: pulling.cursor.applied.seq,
        };
        self.timers
            .set(Timer::TailDue, now.mono + timing::TAIL_WAIT);
        if let Ok(bytes) = wire::encode(&pull) {
            self.publish(Lane::Pull, bytes);
        }
    }

    pub(super) fn tail_came(&mut self, now: Now, batch: &Batch) {
        let head = self.head;
        let Phase::Pulling(pulling) = &mut self.phase else {
            return;
        };
        let ours = batch.epoch == pulling.cursor.epoch
            && batch.prev_seq <= head.seq
            && batch.last > head.seq
            && batch.last <= pulling.cursor.applied.seq;
        if pulling.appending || !ours {
            return;
        }
        let facts = unpack_payload(batch.codec, &batch.payload)
            .map_err(Into::into)
            .and_then(|facts| chained(batch, facts, head));
        match facts {
            Ok((facts, _)) => {
                pulling.appending = true;
                pulling.timeouts = 0;
                self.outputs.push_back(BoxOutput::AppendTail(facts));
            }
            // Not the chain that our journal is the beginning of: the cloud has to look again.
            Err(why) => {
                self.note(now, why.code());
                self.greet(now, 0);
            }
        }
    }

    pub(super) fn tail_appended(&mut self, now: Now, head: Head) {
        if head.seq >= self.head.seq {
            self.head = head;
        }
        let Phase::Pulling(pulling) = &mut self.phase else {
            return;
        };
        pulling.appending = false;
        if head.seq < pulling.cursor.applied.seq {
            return self.pull_on(now);
        }
        if head != pulling.cursor.applied {
            return self.greet(now, 0);
        }
        let (cursor, from, keys) = (pulling.cursor, pulling.from, pulling.keys);
        self.last_error = None;
        self.save(cursor);
        self.outputs.push_back(BoxOutput::TailComplete {
            from,
            upto: cursor.applied.seq,
            epoch: cursor.epoch,
        });
        self.flow_behind(now, cursor.applied);
        self.keys_from(now, keys);
    }

    pub(super) fn tail_refused(&mut self, now: Now, code: &'static str) {
        if matches!(self.phase, Phase::Pulling(_)) {
            self.halt(now, Verdict::Restored);
            self.note(now, code);
        }
    }

    pub(super) fn tail_overdue(&mut self, now: Now) {
        let Phase::Pulling(pulling) = &mut self.phase else {
            return;
        };
        pulling.timeouts += 1;
        let give_up = pulling.timeouts >= timing::TAIL_TIMEOUTS_MAX;
        self.note(now, Trouble::TailTimeout.code());
        self.pull_on(now);
        if give_up {
            self.reconnect(now, Trouble::TailTimeout);
        }
    }
}

//! The cloud's end of the directives: sends what the box's inbox lacks, in order, until it says that it has it.
use core::time::Duration;
use messages::{
    Moment, Now,
    lane::{BATCH_DIRECTIVES_BYTES_MAX, BATCH_DIRECTIVES_MAX, DirectiveBatch},
    wire,
};
use sansio::{Machine, TimerTable};
use std::collections::VecDeque;

/// Without an answer the batch is sent again.
pub const DIRECTIVE_ACK_WAIT: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub enum SenderInput {
    /// HELLO said what the inbox has; `head`: the last directive that was issued to this box.
    Greeted {
        upto: u64,
        head: u64,
    },
    /// A directive was issued.
    Issued {
        head: u64,
    },
    /// The answer to `Read`: signed bytes, in order behind `after`.
    Read {
        after: u64,
        directives: Vec<Vec<u8>>,
    },
    /// A message of the directives' ack lane.
    Acked {
        upto: u64,
    },
    Disconnected,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SenderOutput {
    Read {
        after: u64,
        count_max: usize,
        bytes_max: usize,
    },
    /// For the directives lane.
    Publish(Vec<u8>),
    /// The inbox has all up to here.
    Kept { upto: u64 },
    /// The inbox has more than was issued: headquarters was restored from a backup. Issue `Passed` for every number up to
    /// and with `upto` (another backup of the box may lack them); the next directive is number `upto + 1`.
    BoxIsAhead { upto: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// The inbox has not said that it has what was sent.
    AckDue,
}

/// One for each connected box, or made anew from the stored cursor at any time.
///
/// A headquarters that was restored from a backup gives no numbers before the box has said HELLO: the box may have
/// directives that the backup has not, and one number must never mean two things.
#[derive(Debug, Default)]
pub struct DirectiveSender {
    upto: u64,
    head: u64,
    /// A box is there, and no batch is out.
    idle: bool,
    connected: bool,
    timers: TimerTable<Timer>,
    outputs: VecDeque<SenderOutput>,
}

impl DirectiveSender {
    fn send_on(&mut self, now: Now) {
        if !self.connected || !self.idle || self.head <= self.upto {
            return;
        }
        self.idle = false;
        self.timers
            .set(Timer::AckDue, now.mono + DIRECTIVE_ACK_WAIT);
        self.outputs.push_back(SenderOutput::Read {
            after: self.upto,
            count_max: BATCH_DIRECTIVES_MAX,
            bytes_max: BATCH_DIRECTIVES_BYTES_MAX,
        });
    }

    fn read(&mut self, now: Now, after: u64, directives: Vec<Vec<u8>>) {
        if !self.connected || after != self.upto || directives.is_empty() {
            return;
        }
        let batch = DirectiveBatch {
            first: after + 1,
            directives: directives.into_iter().map(Into::into).collect(),
        };
        self.timers
            .set(Timer::AckDue, now.mono + DIRECTIVE_ACK_WAIT);
        if let Ok(bytes) = wire::encode(&batch) {
            self.outputs.push_back(SenderOutput::Publish(bytes));
        }
    }

    fn stands(&mut self, now: Now, upto: u64) {
        if upto > self.head {
            self.outputs.push_back(SenderOutput::BoxIsAhead { upto });
            self.head = upto;
        }
        if upto > self.upto {
            self.outputs.push_back(SenderOutput::Kept { upto });
            self.upto = upto;
            self.idle = true;
            self.timers.cancel(&Timer::AckDue);
        }
        self.send_on(now);
    }
}

impl Machine for DirectiveSender {
    type Input = SenderInput;
    type Output = SenderOutput;

    fn handle(&mut self, now: Now, input: SenderInput) {
        match input {
            SenderInput::Greeted { upto, head } => {
                // A restored box may have fewer than it had said.
                (self.upto, self.head) = (upto.min(self.upto), head);
                (self.connected, self.idle) = (true, true);
                self.stands(now, upto);
            }
            SenderInput::Issued { head } => {
                self.head = self.head.max(head);
                self.send_on(now);
            }
            SenderInput::Read { after, directives } => self.read(now, after, directives),
            SenderInput::Acked { upto } => self.stands(now, upto),
            SenderInput::Disconnected => {
                (self.connected, self.idle) = (false, false);
                self.timers.cancel(&Timer::AckDue);
            }
        }
    }

    fn tick(&mut self, now: Now) {
        while let Some(Timer::AckDue) = self.timers.pop_due(now.mono) {
            self.idle = true;
            self.send_on(now);
        }
    }

    fn deadline(&self) -> Option<Moment> {
        self.timers.deadline()
    }

    fn poll(&mut self) -> Option<SenderOutput> {
        self.outputs.pop_front()
    }
}

//! The greeting: HELLO, what WELCOME means beside our own journal, and the talk that finds where two chains part.
use super::{
    BoxCursor, BoxEnd, BoxOutput, Phase,
    flow::Flow,
    keys::KeyStand,
    timing::{self, Timer},
};
use crate::status::Trouble;
use messages::{
    Now,
    journal::Head,
    lane::{Hello, Lane, MARKS_MAX, PROTOCOL, Verdict, Welcome},
    wire,
};

/// What the next HELLO says beside where we stand.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    marks: Vec<Head>,
    rounds: u32,
    /// The branch point is found and the wait is over.
    asks_to_branch: bool,
    proof: Option<u32>,
}

/// What the cloud allows, not proved by our own journal yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted {
    cursor: BoxCursor,
    keys: KeyStand,
}

impl BoxEnd {
    pub(super) fn greet(&mut self, now: Now, tries: u32) {
        self.enter(now, Phase::Greeting { tries });
        self.timers
            .set(Timer::WelcomeDue, now.mono + timing::WELCOME_WAIT);
        let hello = Hello {
            protocol: PROTOCOL,
            schema: self.config.schema,
            box_id: self.config.box_id.clone(),
            boot: self.config.boot,
            epoch: self.cursor.epoch,
            head: self.head,
            oldest: self.oldest,
            utc: now.utc,
            version: self.config.version.clone(),
            marks: self.dialogue.marks.clone(),
            asks_to_branch: self.dialogue.asks_to_branch,
            proof: self.dialogue.proof,
            directives: Some(self.inbox.upto()),
        };
        if let Ok(bytes) = wire::encode(&hello) {
            self.publish(Lane::Hello, bytes);
        }
    }

    pub(super) fn welcome_overdue(&mut self, now: Now, tries: u32) {
        if tries >= timing::HELLO_TRIES_MAX {
            self.reconnect(now, Trouble::WelcomeTimeout);
            self.timers
                .set(Timer::WelcomeDue, now.mono + timing::WELCOME_WAIT);
        } else {
            self.greet(now, tries);
        }
    }

    /// Halted long enough: no copy of us has shown, so we may ask to go on from where the chains part.
    pub(super) fn greet_after_wait(&mut self, now: Now) {
        let diverged = matches!(self.phase, Phase::Halted(Verdict::Diverged));
        self.dialogue = Dialogue {
            asks_to_branch: diverged && !self.dialogue.marks.is_empty(),
            marks: core::mem::take(&mut self.dialogue.marks),
            ..Dialogue::default()
        };
        self.greet(now, 0);
    }

    pub(super) fn welcomed(&mut self, now: Now, welcome: &Welcome) {
        if welcome.boot != self.config.boot || self.is_offline() {
            return;
        }
        if welcome.protocol != PROTOCOL || welcome.epoch == 0 {
            return self.stuck(now, Trouble::Version);
        }
        let greeting = matches!(self.phase, Phase::Greeting { .. });
        let alarming = match welcome.verdict {
            Verdict::Cloned => true,
            Verdict::Diverged => matches!(self.phase, Phase::Flowing(_)),
            Verdict::Resume | Verdict::Restored | Verdict::Gap => false,
        };
        if !greeting && !alarming {
            return; // a second answer to a HELLO sent twice
        }
        self.clock_offset_ms = Some(now.utc.0.saturating_sub(welcome.utc.0));
        self.upgrade = welcome.upgrade;
        self.window_max = window(welcome.window);
        match welcome.verdict {
            Verdict::Resume => self.resume(now, welcome),
            Verdict::Restored => self.restored(now, welcome),
            Verdict::Diverged | Verdict::Gap => self.parted(now, welcome),
            Verdict::Cloned => self.copied(now, welcome),
        }
    }

    /// The cloud sees nothing wrong; what does our own journal say?
    fn resume(&mut self, now: Now, welcome: &Welcome) {
        let applied = welcome.applied;
        if applied.seq > self.head.seq {
            self.halt(now, Verdict::Restored);
        } else if applied.seq == self.head.seq && applied != self.head {
            self.differs_at(now, applied.seq);
        } else if applied.seq < self.head.seq && applied.seq + 1 < self.oldest {
            self.compare(now, Verdict::Gap, vec![self.oldest - 1]);
        } else {
            self.go_on(now, welcome, applied);
        }
    }

    fn restored(&mut self, now: Now, welcome: &Welcome) {
        match welcome.go_on {
            Some(upto) if upto.seq > self.head.seq => self.start_pulling(now, welcome, upto),
            Some(_) | None => self.halt(now, Verdict::Restored),
        }
    }

    /// Diverged, or facts are missing between us.
    fn parted(&mut self, now: Now, welcome: &Welcome) {
        match welcome.go_on {
            Some(head) if head.seq <= self.head.seq => {
                self.notice = Some((welcome.verdict, now.utc));
                self.go_on(now, welcome, head);
            }
            Some(_) | None => self.compare(now, welcome.verdict, welcome.wanted.clone()),
        }
    }

    fn copied(&mut self, now: Now, welcome: &Welcome) {
        let proved = self.dialogue.proof;
        self.halt(now, Verdict::Cloned);
        self.dialogue = Dialogue::default();
        if welcome.prove.is_some() && welcome.prove != proved {
            self.dialogue.proof = welcome.prove;
            self.greet(now, 0);
        }
    }

    /// Our chain has another hash there than the cloud's.
    pub(super) fn differs_at(&mut self, now: Now, seq: u64) {
        self.compare(now, Verdict::Diverged, vec![seq]);
    }

    /// Reads what the cloud wants to compare; if that says nothing new, waits.
    fn compare(&mut self, now: Now, verdict: Verdict, mut wanted: Vec<u64>) {
        wanted.truncate(MARKS_MAX);
        let told = self.dialogue.marks.iter().map(|mark| mark.seq);
        let nothing_new = wanted.is_empty() || told.eq(wanted.iter().copied());
        self.dialogue.rounds += 1;
        self.halt(now, verdict);
        if nothing_new || self.dialogue.rounds > timing::COMPARE_ROUNDS_MAX {
            self.dialogue.rounds = 0;
            self.timers
                .set(Timer::GreetAgain, now.mono + timing::BRANCH_WAIT);
        } else {
            self.outputs.push_back(BoxOutput::ReadMarks(wanted));
        }
    }

    pub(super) fn marks_read(&mut self, now: Now, marks: Vec<Head>) {
        match &self.phase {
            Phase::Proving(granted) => {
                let granted = *granted;
                self.proved(now, granted, marks);
            }
            Phase::Halted(_) if marks != self.dialogue.marks => {
                self.dialogue.marks = marks;
                self.greet(now, 0);
            }
            Phase::Halted(_)
            | Phase::Offline
            | Phase::Greeting { .. }
            | Phase::Flowing(_)
            | Phase::Pulling(_)
            | Phase::Stuck(_) => {}
        }
    }

    /// Facts may flow behind `applied`, if that is a place of our own chain: what the cloud calls applied and safe of
    /// another's must not be believed, or we would forget facts that it never had.
    pub(super) fn go_on(&mut self, now: Now, welcome: &Welcome, applied: Head) {
        let granted = Granted {
            cursor: BoxCursor {
                epoch: welcome.epoch,
                applied,
                safe: welcome.safe.min(applied.seq),
            },
            keys: KeyStand::told(welcome),
        };
        let known = [Head::EMPTY, self.head, self.cursor.applied];
        if known.contains(&applied) {
            return self.start_flowing(now, granted);
        }
        self.enter(now, Phase::Proving(granted));
        self.timers
            .set(Timer::ReadDue, now.mono + timing::READ_WAIT);
        self.outputs
            .push_back(BoxOutput::ReadMarks(vec![applied.seq]));
    }

    fn proved(&mut self, now: Now, granted: Granted, marks: Vec<Head>) {
        if marks == [granted.cursor.applied] {
            self.start_flowing(now, granted);
        } else if marks.is_empty() {
            self.stuck(now, Trouble::JournalPruned);
        } else {
            self.halt(now, Verdict::Diverged);
            self.dialogue.marks = marks;
            self.greet(now, 0);
        }
    }

    fn start_flowing(&mut self, now: Now, granted: Granted) {
        let Granted { cursor, keys } = granted;
        self.last_error = None;
        self.dialogue = Dialogue::default();
        self.save(cursor);
        self.flow_behind(now, cursor.applied);
        self.keys_from(now, keys);
        self.urgent_again(now);
    }

    pub(super) fn flow_behind(&mut self, now: Now, applied: Head) {
        self.pace.restart(now.mono, applied.seq);
        self.enter(now, Phase::Flowing(Flow::behind(applied)));
        self.read_on(now);
    }
}

/// The cloud may ask for less than we would send, never for more, and never for nothing.
pub(super) fn window(asked: Option<u16>) -> usize {
    asked.map_or(timing::WINDOW_BATCHES_MAX, |asked| {
        usize::from(asked).clamp(1, timing::WINDOW_BATCHES_MAX)
    })
}

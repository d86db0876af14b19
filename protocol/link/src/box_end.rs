//! The appliance's end of the link: greets, sends what is missing in batches, and believes only acknowledgements.
mod flow;
mod pace;
pub mod timing;

use crate::status::{LinkPhase, LinkStatus, Trouble};
use flow::Flow;
use messages::{
    BootId, BoxId, Moment, Now, UtcMs,
    journal::{ChainHash, Head},
    lane::{Hello, Lane, Metrics, PROTOCOL, SCHEMA, Verdict, Welcome},
    wire,
};
use pace::Pace;
use sansio::{Machine, TimerTable};
use std::collections::VecDeque;
use timing::Timer;

/// What the appliance keeps of the link, beside its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoxCursor {
    /// 0 before the first WELCOME.
    pub epoch: u32,
    pub applied: Head,
    /// The appliance may forget up to here.
    pub safe: u64,
}

impl BoxCursor {
    pub const NEW: Self = Self {
        epoch: 0,
        applied: Head::EMPTY,
        safe: 0,
    };
}

/// What does not change in one run.
#[derive(Clone, Debug)]
pub struct BoxConfig {
    pub box_id: BoxId,
    pub boot: BootId,
    pub version: String,
}

#[derive(Clone, Debug)]
pub enum BoxInput {
    /// The pipe is up and our lanes are subscribed.
    Connected,
    /// The pipe is down; the code says why.
    Disconnected {
        code: &'static str,
    },
    Received {
        lane: Lane,
        bytes: Vec<u8>,
    },
    /// The journal has grown, or has forgotten.
    JournalHead {
        head: Head,
        oldest: u64,
    },
    /// The answer to `ReadFacts`: facts behind `after` in order; `hash` is the chain's hash at `after`,
    /// `None` if the journal no longer holds it.
    FactsRead {
        after: u64,
        hash: Option<ChainHash>,
        facts: Vec<(u64, Vec<u8>)>,
    },
    /// `ReadFacts` had no answer: it is asked again soon.
    ReadFailed {
        after: u64,
    },
    /// Sent at once if the link is up, else forgotten. `head` and `applied` are filled in here.
    MetricsReady(Metrics),
}

#[derive(Clone, Debug, PartialEq)]
pub enum BoxOutput {
    Publish {
        lane: Lane,
        bytes: Vec<u8>,
    },
    ReadFacts {
        after: u64,
        count_max: usize,
        bytes_max: usize,
    },
    SaveCursor(BoxCursor),
    /// Drop the pipe and make it again.
    Reconnect {
        why: Trouble,
    },
    Status(LinkStatus),
}

#[derive(Debug)]
enum Phase {
    Offline,
    Greeting { tries: u32 },
    Flowing(Flow),
    Halted(Verdict),
    Stuck(Trouble),
}

/// See the crate's head. One for each run of the gateway.
#[derive(Debug)]
pub struct BoxEnd {
    config: BoxConfig,
    cursor: BoxCursor,
    head: Head,
    oldest: u64,
    phase: Phase,
    timers: TimerTable<Timer>,
    pace: Pace,
    since: UtcMs,
    clock_offset_ms: Option<i64>,
    last_error: Option<(&'static str, UtcMs)>,
    told: Option<LinkStatus>,
    outputs: VecDeque<BoxOutput>,
}

impl BoxEnd {
    /// `head` and `oldest` as the journal stands now.
    #[must_use]
    pub fn new(config: BoxConfig, cursor: BoxCursor, head: Head, oldest: u64, now: Now) -> Self {
        Self {
            config,
            cursor,
            head,
            oldest,
            phase: Phase::Offline,
            timers: TimerTable::default(),
            pace: Pace::default(),
            since: now.utc,
            clock_offset_ms: None,
            last_error: None,
            told: None,
            outputs: VecDeque::new(),
        }
    }

    #[must_use]
    pub fn status(&self) -> LinkStatus {
        let facts_per_s = self.pace.facts_per_s();
        LinkStatus {
            phase: self.phase_now(),
            since: self.since,
            epoch: self.cursor.epoch,
            head: self.head.seq,
            applied: self.cursor.applied.seq,
            safe: self.cursor.safe,
            batches_in_flight: match &self.phase {
                Phase::Flowing(flow) => flow.in_flight(),
                Phase::Offline | Phase::Greeting { .. } | Phase::Halted(_) | Phase::Stuck(_) => 0,
            },
            facts_per_s,
            drain_s: pace::drain_s(
                self.head.seq.saturating_sub(self.cursor.applied.seq),
                facts_per_s,
            ),
            clock_offset_ms: self.clock_offset_ms,
            last_error: self.last_error,
        }
    }

    const fn phase_now(&self) -> LinkPhase {
        match &self.phase {
            Phase::Offline => LinkPhase::Offline,
            Phase::Greeting { .. } => LinkPhase::Greeting,
            Phase::Flowing(_) => LinkPhase::Flowing,
            Phase::Halted(verdict) => LinkPhase::Halted(*verdict),
            Phase::Stuck(trouble) => LinkPhase::Stuck(*trouble),
        }
    }

    fn enter(&mut self, now: Now, phase: Phase) {
        let before = self.phase_now();
        self.phase = phase;
        if self.phase_now() != before {
            self.since = now.utc;
        }
        for timer in Timer::ALL {
            self.timers.cancel(&timer);
        }
    }

    fn greet(&mut self, now: Now, tries: u32) {
        self.enter(now, Phase::Greeting { tries });
        self.timers
            .set(Timer::WelcomeDue, now.mono + timing::WELCOME_WAIT);
        let hello = Hello {
            protocol: PROTOCOL,
            schema: SCHEMA,
            box_id: self.config.box_id.clone(),
            boot: self.config.boot,
            epoch: self.cursor.epoch,
            head: self.head,
            oldest: self.oldest,
            utc: now.utc,
            version: self.config.version.clone(),
            marks: Vec::new(),
            asks_to_branch: false,
            proof: None,
            directives: None,
        };
        if let Ok(bytes) = wire::encode(&hello) {
            self.publish(Lane::Hello, bytes);
        }
    }

    fn publish(&mut self, lane: Lane, bytes: Vec<u8>) {
        self.outputs.push_back(BoxOutput::Publish { lane, bytes });
    }

    fn received(&mut self, now: Now, lane: Lane, bytes: &[u8]) {
        match lane {
            Lane::Welcome => match wire::decode(bytes) {
                Ok(welcome) => self.welcomed(now, &welcome),
                Err(_) => self.note(now, Trouble::Undecodable.code()),
            },
            Lane::Ack => match wire::decode(bytes) {
                Ok(ack) => self.acknowledged(now, &ack),
                Err(_) => self.note(now, Trouble::Undecodable.code()),
            },
            Lane::Directives
            | Lane::UrgentDown
            | Lane::KeyAck
            | Lane::Command
            | Lane::Tail
            | Lane::Hello
            | Lane::Facts
            | Lane::Metrics
            | Lane::State
            | Lane::Result
            | Lane::UrgentUp
            | Lane::KeysUp
            | Lane::Pull
            | Lane::DirectiveAck => {
                self.note(now, Trouble::Undecodable.code());
            }
        }
    }

    fn welcomed(&mut self, now: Now, welcome: &Welcome) {
        if welcome.boot != self.config.boot || matches!(self.phase, Phase::Offline) {
            return;
        }
        if welcome.protocol != PROTOCOL || welcome.epoch == 0 {
            return self.stuck(now, Trouble::Version);
        }
        self.clock_offset_ms = Some(now.utc.0.saturating_sub(welcome.utc.0));
        let verdict = self.own_verdict(welcome);
        if verdict != Verdict::Resume {
            return self.halt(now, verdict);
        }
        if !matches!(self.phase, Phase::Greeting { .. }) {
            return; // a second answer to a HELLO sent twice
        }
        self.last_error = None;
        let cursor = BoxCursor {
            epoch: welcome.epoch,
            applied: welcome.applied,
            safe: welcome.safe,
        };
        if cursor != self.cursor {
            self.save(cursor);
        }
        self.pace.restart(now.mono, cursor.applied.seq);
        self.enter(now, Phase::Flowing(Flow::behind(cursor.applied)));
        self.read_on(now);
    }

    /// The cloud's verdict, and what our own journal says to it.
    fn own_verdict(&self, welcome: &Welcome) -> Verdict {
        let applied = welcome.applied;
        if welcome.verdict != Verdict::Resume {
            welcome.verdict
        } else if applied.seq > self.head.seq {
            Verdict::Restored
        } else if applied.seq == self.head.seq && applied != self.head {
            Verdict::Diverged
        } else if applied.seq < self.head.seq && applied.seq + 1 < self.oldest {
            Verdict::Gap
        } else {
            Verdict::Resume
        }
    }

    /// Nothing more is sent; the cloud is asked again later.
    fn halt(&mut self, now: Now, verdict: Verdict) {
        self.note(now, verdict.code());
        self.enter(now, Phase::Halted(verdict));
        self.timers
            .set(Timer::GreetAgain, now.mono + timing::GREET_AGAIN_WAIT);
    }

    fn stuck(&mut self, now: Now, trouble: Trouble) {
        self.note(now, trouble.code());
        self.enter(now, Phase::Stuck(trouble));
        self.timers
            .set(Timer::GreetAgain, now.mono + timing::GREET_AGAIN_WAIT);
    }

    fn note(&mut self, now: Now, code: &'static str) {
        self.last_error = Some((code, now.utc));
    }

    fn reconnect(&mut self, now: Now, why: Trouble) {
        self.note(now, why.code());
        self.outputs.push_back(BoxOutput::Reconnect { why });
    }

    fn save(&mut self, cursor: BoxCursor) {
        self.cursor = cursor;
        self.outputs.push_back(BoxOutput::SaveCursor(cursor));
    }

    fn send_metrics(&mut self, mut metrics: Metrics) {
        if matches!(self.phase, Phase::Offline) {
            return;
        }
        metrics.head = self.head.seq;
        metrics.applied = self.cursor.applied.seq;
        if let Ok(bytes) = wire::encode(&metrics) {
            self.publish(Lane::Metrics, bytes);
        }
    }

    fn fire(&mut self, now: Now, timer: Timer) {
        match (timer, &self.phase) {
            (Timer::WelcomeDue, Phase::Greeting { tries }) => {
                let tries = tries + 1;
                if tries >= timing::HELLO_TRIES_MAX {
                    self.reconnect(now, Trouble::WelcomeTimeout);
                    self.timers
                        .set(Timer::WelcomeDue, now.mono + timing::WELCOME_WAIT);
                } else {
                    self.greet(now, tries);
                }
            }
            (Timer::GreetAgain, Phase::Halted(_) | Phase::Stuck(_)) => self.greet(now, 0),
            (Timer::BatchWait, Phase::Flowing(_)) => self.read_now(now),
            (Timer::AckDue, Phase::Flowing(_)) => self.ack_overdue(now),
            (
                Timer::WelcomeDue | Timer::GreetAgain | Timer::BatchWait | Timer::AckDue,
                Phase::Offline
                | Phase::Greeting { .. }
                | Phase::Flowing(_)
                | Phase::Halted(_)
                | Phase::Stuck(_),
            ) => {}
        }
    }

    fn tell_status(&mut self) {
        let status = self.status();
        if self.told.as_ref() != Some(&status) {
            self.told = Some(status.clone());
            self.outputs.push_back(BoxOutput::Status(status));
        }
    }
}

impl Machine for BoxEnd {
    type Input = BoxInput;
    type Output = BoxOutput;

    fn handle(&mut self, now: Now, input: BoxInput) {
        match input {
            BoxInput::Connected => self.greet(now, 0),
            BoxInput::Disconnected { code } => {
                self.note(now, code);
                self.enter(now, Phase::Offline);
            }
            BoxInput::Received { lane, bytes } => self.received(now, lane, &bytes),
            BoxInput::JournalHead { head, oldest } => {
                self.oldest = oldest;
                if head.seq >= self.head.seq {
                    self.head = head;
                }
                self.read_on(now);
            }
            BoxInput::FactsRead { after, hash, facts } => self.facts_read(now, after, hash, facts),
            BoxInput::ReadFailed { after } => self.read_failed(now, after),
            BoxInput::MetricsReady(metrics) => self.send_metrics(metrics),
        }
        self.tell_status();
    }

    fn tick(&mut self, now: Now) {
        while let Some(timer) = self.timers.pop_due(now.mono) {
            self.fire(now, timer);
        }
        self.tell_status();
    }

    fn deadline(&self) -> Option<Moment> {
        self.timers.deadline()
    }

    fn poll(&mut self) -> Option<BoxOutput> {
        self.outputs.pop_front()
    }
}

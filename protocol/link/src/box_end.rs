//! The appliance's end of the link: greets, sends what is missing in batches, believes only acknowledgements;
//! takes directives in their order and only with headquarters' signature.
mod flow;
mod greet;
mod inbox;
mod input;
mod keys;
mod pace;
mod pull;
pub mod timing;
mod urgent;

pub use input::{BoxConfig, BoxCursor, BoxInput, BoxOutput};

use crate::status::{LinkPhase, LinkStatus, Trouble};
use flow::Flow;
use greet::{Dialogue, Granted};
use inbox::Inbox;
use keys::KeyFlow;
use messages::{
    Moment, Now, UtcMs,
    journal::Head,
    lane::{Lane, Metrics, Verdict},
    wire,
};
use pace::Pace;
use pull::Pulling;
use sansio::{Machine, TimerTable};
use std::collections::VecDeque;
use timing::Timer;
use urgent::Pending;

#[derive(Debug)]
enum Phase {
    Offline,
    Greeting {
        tries: u32,
    },
    /// Told where to go on; our journal is looking whether it has that place.
    Proving(Granted),
    Flowing(Flow),
    Pulling(Pulling),
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
    dialogue: Dialogue,
    inbox: Inbox,
    keys: KeyFlow,
    urgent: Pending,
    timers: TimerTable<Timer>,
    pace: Pace,
    window_max: usize,
    since: UtcMs,
    clock_offset_ms: Option<i64>,
    upgrade: bool,
    /// The last verdict other than to go on, and when: it stays to be seen after all is well again.
    notice: Option<(Verdict, UtcMs)>,
    last_error: Option<(&'static str, UtcMs)>,
    told: Option<LinkStatus>,
    outputs: VecDeque<BoxOutput>,
}

impl BoxEnd {
    /// `head` and `oldest` as the journal stands now.
    #[must_use]
    pub fn new(config: BoxConfig, cursor: BoxCursor, head: Head, oldest: u64, now: Now) -> Self {
        Self {
            inbox: Inbox::behind(config.directives),
            config,
            cursor,
            head,
            oldest,
            phase: Phase::Offline,
            dialogue: Dialogue::default(),
            keys: KeyFlow::default(),
            urgent: Pending::default(),
            timers: TimerTable::default(),
            pace: Pace::default(),
            window_max: timing::WINDOW_BATCHES_MAX,
            since: now.utc,
            clock_offset_ms: None,
            upgrade: false,
            notice: None,
            last_error: None,
            told: None,
            outputs: VecDeque::new(),
        }
    }

    /// From now on these are whose directives are carried out: the box was enrolled while it ran.
    pub fn believe(&mut self, trust: crate::Trust) {
        self.config.trust = trust;
    }

    #[must_use]
    pub fn status(&self) -> LinkStatus {
        let facts_per_s = self.pace.facts_per_s();
        LinkStatus {
            phase: self.phase_now(),
            since: self.since,
            epoch: self.cursor.epoch,
            head: self.head.seq,
            applied: self.cursor.applied.seq.min(self.head.seq),
            safe: self.cursor.safe.min(self.head.seq),
            batches_in_flight: match &self.phase {
                Phase::Flowing(flow) => flow.in_flight(),
                Phase::Offline
                | Phase::Greeting { .. }
                | Phase::Proving(_)
                | Phase::Pulling(_)
                | Phase::Halted(_)
                | Phase::Stuck(_) => 0,
            },
            facts_per_s,
            drain_s: pace::drain_s(
                self.head.seq.saturating_sub(self.cursor.applied.seq),
                facts_per_s,
            ),
            clock_offset_ms: self.clock_offset_ms,
            upgrade_wanted: self.upgrade,
            directives: self.inbox.upto(),
            directives_refused: self.inbox.refused(),
            directive_refused_last: self.inbox.refused_last(),
            notice: self.notice.map(|(verdict, utc)| (verdict.code(), utc)),
            last_error: self.last_error,
        }
    }

    const fn phase_now(&self) -> LinkPhase {
        match &self.phase {
            Phase::Offline => LinkPhase::Offline,
            Phase::Greeting { .. } | Phase::Proving(_) => LinkPhase::Greeting,
            Phase::Flowing(_) => LinkPhase::Flowing,
            Phase::Pulling(_) => LinkPhase::Pulling,
            Phase::Halted(verdict) => LinkPhase::Halted(*verdict),
            Phase::Stuck(trouble) => LinkPhase::Stuck(*trouble),
        }
    }

    const fn is_offline(&self) -> bool {
        matches!(self.phase, Phase::Offline)
    }

    fn enter(&mut self, now: Now, phase: Phase) {
        let before = self.phase_now();
        self.phase = phase;
        if self.phase_now() != before {
            self.since = now.utc;
        }
        for timer in Timer::OF_A_PHASE {
            self.timers.cancel(&timer);
        }
    }

    fn publish(&mut self, lane: Lane, bytes: Vec<u8>) {
        self.outputs.push_back(BoxOutput::Publish { lane, bytes });
    }

    fn received(&mut self, now: Now, lane: Lane, bytes: &[u8]) {
        let understood = match lane {
            Lane::Welcome => wire::decode(bytes).map(|welcome| self.welcomed(now, &welcome)),
            Lane::Ack => wire::decode(bytes).map(|ack| self.acknowledged(now, &ack)),
            Lane::Tail => wire::decode(bytes).map(|batch| self.tail_came(now, &batch)),
            Lane::Directives => wire::decode(bytes).map(|batch| self.directives_came(&batch)),
            Lane::UrgentDown => {
                self.urgent_came(bytes);
                return;
            }
            Lane::KeyAck => wire::decode(bytes).map(|ack| self.keys_acknowledged(now, &ack)),
            Lane::Command => messages::lane::BoxCommand::decode(bytes)
                .map(|command| self.command_came(now, command)),
            Lane::Hello
            | Lane::Facts
            | Lane::Metrics
            | Lane::State
            | Lane::Result
            | Lane::UrgentUp
            | Lane::KeysUp
            | Lane::Pull
            | Lane::DirectiveAck => {
                return self.note(now, Trouble::Undecodable.code());
            }
        };
        if understood.is_err() {
            self.note(now, Trouble::Undecodable.code());
        }
    }

    /// Nothing more is sent; the cloud is asked again later.
    fn halt(&mut self, now: Now, verdict: Verdict) {
        self.note(now, verdict.code());
        self.notice = Some((verdict, now.utc));
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
        if cursor != self.cursor {
            self.cursor = cursor;
            self.outputs.push_back(BoxOutput::SaveCursor(cursor));
        }
    }

    /// Sent whatever the facts do, also while a backlog drains or nothing is taken.
    fn send_metrics(&mut self, mut metrics: Metrics) {
        if self.is_offline() {
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
            (Timer::WelcomeDue, Phase::Greeting { tries }) => self.welcome_overdue(now, tries + 1),
            (Timer::GreetAgain, Phase::Halted(_) | Phase::Stuck(_)) => self.greet_after_wait(now),
            (Timer::BatchWait, Phase::Flowing(_)) => self.read_now(now),
            (Timer::AckDue, Phase::Flowing(_)) => self.ack_overdue(now),
            (Timer::ReadDue, Phase::Flowing(_)) => self.read_overdue(now),
            (Timer::ReadDue, Phase::Proving(_)) => self.greet(now, 0),
            (Timer::TailDue, Phase::Pulling(_)) => self.tail_overdue(now),
            (Timer::KeysDue, _) => self.keys_overdue(now),
            (Timer::UrgentDue, _) => self.urgent_again(now),
            (
                Timer::WelcomeDue
                | Timer::GreetAgain
                | Timer::BatchWait
                | Timer::AckDue
                | Timer::ReadDue
                | Timer::TailDue,
                Phase::Offline
                | Phase::Greeting { .. }
                | Phase::Proving(_)
                | Phase::Flowing(_)
                | Phase::Pulling(_)
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

    fn disconnected(&mut self, now: Now, code: &'static str) {
        self.note(now, code);
        self.dialogue = Dialogue::default();
        self.keys.stop();
        self.timers.cancel(&Timer::KeysDue);
        self.timers.cancel(&Timer::UrgentDue);
        self.enter(now, Phase::Offline);
    }

    fn journal_head(&mut self, now: Now, head: Head, oldest: u64) {
        self.oldest = oldest;
        if head.seq >= self.head.seq {
            self.head = head;
        }
        self.read_on(now);
    }
}

impl Machine for BoxEnd {
    type Input = BoxInput;
    type Output = BoxOutput;

    fn handle(&mut self, now: Now, input: BoxInput) {
        match input {
            BoxInput::Connected => self.greet(now, 0),
            BoxInput::Disconnected { code } => self.disconnected(now, code),
            BoxInput::Received { lane, bytes } => self.received(now, lane, &bytes),
            BoxInput::JournalHead { head, oldest } => self.journal_head(now, head, oldest),
            BoxInput::FactsRead { after, hash, facts } => self.facts_read(now, after, hash, facts),
            BoxInput::ReadFailed { after } => self.read_failed(now, after),
            BoxInput::MarksRead(marks) => self.marks_read(now, marks),
            BoxInput::TailAppended(head) => self.tail_appended(now, head),
            BoxInput::TailRefused { code } => self.tail_refused(now, code),
            BoxInput::DirectiveKept { seq } => self.directive_kept(seq),
            BoxInput::DirectiveRefused(refused) => self.directive_refused(refused),
            BoxInput::Answered(result) => self.answered(&result),
            BoxInput::Urgent { head, changes } => self.urgent_up(now, head, changes),
            BoxInput::KeysGrown { head } => self.keys_grown(now, head),
            BoxInput::KeysRead { after, offers } => self.keys_read(now, after, offers),
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

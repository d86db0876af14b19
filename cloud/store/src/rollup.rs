//! Roll-ups: a pure fold over facts. What one fact adds to its hour depends only on it and on what its call's earlier facts said.
use crate::hour_of;
use messages::{BoxId, CallId, Direction, UtcMs, fact::Body};
use std::collections::BTreeMap;

/// Counts of a period. An attempt counts in the hour in which it began, and so does its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tries to reach an outside number.
    pub attempts: u64,
    /// How many of them were answered: never more than `attempts`.
    pub answered: u64,
    /// Time talked in answered attempts.
    pub talk_ms: u64,
    /// Calls that came in from outside.
    pub inbound: u64,
    pub inbound_answered: u64,
    pub inbound_talk_ms: u64,
    /// Dials that the gate refused.
    pub blocked: u64,
}

impl Tally {
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            attempts: self.attempts.saturating_add(other.attempts),
            answered: self.answered.saturating_add(other.answered),
            talk_ms: self.talk_ms.saturating_add(other.talk_ms),
            inbound: self.inbound.saturating_add(other.inbound),
            inbound_answered: self.inbound_answered.saturating_add(other.inbound_answered),
            inbound_talk_ms: self.inbound_talk_ms.saturating_add(other.inbound_talk_ms),
            blocked: self.blocked.saturating_add(other.blocked),
        }
    }
}

/// One period of one roll-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupRow {
    /// When the period begins.
    pub bucket: UtcMs,
    pub tally: Tally,
}

/// Which periods: those that begin in `from..to`.
#[derive(Clone, Debug)]
pub struct RollupQuery {
    pub box_id: Option<BoxId>,
    pub from: UtcMs,
    pub to: UtcMs,
}

/// What the earlier facts of a call said, as far as counting needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSoFar {
    pub direction: Direction,
    pub started: UtcMs,
    pub first_attempt: Option<UtcMs>,
    pub answered: Option<UtcMs>,
    pub ended: bool,
}

/// Whether an answer and a talk count for an attempt or for an inbound call, and in which hour.
enum Share {
    Attempt(UtcMs),
    Inbound(UtcMs),
}

impl CallSoFar {
    const fn share(&self) -> Option<Share> {
        match (self.first_attempt, self.direction) {
            (Some(at), Direction::Outbound | Direction::Inbound | Direction::Internal) => {
                Some(Share::Attempt(at))
            }
            (None, Direction::Inbound) => Some(Share::Inbound(self.started)),
            (None, Direction::Outbound | Direction::Internal) => None,
        }
    }
}

/// What this fact adds, and to which hour; `None` if it is nothing that is counted.
/// `call` is what was known of its call before it.
#[must_use]
#[allow(clippy::wildcard_enum_match_arm)] // a new kind counts only where somebody says so
pub fn contribution(utc: UtcMs, body: &Body, call: Option<&CallSoFar>) -> Option<(UtcMs, Tally)> {
    let counted = |at: UtcMs, tally: Tally| Some((hour_of(at), tally));
    match body {
        Body::CallStarted(started) if started.direction == Direction::Inbound => counted(
            utc,
            Tally {
                inbound: 1,
                ..Tally::default()
            },
        ),
        Body::AttemptStarted(_) => counted(
            utc,
            Tally {
                attempts: 1,
                ..Tally::default()
            },
        ),
        Body::CallAnswered(_) => {
            let call = call.filter(|call| call.answered.is_none())?;
            let mut tally = Tally::default();
            match call.share()? {
                Share::Attempt(at) => {
                    tally.answered = 1;
                    counted(at, tally)
                }
                Share::Inbound(at) => {
                    tally.inbound_answered = 1;
                    counted(at, tally)
                }
            }
        }
        Body::CallEnded(ended) if ended.talk_ms > 0 => {
            let call = call.filter(|call| !call.ended)?;
            let mut tally = Tally::default();
            match call.share()? {
                Share::Attempt(at) => {
                    tally.talk_ms = ended.talk_ms;
                    counted(at, tally)
                }
                Share::Inbound(at) => {
                    tally.inbound_talk_ms = ended.talk_ms;
                    counted(at, tally)
                }
            }
        }
        Body::DialBlocked(_) => counted(
            utc,
            Tally {
                blocked: 1,
                ..Tally::default()
            },
        ),
        _ => None,
    }
}

/// The whole fold in memory, for one box: what the tables are checked against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    calls: BTreeMap<CallId, CallSoFar>,
    hours: BTreeMap<UtcMs, Tally>,
}

impl Fold {
    pub fn add(&mut self, utc: UtcMs, body: &Body) {
        let call = call_of(body);
        let so_far = call.and_then(|id| self.calls.get(&id));
        if let Some((hour, tally)) = contribution(utc, body, so_far) {
            let sum = self.hours.entry(hour).or_default();
            *sum = sum.plus(tally);
        }
        self.remember(utc, body);
    }

    /// Hours in which something was counted, oldest first.
    #[must_use]
    pub fn hours(&self) -> Vec<RollupRow> {
        let row = |(bucket, tally): (&UtcMs, &Tally)| RollupRow {
            bucket: *bucket,
            tally: *tally,
        };
        self.hours.iter().map(row).collect()
    }

    #[allow(clippy::wildcard_enum_match_arm)] // only these four move what is counted later
    fn remember(&mut self, utc: UtcMs, body: &Body) {
        match body {
            Body::CallStarted(started) => {
                self.calls.entry(started.call).or_insert(CallSoFar {
                    direction: started.direction,
                    started: utc,
                    first_attempt: None,
                    answered: None,
                    ended: false,
                });
            }
            Body::AttemptStarted(attempt) => {
                if let Some(call) = self.calls.get_mut(&attempt.call) {
                    call.first_attempt.get_or_insert(utc);
                }
            }
            Body::CallAnswered(answered) => {
                if let Some(call) = self.calls.get_mut(&answered.call) {
                    call.answered.get_or_insert(utc);
                }
            }
            Body::CallEnded(ended) => {
                if let Some(call) = self.calls.get_mut(&ended.call) {
                    call.ended = true;
                }
            }
            _ => {}
        }
    }
}

/// The call whose earlier facts the counting of this one needs.
#[must_use]
#[allow(clippy::wildcard_enum_match_arm)] // the other kinds count by themselves or not at all
pub const fn call_of(body: &Body) -> Option<CallId> {
    match body {
        Body::CallAnswered(body) => Some(body.call),
        Body::CallEnded(body) => Some(body.call),
        _ => None,
    }
}

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

#[cfg(test)]
mod tests {
    use super::{CallSoFar, Tally, contribution};
    use crate::HOUR_MS;
    use messages::fact::{AttemptStarted, Body, CallAnswered, CallEnded, DialBlocked};
    use messages::{
        AttemptId, CallId, Direction, HangUpCause, Purpose, ReleasedBy, SystemResult, TrunkName,
        UtcMs,
    };

    const CALL: CallId = CallId::from_bytes([1; 16]);
    /// The attempt began in hour 0, its answer came in hour 1.
    const LATE: UtcMs = UtcMs(HOUR_MS + 5);

    fn attempted() -> CallSoFar {
        CallSoFar {
            direction: Direction::Outbound,
            started: UtcMs(10),
            first_attempt: Some(UtcMs(20)),
            answered: None,
            ended: false,
        }
    }

    fn answered() -> Body {
        CallAnswered::of(CALL).into()
    }

    fn ended(talk_ms: u64) -> Body {
        CallEnded {
            call: CALL,
            result: SystemResult::Answered,
            cause: HangUpCause::default(),
            released_by: ReleasedBy::Callee,
            ring_ms: 1,
            talk_ms,
        }
        .into()
    }

    #[test]
    fn an_answer_counts_in_the_hour_of_its_attempt_and_once() {
        let call = attempted();
        let one = Tally {
            answered: 1,
            ..Tally::default()
        };
        assert_eq!(
            contribution(LATE, &answered(), Some(&call)),
            Some((UtcMs(0), one))
        );
        let again = CallSoFar {
            answered: Some(LATE),
            ..call
        };
        assert_eq!(contribution(LATE, &answered(), Some(&again)), None);
        assert_eq!(contribution(LATE, &answered(), None), None);
    }

    #[test]
    fn talk_counts_for_the_attempt_or_for_the_call_that_came_in() {
        let inbound = CallSoFar {
            direction: Direction::Inbound,
            first_attempt: None,
            ..attempted()
        };
        let internal = CallSoFar {
            direction: Direction::Internal,
            ..inbound
        };
        let over = CallSoFar {
            ended: true,
            ..attempted()
        };
        let talk = |call: &CallSoFar| contribution(LATE, &ended(7), Some(call)).map(|(_, t)| t);
        assert_eq!(
            talk(&attempted()).map(|t| (t.talk_ms, t.inbound_talk_ms)),
            Some((7, 0))
        );
        assert_eq!(
            talk(&inbound).map(|t| (t.talk_ms, t.inbound_talk_ms)),
            Some((0, 7))
        );
        assert_eq!(talk(&internal), None);
        assert_eq!(talk(&over), None);
        assert_eq!(contribution(LATE, &ended(0), Some(&attempted())), None);
    }

    #[test]
    fn attempts_and_blocked_dials_count_in_their_own_hour() {
        let attempt = AttemptStarted {
            attempt: AttemptId::from_bytes([2; 16]),
            call: CALL,
            trunk: TrunkName::parse("carrier").unwrap(),
            destination: None,
            wanted_by: None,
        };
        let blocked = DialBlocked {
            extension: None,
            outside: None,
            purpose: Purpose::Sales,
            code: "do_not_call".to_owned(),
            sip: None,
        };
        let (hour, tally) = contribution(LATE, &attempt.into(), None).unwrap();
        assert_eq!((hour, tally.attempts), (UtcMs(HOUR_MS), 1));
        let (hour, tally) = contribution(LATE, &blocked.into(), None).unwrap();
        assert_eq!((hour, tally.blocked), (UtcMs(HOUR_MS), 1));
    }
}

//! The watch: the house's promises, looked at after each step, each counted, the first broken one kept in words.
use crate::site::index;
use branch::Standing;
use messages::fact::{
    AttemptEnded, AttemptStarted, Body, CallEnded, CallStarted, DialBlocked, Fact,
};
use messages::{
    AttemptId, CallId, Direction, Emergency, Extension, PartyNumber, Purpose, RecordingId, UtcMs,
};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! rules {
    ($($name:ident = $words:literal),* $(,)?) => {
        /// A promise that is looked at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rule { $($name),* }

        impl Rule {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words),* }
            }
        }
    };
}

rules! {
    OneEndPerAttempt = "each attempt ends in exactly one result, before its call",
    OneEndPerCall = "each call has one beginning and one end",
    TokenForEachInvite = "no INVITE reaches the outside without an attempt that the gate let out",
    RefusalsHold = "nobody who refused contact is called",
    EmergenciesPass = "an emergency call goes out whatever the limits say",
    OneCallAtATime = "a phone that clicks is in no other call",
    PortsOfOpenCalls = "ports that are taken belong to open calls, each to one",
    TrunkWithinLimit = "a trunk never carries more calls than it may",
    NobodyInSilence = "who answered is connected or let go, in the same step",
    OutputsInOrder = "orders and facts come in the order of the call's life",
    FactsWellFormed = "every fact seals, encodes and reads back",
    AskedOnceAnsweredOnce = "every order of the API is answered once",
    NoNewCallWithoutRoom = "no call begins while the journal has no room or the gateway stops",
    RecordingsSayTheirEnd = "a recording that began says how it ended",
    TablesMatchCalls = "the machine's tables hold what its open calls need, and no more",
    NothingLeft = "when all calls are over, no leg, note, port, channel or timer is left",
    NoErrorLogged = "nothing is logged as an error",
}

/// How often each promise was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts([u64; Rule::ALL.len()]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; Rule::ALL.len()])
    }
}

impl Counts {
    #[must_use]
    pub const fn of(&self, rule: Rule) -> u64 {
        self.0[rule as usize]
    }

    pub fn add(&mut self, other: &Self) {
        for (sum, count) in self.0.iter_mut().zip(other.0) {
            *sum += count;
        }
    }
}

/// A call that has begun and not ended, by its facts.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) started: UtcMs,
    pub(crate) attempt: Option<AttemptId>,
    /// The attempts that were made.
    tried: u32,
    pub(crate) answered: Option<UtcMs>,
    ringing: bool,
    emergency: bool,
    trunk: bool,
    phones: [Option<Extension>; 2],
    number: Option<PartyNumber>,
}

/// The digits that tell a number from all others of the story; what stands before them is the way out.
fn serial(digits: &str) -> String {
    digits[digits.len().saturating_sub(8)..].to_owned()
}

/// What the watch is told beside the outputs, after each step.
pub(crate) struct Look<'a> {
    pub(crate) standing: &'a Standing,
    pub(crate) channels: u32,
    pub(crate) concurrent_max: u32,
    pub(crate) relay_held: usize,
    pub(crate) ports: usize,
}

#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) counts: Counts,
    pub(crate) broken: Option<String>,
    pub(crate) calls: BTreeMap<CallId, Seen>,
    pub(crate) recordings: BTreeMap<RecordingId, CallId>,
    /// Attempts whose INVITE has not been seen outside, by the digits dialled: every call of a story has its own.
    tokens: BTreeMap<String, u32>,
    refused: BTreeSet<[u8; 16]>,
    /// May calls begin?
    pub(crate) open_for_calls: bool,
    pub(crate) calls_begun: u64,
    last_utc: UtcMs,
    /// Open calls that hold a channel.
    on_trunk: u32,
    channels_before: u32,
    emergencies: BTreeSet<CallId>,
    /// Emergency calls that have begun.
    emergencies_begun: u32,
    /// Of them, those that the watch has seen at its last look.
    emergencies_seen: u32,
}

#[cfg(test)]
mod tests;

impl Watch {
    pub(crate) fn hold(&mut self, rule: Rule, holds: bool, say: impl FnOnce() -> String) {
        self.counts.0[rule as usize] += 1;
        if !holds && self.broken.is_none() {
            self.broken = Some(format!("{rule:?} ({}): {}", rule.words(), say()));
        }
    }

    pub(crate) fn refuse(&mut self, numbers: &[PartyNumber]) {
        self.refused = numbers.iter().map(index).collect();
    }

    /// The blind indexes of those who refused contact.
    pub(crate) fn refused(&self) -> Vec<[u8; 16]> {
        self.refused.iter().copied().collect()
    }

    #[allow(clippy::wildcard_enum_match_arm)] // kinds that the branch machine does not state
    pub(crate) fn fact(&mut self, fact: &Fact) {
        let in_time = fact.utc >= self.last_utc;
        self.hold(Rule::OutputsInOrder, in_time, || {
            "a fact is older than the one before".to_owned()
        });
        self.last_utc = fact.utc;
        match &fact.body {
            Body::CallStarted(body) => self.call_started(fact.utc, body),
            Body::AttemptStarted(body) => self.attempt_started(body),
            Body::CallRinging(body) => {
                self.in_life(&body.call, "ringing", |seen| {
                    let first = !seen.ringing && seen.answered.is_none();
                    seen.ringing = true;
                    first
                });
            }
            Body::CallAnswered(body) => {
                let utc = fact.utc;
                self.in_life(&body.call, "answered", |seen| {
                    seen.answered.replace(utc).is_none()
                });
            }
            Body::CallHeld(body) => self.in_life(&body.call, "held", |_| true),
            Body::CallResumed(body) => self.in_life(&body.call, "resumed", |_| true),
            Body::OneWayAudioHeard(body) => {
                self.in_life(&body.call, "one-way", |seen| seen.answered.is_some());
            }
            Body::AttemptEnded(body) => self.attempt_ended(body),
            Body::CallEnded(body) => self.call_ended(body),
            Body::DialBlocked(body) => self.dial_blocked(body),
            Body::RecordingStarted(body) => {
                self.in_life(&body.call, "recorded", |seen| seen.answered.is_some());
                let fresh = self.recordings.insert(body.recording, body.call).is_none();
                self.hold(Rule::RecordingsSayTheirEnd, fresh, || {
                    format!("{:?} begins twice", body.recording)
                });
            }
            Body::RecordingClosed(body) => self.recording_over(body.recording),
            Body::RecordingCut(body) => self.recording_over(body.recording),
            // Also of one that never began: the vault gave no key.
            Body::RecordingFailed(body) => {
                self.recordings.remove(&body.recording);
            }
            _ => {}
        }
    }

    fn recording_over(&mut self, recording: RecordingId) {
        let known = self.recordings.remove(&recording).is_some();
        self.hold(Rule::RecordingsSayTheirEnd, known, || {
            format!("{recording:?} ends and never began")
        });
    }

    fn call_started(&mut self, utc: UtcMs, body: &CallStarted) {
        let emergency = body.purpose == Purpose::Emergency;
        let may = self.open_for_calls || emergency;
        self.hold(Rule::NoNewCallWithoutRoom, may, || {
            format!("{:?} begins", body.call)
        });
        self.calls_begun += 1;
        if emergency {
            self.emergencies.insert(body.call);
            self.emergencies_begun += 1;
        }
        let number = body.outside.as_ref().and_then(|one| one.number.clear());
        let seen = Seen {
            started: utc,
            attempt: None,
            tried: 0,
            answered: None,
            ringing: false,
            emergency,
            trunk: body.trunk.is_some(),
            phones: [body.extension.clone(), body.other_extension.clone()],
            number: number
                .filter(|_| body.direction == Direction::Outbound)
                .cloned(),
        };
        self.on_trunk += u32::from(seen.trunk);
        let first = self.calls.insert(body.call, seen).is_none();
        self.hold(Rule::OneEndPerCall, first, || {
            format!("{:?} begins twice", body.call)
        });
    }

    fn attempt_started(&mut self, body: &AttemptStarted) {
        let mut digits = None;
        self.in_life(&body.call, "attempted", |seen| {
            seen.tried += 1;
            digits = seen.number.as_ref().map(|number| serial(&number.to_dial()));
            seen.attempt.replace(body.attempt).is_none() && seen.tried == 1
        });
        let Some(digits) = digits else {
            return self.hold(Rule::TokenForEachInvite, false, || {
                format!("{:?} calls nobody", body.attempt)
            });
        };
        *self.tokens.entry(digits).or_default() += 1;
    }

    fn attempt_ended(&mut self, body: &AttemptEnded) {
        let seen = self.calls.get_mut(&body.call);
        let open = seen.is_some_and(|seen| seen.attempt.take() == Some(body.attempt));
        self.hold(Rule::OneEndPerAttempt, open, || {
            format!("{:?} ends, but was not open", body.attempt)
        });
    }

    fn call_ended(&mut self, body: &CallEnded) {
        let seen = self.calls.remove(&body.call);
        self.emergencies.remove(&body.call);
        self.hold(Rule::OneEndPerCall, seen.is_some(), || {
            format!("{:?} ends, but was not open", body.call)
        });
        self.on_trunk -= seen.as_ref().map_or(0, |seen| u32::from(seen.trunk));
        let attempt_over = seen.is_none_or(|seen| seen.attempt.is_none());
        self.hold(Rule::OneEndPerAttempt, attempt_over, || {
            format!("{:?} ends before its attempt", body.call)
        });
    }

    fn dial_blocked(&mut self, body: &DialBlocked) {
        let known = messages::Refusal::parse(&body.code).is_some();
        self.hold(Rule::FactsWellFormed, known, || {
            format!("no such refusal: {}", body.code)
        });
    }

    /// Something in the life of a call: it must have begun and not ended, and `fits` must agree.
    fn in_life(&mut self, call: &CallId, what: &str, fits: impl FnOnce(&mut Seen) -> bool) {
        let good = self.calls.get_mut(call).is_some_and(fits);
        self.hold(Rule::OutputsInOrder, good, || {
            format!("{call:?} is {what} out of its time")
        });
    }

    /// An INVITE has reached the carrier.
    pub(crate) fn outside_called(&mut self, digits: &str) {
        let key = serial(digits);
        let left = self.tokens.get_mut(&key);
        let good = left.as_ref().is_some_and(|left| **left > 0);
        if let Some(left) = left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.tokens.remove(&key);
            }
        }
        self.hold(Rule::TokenForEachInvite, good, || {
            format!("{digits} is called without one")
        });
        if Emergency::parse(digits).is_none() {
            let number = PartyNumber::parse(digits).ok();
            let wanted = number.is_none_or(|number| !self.refused.contains(&index(&number)));
            self.hold(Rule::RefusalsHold, wanted, || format!("{digits} is called"));
        }
    }

    /// Every attempt's INVITE has come: only where the network loses none.
    pub(crate) fn all_called(&mut self) {
        let none = self.tokens.is_empty();
        self.hold(Rule::TokenForEachInvite, none, || {
            "an attempt's INVITE did not come".to_owned()
        });
    }

    pub(crate) fn clicked(&mut self, call: CallId, extension: &Extension) {
        let mut others = self.calls.iter().filter(|(id, seen)| {
            **id != call && seen.phones.iter().flatten().any(|one| one == extension)
        });
        let alone = others.next().is_none();
        self.hold(Rule::OneCallAtATime, alone, || {
            format!("{extension} is in two calls")
        });
    }

    pub(crate) fn after_step(&mut self, look: &Look<'_>) {
        let standing = look.standing;
        let calls = self.calls.len();
        let match_calls = standing.notes == standing.calls
            && standing.calls >= calls
            && standing.legs <= 2 * standing.calls;
        self.hold(Rule::TablesMatchCalls, match_calls, || {
            format!("{calls} calls are open, {standing:?}")
        });
        let ports = standing.ports_taken + standing.ports_free == look.ports
            && standing.ports_taken <= 2 * standing.calls + look.relay_held
            && standing.ports_taken >= 2 * calls;
        self.hold(Rule::PortsOfOpenCalls, ports, || {
            format!(
                "{calls} calls, the relay holds {}, {standing:?}",
                look.relay_held
            )
        });
        let emergencies = u32::try_from(self.emergencies.len()).unwrap_or(u32::MAX);
        let new = self.emergencies_begun - self.emergencies_seen;
        self.emergencies_seen = self.emergencies_begun;
        let most = (self.channels_before + new).max(look.concurrent_max + emergencies);
        self.hold(Rule::TrunkWithinLimit, look.channels <= most, || {
            format!("{} channels, {most} at most", look.channels)
        });
        let trunk_calls = self.on_trunk;
        let counted = look.channels >= trunk_calls;
        self.hold(Rule::TrunkWithinLimit, counted, || {
            format!("{trunk_calls} calls on {} channels", look.channels)
        });
        self.channels_before = look.channels;
    }

    pub(crate) fn emergencies_open(&self) -> usize {
        self.emergencies.len()
    }

    pub(crate) const fn emergencies_begun(&self) -> u32 {
        self.emergencies_begun
    }

    pub(crate) fn is_emergency(&self, call: &CallId) -> bool {
        self.calls.get(call).is_some_and(|seen| seen.emergency)
    }
}

impl Watch {
    pub(crate) fn is_over(&self, call: &CallId) -> bool {
        !self.calls.contains_key(call)
    }

    /// The customer is being called.
    pub(crate) fn is_calling(&self, call: &CallId) -> bool {
        let seen = self.calls.get(call);
        seen.is_some_and(|seen| seen.attempt.is_some() && seen.answered.is_none())
    }
}

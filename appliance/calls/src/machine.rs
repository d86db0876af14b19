//! All calls of the branch, their timers, and the queue of what is to be done.
use crate::call::{Call, Told};
use crate::input::{Input, LegEvent, Limits};
use crate::output::Output;
use messages::fact::Side;
use messages::{CallId, HangUpCause, Moment, Now, ReleasedBy, SystemResult};
use sansio::{Machine, TimerTable};
use std::collections::{BTreeMap, VecDeque};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The own phone, or the callee, has rung for too long.
    Ring(CallId),
    /// The call has reached the longest time allowed.
    Length(CallId),
    /// A leg has not said its last word: the call is closed without it.
    Close(CallId),
}

pub struct Calls {
    limits: Limits,
    calls: BTreeMap<CallId, Call>,
    timers: TimerTable<Timer>,
    outputs: VecDeque<Output>,
}

/// Borrows what a call may tell apart from the calls themselves.
macro_rules! told {
    ($machine:ident, $now:ident) => {
        Told {
            now: $now,
            limits: &$machine.limits,
            timers: &mut $machine.timers,
            outputs: &mut $machine.outputs,
        }
    };
}

impl Calls {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            calls: BTreeMap::new(),
            timers: TimerTable::default(),
            outputs: VecDeque::new(),
        }
    }

    #[must_use]
    pub fn has_room(&self) -> bool {
        self.calls.len() < self.limits.calls_max
    }

    /// Calls that are not closed yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The calls that are not closed yet.
    #[must_use]
    pub fn open(&self) -> Vec<CallId> {
        self.calls.keys().copied().collect()
    }

    #[must_use]
    pub fn contains(&self, call: &CallId) -> bool {
        self.calls.contains_key(call)
    }

    /// A click-to-call whose own phone has not answered: nobody outside has been called yet.
    #[must_use]
    pub fn awaits_own_phone(&self, call: &CallId) -> bool {
        self.calls.get(call).is_some_and(Call::awaits_own_phone)
    }

    /// Lets one call act, and forgets it once both its legs are gone.
    fn with(&mut self, now: Now, id: CallId, act: impl FnOnce(&mut Call, &mut Told<'_>)) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let mut told = told!(self, now);
        act(call, &mut told);
        if call.is_over() {
            call.close(&mut told);
            self.calls.remove(&id);
        }
    }

    fn add(&mut self, now: Now, mut call: Call, start: impl FnOnce(&mut Call, &mut Told<'_>)) {
        let id = call.id();
        let mut told = told!(self, now);
        start(&mut call, &mut told);
        if call.is_over() {
            call.close(&mut told);
        } else {
            self.calls.insert(id, call);
        }
    }

    fn fire(&mut self, now: Now, timer: Timer) {
        match timer {
            Timer::Ring(id) => self.with(now, id, Call::rung_out),
            Timer::Length(id) => self.with(now, id, |call, told| {
                call.finish(
                    told,
                    SystemResult::MaxLength,
                    HangUpCause::default(),
                    ReleasedBy::System,
                );
            }),
            Timer::Close(id) => self.with(now, id, |call, _| call.give_up_waiting()),
        }
    }
}

impl Machine for Calls {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Connect(connect) => {
                let (call, offer) = Call::incoming(*connect, now.mono);
                self.add(now, call, |call, told| call.connect(told, offer));
            }
            Input::ClickToCall(click) => {
                let call = Call::clicked(*click, now.mono);
                self.add(now, call, Call::ring_own_phone);
            }
            Input::Leg { call, side, event } => {
                self.with(now, call, |call, told| match (side, event) {
                    (_, LegEvent::Ended { by_peer, cause }) => {
                        call.leg_ended(told, side, by_peer, cause)
                    }
                    (_, LegEvent::Reoffered { sdp }) => call.reoffered(told, side, sdp),
                    (_, LegEvent::Acked { sdp }) => call.acked(told, side, sdp),
                    (Side::Callee, LegEvent::Progressed { code, sdp, source }) => {
                        call.callee_progressed(told, code, sdp, source);
                    }
                    (Side::Callee, LegEvent::Answered { sdp, source }) => {
                        call.callee_answered(told, sdp, source)
                    }
                    (Side::Caller, LegEvent::Answered { sdp, source }) => {
                        call.own_phone_answered(told, sdp, source)
                    }
                    (Side::Caller, LegEvent::Progressed { .. }) => {}
                })
            }
            Input::Silent { call } => self.with(now, call, |call, told| {
                call.finish(
                    told,
                    SystemResult::MediaTimeout,
                    HangUpCause::default(),
                    ReleasedBy::System,
                );
            }),
            Input::OneWay { call, silent } => {
                self.with(now, call, |call, told| call.one_way(told, silent))
            }
            Input::HangUp { call, by } => self.with(now, call, |call, told| call.hang_up(told, by)),
        }
    }

    fn tick(&mut self, now: Now) {
        while let Some(timer) = self.timers.pop_due(now.mono) {
            self.fire(now, timer);
        }
    }

    fn deadline(&self) -> Option<Moment> {
        self.timers.deadline()
    }

    fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

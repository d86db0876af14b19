//! All calls of the branch, their timers, and the queue of what is to be done.
use crate::call::{Call, Settled, Told};
use crate::cause;
use crate::input::{Input, Join, LegNo, Limits};
use crate::leg::KeySeed;
use crate::output::{Output, Seated};
use messages::fact::{Seat, Side};
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
    seed: KeySeed,
    /// Boxed: a call is large, and the map moves its neighbours.
    calls: BTreeMap<CallId, Box<Call>>,
    timers: TimerTable<Timer>,
    settled: VecDeque<Settled>,
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
    pub fn new(limits: Limits, seed: KeySeed) -> Self {
        Self {
            limits,
            seed,
            calls: BTreeMap::new(),
            timers: TimerTable::default(),
            settled: VecDeque::new(),
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
        self.calls
            .get(call)
            .is_some_and(|call| call.awaits_own_phone())
    }

    #[must_use]
    pub fn is_up(&self, call: &CallId) -> bool {
        self.calls.get(call).is_some_and(|call| call.is_up())
    }

    /// Who sits on a side now.
    #[must_use]
    pub fn seated(&self, call: &CallId, side: Side) -> Option<Seated> {
        self.calls.get(call)?.seated(side)
    }

    /// The side on which a leg sits, or for which it rings.
    #[must_use]
    pub fn side_of(&self, call: &CallId, leg: LegNo) -> Option<Side> {
        self.calls.get(call)?.side_of(leg)
    }

    /// The others who hear what a leg says.
    #[must_use]
    pub fn hearers(&self, call: &CallId, leg: LegNo) -> Vec<Seat> {
        let call = self.calls.get(call);
        call.map_or_else(Vec::new, |call| call.hearers(leg))
    }

    /// Both sides talk, and nobody else is about to take one of them.
    #[must_use]
    pub fn may_change(&self, call: &CallId, side: Side) -> bool {
        self.calls
            .get(call)
            .is_some_and(|call| call.may_change(side))
    }

    /// A call that rings for its callee.
    #[must_use]
    pub fn rings(&self, call: &CallId) -> bool {
        self.calls.get(call).is_some_and(|call| call.rings())
    }

    /// The number of a leg that is about to come, for `Input::TakeOver`.
    pub fn mint_leg(&mut self, call: &CallId) -> Option<LegNo> {
        Some(self.calls.get_mut(call)?.mint_leg())
    }

    /// Lets one call act, and forgets it once all its legs are gone.
    fn with(&mut self, now: Now, id: CallId, act: impl FnOnce(&mut Call, &mut Told<'_>)) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let mut told = told!(self, now);
        act(call, &mut told);
        self.settled.extend(call.take_settled());
        if call.is_over() {
            call.close(&mut told);
            self.calls.remove(&id);
        }
    }

    /// What became of legs that were to go from one call to another.
    fn settle(&mut self, now: Now) {
        while let Some(settled) = self.settled.pop_front() {
            match settled {
                Settled::Agreed(join) => self.complete(now, join),
                Settled::Failed(join, cause) => self.with(now, join.into, |call, told| {
                    call.expected_in_vain(told, join.side, cause);
                }),
            }
        }
    }

    /// Offers what is behind the phone in one call its place in the other; the rest follows with its answer.
    fn join(&mut self, now: Now, join: Join) {
        let expected = self
            .calls
            .get_mut(&join.into)
            .filter(|_| join.into != join.from);
        let port = expected.and_then(|into| into.expect(join.side, join.how));
        let from = self.calls.get(&join.from);
        let comes = from.and_then(|from| from.leg_on(join.comes));
        let into = self.calls.get(&join.into);
        let formats = into.zip(comes);
        let formats = formats.map(|(into, leg)| into.offered(join.side, leg, into.is_recorded()));
        let mut handed = false;
        if let Some((formats, port)) = formats.zip(port) {
            self.with(now, join.from, |call, told| {
                handed = call.hand_over(told, join, &formats, port);
            });
        }
        if !handed {
            let busy = cause::of(cause::NOT_NOW);
            self.with(now, join.into, |call, told| {
                call.expected_in_vain(told, join.side, busy);
            });
        }
    }

    /// The leg that goes over has taken its new place.
    fn complete(&mut self, now: Now, join: Join) {
        let waits = self.calls.get(&join.into);
        if !waits.is_some_and(|call| call.expects(join.side)) {
            return self.with(now, join.from, |call, told| {
                call.hang_up(told, ReleasedBy::System)
            });
        }
        let mut comes = None;
        self.with(now, join.from, |call, told| {
            comes = call.hand_out(told, join)
        });
        if let Some(leg) = comes {
            self.with(now, join.into, |call, told| {
                call.receive(told, join, leg);
            });
        }
    }

    fn add(&mut self, now: Now, mut call: Call, start: impl FnOnce(&mut Call, &mut Told<'_>)) {
        let id = call.id();
        let mut told = told!(self, now);
        start(&mut call, &mut told);
        if call.is_over() {
            call.close(&mut told);
        } else {
            self.calls.insert(id, Box::new(call));
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
            Timer::Close(id) => self.with(now, id, Call::give_up_waiting),
        }
    }
}

impl Machine for Calls {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Connect(connect) => {
                let (call, offer) = Call::incoming(*connect, self.seed.clone(), now.mono);
                self.add(now, call, |call, told| call.connect(told, offer));
            }
            Input::ClickToCall(click) => {
                let (call, own) = Call::clicked(*click, self.seed.clone(), now.mono);
                self.add(now, call, |call, told| call.ring_own_phone(told, own));
            }
            Input::Leg { call, leg, event } => {
                self.with(now, call, |call, told| call.happened(told, leg, event));
            }
            Input::TryNext { call, next } if !self.contains(&call) => {
                next.callee.free_channel(&mut self.outputs);
            }
            Input::TryNext { call, next } => {
                self.with(now, call, |call, told| call.try_next(told, *next));
            }
            Input::GiveUp { call, cause } => {
                self.with(now, call, |call, told| call.give_up(told, cause));
            }
            Input::RingAlso { call, places } => {
                self.with(now, call, |call, told| call.ring_also(told, places));
            }
            Input::Replace(replace) if !self.contains(&replace.call) => {
                replace.callee.free_channel(&mut self.outputs);
            }
            Input::Replace(replace) => {
                self.with(now, replace.call, |call, told| call.replace(told, *replace));
            }
            Input::TakeOver(taking) => {
                self.with(now, taking.call, |call, told| call.take_over(told, *taking));
            }
            Input::Join(join) => self.join(now, *join),
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
        self.settle(now);
    }

    fn tick(&mut self, now: Now) {
        while let Some(timer) = self.timers.pop_due(now.mono) {
            self.fire(now, timer);
        }
        self.settle(now);
    }

    fn deadline(&self) -> Option<Moment> {
        self.timers.deadline()
    }

    fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

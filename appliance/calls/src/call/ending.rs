//! How a call ends: who let go, what the books say, what each leg is told.
use super::{Call, Phase, Told};
use crate::cause;
use crate::input::LegNo;
use crate::leg::{Leg, LegState};
use crate::machine::Timer;
use crate::output::{LegAct, MediaOrder, Output};
use core::time::Duration;
use messages::fact::{CallEnded, Side};
use messages::{HangUpCause, Q850, ReleasedBy, SipCode, SystemResult, TrunkName};

/// Longer than any transaction: 64·T1 twice (RFC 3261 §17).
const LAST_WORD_MAX: Duration = Duration::from_secs(70);

/// A leg that was let go and has not said its last word.
#[derive(Debug)]
pub(super) struct Leaving {
    no: LegNo,
    channel: Option<TrunkName>,
}

impl Call {
    pub(super) fn leg_ended(
        &mut self,
        told: &mut Told<'_>,
        no: LegNo,
        by_peer: bool,
        cause: HangUpCause,
    ) {
        if let Some(at) = self.leaving.iter().position(|leg| leg.no == no) {
            let left = self.leaving.swap_remove(at);
            return Self::free(told, left.channel);
        }
        if self.ringing_ended(told, no, by_peer, cause) {
            return;
        }
        if self.is_guest(no) {
            return self.guest_left(told, cause);
        }
        let Some(side) = self.side_of(no) else {
            return;
        };
        let result = match (self.phase, side) {
            (Phase::Up { .. }, _) => SystemResult::Answered,
            (_, Side::Caller) => SystemResult::Cancelled,
            (_, Side::Callee) => SystemResult::of_failure(cause),
        };
        let Some(mut leg) = self.seats[side.index()].take() else {
            return;
        };
        self.attempt_over(told, &mut leg, result, cause);
        Self::free(told, leg.who.channel.take());
        // somebody else is about to sit there
        let from = leg.who.extension;
        if self.is_being_taken(side) || self.guest_steps_in(told, side, from) {
            return;
        }
        let by = match (by_peer, side) {
            (false, _) => ReleasedBy::System,
            (true, Side::Caller) => ReleasedBy::Caller,
            (true, Side::Callee) => ReleasedBy::Callee,
        };
        self.finish(told, result, cause, by);
    }

    pub(crate) fn hang_up(&mut self, told: &mut Told<'_>, by: ReleasedBy) {
        let result = match self.phase {
            Phase::Up { .. } => SystemResult::Answered,
            Phase::OwnPhone | Phase::Calling { .. } => SystemResult::Cancelled,
            Phase::Ending => return,
        };
        self.finish(
            told,
            result,
            HangUpCause {
                sip: None,
                q850: Some(Q850::NORMAL),
            },
            by,
        );
    }

    /// Ends the call for the books and tells each leg that is still there.
    pub(crate) fn finish(
        &mut self,
        told: &mut Told<'_>,
        result: SystemResult,
        cause: HangUpCause,
        released_by: ReleasedBy,
    ) {
        if self.phase == Phase::Ending {
            return;
        }
        let legs = self.everybody(told);
        let legs: Vec<Leg> = legs
            .map(|mut leg| {
                self.attempt_over(told, &mut leg, result, cause);
                leg
            })
            .collect();
        self.write_end(told, result, cause, released_by);
        self.media(told, MediaOrder::Close);
        self.phase = Phase::Ending;
        self.handing_failed(cause);
        if let Some(never_rung) = self.callee.take() {
            never_rung.free_channel(told.outputs);
        }
        told.timers.cancel(&Timer::Ring(self.id()));
        told.timers.cancel(&Timer::Length(self.id()));
        told.timers
            .set(Timer::Close(self.id()), told.now.mono + LAST_WORD_MAX);
        for leg in legs {
            let code = match leg.state {
                LegState::Waiting if cause.sip.is_none() => cause::UNAVAILABLE,
                LegState::Waiting => cause::for_caller(cause),
                LegState::Invited => cause::OK_GONE,
                LegState::Up => cause::OK,
            };
            let reason = if result == SystemResult::Answered {
                cause::for_other(cause)
            } else {
                cause.q850
            };
            self.let_go(told, leg, code, reason);
        }
    }

    /// Takes all legs that are not told to go yet.
    fn everybody(&mut self, told: &mut Told<'_>) -> impl Iterator<Item = Leg> + use<> {
        let [caller, callee] = &mut self.seats;
        let guest = self.guest.take().map(|guest| guest.leg);
        let seated = [caller.take(), callee.take(), guest];
        let ringing = self.take_ringing(told);
        seated.into_iter().flatten().chain(ringing)
    }

    fn write_end(
        &self,
        told: &mut Told<'_>,
        result: SystemResult,
        cause: HangUpCause,
        released_by: ReleasedBy,
    ) {
        let now = told.now.mono;
        let talked_from = match self.phase {
            Phase::Up { since } => Some(since),
            Phase::OwnPhone | Phase::Calling { .. } | Phase::Ending => None,
        };
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let ended = CallEnded {
            call: self.id(),
            result,
            cause,
            released_by,
            ring_ms: millis(talked_from.unwrap_or(now).since(self.started)),
            talk_ms: talked_from.map_or(0, |since| millis(now.since(since))),
        };
        Self::fact(told, ended);
    }

    /// Tells a leg that it is over for it; its last word is waited for.
    pub(super) fn let_go(
        &mut self,
        told: &mut Told<'_>,
        leg: Leg,
        code: SipCode,
        cause: Option<Q850>,
    ) {
        let no = leg.no;
        self.leaving.push(Leaving {
            no,
            channel: leg.who.channel,
        });
        self.act(told, no, LegAct::Release { code, cause });
    }

    pub(super) fn free(told: &mut Told<'_>, channel: Option<TrunkName>) {
        let free = channel.map(|trunk| Output::ChannelFree { trunk });
        told.outputs.extend(free);
    }

    /// A leg's last word never came: close without it.
    pub(crate) fn give_up_waiting(&mut self, told: &mut Told<'_>) {
        if self.phase == Phase::Ending {
            for left in core::mem::take(&mut self.leaving) {
                Self::free(told, left.channel);
            }
        }
    }
}

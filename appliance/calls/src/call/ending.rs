//! How a call ends: who let go, what the books say, what each leg is told.
use super::{Call, Phase, Told};
use crate::cause;
use crate::leg::LegState;
use crate::machine::Timer;
use crate::output::{LegAct, MediaOrder};
use core::time::Duration;
use messages::fact::{AttemptEnded, CallEnded, Side};
use messages::{HangUpCause, Q850, ReleasedBy, SipCode, SystemResult};

/// Longer than any transaction: 64·T1 twice (RFC 3261 §17).
const LAST_WORD_MAX: Duration = Duration::from_secs(70);

impl Call {
    pub(crate) fn leg_ended(
        &mut self,
        told: &mut Told<'_>,
        side: Side,
        by_peer: bool,
        cause: HangUpCause,
    ) {
        let was = self.leg(side).state;
        self.leg(side).state = LegState::Gone;
        if was == LegState::Leaving || self.phase == Phase::Ending {
            return;
        }
        let by = match (by_peer, side) {
            (false, _) => ReleasedBy::System,
            (true, Side::Caller) => ReleasedBy::Caller,
            (true, Side::Callee) => ReleasedBy::Callee,
        };
        let result = match (self.phase, side) {
            (Phase::Up { .. }, _) => SystemResult::Answered,
            (_, Side::Caller) => SystemResult::Cancelled,
            (_, Side::Callee) => SystemResult::of_failure(cause),
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
        let now = told.now.mono;
        let talked_from = match self.phase {
            Phase::Up { since } => Some(since),
            Phase::OwnPhone | Phase::Calling { .. } | Phase::Ending => None,
        };
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let call = self.id();
        if let Some(attempt) = self.attempt.take() {
            Self::fact(
                told,
                AttemptEnded {
                    attempt,
                    call,
                    result,
                    cause,
                },
            );
        }
        let ended = CallEnded {
            call,
            result,
            cause,
            released_by,
            ring_ms: millis(talked_from.unwrap_or(now).since(self.started)),
            talk_ms: talked_from.map_or(0, |since| millis(now.since(since))),
        };
        Self::fact(told, ended);
        self.media(told, MediaOrder::Close);
        self.phase = Phase::Ending;
        told.timers.cancel(&Timer::Ring(call));
        told.timers.cancel(&Timer::Length(call));
        told.timers.set(Timer::Close(call), now + LAST_WORD_MAX);
        for side in [Side::Caller, Side::Callee] {
            self.let_go(told, side, result, cause);
        }
    }

    fn let_go(
        &mut self,
        told: &mut Told<'_>,
        side: Side,
        result: SystemResult,
        cause: HangUpCause,
    ) {
        let code = match self.leg(side).state {
            LegState::Gone | LegState::Leaving => return,
            LegState::Idle => {
                self.leg(side).state = LegState::Gone;
                return;
            }
            LegState::Waiting if cause.sip.is_none() => cause::UNAVAILABLE,
            LegState::Waiting => cause::for_caller(cause),
            LegState::Invited => cause::OK_GONE,
            LegState::Up => SipCode(200),
        };
        self.leg(side).state = LegState::Leaving;
        let reason = if result == SystemResult::Answered {
            cause::for_other(cause)
        } else {
            cause.q850
        };
        self.act(
            told,
            side,
            LegAct::Release {
                code,
                cause: reason,
            },
        );
    }

    /// A leg's last word never came: close without it.
    pub(crate) fn give_up_waiting(&mut self) {
        if self.phase == Phase::Ending {
            for leg in &mut self.legs {
                leg.state = LegState::Gone;
            }
        }
    }
}

//! Which code one side hears when the other one said no.
use messages::{HangUpCause, Q850, SipCode};

/// Also to a leg that rings: another place has answered.
pub(crate) const OK: SipCode = SipCode(200);
pub(crate) const OK_GONE: SipCode = SipCode(487);
pub(crate) const NOT_ACCEPTABLE: SipCode = SipCode(488);
pub(crate) const BAD_REQUEST: SipCode = SipCode(400);
pub(crate) const TIMED_OUT: SipCode = SipCode(408);
pub(crate) const UNAVAILABLE: SipCode = SipCode(480);
pub(crate) const UNKNOWN: SipCode = SipCode(481);
/// Something else is going on in the call.
pub(crate) const NOT_NOW: SipCode = SipCode(491);
const SERVER_ERROR: SipCode = SipCode(500);

/// The final answer for the caller, from what the callee's side answered. Challenges and redirections are ours to keep.
pub(crate) fn for_caller(cause: HangUpCause) -> SipCode {
    match cause.sip.map_or(0, |code| code.0) {
        0..=399 => UNAVAILABLE,
        400 | 401 | 407 => SERVER_ERROR,
        code => SipCode(code),
    }
}

/// What the other side hears as Reason after a hang-up in the talk.
pub(crate) fn for_other(cause: HangUpCause) -> Option<Q850> {
    cause.q850.or(Some(Q850::NORMAL))
}

pub(crate) const fn of(code: SipCode) -> HangUpCause {
    HangUpCause {
        sip: Some(code),
        q850: None,
    }
}

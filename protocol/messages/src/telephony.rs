//! The words of a call's fate: SIP code, Q.850 cause, who let go, what the system saw.
use crate::coded::coded;
use serde::{Deserialize, Serialize};

/// A SIP status code, 100–699 (RFC 3261 §21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SipCode(pub u16);

/// A cause of ITU-T Q.850, 1–127.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Q850(pub u8);

impl Q850 {
    pub const NORMAL: Self = Self(16);
    pub const USER_BUSY: Self = Self(17);
    pub const NO_ANSWER: Self = Self(19);
    pub const REJECTED: Self = Self(21);
    pub const INTERWORKING: Self = Self(127);
}

/// Why a call ended, as the network said it: kept apart, never folded into one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HangUpCause {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sip: Option<SipCode>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub q850: Option<Q850>,
}

coded! {
    /// Which way a call goes, seen from the branch.
    Direction {
        Outbound = "outbound",
        Inbound = "inbound",
        Internal = "internal",
    }

    /// What a call is for: it chooses the gate's filters.
    Purpose {
        Sales = "sales",
        RequestedCallBack = "requested_call_back",
        Service = "service",
        Internal = "internal",
        SelfTest = "self_test",
        Emergency = "emergency",
    }

    /// Who let go of a call.
    /// Why a call was given on to somebody else.
    DivertReason {
        Always = "always",
        Busy = "busy",
        NoAnswer = "no_answer",
        /// No place of the phone is registered, or none could be reached.
        Unreachable = "unreachable",
        DoNotDisturb = "do_not_disturb",
        /// The phone itself sent it on (3xx).
        ByPhone = "by_phone",
    }

    ReleasedBy {
        Caller = "caller",
        Callee = "callee",
        /// The gateway itself: a limit, a time-out, a restart, an order of a supervisor.
        System = "system",
    }

    /// What the network and the machine saw of an attempt. What the agent says of it is the disposition.
    SystemResult {
        Answered = "answered",
        Busy = "busy",
        NoAnswer = "no_answer",
        Rejected = "rejected",
        /// 空号: the number does not exist.
        Vacant = "vacant",
        Unreachable = "unreachable",
        /// The caller gave up before an answer.
        Cancelled = "cancelled",
        /// The trunk was full, or refused for its own reasons.
        Congestion = "congestion",
        NoCommonCodec = "no_common_codec",
        /// The gate said no; nothing was dialled.
        Blocked = "blocked",
        /// No answer to the INVITE at all, or the transport failed.
        TrunkFailed = "trunk_failed",
        MediaTimeout = "media_timeout",
        MaxLength = "max_length",
        /// The gateway's process ended with the call up.
        Restarted = "restarted",
        OtherFailure = "other_failure",
    }

    /// Why a phone's binding is gone.
    UnbindReason {
        Expired = "expired",
        Unregistered = "unregistered",
        Replaced = "replaced",
        FlowClosed = "flow_closed",
    }

    /// What a source did that is not heard for a while.
    BanReason {
        UnknownSource = "unknown_source",
        WrongCredentials = "wrong_credentials",
    }
}

impl SystemResult {
    /// Somebody answered, however it ended then.
    #[must_use]
    pub const fn was_answered(self) -> bool {
        match self {
            Self::Answered | Self::MediaTimeout | Self::MaxLength | Self::Restarted => true,
            Self::Busy
            | Self::NoAnswer
            | Self::Rejected
            | Self::Vacant
            | Self::Unreachable
            | Self::Cancelled
            | Self::Congestion
            | Self::NoCommonCodec
            | Self::Blocked
            | Self::TrunkFailed
            | Self::OtherFailure => false,
        }
    }

    /// What a final refusal means, from the Q.850 cause where there is one, else from the SIP code (RFC 3398 §8.2.6.1).
    #[must_use]
    pub fn of_failure(cause: HangUpCause) -> Self {
        if let Some(result) = cause.q850.and_then(Self::of_q850) {
            return result;
        }
        match cause.sip.map_or(0, |code| code.0) {
            404 | 410 | 484 | 604 => Self::Vacant,
            486 | 600 => Self::Busy,
            408 => Self::NoAnswer,
            480 => Self::Unreachable,
            403 | 603 | 607 => Self::Rejected,
            487 => Self::Cancelled,
            488 | 606 | 415 => Self::NoCommonCodec,
            500..=599 => Self::Congestion,
            0 => Self::TrunkFailed,
            _ => Self::OtherFailure,
        }
    }

    fn of_q850(cause: Q850) -> Option<Self> {
        Some(match cause.0 {
            1 | 22 | 28 => Self::Vacant,
            17 => Self::Busy,
            18 | 19 => Self::NoAnswer,
            20 | 27 | 31 => Self::Unreachable,
            21 => Self::Rejected,
            34 | 38 | 41 | 42 | 47 => Self::Congestion,
            65 | 79 | 88 => Self::NoCommonCodec,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{HangUpCause, Q850, SipCode, SystemResult};

    #[test]
    fn the_cause_of_the_network_wins_over_the_code_of_the_last_hop() {
        let of = |sip, q850: Option<u8>| {
            SystemResult::of_failure(HangUpCause {
                sip: Some(SipCode(sip)),
                q850: q850.map(Q850),
            })
        };
        assert_eq!(of(486, None), SystemResult::Busy);
        assert_eq!(of(480, Some(19)), SystemResult::NoAnswer);
        assert_eq!(of(503, Some(1)), SystemResult::Vacant);
        assert_eq!(of(503, None), SystemResult::Congestion);
        assert_eq!(of(480, Some(16)), SystemResult::Unreachable);
    }

    #[test]
    fn every_code_reads_back() {
        for one in SystemResult::ALL {
            assert_eq!(SystemResult::parse(one.code()), Some(*one));
        }
    }
}

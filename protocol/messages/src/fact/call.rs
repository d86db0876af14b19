//! Facts of a call's life.
use crate::{
    AttemptId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyId, PartyNumber,
    Personal, Purpose, ReleasedBy, SipCode, SystemResult, TrunkName,
};
use serde::{Deserialize, Serialize};

/// The party outside the branch. The writer finds or makes `party` by the number's blind index, then seals the number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutsideParty {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub party: Option<PartyId>,
    pub number: Personal<PartyNumber>,
}

impl OutsideParty {
    #[must_use]
    pub const fn of(number: PartyNumber) -> Self {
        Self {
            party: None,
            number: Personal::Clear(number),
        }
    }
}

/// One of the two ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Caller,
    Callee,
}

impl Side {
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }

    /// 0 for the caller, 1 for the callee: also the channel in the recording.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Caller => 0,
            Self::Callee => 1,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallStarted {
    pub call: CallId,
    pub direction: Direction,
    pub purpose: Purpose,
    /// The phone of the branch that calls (internal, outbound) or is called (inbound).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
    /// The called phone of an internal call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub other_extension: Option<Extension>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trunk: Option<TrunkName>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outside: Option<OutsideParty>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub customer: Option<CustomerId>,
}

/// One try to reach one number begins; durable before its INVITE where a list asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptStarted {
    pub attempt: AttemptId,
    pub call: CallId,
    pub trunk: TrunkName,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRinging {
    pub call: CallId,
    /// From the INVITE to the first 180/183, in ms.
    pub post_dial_delay_ms: u32,
    pub early_media: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallAnswered {
    pub call: CallId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallHeld {
    pub call: CallId,
    pub by: Side,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallResumed {
    pub call: CallId,
    pub by: Side,
}

/// Nothing came from this side for 3 s while the other one is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneWayAudioHeard {
    pub call: CallId,
    pub silent: Side,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptEnded {
    pub attempt: AttemptId,
    pub call: CallId,
    pub result: SystemResult,
    pub cause: HangUpCause,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEnded {
    pub call: CallId,
    pub result: SystemResult,
    pub cause: HangUpCause,
    pub released_by: ReleasedBy,
    /// From start to answer or end.
    pub ring_ms: u64,
    /// From answer to end; 0 if nobody answered.
    pub talk_ms: u64,
}

/// Somebody asked for the end of a call, not at its own phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HangUpAsked {
    pub call: CallId,
}

/// The gate said no; nothing was dialled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DialBlocked {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outside: Option<OutsideParty>,
    pub purpose: Purpose,
    /// The refusal's stable code.
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sip: Option<SipCode>,
}

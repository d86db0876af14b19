//! Facts of a call's life.
use crate::{
    AttemptId, CallId, CustomerId, Destination, Direction, DivertReason, Extension, HangUpCause,
    PartyId, PartyNumber, Personal, Purpose, ReleasedBy, SipCode, SystemResult, TrunkName,
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

/// Where somebody sits in a call: on one of its two sides, or beside one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seat {
    Caller,
    Callee,
    /// 三方: the third one of a conference.
    Guest,
}

impl Seat {
    pub const COUNT: usize = 3;

    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Caller => 0,
            Self::Callee => 1,
            Self::Guest => 2,
        }
    }

    #[must_use]
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::Caller => Some(Side::Caller),
            Self::Callee => Some(Side::Callee),
            Self::Guest => None,
        }
    }
}

impl From<Side> for Seat {
    fn from(side: Side) -> Self {
        match side {
            Side::Caller => Self::Caller,
            Side::Callee => Self::Callee,
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
    /// What kind of number is called; `None`: no public one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub destination: Option<Destination>,
    /// The phone that wanted it: it dialled, gave the call on, or forwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub wanted_by: Option<Extension>,
}

/// The same try goes on over another trunk, because this one could not bring it through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRerouted {
    pub attempt: AttemptId,
    pub call: CallId,
    pub from: TrunkName,
    pub to: TrunkName,
    /// What the trunk said, where it said anything.
    pub cause: HangUpCause,
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
    /// The phone that answered, where it is not the one that was called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
}

impl CallAnswered {
    /// By the phone that was called, or by somebody outside.
    #[must_use]
    pub const fn of(call: CallId) -> Self {
        Self {
            call,
            extension: None,
        }
    }
}

/// Whoever a call goes to: a phone of the branch, or somebody outside.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallTarget {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trunk: Option<TrunkName>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outside: Option<OutsideParty>,
}

/// The call was given on before anybody answered it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallDiverted {
    pub call: CallId,
    pub by: Extension,
    pub reason: DivertReason,
    pub to: CallTarget,
}

/// One side of the call is somebody else's from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallTaken {
    pub call: CallId,
    pub side: Side,
    pub how: TakenBy,
    /// The phone that sat there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Extension>,
    pub to: CallTarget,
}

/// Which of the two phones that `CallStarted` names sits on a side; `None`: somebody outside.
#[must_use]
pub const fn phone_on(direction: Direction, side: Side) -> Option<PhoneOfCall> {
    match (direction, side) {
        (Direction::Outbound | Direction::Internal, Side::Caller)
        | (Direction::Inbound, Side::Callee) => Some(PhoneOfCall::Extension),
        (Direction::Internal, Side::Callee) => Some(PhoneOfCall::OtherExtension),
        (Direction::Outbound, Side::Callee) | (Direction::Inbound, Side::Caller) => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneOfCall {
    Extension,
    OtherExtension,
}

/// How somebody came into a call of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenBy {
    /// 呼转: given on without a word.
    Transfer,
    /// 咨询转接: after the one who gave it on had spoken with the new one.
    AttendedTransfer,
    /// 代接: it rang at somebody else's.
    PickUp,
    /// The same person goes on at another device.
    Move,
    /// 三方: the third one stays when somebody goes.
    Conference,
}

/// 三方通话: a third one is in the call from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallGuestCame {
    pub call: CallId,
    /// The side that brought it.
    pub beside: Side,
    pub guest: CallTarget,
}

/// There are two again: the third one hung up, or has the seat of somebody who did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallGuestLeft {
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

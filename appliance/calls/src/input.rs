//! What the calls machine is told.
use crate::output::{Diverted, Output};
use bytes::Bytes;
use core::time::Duration;
use gate::Token;
use messages::command::TrunkSpeech;
use messages::fact::{Side, TakenBy};
use messages::{
    AttemptId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyNumber, Purpose,
    ReleasedBy, SipCode, TrunkName,
};
use std::collections::VecDeque;
use std::net::IpAddr;

/// A leg within its call. Numbers are not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegNo(pub u16);

impl LegNo {
    /// The leg whose INVITE made the call.
    pub const FIRST: Self = Self(0);
}

#[derive(Debug)]
pub enum Input {
    /// An INVITE came and was let through: connect its caller with the callee.
    Connect(Box<Connect>),
    /// Somebody asked for a call at a screen: the own phone first, then the customer.
    ClickToCall(Box<ClickToCall>),
    Leg {
        call: CallId,
        leg: LegNo,
        event: LegEvent,
    },
    /// The answer to `Output::Unreached`: this one is tried now.
    TryNext {
        call: CallId,
        next: Box<Next>,
    },
    /// The answer to `Output::Unreached`: there is nobody else. Why, where it is known better than by what was tried.
    GiveUp {
        call: CallId,
        cause: Option<HangUpCause>,
    },
    /// These ring beside those who ring already for the callee's side.
    RingAlso {
        call: CallId,
        places: Vec<Place>,
    },
    /// One side is to be somebody else: that one rings, and takes the side when it answers.
    Replace(Box<Replace>),
    /// An INVITE came that takes a side, or a call that rings there.
    TakeOver(Box<TakeOver>),
    /// Two calls of one phone become one, without the phone.
    Join(Box<Join>),
    /// No packets from either side for 30 s.
    Silent {
        call: CallId,
    },
    /// One side has not been heard for 3 s.
    OneWay {
        call: CallId,
        silent: Side,
    },
    HangUp {
        call: CallId,
        by: ReleasedBy,
    },
}

/// The relay ports that were allotted to the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    pub caller: u16,
    pub callee: u16,
    /// Of a conference.
    pub guest: Option<u16>,
}

#[derive(Debug)]
pub struct Connect {
    pub call: CallId,
    pub direction: Direction,
    /// The trunk that the call came in by.
    pub from_trunk: Option<TrunkName>,
    /// What that trunk speaks.
    pub speech: Option<TrunkSpeech>,
    /// The phone that calls.
    pub from_phone: Option<Extension>,
    /// The number that calls from outside, where it was shown.
    pub from_number: Option<PartyNumber>,
    /// What the callee sees.
    pub shown: String,
    pub display: Option<String>,
    /// The callee is not to see it.
    pub private: bool,
    /// The phone or group that was called; `None`: somebody outside.
    pub called: Option<Extension>,
    /// `None`: a late offer.
    pub offer: Option<Bytes>,
    pub source: IpAddr,
    /// Our own address that the caller is told.
    pub address: IpAddr,
    pub callee: Callee,
    pub ports: Ports,
}

/// Who is rung. Outside only with the gate's token.
#[derive(Debug)]
pub enum Callee {
    /// All at once; the first to answer has the call.
    Phones { places: Vec<Place>, record: bool },
    Outside {
        attempt: AttemptId,
        token: Token,
        /// Our own address that it is told.
        address: IpAddr,
        /// What its trunk speaks.
        speech: TrunkSpeech,
    },
}

/// One place where a phone can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub extension: Extension,
    pub contact: String,
    /// Our own address that it is told.
    pub address: IpAddr,
    /// It is to answer by itself.
    pub auto_answer: bool,
    /// Nobody reads the way to it: keys may be offered (RFC 8643).
    pub private_way: bool,
}

/// Whom to try after somebody was not reached.
#[derive(Debug)]
pub struct Next {
    pub callee: Callee,
    /// It rings so long; `None`: as long as any.
    pub ring_for: Option<Duration>,
    /// Who gave the call on, the last one first: the new one is told.
    pub diverted: Vec<Diverted>,
}

#[derive(Debug)]
pub struct Replace {
    pub call: CallId,
    /// The side that is given up.
    pub side: Side,
    pub callee: Callee,
    pub how: TakenBy,
}

#[derive(Debug)]
pub struct TakeOver {
    pub call: CallId,
    /// From `Calls::mint_leg`.
    pub leg: LegNo,
    pub side: Side,
    pub extension: Extension,
    pub offer: Option<Bytes>,
    pub source: IpAddr,
    pub address: IpAddr,
    pub how: TakenBy,
}

/// Of two calls of one phone: what is behind the phone in `from` comes into the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    pub into: CallId,
    /// The phone's side.
    pub side: Side,
    pub from: CallId,
    /// The side that comes over.
    pub comes: Side,
    pub how: Arrival,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// 咨询转接: it takes the phone's seat.
    InPlace,
    /// 三方通话: it sits beside the phone, on this port.
    AsGuest { port: u16 },
}

#[derive(Debug)]
pub struct ClickToCall {
    pub call: CallId,
    pub extension: Extension,
    /// Where the own phone rings.
    pub own: Vec<Place>,
    pub customer: Option<CustomerId>,
    pub callee: Callee,
    pub ports: Ports,
}

/// What became of a leg.
#[derive(Clone, Debug)]
pub enum LegEvent {
    Progressed {
        code: SipCode,
        sdp: Option<Bytes>,
        source: IpAddr,
    },
    Answered {
        sdp: Option<Bytes>,
        source: IpAddr,
    },
    Acked {
        sdp: Option<Bytes>,
    },
    Reoffered {
        sdp: Option<Bytes>,
    },
    /// Our own new offer was answered.
    Reanswered {
        sdp: Option<Bytes>,
    },
    ReofferRefused {
        code: SipCode,
    },
    /// The phone is elsewhere (3xx); its end follows.
    Redirected {
        to: String,
    },
    /// Comes once for each leg, whoever ended it.
    Ended {
        by_peer: bool,
        cause: HangUpCause,
    },
}

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub calls_max: usize,
    /// How long the own phone rings before a click-to-call is given up.
    pub own_phone_ring_max: Duration,
    /// How long a callee rings.
    pub ring_max: Duration,
    pub call_length_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls_max: 2_000,
            own_phone_ring_max: Duration::from_secs(30),
            ring_max: Duration::from_secs(120),
            call_length_max: Duration::from_secs(4 * 3_600),
        }
    }
}

impl Callee {
    pub(crate) const fn purpose(&self) -> Purpose {
        match self {
            Self::Phones { .. } => Purpose::Internal,
            Self::Outside { token, .. } => token.purpose(),
        }
    }

    /// It is not rung: its channel is free again.
    pub(crate) fn free_channel(&self, outputs: &mut VecDeque<Output>) {
        if let Self::Outside { token, .. } = self {
            let trunk = token.trunk().clone();
            outputs.push_back(Output::ChannelFree { trunk });
        }
    }

    pub(crate) const fn record(&self) -> bool {
        match self {
            Self::Phones { record, .. } => *record,
            Self::Outside { token, .. } => token.record(),
        }
    }
}

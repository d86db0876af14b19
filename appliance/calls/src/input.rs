//! What the calls machine is told.
use bytes::Bytes;
use core::time::Duration;
use gate::Token;
use messages::fact::Side;
use messages::{
    AttemptId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyNumber, Purpose,
    ReleasedBy, SipCode, TrunkName,
};
use std::net::IpAddr;

#[derive(Debug)]
pub enum Input {
    /// An INVITE came and was let through: connect its caller with the callee.
    Connect(Box<Connect>),
    /// Somebody asked for a call at a screen: the own phone first, then the customer.
    ClickToCall(Box<ClickToCall>),
    Leg {
        call: CallId,
        side: Side,
        event: LegEvent,
    },
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

/// The relay ports that were allotted to the call, each with the address that its side is told.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub caller: MediaPlace,
    pub callee: MediaPlace,
}

/// Where one side sends its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaPlace {
    pub address: IpAddr,
    pub port: u16,
}

#[derive(Debug)]
pub struct Connect {
    pub call: CallId,
    pub direction: Direction,
    /// The trunk that the call came in by.
    pub from_trunk: Option<TrunkName>,
    /// The phone that calls.
    pub from_phone: Option<Extension>,
    /// The number that calls from outside, where it was shown.
    pub from_number: Option<PartyNumber>,
    /// What the callee sees.
    pub shown: String,
    pub display: Option<String>,
    /// `None`: a late offer.
    pub offer: Option<Bytes>,
    pub source: IpAddr,
    pub callee: Callee,
    pub ports: Ports,
}

/// Where the call goes. Outside only with the gate's token.
#[derive(Debug)]
pub enum Callee {
    Phone { extension: Extension, record: bool },
    Outside { attempt: AttemptId, token: Token },
}

#[derive(Debug)]
pub struct ClickToCall {
    pub call: CallId,
    pub extension: Extension,
    pub customer: Option<CustomerId>,
    pub attempt: AttemptId,
    pub token: Token,
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
            Self::Phone { .. } => Purpose::Internal,
            Self::Outside { token, .. } => token.purpose(),
        }
    }
}

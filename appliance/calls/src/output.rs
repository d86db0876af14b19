//! What the calls machine wants done.
use crate::sdp::FormatKind;
use bytes::Bytes;
use gate::Token;
use messages::fact::{Body, Side};
use messages::{CallId, Extension, Q850, SipCode, TrunkName};
use std::net::{IpAddr, SocketAddr};

#[derive(Debug)]
pub enum Output {
    Leg {
        call: CallId,
        side: Side,
        act: LegAct,
    },
    Media {
        call: CallId,
        order: MediaOrder,
    },
    Fact(Body),
    /// The call is up and a rule wants it recorded. Formats: what each side sends first.
    Record {
        call: CallId,
        formats: [FormatKind; 2],
    },
    /// Both legs are gone: ports, channel and names may be used again.
    Closed {
        call: CallId,
        channel: Option<TrunkName>,
        ports: [u16; 2],
    },
}

#[derive(Debug)]
pub enum LegAct {
    Invite(Invitation),
    Progress { code: SipCode, sdp: Option<Bytes> },
    Answer { sdp: Bytes },
    Release { code: SipCode, cause: Option<Q850> },
    AcceptReoffer { sdp: Bytes },
    RefuseReoffer { code: SipCode },
}

/// An INVITE to be sent.
#[derive(Debug)]
pub enum Invitation {
    Phone {
        extension: Extension,
        shown: String,
        display: Option<String>,
        sdp: Bytes,
        auto_answer: bool,
    },
    Trunk(TrunkInvite),
}

/// An INVITE to the outside. It is made of the gate's token and of nothing else.
#[derive(Debug)]
pub struct TrunkInvite {
    trunk: TrunkName,
    called: String,
    shown: String,
    sdp: Bytes,
}

impl TrunkInvite {
    pub(crate) fn new(token: &Token, shown: &str, sdp: Bytes) -> Self {
        Self {
            trunk: token.trunk().clone(),
            called: token.dial().to_owned(),
            shown: token.caller().unwrap_or(shown).to_owned(),
            sdp,
        }
    }

    /// Trunk, called digits, shown number, description.
    #[must_use]
    pub fn into_parts(self) -> (TrunkName, String, String, Bytes) {
        (self.trunk, self.called, self.shown, self.sdp)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaOrder {
    /// Opens or changes the media of one side.
    Set {
        side: Side,
        port: u16,
        remote: Option<SocketAddr>,
        /// Where the signalling came from.
        signalling: IpAddr,
        to_leg: bool,
        from_leg: bool,
    },
    Bridge,
    /// The call is answered: silence counts from now.
    Watch,
    /// The ringback tone of the gateway's own.
    Ringback {
        side: Side,
        format: FormatKind,
    },
    StopTone {
        side: Side,
    },
    Close,
}

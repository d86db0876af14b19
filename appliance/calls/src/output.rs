//! What the calls machine wants done.
use crate::input::{LegNo, Place, Ports};
use crate::sdp::{Format, FormatKind, MasterKey, Suite};
use bytes::Bytes;
use gate::Token;
use messages::fact::{Body, Seat, Side};
use messages::{CallId, DivertReason, Extension, HangUpCause, Q850, SipCode, TrunkName};
use std::net::{IpAddr, SocketAddr};

#[derive(Debug)]
pub enum Output {
    Leg {
        call: CallId,
        leg: LegNo,
        act: LegAct,
    },
    Media {
        call: CallId,
        order: MediaOrder,
    },
    Fact(Body),
    /// Nobody who rang was reached: `TryNext` or `GiveUp`?
    Unreached {
        call: CallId,
        cause: HangUpCause,
        /// Where a phone said that it is.
        redirect: Option<String>,
        /// It rang somewhere, or an announcement was heard.
        rang: bool,
    },
    /// The leg is of another call from now on.
    LegMoved {
        from: (CallId, LegNo),
        to: (CallId, LegNo),
    },
    /// The call is up and a rule wants it recorded. Formats: what each side sends first.
    Record {
        call: CallId,
        formats: [FormatKind; 2],
    },
    /// The channel that a leg held may be used again.
    ChannelFree {
        trunk: TrunkName,
    },
    /// All legs are gone: ports and names may be used again.
    Closed {
        call: CallId,
        ports: Ports,
    },
}

#[derive(Debug)]
pub enum LegAct {
    Invite(Box<Invitation>),
    Progress {
        code: SipCode,
        sdp: Option<Bytes>,
    },
    Answer {
        sdp: Bytes,
    },
    Release {
        code: SipCode,
        cause: Option<Q850>,
    },
    Reoffer {
        sdp: Bytes,
    },
    AcceptReoffer {
        sdp: Bytes,
    },
    RefuseReoffer {
        code: SipCode,
    },
    /// What became of the transfer that this leg asked for, if it asked for one.
    Report {
        code: SipCode,
    },
}

/// An INVITE to be sent.
#[derive(Debug)]
pub struct Invitation {
    pub to: Invitee,
    /// What the callee sees as the caller.
    pub shown: String,
    pub display: Option<String>,
    pub private: bool,
    pub diverted: Vec<Diverted>,
    pub sdp: Bytes,
}

#[derive(Debug)]
pub enum Invitee {
    Phone(Place),
    Trunk(TrunkInvite),
}

/// Who gave the call on, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diverted {
    pub by: String,
    pub reason: DivertReason,
}

/// Whom an INVITE to the outside is for. It is made of the gate's token and of nothing else.
#[derive(Debug)]
pub struct TrunkInvite {
    trunk: TrunkName,
    called: String,
    others: bool,
}

impl TrunkInvite {
    pub(crate) fn new(token: &Token) -> Self {
        Self {
            trunk: token.trunk().clone(),
            called: token.dial().to_owned(),
            others: token.has_others(),
        }
    }

    /// Another trunk could bring it through.
    #[must_use]
    pub const fn has_others(&self) -> bool {
        self.others
    }

    /// Trunk and called digits.
    #[must_use]
    pub fn into_parts(self) -> (TrunkName, String) {
        (self.trunk, self.called)
    }
}

/// Who is in a call, for whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seated {
    pub leg: LegNo,
    pub extension: Option<Extension>,
}

/// Keys that both ends know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedKeys {
    pub suite: Suite,
    /// For what goes to the leg.
    pub ours: MasterKey,
    /// For what comes from it.
    pub theirs: MasterKey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaOrder {
    /// Opens or changes the media of one seat.
    Set {
        seat: Seat,
        port: u16,
        remote: Option<SocketAddr>,
        /// Where the signalling came from.
        signalling: IpAddr,
        to_leg: bool,
        from_leg: bool,
        /// As the leg numbers them; what is to be spoken comes first.
        formats: Vec<Format>,
        /// Milliseconds in a packet, as the leg wants them.
        ptime: Option<u16>,
        keys: Option<AgreedKeys>,
    },
    Bridge,
    /// The call is answered: silence counts from now.
    Watch,
    /// The ringback tone of the gateway's own.
    Ringback {
        side: Side,
    },
    StopTone {
        side: Side,
    },
    /// All three hear each other; the guest sits beside this side.
    Mix {
        beside: Side,
    },
    /// There are two again.
    Unmix {
        guest_takes: Option<Side>,
    },
    Close,
}

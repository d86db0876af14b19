//! What goes into the SIP machine and what comes out of it.
use crate::profile::ProfileReply;
use crate::trace::Traced;
use bytes::Bytes;
use core::time::Duration;
use messages::command::{CallerIn, TrunkSource};
use messages::{
    BanReason, BootId, DivertReason, Extension, HangUpCause, Mac, Q850, SipCode, TrunkName,
    UnbindReason,
};
use std::net::{IpAddr, SocketAddr};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
    Wss,
}

impl Transport {
    /// What comes is one message: a datagram, or a message of a WebSocket (RFC 7118 §5). A stream has to be cut.
    #[must_use]
    pub const fn keeps_messages_apart(self) -> bool {
        match self {
            Self::Udp | Self::Wss => true,
            Self::Tcp | Self::Tls => false,
        }
    }
}

/// The way a message came or goes. A WebSocket peer is reached only by the flow it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    pub transport: Transport,
    pub local: SocketAddr,
    pub remote: SocketAddr,
    /// Tells two connections between the same addresses apart; 0 for UDP.
    /// 0 of a stream: whichever connection to there is up, else a new one.
    pub connection: u64,
}

impl Flow {
    /// A way that is opened when it is needed, and again when its connection has ended.
    #[must_use]
    pub fn is_dialled(self) -> bool {
        self.transport != Transport::Udp && self.connection == 0
    }

    /// Datagrams have no connection.
    #[must_use]
    pub const fn udp(local: SocketAddr, remote: SocketAddr) -> Self {
        Self {
            transport: Transport::Udp,
            local,
            remote,
            connection: 0,
        }
    }
}

/// One INVITE session with one peer: a leg of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub u64);

#[derive(Clone, Debug)]
pub enum Input {
    Configure(Config),
    /// One datagram, one message of a WebSocket, or what a stream has delivered so far.
    Received {
        flow: Flow,
        bytes: Bytes,
    },
    FlowClosed {
        flow: Flow,
    },
    Command(Command),
}

/// Who may talk to us and as what we present ourselves. A new one replaces the old one; calls go on.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub realm: String,
    pub user_agent: String,
    pub phones: Vec<PhoneAccount>,
    pub trunks: Vec<TrunkAccount>,
    pub limits: Limits,
}

#[derive(Clone)]
pub struct PhoneAccount {
    pub extension: Extension,
    pub password: String,
}

#[derive(Clone, Debug)]
pub struct TrunkAccount {
    pub name: TrunkName,
    /// The way that requests go: to its address, from the one of ours that it can answer to, which Via and Contact name.
    /// Found outside, off the call path; `None` until it is known.
    pub flow: Option<Flow>,
    /// As written: goes into the request URI.
    pub host: String,
    /// What stands behind the @ of numbers; the host where there is none.
    pub domain: Option<String>,
    /// We register there, and answer its challenges, as this.
    pub login: Option<Login>,
    pub caller_in: CallerIn,
    /// Where its requests come from; where none is named, from where ours go.
    pub accept_from: Vec<TrunkSource>,
    /// OPTIONS are sent at this interval; `None`: never.
    pub options_every: Option<Duration>,
    pub offers: Offers,
}

/// What we offer or ask for in an INVITE; some carriers stumble over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offers {
    /// 100rel (RFC 3262).
    pub reliable: bool,
    /// Session timers (RFC 4028).
    pub session_timer: bool,
}

impl Default for Offers {
    fn default() -> Self {
        Self {
            reliable: true,
            session_timer: true,
        }
    }
}

/// Who we are at a carrier that knows us by a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user part of our address there.
    pub user: String,
    pub auth_user: String,
    pub password: String,
    pub expires: Duration,
}

/// Everything that the outside can fill has a limit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub message_bytes_max: usize,
    pub transactions_max: usize,
    pub legs_max: usize,
    pub bindings_per_phone_max: usize,
    pub expires_min: Duration,
    pub expires_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes_max: 65_535,
            transactions_max: 100_000,
            legs_max: 20_000,
            bindings_per_phone_max: 3,
            expires_min: Duration::from_secs(60),
            expires_max: Duration::from_secs(3_600),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Command {
    /// Calls out. The leg's id comes from `Sip::mint_leg`.
    Invite(Box<Invite>),
    /// Answers an incoming INVITE with 180 (no SDP) or 183 (SDP: early media).
    Progress {
        leg: LegId,
        code: SipCode,
        sdp: Option<Bytes>,
    },
    /// 200 OK to the INVITE.
    Answer { leg: LegId, sdp: Bytes },
    /// Ends the leg in whatever state it is: a final answer (`code`), CANCEL or BYE, with the Reason header where a cause is known.
    /// 200 to a leg that rings: another place of its phone has answered.
    Release {
        leg: LegId,
        code: SipCode,
        cause: Option<Q850>,
        retry_after: Option<Duration>,
    },
    /// A new offer in a running dialog (hold, resume, moved media).
    Reoffer { leg: LegId, sdp: Bytes },
    /// 200 to the peer's re-INVITE or UPDATE.
    AcceptReoffer { leg: LegId, sdp: Bytes },
    /// 488, 491 … to the peer's re-INVITE; the session goes on as it was.
    RefuseReoffer { leg: LegId, code: SipCode },
    /// What became of the transfer that the peer asked for; from 200 on it is the last word.
    ReportReferral { leg: LegId, code: SipCode },
    /// A dialog of the last run: BYE, so that the peer's channel comes free.
    ByeOrphan {
        orphan: Orphan,
        record: DialogRecord,
    },
    /// Registers as a client, and keeps the binding fresh until told otherwise.
    Register(Box<RegisterAs>),
    /// Takes the client binding back (Expires: 0).
    Unregister { user: String },
    /// Tells a phone that asked for it where its configuration is.
    OfferProfile {
        reply: Box<ProfileReply>,
        url: String,
    },
    /// Asks a phone to look for a new configuration, wherever it is registered.
    Resync { extension: Extension, how: Resync },
    /// How a phone is from now on, for whoever has a key with its lamp.
    Light { of: Extension, lamp: Lamp },
    /// Takes all registrations at trunks back.
    SignOff,
    /// Hears this address again.
    Unban { source: IpAddr },
}

/// A dialog of an earlier run, by the run and its leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub boot: BootId,
    pub leg: u64,
}

#[derive(Clone, Debug)]
pub struct Invite {
    pub leg: LegId,
    pub to: Target,
    /// User part of the request URI and of To.
    pub called: String,
    /// User part of From.
    pub caller: String,
    pub display: Option<String>,
    pub sdp: Option<Bytes>,
    /// The caller does not want to be shown: nobody but the network reads who it is (RFC 3323, RFC 3325).
    pub private: bool,
    /// Whom it was meant for before, the last one first (RFC 5806, RFC 7044).
    pub diverted: Vec<Diversion>,
    /// Ask the phone to answer by itself (Call-Info/Alert-Info as phones want it).
    pub auto_answer: bool,
    /// Given up where nothing at all is answered for so long; `None`: as long as a transaction may take.
    pub silence_max: Option<Duration>,
}

/// A phone or number that gave the call on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diversion {
    pub by: String,
    pub reason: DivertReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The phone's freshest binding.
    Phone(Extension),
    /// One binding of the phone, by its contact as `BoundAt` tells it.
    Place {
        extension: Extension,
        contact: String,
    },
    Trunk(TrunkName),
    /// As a client: the registrar that `user` is registered with.
    Registrar {
        user: String,
    },
}

/// A client registration.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisterAs {
    pub user: String,
    pub auth_user: String,
    pub password: String,
    /// host of the registrar's URI
    pub domain: String,
    pub flow: Flow,
    pub expires: Duration,
}

#[derive(Clone, Debug)]
pub enum Output {
    Send {
        flow: Flow,
        bytes: Bytes,
    },
    /// A stream the machine cannot use any longer.
    CloseFlow {
        flow: Flow,
    },
    Event(Event),
    /// A message of a call passed, in or out.
    Traced(Box<Traced>),
    /// The name that a leg has on the wire: what passed under it is this leg's.
    LegNamed {
        leg: LegId,
        call_id: String,
    },
}

/// Where an authenticated request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Phone(Extension),
    Trunk(TrunkName),
    /// As a client: the registrar that `user` is registered with calls us.
    Registrar {
        user: String,
    },
}

#[derive(Clone, Debug)]
pub enum Event {
    /// A new call, authenticated, well formed. `sdp` is `None` for a late offer.
    Invited {
        leg: LegId,
        origin: Origin,
        /// Where the message came from (media may be behind the same NAT), and our own address that it reached (goes into our SDP).
        flow: Flow,
        called: String,
        /// Of a trunk: whom its network vouches for, else From.
        caller: String,
        display: Option<String>,
        /// The caller is not to be shown.
        private: bool,
        /// How often it was given on before it came here.
        diversions: usize,
        /// It takes the place of this leg (RFC 3891).
        replaces: Option<LegId>,
        sdp: Option<Bytes>,
    },
    /// 18x from a called peer.
    Progressed {
        leg: LegId,
        code: SipCode,
        sdp: Option<Bytes>,
        source: IpAddr,
        local: IpAddr,
    },
    /// 200 from a called peer; ACK is sent by the machine.
    Answered {
        leg: LegId,
        sdp: Option<Bytes>,
        source: IpAddr,
        local: IpAddr,
    },
    /// ACK of our 200 came; with the answer of a late offer.
    Acked {
        leg: LegId,
        sdp: Option<Bytes>,
    },
    /// The peer offers anew in the dialog.
    Reoffered {
        leg: LegId,
        sdp: Option<Bytes>,
    },
    /// Our own new offer was answered.
    Reanswered {
        leg: LegId,
        sdp: Option<Bytes>,
    },
    ReofferRefused {
        leg: LegId,
        code: SipCode,
    },
    /// The leg is over: refused, cancelled, BYE from the peer, time-out. Comes exactly once for each leg, also after `Release`.
    Ended {
        leg: LegId,
        by_peer: bool,
        cause: HangUpCause,
    },
    /// The peer wants somebody else in its place: who is named, or whoever is behind another leg of its own. It was answered 202.
    Referred {
        leg: LegId,
        to: String,
        replaces: Option<LegId>,
    },
    /// The peer is elsewhere (3xx); the leg's end follows.
    Redirected {
        leg: LegId,
        to: String,
    },
    /// INFO with a digit (application/dtmf-relay or application/dtmf).
    Digit {
        leg: LegId,
        digit: char,
        duration_ms: u16,
    },
    /// A confirmed dialog that a restart would have to end; keep it beside the journal.
    DialogOpened {
        leg: LegId,
        record: DialogRecord,
    },
    /// The peer knows that it is over, or does not answer. Until then a restart has to say it again.
    DialogClosed {
        leg: LegId,
    },
    /// The peer of a dialog of an earlier run knows that it is over, or cannot be reached: its record may go.
    OrphanEnded(Orphan),
    /// A phone can be reached at a new place.
    Bound {
        extension: Extension,
        source: SocketAddr,
        contact: String,
        user_agent: String,
        expires: Duration,
    },
    Refreshed {
        extension: Extension,
        source: SocketAddr,
    },
    Unbound {
        extension: Extension,
        source: SocketAddr,
        reason: UnbindReason,
    },
    /// OPTIONS to a trunk: the answer changed.
    TrunkState {
        trunk: TrunkName,
        reachable: bool,
        code: Option<SipCode>,
    },
    /// Our registration at a trunk is there, or is not any more.
    TrunkRegistered {
        trunk: TrunkName,
        registered: bool,
        code: Option<SipCode>,
    },
    /// Our client registration's state changed.
    Registered {
        user: String,
    },
    RegisterFailed {
        user: String,
        code: Option<SipCode>,
    },
    /// A phone asks where its configuration is. It was answered 200.
    ProfileAsked(Box<ProfileAsked>),
    /// This source has been refused so often that it is not heard for a while.
    Banned {
        source: IpAddr,
        /// Only this port: there are phones of ours behind the address.
        port: Option<u16>,
        why: BanReason,
        during: Duration,
    },
    /// A request that was not let in.
    Refused {
        flow: Flow,
        why: Refused,
    },
}

/// A phone with the settings of its maker, as it shows itself in its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileAsked {
    /// `None`: it does not say.
    pub mac: Option<Mac>,
    pub source: SocketAddr,
    /// Our own address in its network.
    pub local: SocketAddr,
    /// Who made it, which model, which version.
    pub user_agent: String,
    pub reply: ProfileReply,
}

/// What a key with a lamp shows of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lamp {
    Idle,
    Ringing,
    Busy,
}

/// How a maker's phones are asked to look for a new configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resync {
    CheckSync,
    /// Cisco SPA.
    Resync,
}

impl Resync {
    pub(crate) const fn event(self) -> &'static str {
        match self {
            Self::CheckSync => "check-sync",
            Self::Resync => "resync",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Malformed,
    /// As an extension that does not exist.
    UnknownSource,
    /// As somebody who can be no extension at all.
    NoExtension,
    WrongCredentials,
    ReplayedNonce,
    TooMany,
}

impl Refused {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownSource => "unknown_source",
            Self::NoExtension => "no_extension",
            Self::WrongCredentials => "wrong_credentials",
            Self::ReplayedNonce => "replayed_nonce",
            Self::TooMany => "too_many",
        }
    }

    /// A try at a door that is not the sender's. Rubbish tells nothing of who sent it, a full house is nobody's fault, and
    /// a network repeats nonces.
    pub(crate) const fn as_try(self) -> Option<BanReason> {
        match self {
            Self::UnknownSource => Some(BanReason::UnknownSource),
            Self::WrongCredentials => Some(BanReason::WrongCredentials),
            Self::Malformed | Self::NoExtension | Self::ReplayedNonce | Self::TooMany => None,
        }
    }
}

/// What a BYE needs: kept as one text so that the store need not understand it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogRecord(pub String);

impl core::fmt::Debug for PhoneAccount {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PhoneAccount({})", self.extension)
    }
}

impl core::fmt::Debug for Login {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Login({})", self.user)
    }
}

impl core::fmt::Debug for RegisterAs {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RegisterAs({} at {})", self.user, self.domain)
    }
}

//! What the branch machine is told and what it wants done.
use bytes::Bytes;
use core::time::Duration;
use media::{MediaCommand, MediaReport, RecordOrder};
use messages::ceilings::Ceilings;
use messages::command::{CallHandling, DialRule, Did, HuntGroup, Profile, TrunkPlan};
use messages::fact::{Actor, Fact};
use messages::{
    CallId, CustomerId, Destination, DiskStage, Extension, Moment, PartyId, PartyNumber, Purpose,
    RecordingId, Refusal, ReleasedBy, TrunkName, UnbindReason,
};
use sip::{DialogRecord, Flow, LegId, Limits as SipLimits, Orphan, Refused};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// The name of a question from outside; its answer carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask(pub u64);

#[derive(Debug)]
pub enum Input {
    Configure(Box<BranchConfig>),
    Sip {
        flow: Flow,
        bytes: Bytes,
    },
    FlowClosed {
        flow: Flow,
    },
    Media(MediaReport),
    Dial {
        ask: Ask,
        request: Box<DialRequest>,
    },
    Order {
        ask: Ask,
        order: BranchOrder,
    },
    /// The vault's answer to `Output::NeedRecordingKey`.
    RecordingKey {
        recording: RecordingId,
        answer: Result<KeyAnswer, Refusal>,
    },
    /// All refusals of contact that stand.
    ContactRefusals(Vec<[u8; 16]>),
    /// Has the journal room for new calls?
    JournalRoom(bool),
    /// How long things waited, and how late the sound was, since the last time.
    Load(crate::load::LoadSample),
    /// Calls of today that were over before this run.
    Spent(Vec<gate::Spent>),
    /// Where the configuration of a phone is that asked for it.
    OfferProfile {
        reply: Box<sip::ProfileReply>,
        url: String,
    },
    /// How much room is left on the disk.
    DiskStage(DiskStage),
    /// A dialog of the last run: the peer is told that it is over.
    EndOrphan {
        orphan: Orphan,
        record: DialogRecord,
    },
    /// Where the phones were when the last run ended; after the first `Configure`.
    RestoreBindings(Vec<RestoredBinding>),
    /// No new calls from now on; those that are up are ended.
    Stop,
}

/// Everything the machine goes by. A new one replaces the old one; calls go on.
#[derive(Clone, Debug)]
pub struct BranchConfig {
    pub realm: String,
    pub user_agent: String,
    /// Goes into our session descriptions; where it is not named, the address of ours that the peer speaks with.
    pub media_address: Option<IpAddr>,
    pub profile: Profile,
    pub phones: Vec<sip::PhoneAccount>,
    /// With the way to the address that its host name stands for now.
    pub trunks: Vec<(TrunkPlan, Option<Flow>)>,
    pub rules: Vec<DialRule>,
    pub dids: Vec<Did>,
    pub destinations: Vec<Destination>,
    /// What phones, trunks and the branch may spend.
    pub ceilings: Ceilings,
    /// By extension; a phone that is not named takes calls as they come.
    pub handling: BTreeMap<Extension, CallHandling>,
    pub groups: BTreeMap<Extension, HuntGroup>,
    pub trunk_options_every: Option<Duration>,
    pub sip_limits: SipLimits,
}

/// Ring the own phone, then dial.
#[derive(Clone, Debug)]
pub struct DialRequest {
    pub extension: Extension,
    pub customer: Option<CustomerId>,
    pub number: PartyNumber,
    pub purpose: Purpose,
    /// Over this trunk and no other one: a test of it.
    pub over: Option<TrunkName>,
    pub actor: Actor,
}

/// What somebody asks of the branch: mostly of a call that is there. `phone`: whose side of it is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum BranchOrder {
    HangUp {
        call: CallId,
        by: ReleasedBy,
    },
    /// 呼转: the side is given to whoever is dialled.
    Transfer {
        call: CallId,
        phone: Extension,
        to: String,
        actor: Actor,
    },
    /// 咨询转接: this call and another one of the phone become one.
    Join {
        call: CallId,
        phone: Extension,
        other: CallId,
        actor: Actor,
    },
    /// 三方通话: whoever is in another call of the phone comes into this one; the phone stays.
    Confer {
        call: CallId,
        phone: Extension,
        other: CallId,
        actor: Actor,
    },
    /// Go on at the phone's other place.
    Move {
        call: CallId,
        phone: Extension,
        actor: Actor,
    },
    /// 解除拦截: this address is heard again.
    /// Ask a phone to look for a new configuration.
    Resync {
        extension: Extension,
        how: sip::Resync,
    },
    Unban {
        source: IpAddr,
        actor: Actor,
    },
    /// 代接: the phone takes the call that rings at another one.
    PickUp {
        rung: Extension,
        phone: Extension,
    },
}

/// The recording's key is durable; whose party it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyAnswer {
    pub party: Option<PartyId>,
}

#[derive(Debug)]
pub enum Output {
    Send {
        flow: Flow,
        bytes: Bytes,
    },
    CloseFlow {
        flow: Flow,
    },
    /// A message of a call passed: for whoever wants to see how it went.
    Traced(Box<sip::Traced>),
    /// A test call over a trunk came back to us.
    LoopedBack {
        call: CallId,
    },
    /// What passes under this name on the wire is of that call.
    LegNamed {
        call: CallId,
        call_id: String,
    },
    Media(MediaCommand),
    /// It happened: to the journal, and at once to the screens.
    Fact(Fact),
    /// A key for this recording is to be made durable before `MediaCommand::Record`.
    NeedRecordingKey {
        order: RecordOrder,
        number: Option<PartyNumber>,
    },
    Dialled {
        ask: Ask,
        result: Result<CallId, Refusal>,
    },
    /// An order to a call was begun, or cannot be.
    Done {
        ask: Ask,
        result: Result<(), Refusal>,
    },
    /// For the table that survives a restart: no facts.
    DialogOpened {
        leg: LegId,
        call: CallId,
        record: DialogRecord,
    },
    DialogClosed {
        leg: LegId,
    },
    /// The peer of a dialog of the last run was told: its row may go.
    OrphanEnded(Orphan),
    /// A phone asks where its configuration is: `Input::OfferProfile` tells it.
    ProfileAsked(Box<sip::ProfileAsked>),
    Binding(BindingNote),
    /// Somebody was not let in.
    Refused {
        flow: Flow,
        why: Refused,
    },
}

/// Where a phone is; every refresh is told, only changes are facts.
#[derive(Clone, Debug)]
pub enum BindingNote {
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
        expires: Duration,
    },
    Unbound {
        extension: Extension,
        source: SocketAddr,
        reason: UnbindReason,
    },
}

/// Where a phone was when the last run ended.
#[derive(Clone, Debug)]
pub struct RestoredBinding {
    pub extension: Extension,
    pub contact: String,
    pub source: SocketAddr,
    /// Our own address that it is reached from.
    pub local: SocketAddr,
    pub user_agent: String,
    /// On this run's monotonic clock.
    pub expires: Moment,
}

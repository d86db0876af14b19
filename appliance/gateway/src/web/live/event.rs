//! What changes on the live board, and which facts say so.
use messages::command::Profile;
use messages::fact::{Body, Fact, Side};
use messages::lane::HwSample;
use messages::{
    CallId, CustomerId, Direction, Extension, PartyNumber, Personal, SipCode, TrunkName, UtcMs,
};
use std::net::SocketAddr;

/// One change. The branch thread tells the hub; nothing here waits.
#[derive(Clone, Debug)]
pub enum LiveEvent {
    /// At the start, and whenever a branch file was applied.
    Configured(Box<BranchShape>),
    PhoneBound {
        extension: Extension,
        source: SocketAddr,
        user_agent: String,
        at: UtcMs,
    },
    PhoneUnbound {
        extension: Extension,
        source: SocketAddr,
    },
    TrunkState {
        name: TrunkName,
        reachable: bool,
        code: Option<SipCode>,
    },
    TrunkRegistered {
        name: TrunkName,
        registered: bool,
        code: Option<SipCode>,
    },
    CallOpened(Box<OpenCall>),
    /// The call goes on over another trunk.
    CallRerouted {
        call: CallId,
        trunk: TrunkName,
    },
    CallChanged {
        call: CallId,
        change: CallChange,
        at: UtcMs,
    },
    /// Another phone has one side of the call.
    CallTaken {
        call: CallId,
        side: Side,
        extension: Extension,
        at: UtcMs,
    },
    CallClosed {
        call: CallId,
        code: Option<SipCode>,
        at: UtcMs,
    },
    Link(LinkHealth),
    Machine(HwSample),
}

/// The phones and trunks that there are.
#[derive(Clone, Debug, Default)]
pub struct BranchShape {
    pub profile: Profile,
    /// Extension and label.
    pub phones: Vec<(Extension, String)>,
    pub trunks: Vec<TrunkShape>,
}

#[derive(Clone, Debug)]
pub struct TrunkShape {
    pub name: TrunkName,
    pub concurrent_max: u32,
    pub cps_max: u32,
}

/// A call as it begins.
#[derive(Clone, Debug)]
pub struct OpenCall {
    pub id: CallId,
    pub direction: Direction,
    pub extension: Option<Extension>,
    pub other_extension: Option<Extension>,
    pub trunk: Option<TrunkName>,
    pub number: Option<Personal<PartyNumber>>,
    pub customer: Option<CustomerId>,
    pub since: UtcMs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallChange {
    Ringing,
    Answered,
    Held,
    Resumed,
    Recorded,
    NotRecorded,
    /// A third one came in.
    Three,
    Two,
}

/// How the way to HQ is. Told by the link's task.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct LinkHealth {
    pub connected: bool,
    /// Since when it is as it is; ms UTC.
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<UtcMs>,
    /// The last fact written here.
    pub head: u64,
    /// The last fact that HQ has.
    pub applied: u64,
    /// The last fact that HQ has in a backup.
    pub safe: u64,
    /// The stable code of the last trouble.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<UtcMs>,
    /// The stable code of what the link does just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Seconds until HQ has all, at the pace of just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drain_s: Option<u64>,
    /// Our clock minus HQ's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// One of both sides has to be upgraded before HQ can read what comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upgrade_wanted: Option<bool>,
    /// The last directive of HQ in the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directives: Option<u64>,
    /// Directives refused in this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directives_refused: Option<u64>,
    /// The stable code of why the last one was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directive_refused_last: Option<String>,
    /// The last time that the two journals did not simply go on: the stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<UtcMs>,
}

impl LiveEvent {
    /// What a fact of the branch machine changes on the board; most facts change nothing there.
    #[must_use]
    #[allow(clippy::wildcard_enum_match_arm)] // a kind that the board does not show is the usual case
    pub fn of_fact(fact: &Fact) -> Option<Self> {
        let at = fact.utc;
        match &fact.body {
            Body::PhoneBound(b) => Some(Self::PhoneBound {
                extension: b.extension.clone(),
                source: b.source,
                user_agent: b.user_agent.clone(),
                at,
            }),
            Body::PhoneUnbound(b) => Some(Self::PhoneUnbound {
                extension: b.extension.clone(),
                source: b.source,
            }),
            Body::TrunkStateChanged(b) => Some(Self::TrunkState {
                name: b.name.clone(),
                reachable: b.reachable,
                code: b.code,
            }),
            Body::TrunkRegistrationChanged(b) => Some(Self::TrunkRegistered {
                name: b.name.clone(),
                registered: b.registered,
                code: b.code,
            }),
            _ => Self::of_call(fact),
        }
    }

    #[allow(clippy::wildcard_enum_match_arm)] // as above
    fn of_call(fact: &Fact) -> Option<Self> {
        let at = fact.utc;
        let changed = |call, change| Some(Self::CallChanged { call, change, at });
        match &fact.body {
            Body::AttemptRerouted(b) => Some(Self::CallRerouted {
                call: b.call,
                trunk: b.to.clone(),
            }),
            Body::CallStarted(b) => Some(Self::CallOpened(Box::new(OpenCall {
                id: b.call,
                direction: b.direction,
                extension: b.extension.clone(),
                other_extension: b.other_extension.clone(),
                trunk: b.trunk.clone(),
                number: b.outside.as_ref().map(|outside| outside.number.clone()),
                customer: b.customer,
                since: at,
            }))),
            Body::CallRinging(b) => changed(b.call, CallChange::Ringing),
            Body::CallAnswered(b) => match &b.extension {
                None => changed(b.call, CallChange::Answered),
                Some(extension) => Some(Self::CallTaken {
                    call: b.call,
                    side: Side::Callee,
                    extension: extension.clone(),
                    at,
                }),
            },
            Body::CallTaken(b) => b.to.extension.clone().map(|extension| Self::CallTaken {
                call: b.call,
                side: b.side,
                extension,
                at,
            }),
            Body::CallGuestCame(b) => changed(b.call, CallChange::Three),
            Body::CallGuestLeft(b) => changed(b.call, CallChange::Two),
            Body::CallHeld(b) => changed(b.call, CallChange::Held),
            Body::CallResumed(b) => changed(b.call, CallChange::Resumed),
            Body::RecordingStarted(b) => changed(b.call, CallChange::Recorded),
            Body::RecordingFailed(b) => changed(b.call, CallChange::NotRecorded),
            Body::CallEnded(b) => Some(Self::CallClosed {
                call: b.call,
                code: b.cause.sip,
                at,
            }),
            _ => None,
        }
    }
}

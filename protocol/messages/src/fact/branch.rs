//! Facts about the branch itself: its process, phones, trunks, rules and policy.
use super::BoxSealed;
use crate::ceilings::Ceilings;
use crate::command::{DialRule, Did, HuntGroup, Profile, TrunkPlan};
use crate::{
    BanReason, Destination, DiskStage, Extension, LoadStage, SipCode, TrunkName, UnbindReason,
    UtcMs,
};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// Opens each run of the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxStarted {
    pub version: String,
    /// The last seq before this run.
    pub head: u64,
    /// Seed of the machines' choices in this run.
    pub seed: u64,
    /// Did the last run end by its own will?
    pub clean: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxStopped {
    pub reason: String,
}

/// A branch file was applied: what stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchConfigured {
    pub phones: u32,
    pub trunks: u32,
    pub rules: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySet {
    pub profile: Profile,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneConfigured {
    pub extension: Extension,
    /// What people call the place: 前台.
    pub label: String,
    pub password: BoxSealed,
    /// Made together with its device, not by the branch file: the file does not remove it.
    #[serde(skip_serializing_if = "core::ops::Not::not", default)]
    pub of_device: bool,
}

/// What becomes of calls to a phone from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallHandlingSet {
    pub extension: Extension,
    pub do_not_disturb: bool,
    pub call_waiting: bool,
    pub no_answer_s: u16,
    /// The numbers that calls are given on to: they may be somebody's own.
    pub forwards: BoxSealed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntGroupSet {
    pub group: HuntGroup,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntGroupRemoved {
    pub number: Extension,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneRemoved {
    pub extension: Extension,
}

/// A phone can be reached at a new place. A refresh of the same place is no fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneBound {
    pub extension: Extension,
    pub source: SocketAddr,
    pub user_agent: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneUnbound {
    pub extension: Extension,
    pub source: SocketAddr,
    pub reason: UnbindReason,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkConfigured {
    pub trunk: Box<TrunkPlan>,
    /// The password of its login.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password: Option<BoxSealed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkRemoved {
    pub name: TrunkName,
}

/// The answer to OPTIONS changed between reachable and not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkStateChanged {
    pub name: TrunkName,
    pub reachable: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<SipCode>,
}

/// Our registration at a carrier is there, or is not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkRegistrationChanged {
    pub name: TrunkName,
    pub registered: bool,
    /// What the carrier said; `None` for a silence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<SipCode>,
}

/// A source was refused so often that it is not heard for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceBanned {
    pub source: IpAddr,
    /// Only this port: there are phones of the branch behind the address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub port: Option<u16>,
    /// The last refusal.
    pub why: BanReason,
    pub until: UtcMs,
}

/// Somebody let a source in again before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceUnbanned {
    pub source: IpAddr,
}

/// All dial rules, in the order in which they are tried among equal prefixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialRulesSet {
    pub rules: Vec<DialRule>,
}

/// All numbers of our own and whom their calls are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DidsSet {
    pub dids: Vec<Did>,
}

/// Kinds of destinations that calls may go to from now on; all others are closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationsSet {
    pub open: Vec<Destination>,
}

/// What phones, trunks and the branch may spend from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CeilingsSet {
    pub ceilings: Ceilings,
}

/// Phones and trunks were tried before the shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTestDone {
    /// Phones, each over a trunk.
    pub tried: u32,
    pub failed: u32,
    /// Trunks over which a call did not come back.
    pub trunks_failed: u32,
}

/// The appliance gives up new calls for want of time, or takes them again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadStageChanged {
    pub stage: LoadStage,
    /// The longest that something waited to be handled, when that was decided.
    pub waited_ms: u32,
    /// How late the sound was.
    pub late_ms: u32,
}

/// The disk got fuller or emptier by a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskStageChanged {
    pub stage: DiskStage,
    /// On the disk when it was looked at.
    pub free_bytes: u64,
}

//! Commands: what somebody asks of the branch. Each is answered by facts or by a `Refusal`.
pub use crate::call_settings::{CallHandling, HuntGroup, HuntStrategy};
use crate::ceilings::Ceilings;
pub use crate::trunk::{
    CallerIn, NumberForm, SpeechCodec, TrunkLogin, TrunkPlan, TrunkSource, TrunkSpeech,
    TrunkTransport,
};
use crate::{
    CallId, CustomerId, DataCopy, Destination, DeviceVendor, Extension, Mac, PartyId, PartyNumber,
    PersonName, RecordingId, Stage, TrunkName, UserName,
};
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What the registry can be asked. Calls are asked of the branch machine by its own inputs.
#[derive(Clone, Debug)]
pub enum Command {
    ConfigureBranch(BranchPlan),
    ImportCustomers {
        batch: String,
        rows: Vec<ImportRow>,
    },
    MoveStage {
        customer: CustomerId,
        to: Stage,
    },
    /// See the number in clear; the reason is recorded.
    ViewNumber {
        customer: CustomerId,
        reason: String,
    },
    RefuseContact {
        number: PartyNumber,
        reason: String,
    },
    LiftRefusal {
        number: PartyNumber,
        reason: String,
    },
    CreateUser {
        user: UserName,
        role: Role,
        extension: Option<Extension>,
        password_hash: Secret,
    },
    ResetPassword {
        user: UserName,
        password_hash: Secret,
    },
    NoteSignIn {
        user: UserName,
    },
    NoteSignInFailed {
        user: Option<UserName>,
    },
    NoteLockOut {
        user: UserName,
        until: crate::UtcMs,
    },
    NoteSignOut {
        user: UserName,
    },
    NotePlayed {
        recording: RecordingId,
    },
    NoteExported {
        recording: RecordingId,
    },
    /// Forget this person: for good, in every copy.
    EraseCustomer {
        customer: CustomerId,
        reason: String,
        /// The refusal of contact outlives the erasure.
        never_call: bool,
    },
    /// The same by the number: also of somebody who is no customer.
    EraseNumber {
        number: PartyNumber,
        reason: String,
        never_call: bool,
    },
    /// Headquarters wants this person forgotten: it knows the party, never the number.
    EraseParty {
        party: PartyId,
        reason: String,
    },
    /// A copy at headquarters has confirmed an erasure.
    NoteErasureConfirmed {
        party: PartyId,
        copy: DataCopy,
        on: crate::UtcMs,
    },
    /// Wrap every key anew and destroy the old vault key.
    RotateVault,
    /// What becomes of calls to a phone.
    SetCallHandling {
        extension: Extension,
        handling: CallHandling,
    },
    /// Give a device a phone's number, and let it fetch its configuration.
    AssignDevice(DeviceAssignment),
    ReleaseDevice {
        mac: Mac,
    },
    /// A configuration is about to leave for a device.
    NoteDeviceServed(DeviceServed),
    SetHuntGroup(HuntGroup),
    RemoveHuntGroup {
        number: Extension,
    },
    /// Keeps the call's place: an order of the API that the branch machine has carried out.
    NoteHangUpAsked {
        call: CallId,
    },
}

/// Whose number a device gets.
#[derive(Clone, Debug)]
pub struct DeviceAssignment {
    pub mac: Mac,
    pub vendor: DeviceVendor,
    pub model: String,
    pub extension: Extension,
    /// Where no phone has the number yet, it is made with these.
    pub label: String,
    pub password: Secret,
    /// How long it may fetch its first configuration.
    pub open_for: Duration,
}

/// Which configuration leaves, and where to.
#[derive(Clone, Debug)]
pub struct DeviceServed {
    pub mac: Mac,
    /// How many it had been given before.
    pub serial: u32,
    pub source: IpAddr,
    pub user_agent: String,
}

/// One good row of an import file.
#[derive(Clone, Debug)]
pub struct ImportRow {
    pub name: PersonName,
    pub number: PartyNumber,
    pub stage: Stage,
}

/// A text that must not be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret")
    }
}

/// What a user may do; the field matrix hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
    /// Somebody at headquarters, under the field policy.
    HqAnalyst,
    HqAdmin,
}

impl Role {
    pub const ALL: [Self; 5] = [
        Self::Agent,
        Self::Supervisor,
        Self::Admin,
        Self::HqAnalyst,
        Self::HqAdmin,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::HqAnalyst => "hq_analyst",
            Self::HqAdmin => "hq_admin",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// The whole configuration of a branch, as its file asks for it. Applying it twice changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchPlan {
    pub profile: Profile,
    pub phones: Vec<PhonePlan>,
    pub trunks: Vec<TrunkPlan>,
    pub rules: Vec<DialRule>,
    pub dids: Vec<Did>,
    /// Where calls may go.
    pub destinations: Vec<Destination>,
    pub ceilings: Ceilings,
}

/// How strict the gate is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// No calling windows, caps or destination limits: for a laboratory only.
    Lab,
    /// As `Lab`, and marked as a demonstration in the UI.
    Demo,
    #[default]
    Production,
}

impl Profile {
    pub const ALL: [Self; 3] = [Self::Lab, Self::Demo, Self::Production];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Demo => "demo",
            Self::Production => "production",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Private digits may go to a trunk; limits of the law are off.
    #[must_use]
    pub const fn is_free(self) -> bool {
        match self {
            Self::Lab | Self::Demo => true,
            Self::Production => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhonePlan {
    pub extension: Extension,
    pub label: String,
    pub password: Secret,
    /// Made together with its device: the branch file does not remove it.
    pub of_device: bool,
}

/// What happens to dialled digits. The longest prefix wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialRule {
    /// Leading digits; empty matches all.
    pub prefix: String,
    pub to: RuleTarget,
    pub record: bool,
    /// Digits taken from the front, then `prepend` put there.
    pub strip: u8,
    pub prepend: String,
}

/// 直线号码: a number of our own, and the phone or group that its calls are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Did {
    pub number: String,
    /// `None`: whichever trunk the call comes over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trunk: Option<TrunkName>,
    pub to: Extension,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleTarget {
    Phone,
    Trunk(TrunkName),
    /// Whichever of them has room and works; another one where the first cannot.
    Trunks(Vec<TrunkName>),
}

impl RuleTarget {
    /// The trunks that it leads to; none for a phone.
    #[must_use]
    pub fn trunks(&self) -> &[TrunkName] {
        match self {
            Self::Phone => &[],
            Self::Trunk(name) => core::slice::from_ref(name),
            Self::Trunks(names) => names,
        }
    }
}

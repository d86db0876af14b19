//! HELLO and WELCOME: how both ends find out where they stand, and what the cloud has: acknowledgements.
use crate::{
    BootId, BoxId, UtcMs,
    journal::{ChainHash, Head},
};
use serde::{Deserialize, Serialize};

/// Most hashes that are asked for, and answered, in one greeting.
pub const MARKS_MAX: usize = 32;

/// The appliance's first word on every connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u16,
    pub schema: u16,
    pub box_id: BoxId,
    pub boot: BootId,
    /// 0 before the first WELCOME.
    pub epoch: u32,
    pub head: Head,
    /// The oldest fact that the appliance still keeps.
    pub oldest: u64,
    pub utc: UtcMs,
    pub version: String,
    /// Places of the own chain, in order: those that the last WELCOME wanted to see.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub marks: Vec<Head>,
    /// Told that both have diverged, the appliance has waited for another copy of itself to show, and none did:
    /// it asks to go on from the branch point.
    #[serde(skip_serializing_if = "core::ops::Not::not", default)]
    pub asks_to_branch: bool,
    /// The number that the last WELCOME wanted repeated: only a living run can.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proof: Option<u32>,
    /// The last directive that is in the inbox.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub directives: Option<u64>,
}

/// The cloud's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub protocol: u16,
    /// Names the HELLO that it answers.
    pub boot: BootId,
    pub epoch: u32,
    pub verdict: Verdict,
    pub applied: Head,
    pub safe: u64,
    pub utc: UtcMs,
    /// Say HELLO again with the chain's hashes at these seqs.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub wanted: Vec<u64>,
    /// What a verdict other than `Resume` allows: to go on behind this head, in `epoch`.
    /// Restored: once the lost tail is pulled back up to here. Diverged: the branch point. Gap: before the oldest kept fact.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub go_on: Option<Head>,
    /// Cloned: say HELLO again with this number, so that a late message is not taken for a living run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prove: Option<u32>,
    /// Batches that may be on their way at once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub window: Option<u16>,
    /// The last batch of key offers that the cloud has, in `epoch`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub keys: Option<u64>,
    /// The fingerprint of the last of them: a restored appliance may have offered others under these numbers since.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub keys_last: Option<ChainHash>,
    /// The appliance's schema is outside of what this cloud can apply: its facts are kept as they are.
    #[serde(skip_serializing_if = "core::ops::Not::not", default)]
    pub upgrade: bool,
}

/// What HELLO and the cloud's own books say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Go on behind `applied`.
    Resume,
    /// The appliance has fewer facts than it had sent: restored from a backup.
    Restored,
    /// Both have the fact at `applied`, and they differ.
    Diverged,
    /// Facts between `applied` and the oldest kept one are missing.
    Gap,
    /// Two runs of one identity are alive: a copied disk.
    Cloned,
}

impl Verdict {
    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Restored => "restored",
            Self::Diverged => "diverged",
            Self::Gap => "gap",
            Self::Cloned => "cloned",
        }
    }
}

/// What the cloud has: cumulative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    pub epoch: u32,
    pub applied: Head,
    /// Covered by a verified backup; the appliance may forget up to here.
    pub safe: u64,
    /// Batches that may be on their way at once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub window: Option<u16>,
}

//! Facts about what headquarters wanted: receipts of directives, their effects, and commands that ran.
use crate::directive::HqSees;
use crate::lane::{CommandCode, DncChange};
use crate::{CommandId, UtcMs};
use serde::{Deserialize, Serialize};

/// A directive was carried out; its effects are the facts behind this one with the same cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectiveApplied {
    pub seq: u64,
    pub kind: String,
    /// `done`, `unchanged`; what a kind says beside that.
    pub code: String,
}

/// A directive was not carried out: it came from elsewhere, was meant for somebody else, or asks what cannot be done here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectiveRefused {
    /// As it called itself; 0 if it did not say.
    pub seq: u64,
    pub code: String,
}

/// What headquarters may see of the branch's personal values from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldPolicyChanged {
    pub name: HqSees,
    pub number: HqSees,
}

/// Refusals of contact from other branches or from headquarters, by the tenant's blind index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantDncChanged {
    pub changes: Vec<DncChange>,
}

/// The log says more, or less. `until`: it goes back by itself then; `None`: it is back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFilterChanged {
    pub filter: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<UtcMs>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRun {
    pub id: CommandId,
    pub kind: String,
    pub code: CommandCode,
}

/// The branch was restored from a backup and has its facts of after that backup back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailPulled {
    pub from: u64,
    pub upto: u64,
    pub epoch: u32,
}

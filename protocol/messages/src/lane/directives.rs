//! Directives on their way down, what the appliance has of them, and commands that are carried out at most once.
use crate::{
    CommandId, UtcMs,
    wire::{self, WireError},
};
use serde::{Deserialize, Serialize};

/// Limits of one batch of directives.
pub const BATCH_DIRECTIVES_MAX: usize = 32;
pub const BATCH_DIRECTIVES_BYTES_MAX: usize = 128 * 1024;
/// A command's arguments, and a result's answer.
pub const COMMAND_BYTES_MAX: usize = 16 * 1024;

/// Signed directives, each as its bytes, in order from `first`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectiveBatch {
    pub first: u64,
    pub directives: Vec<serde_bytes::ByteBuf>,
}

/// The inbox holds every directive up to here: cumulative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectiveAck {
    pub upto: u64,
}

/// Something that headquarters asks of the appliance once. Sent again until it is answered or too late; run at most once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxCommand {
    pub id: CommandId,
    /// By headquarters' clock: behind this moment it is not run any more.
    pub not_after: UtcMs,
    pub kind: String,
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

/// The kinds of commands known to this version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Say who you are and how late it is.
    Report,
    /// Recompute the chain of the whole journal.
    VerifyJournal,
}

impl Order {
    pub const KINDS: [&'static str; 2] = ["report", "verify_journal"];

    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::VerifyJournal => "verify_journal",
        }
    }

    /// `None` for a kind that this version does not know.
    #[must_use]
    pub fn of(command: &BoxCommand) -> Option<Self> {
        match command.kind.as_str() {
            "report" => Some(Self::Report),
            "verify_journal" => Some(Self::VerifyJournal),
            _ => None,
        }
    }
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandResult {
    pub id: CommandId,
    pub utc: UtcMs,
    pub code: CommandCode,
    /// For people: a version, a head, the first bad seq. Never personal.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandCode {
    Done,
    /// It was tried, and did not go well: the detail says why.
    Failed,
    /// It came too late and was not run.
    Expired,
    /// This version has no such command.
    Unknown,
    /// The appliance stopped while it ran; it is not run again.
    Interrupted,
}

impl CommandCode {
    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "command_done",
            Self::Failed => "command_failed",
            Self::Expired => "command_expired",
            Self::Unknown => "command_unknown",
            Self::Interrupted => "command_interrupted",
        }
    }

    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        [
            Self::Done,
            Self::Failed,
            Self::Expired,
            Self::Unknown,
            Self::Interrupted,
        ]
        .into_iter()
        .find(|one| one.code() == code)
    }
}

impl BoxCommand {
    #[must_use]
    pub fn new(id: CommandId, not_after: UtcMs, order: &Order) -> Self {
        Self {
            id,
            not_after,
            kind: order.kind().to_owned(),
            body: Vec::new(),
        }
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let command: Self = wire::decode(bytes)?;
        if command.kind.len() > 64 || command.body.len() > COMMAND_BYTES_MAX {
            return Err(WireError::Decode("a command beyond its limits".to_owned()));
        }
        Ok(command)
    }
}

//! What the writer is given to do, and what it answers.
use messages::command::Command;
use messages::fact::{Actor, Fact};
use messages::journal::Head;
use messages::registry::Outcome;
use messages::{CallId, Extension, PartyId, PartyNumber, RecordingId, Refusal, UtcMs};
use seal::Key;
use std::net::{IpAddr, SocketAddr};

/// Called behind each commit.
pub type Subscriber = Box<dyn Fn(&[CommittedFact]) + Send>;

/// Called once, on the writer's thread, after the commit: it must not wait.
pub type Reply<T> = Box<dyn FnOnce(T) + Send>;

pub(crate) enum Job {
    /// They happened: they cannot be refused.
    Append(Vec<Fact>),
    Propose(Box<Proposal>),
    RecordingKey {
        order: RecordingKeyOrder,
        reply: Reply<Result<RecordingKey, Refusal>>,
    },
    Side(Side),
    /// Answered when everything before it is durable.
    Barrier(Reply<()>),
    /// Answered when nothing is left to be done in the vault.
    VaultAtRest(Reply<()>),
}

pub(crate) struct Proposal {
    pub(crate) actor: Actor,
    pub(crate) from_ip: Option<IpAddr>,
    pub(crate) command: Command,
    pub(crate) reply: Reply<Result<Done, Refusal>>,
}

/// A command was carried out and is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The seq of its last fact; the journal's head if it changed nothing.
    pub upto: u64,
    /// Facts it became.
    pub facts: u64,
    pub outcome: Outcome,
}

/// Whose key is to wrap a recording's key.
#[derive(Clone, Debug)]
pub enum KeyOwner {
    Party(PartyId),
    /// The party is found or made by its number.
    Number(PartyNumber),
    /// A call inside the branch: the box key.
    Box,
}

#[derive(Clone, Debug)]
pub struct RecordingKeyOrder {
    pub recording: RecordingId,
    pub call: CallId,
    pub owner: KeyOwner,
}

/// A fresh key, durable in the vault. The container's header carries `wrapped`.
#[derive(Clone, Debug)]
pub struct RecordingKey {
    pub key: Key,
    pub party: Option<PartyId>,
    pub wrapped: Vec<u8>,
}

/// Tables that no fact moves.
#[derive(Clone, Debug)]
pub(crate) enum Side {
    DialogOpened {
        leg: u64,
        record: String,
        utc: UtcMs,
    },
    DialogClosed(DialogId),
    BindingKept(BindingKept),
    LinkCursor(LinkCursor),
    /// Headquarters has taken the key offers up to here.
    KeysTaken(u64),
    /// The first start behind a restore has done what it had to.
    RestoreSettled,
    /// A closed month's facts leave the hot file: they lie in the month's own.
    FactsLetGo {
        upto: u64,
        rows_max: u32,
    },
}

/// A dialog of this or of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DialogId {
    pub boot: messages::BootId,
    pub leg: u64,
}

/// A registration was refreshed: it stays where it is for a while longer.
#[derive(Clone, Debug)]
pub struct BindingKept {
    pub extension: Extension,
    pub source: SocketAddr,
    /// `None`: as it was.
    pub contact: Option<String>,
    pub expires: UtcMs,
}

/// How far the cloud is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkCursor {
    /// 0 before the first WELCOME.
    pub epoch: u32,
    pub applied: Head,
    pub safe: u64,
}

impl LinkCursor {
    pub const NEW: Self = Self {
        epoch: 0,
        applied: Head::EMPTY,
        safe: 0,
    };
}

/// A fact with its place in the journal: personal values sealed, parties named.
#[derive(Clone, Debug)]
pub struct CommittedFact {
    pub seq: u64,
    pub fact: Fact,
    pub bytes: Vec<u8>,
}

impl Job {
    /// May wait for the next commit.
    pub(crate) const fn is_refresh(&self) -> bool {
        matches!(self, Self::Side(Side::BindingKept(_)))
    }

    /// Room it takes in the queue.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Append(facts) => facts.len(),
            Self::Propose(_) | Self::RecordingKey { .. } | Self::Side(_) => 1,
            Self::Barrier(_) | Self::VaultAtRest(_) => 0,
        }
    }

    /// It did not become durable. Facts and side tables are tried again: only what may be refused is.
    pub(crate) fn refused(self, refusal: Refusal) -> Option<Self> {
        match self {
            Self::Propose(proposal) => {
                (proposal.reply)(Err(refusal));
                None
            }
            Self::RecordingKey { reply, .. } => {
                reply(Err(refusal));
                None
            }
            Self::Append(_) | Self::Side(_) | Self::Barrier(_) | Self::VaultAtRest(_) => Some(self),
        }
    }
}

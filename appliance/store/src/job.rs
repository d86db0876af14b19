//! What the writer is given to do, and what it answers.
use messages::command::Command;
use messages::fact::{Actor, Fact};
use messages::journal::Head;
use messages::lane::{CommandCode, CommandResult};
use messages::registry::Outcome;
use messages::{CallId, CommandId, Extension, PartyId, PartyNumber, RecordingId, Refusal, UtcMs};
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
    Directive(Box<DirectiveOrder>),
    BeginCommand {
        id: CommandId,
        reply: Reply<Result<Begun, Refusal>>,
    },
    EndCommand {
        result: CommandResult,
        facts: Vec<Fact>,
    },
    /// Facts of ours that were lost; their chain is proved.
    Tail {
        facts: Vec<TailFact>,
        reply: Reply<Result<Head, Refusal>>,
    },
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

/// A directive for the inbox, and what it is to become.
pub(crate) struct DirectiveOrder {
    pub(crate) seq: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) effects: DirectiveEffects,
    pub(crate) reply: Reply<Result<Taken, Refusal>>,
}

/// What a directive does: its receipt and what follows from it at once, then what the rules are asked for.
#[derive(Clone, Debug, Default)]
pub struct DirectiveEffects {
    pub facts: Vec<Fact>,
    /// A refused one leaves nothing: what was wished stands already, or is of nobody here.
    pub commands: Vec<Command>,
}

/// What the inbox says of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is there now, and so are its facts.
    New,
    /// It was there, with the same bytes.
    Known,
    /// Another one has its number: this one is refused.
    Older,
    /// Somebody whom it concerns is in a call: nothing was written, and it can come again.
    NotNow,
}

/// What is known of a command of headquarters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It was never seen: run it now.
    Run,
    /// It has begun, and nobody has said that it ended.
    Running,
    Ended {
        code: CommandCode,
        detail: String,
    },
}

/// A fact of ours that headquarters still has, and the head of the journal behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailFact {
    pub head: Head,
    pub bytes: Vec<u8>,
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
            Self::Directive(order) => 1 + order.effects.facts.len() + order.effects.commands.len(),
            Self::Tail { facts, .. } => facts.len(),
            Self::Propose(_)
            | Self::RecordingKey { .. }
            | Self::Side(_)
            | Self::BeginCommand { .. }
            | Self::EndCommand { .. } => 1,
            Self::Barrier(_) | Self::VaultAtRest(_) => 0,
        }
    }

    /// Does somebody wait who can be told no?
    pub(crate) const fn may_be_refused(&self) -> bool {
        match self {
            Self::Propose(_)
            | Self::RecordingKey { .. }
            | Self::Directive(_)
            | Self::BeginCommand { .. }
            | Self::Tail { .. } => true,
            Self::Append(_)
            | Self::Side(_)
            | Self::EndCommand { .. }
            | Self::Barrier(_)
            | Self::VaultAtRest(_) => false,
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
            Self::Directive(order) => {
                (order.reply)(Err(refusal));
                None
            }
            Self::BeginCommand { reply, .. } => {
                reply(Err(refusal));
                None
            }
            Self::Tail { reply, .. } => {
                reply(Err(refusal));
                None
            }
            Self::Append(_)
            | Self::Side(_)
            | Self::EndCommand { .. }
            | Self::Barrier(_)
            | Self::VaultAtRest(_) => Some(self),
        }
    }
}

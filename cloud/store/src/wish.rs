//! What headquarters wants of its branches: directives in order, refusals of contact for all, commands for once.
use crate::PageLimit;
use messages::directive::{Directive, FieldPolicySet, Wish};
use messages::lane::{CommandCode, DncChange};
use messages::{BoxId, CommandId, UserName, UtcMs};
use std::net::IpAddr;
use std::sync::Arc;

/// Makes the signed bytes of a directive. `None`: it cannot be signed now, and nothing is written.
pub type Sign = Arc<dyn Fn(&Directive) -> Option<Vec<u8>> + Send + Sync>;

/// A directive as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub seq: u64,
    pub kind: String,
    pub bytes: Vec<u8>,
}

/// A directive somebody wants for one branch.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub box_id: BoxId,
    pub wish: Wish,
    pub by: UserName,
    pub from_ip: Option<IpAddr>,
    pub at: UtcMs,
}

/// A directive and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectiveRecord {
    pub seq: u64,
    pub kind: String,
    pub issued: UtcMs,
    /// `None`: the service itself.
    pub author: Option<UserName>,
    pub receipt: Option<Receipt>,
}

/// What the branch's facts say of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub utc: UtcMs,
    /// False: refused.
    pub applied: bool,
    pub code: String,
}

/// The newest directives of a branch first.
#[derive(Clone, Debug)]
pub struct DirectiveQuery {
    pub box_id: BoxId,
    pub before: Option<u64>,
    pub limit: PageLimit,
}

/// How a branch stands to what is wanted of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InboxState {
    /// The last directive there is for it.
    pub newest: u64,
    /// The last one that its inbox has.
    pub upto: u64,
    /// Directives that it refused.
    pub refused: u64,
    /// Something that all branches are to have is not written for it yet.
    pub waiting: bool,
}

/// What headquarters may see, since when, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRecord {
    pub version: u64,
    pub policy: FieldPolicySet,
    pub changed: UtcMs,
    /// `None`: the configuration file.
    pub author: Option<UserName>,
}

/// Who refuses, or lifts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DncAuthor {
    Hq {
        by: UserName,
        from_ip: Option<IpAddr>,
    },
    Branch(BoxId),
}

/// One number's refusal of contact as it counts for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DncRecord {
    pub change: DncChange,
    /// The branch that said it; `None`: headquarters.
    pub author: Option<BoxId>,
    pub version: u64,
}

/// A command and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRecord {
    pub id: CommandId,
    pub kind: String,
    pub issued: UtcMs,
    pub author: UserName,
    pub not_after: UtcMs,
    /// As it goes down.
    pub bytes: Vec<u8>,
    pub answer: Option<CommandAnswer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandAnswer {
    pub at: UtcMs,
    pub code: CommandCode,
    pub detail: String,
}

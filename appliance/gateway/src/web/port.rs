//! What the pages ask of the branch machine, and what this machine is.
use branch::BranchOrder;
use messages::fact::Actor;
use messages::{
    BootId, BoxId, CallId, CustomerId, Extension, PartyNumber, Purpose, Refusal, TrunkName, UtcMs,
};
use std::net::IpAddr;

/// Told once, from any thread, soon or late.
pub type Reply<T> = Box<dyn FnOnce(Result<T, Refusal>) + Send>;

/// A call that somebody asks for: the own phone rings, then the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialOrder {
    pub extension: Extension,
    pub customer: Option<CustomerId>,
    pub number: PartyNumber,
    pub purpose: Purpose,
    /// Over this trunk and no other one.
    pub over: Option<TrunkName>,
    pub actor: Actor,
    pub from_ip: IpAddr,
}

/// The branch machine, as the pages see it. Neither call waits: a full queue is answered with `Overloaded`.
pub trait BranchPort: Send + Sync + 'static {
    fn dial(&self, order: DialOrder, reply: Reply<CallId>);
    fn order(&self, order: BranchOrder, reply: Reply<()>);
}

/// What this machine is.
#[derive(Clone, Debug)]
pub struct BoxInfo {
    pub box_id: BoxId,
    pub boot: BootId,
    pub version: &'static str,
    pub started: UtcMs,
}

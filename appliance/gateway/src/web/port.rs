//! What the pages need of the rest of the gateway: orders to the branch machine, questions to the records.
use messages::command::{Command, Profile, Role, Secret};
use messages::fact::Actor;
use messages::registry::Outcome;
use messages::{
    BootId, BoxId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyNumber, PersonName,
    Personal, Purpose, RecordingId, Refusal, ReleasedBy, Stage, SystemResult, TrunkName, UserName,
    UtcMs,
};
use std::net::IpAddr;

/// Told once, from any thread, soon or late.
pub type Reply<T> = Box<dyn FnOnce(Result<T, Refusal>) + Send>;

/// A call that somebody asks for: the own phone rings, then the customer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialOrder {
    pub extension: Extension,
    pub customer: CustomerId,
    pub number: PartyNumber,
    pub actor: Actor,
    pub from_ip: IpAddr,
}

/// The branch machine, as the pages see it. Neither call waits: a full queue is answered with `Overloaded`.
pub trait BranchPort: Send + Sync + 'static {
    fn dial(&self, order: DialOrder, reply: Reply<CallId>);
    fn hang_up(&self, call: CallId, by: ReleasedBy, reply: Reply<()>);
}

/// The branch's records. Every question blocks for as long as a read of the database takes: never ask from a task.
pub trait Records: Send + Sync + 'static {
    /// The command is decided, written and durable before the reply.
    fn propose(
        &self,
        actor: Actor,
        from_ip: Option<IpAddr>,
        command: Command,
        reply: Reply<Outcome>,
    );

    fn user(&self, name: &UserName) -> Result<Option<UserRow>, Refusal>;
    fn has_users(&self) -> Result<bool, Refusal>;

    fn calls(&self, ask: &CallsAsked) -> Result<Vec<CallRow>, Refusal>;
    fn call(&self, id: CallId) -> Result<Option<CallRow>, Refusal>;
    fn customers(&self, ask: &CustomersAsked) -> Result<Vec<CustomerRow>, Refusal>;
    fn customer(&self, id: CustomerId) -> Result<Option<CustomerRow>, Refusal>;
    fn recordings(&self, ask: &RecordingsAsked) -> Result<Vec<RecordingRow>, Refusal>;
    fn recording(&self, id: RecordingId) -> Result<Option<RecordingRow>, Refusal>;
    /// The recording as a WAV file of two channels.
    fn audio(&self, id: RecordingId) -> Result<Box<dyn Audio>, Refusal>;
    fn audit(&self, ask: &AuditAsked) -> Result<Vec<AuditRow>, Refusal>;
    fn counts(&self, since: UtcMs) -> Result<Counts, Refusal>;
    fn journal(&self) -> Result<JournalState, Refusal>;
}

/// A WAV file that is made while it is read.
pub trait Audio: Send {
    fn bytes_len(&self) -> u64;
    /// Up to `max` bytes from `at`; empty behind the end.
    fn read(&mut self, at: u64, max: usize) -> Result<Vec<u8>, Refusal>;
}

#[derive(Clone, Debug)]
pub struct UserRow {
    pub user: UserName,
    pub role: Role,
    pub extension: Option<Extension>,
    pub password_hash: Secret,
    pub locked_until: Option<UtcMs>,
}

/// Newest first. `after`: start time and id of the last row of the page before.
#[derive(Clone, Debug, Default)]
pub struct CallsAsked {
    pub after: Option<(UtcMs, CallId)>,
    pub limit: u16,
    /// Only calls of this phone.
    pub extension: Option<Extension>,
    pub customer: Option<CustomerId>,
    pub direction: Option<Direction>,
}

#[derive(Clone, Debug)]
pub struct CallRow {
    pub id: CallId,
    pub direction: Direction,
    pub purpose: Purpose,
    pub extension: Option<Extension>,
    pub other_extension: Option<Extension>,
    pub trunk: Option<TrunkName>,
    pub number: Option<Personal<PartyNumber>>,
    pub customer: Option<CustomerId>,
    pub started: UtcMs,
    pub answered: Option<UtcMs>,
    pub ended: Option<CallEnd>,
    pub recording: Option<RecordingId>,
}

#[derive(Clone, Debug)]
pub struct CallEnd {
    pub at: UtcMs,
    pub result: SystemResult,
    pub cause: HangUpCause,
    pub released_by: ReleasedBy,
    pub ring_ms: u64,
    pub talk_ms: u64,
}

/// In the order of their ids. `search`: a part of the name, or the last digits of the number.
#[derive(Clone, Debug, Default)]
pub struct CustomersAsked {
    pub after: Option<CustomerId>,
    pub limit: u16,
    pub stage: Option<Stage>,
    pub search: Option<String>,
}

#[derive(Clone, Debug)]
pub struct CustomerRow {
    pub id: CustomerId,
    pub name: Personal<PersonName>,
    pub number: Personal<PartyNumber>,
    pub stage: Stage,
    pub stage_since: Option<UtcMs>,
    pub attempts: u32,
    pub last_contact: Option<UtcMs>,
    pub do_not_call: bool,
}

/// Newest first.
#[derive(Clone, Debug, Default)]
pub struct RecordingsAsked {
    pub after: Option<(UtcMs, RecordingId)>,
    pub limit: u16,
    pub extension: Option<Extension>,
}

#[derive(Clone, Debug)]
pub struct RecordingRow {
    pub id: RecordingId,
    pub call: CallId,
    pub started: UtcMs,
    pub state: RecordingState,
    pub duration_ms: u64,
    pub bytes: u64,
    pub gaps: u32,
    pub extension: Option<Extension>,
    pub other_extension: Option<Extension>,
    pub direction: Option<Direction>,
    pub number: Option<Personal<PartyNumber>>,
    pub customer: Option<CustomerId>,
}

/// What became of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// The call is still up.
    Running,
    Complete,
    /// The process ended with it open; what is there plays.
    Cut,
    Failed,
}

/// Newest first, by seq.
#[derive(Clone, Debug, Default)]
pub struct AuditAsked {
    pub before: Option<u64>,
    pub limit: u16,
    pub kind: Option<String>,
    /// `call:…`, `customer:…`, `user:…`
    pub subject: Option<String>,
    pub actor: Option<Actor>,
}

#[derive(Clone, Debug)]
pub struct AuditRow {
    pub seq: u64,
    pub utc: UtcMs,
    pub clock_trusted: bool,
    pub actor: Actor,
    pub from_ip: Option<IpAddr>,
    pub kind: String,
    pub subject: Option<String>,
    pub cause: Option<u64>,
}

/// Since a point of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub calls: u64,
    pub answered: u64,
    pub customers: u64,
    pub recordings: u64,
}

#[derive(Clone, Debug)]
pub struct JournalState {
    pub head: u64,
    pub applied: u64,
    pub safe: u64,
    pub epoch: u32,
    /// When the oldest fact that HQ does not have was written.
    pub oldest_unsent: Option<UtcMs>,
    pub profile: Profile,
}

/// What this machine is.
#[derive(Clone, Debug)]
pub struct BoxInfo {
    pub box_id: BoxId,
    pub boot: BootId,
    pub version: &'static str,
    pub started: UtcMs,
}

//! The one door to what headquarters keeps. Every call blocks; none needs a runtime.
use crate::PageLimit;
use crate::line::{BreakQuery, CloseBreak, LineBreak, LineFact, NotClosed, RawTaken};
use crate::{
    AuditRow, BackupRecord, BoxRecord, CallQuery, CallRecord, CommandRecord, CustomerQuery,
    CustomerRecord, DeadLetter, DeadLetterQuery, Deed, DirectiveQuery, DirectiveRecord, DncAuthor,
    DncRecord, FactBatch, Greeting, InboxState, Ingested, Issued, JournalRow, PolicyRecord,
    RecordingQuery, RecordingRecord, Register, RestoredRecord, Retried, Retry, RollupQuery,
    RollupRow, Sign, StoreError, Tally, Unconfirmed, Unfit, UserRecord, Walk, Wanted,
};
use messages::directive::ErasureReceipt;
use messages::journal::ChainHash;
use messages::{
    BoxId, PartyId, UserName, UtcMs,
    command::Secret,
    directive::FieldPolicySet,
    journal::Head,
    lane::{CommandResult, DncChange},
};
use std::net::IpAddr;

/// A store is opened for one tenant; every key in it starts with that tenant and a box.
/// A call that has returned `Ok` is durable.
pub trait Store: Register + Send + Sync + 'static {
    // ---- what the boxes say ----

    /// Keeps what a HELLO said; makes the box's record at its first one. Returns the record behind it.
    fn greet(&self, greeting: &Greeting) -> Result<BoxRecord, StoreError>;

    /// Applies facts and moves the cursor in one transaction. What is already here is passed over;
    /// what cannot be decoded or applied goes to the dead letters and the cursor moves on all the same.
    fn ingest(&self, batch: &FactBatch) -> Result<Result<Ingested, Unfit>, StoreError>;

    /// Keeps one sample (CBOR of `messages::lane::Metrics`) and forgets those older than the ring.
    /// `head_seq` is the box's own journal end that came with it.
    fn note_metrics(
        &self,
        box_id: &BoxId,
        received: UtcMs,
        head_seq: u64,
        bytes: &[u8],
    ) -> Result<(), StoreError>;

    /// The link of a box came up or went down.
    fn note_link(&self, box_id: &BoxId, up: bool, at: UtcMs) -> Result<(), StoreError>;

    /// No box is connected: the service has just started.
    fn all_links_down(&self, at: UtcMs) -> Result<(), StoreError>;

    /// Something about this box went wrong; `code` is stable.
    fn note_trouble(&self, box_id: &BoxId, code: &str, at: UtcMs) -> Result<(), StoreError>;

    /// Everything up to `safe` is covered by a verified backup. Never moves back, never beyond `applied`.
    fn move_safe(&self, box_id: &BoxId, safe: u64) -> Result<(), StoreError>;

    // ---- what people ask ----

    /// All boxes, by id.
    fn boxes(&self) -> Result<Vec<BoxRecord>, StoreError>;
    fn box_record(&self, box_id: &BoxId) -> Result<Option<BoxRecord>, StoreError>;
    /// Samples received at or after `since`, oldest first, at most `limit`.
    fn metrics(
        &self,
        box_id: &BoxId,
        since: UtcMs,
        limit: u32,
    ) -> Result<Vec<(UtcMs, Vec<u8>)>, StoreError>;
    /// The newest sample.
    fn last_metrics(&self, box_id: &BoxId) -> Result<Option<(UtcMs, Vec<u8>)>, StoreError>;
    /// A page, and the row behind it if there is one; so are the other lists.
    fn calls(&self, query: &CallQuery) -> Result<Vec<CallRecord>, StoreError>;
    fn customers(&self, query: &CustomerQuery) -> Result<Vec<CustomerRecord>, StoreError>;
    fn recordings(&self, query: &RecordingQuery) -> Result<Vec<RecordingRecord>, StoreError>;
    /// Hours in which something happened, oldest first, summed over all boxes unless one is named.
    fn hours(&self, query: &RollupQuery) -> Result<Vec<RollupRow>, StoreError>;
    /// The same by Chinese day.
    fn days(&self, query: &RollupQuery) -> Result<Vec<RollupRow>, StoreError>;
    /// The sum of the days that begin in the query's period, for each box that has one.
    fn day_totals(&self, query: &RollupQuery) -> Result<Vec<(BoxId, Tally)>, StoreError>;

    // ---- who may ask ----

    fn users(&self) -> Result<Vec<UserRecord>, StoreError>;
    fn user(&self, user: &UserName) -> Result<Option<UserRecord>, StoreError>;
    /// Refused with [`StoreError::UserExists`] if there is one of this name.
    fn create_user(&self, user: &UserRecord) -> Result<(), StoreError>;
    fn set_password(
        &self,
        user: &UserName,
        password_hash: &Secret,
        at: UtcMs,
    ) -> Result<(), StoreError>;
    /// Writes down what somebody did; a lock-out also moves the user's lock.
    /// `None`: the name given is no user's and is not kept.
    fn note_deed(
        &self,
        user: Option<&UserName>,
        deed: &Deed,
        from_ip: Option<IpAddr>,
        at: UtcMs,
    ) -> Result<(), StoreError>;
    /// The newest lines of headquarters' own audit.
    fn audit(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError>;

    // ---- what headquarters wants ----

    /// What headquarters may see; `None` until it was first said.
    fn policy(&self) -> Result<Option<PolicyRecord>, StoreError>;
    /// Makes a new version, unless that is what stands already. `by`: none for the configuration file.
    fn set_policy(
        &self,
        policy: FieldPolicySet,
        by: Option<&UserName>,
        from_ip: Option<IpAddr>,
        at: UtcMs,
    ) -> Result<PolicyRecord, StoreError>;
    /// What one author says of refusals of contact; hands back for how many numbers something changed for all.
    /// The newest word of an author counts, and one refusal of anybody is enough.
    fn change_dnc(
        &self,
        author: &DncAuthor,
        changes: &[DncChange],
        at: UtcMs,
    ) -> Result<u64, StoreError>;
    /// The newest changes that count for all.
    fn dnc(&self, limit: u32) -> Result<Vec<DncRecord>, StoreError>;
    /// Numbers, signs and keeps as directives what all branches are to have and this one was not sent yet.
    fn dispatch(&self, box_id: &BoxId, at: UtcMs, sign: &Sign) -> Result<Vec<Issued>, StoreError>;
    /// Numbers, signs and keeps what somebody wants of one branch.
    fn issue(&self, wanted: &Wanted, sign: &Sign) -> Result<Issued, StoreError>;
    /// The newest directives of a branch, and the row behind the page if there is one.
    fn directives(&self, query: &DirectiveQuery) -> Result<Vec<DirectiveRecord>, StoreError>;
    /// Signed directives behind `after`, in order, at most `limit`.
    fn directives_behind(
        &self,
        box_id: &BoxId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Issued>, StoreError>;
    /// What a branch says that its inbox has. `greeted`: in a HELLO, which counts whatever was said before;
    /// otherwise in an acknowledgement, which only moves it on.
    fn note_inbox(&self, box_id: &BoxId, upto: u64, greeted: bool) -> Result<(), StoreError>;
    /// The branch's inbox has numbers up to `upto` that this store, put back from a backup, knows nothing of: each gets a
    /// directive that wants nothing (another backup of the branch may lack what it had). Some thousand at a time; the
    /// newest number afterwards.
    fn pass_over(
        &self,
        box_id: &BoxId,
        upto: u64,
        at: UtcMs,
        sign: &Sign,
    ) -> Result<u64, StoreError>;
    fn inbox(&self, box_id: &BoxId) -> Result<InboxState, StoreError>;
    /// All branches, by id.
    fn inboxes(&self) -> Result<Vec<(BoxId, InboxState)>, StoreError>;
    /// Keeps a command, and who asked for it.
    fn order(
        &self,
        box_id: &BoxId,
        command: &CommandRecord,
        from_ip: Option<IpAddr>,
    ) -> Result<(), StoreError>;
    /// The first answer to a command stays.
    fn note_result(
        &self,
        box_id: &BoxId,
        result: &CommandResult,
        at: UtcMs,
    ) -> Result<(), StoreError>;
    /// The newest commands of a branch.
    fn commands(&self, box_id: &BoxId, limit: u32) -> Result<Vec<CommandRecord>, StoreError>;
    /// Commands that are neither answered nor too late, in order.
    fn open_commands(
        &self,
        box_id: &BoxId,
        now: UtcMs,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError>;

    // ---- care ----

    /// Facts of a box behind `after`, in order, at most `limit`.
    fn journal(
        &self,
        box_id: &BoxId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, StoreError>;
    /// Facts of a box's line behind `after` wherever they stand, in order and without a hole, at most `limit`.
    fn line(&self, box_id: &BoxId, after: u64, limit: u32) -> Result<Vec<LineFact>, StoreError>;
    /// Where the chain of a box stands behind this fact; `None` where that is not known here.
    fn hash_at(&self, box_id: &BoxId, seq: u64) -> Result<Option<ChainHash>, StoreError>;
    /// What broke lines: open ones first.
    fn breaks(&self, query: &BreakQuery) -> Result<Vec<LineBreak>, StoreError>;
    /// Facts of an old tail behind `after`, in order.
    fn old_facts(
        &self,
        box_id: &BoxId,
        id: u64,
        after: u64,
        limit: PageLimit,
    ) -> Result<Vec<LineFact>, StoreError>;
    /// Somebody has looked at a break; a copied box goes on with the run that was chosen.
    fn close_break(&self, wanted: &CloseBreak) -> Result<Result<(), NotClosed>, StoreError>;
    /// Takes up facts that waited as bytes, as far as their schema is read now: some thousand at a time.
    fn take_up_raw(&self, box_id: &BoxId) -> Result<RawTaken, StoreError>;
    /// Facts that could not be applied, and the row behind the page if there is one.
    fn dead_letters(&self, query: &DeadLetterQuery) -> Result<Vec<DeadLetter>, StoreError>;
    fn dead_letter(
        &self,
        box_id: &BoxId,
        epoch: u32,
        seq: u64,
    ) -> Result<Option<DeadLetter>, StoreError>;
    /// Tries to apply dead letters again, and writes down who wanted it: all in one transaction.
    /// What applies moves into the journal and its tables as if it had done so when it came;
    /// the others stay where they are, each with its reason of today.
    fn retry_dead_letters(&self, retry: &Retry) -> Result<Retried, StoreError>;
    /// SHA-256 over every table that follows from the journal of this box: equal states, equal hashes.
    fn state_hash(&self, box_id: &BoxId) -> Result<[u8; 32], StoreError>;
    /// These persons were erased, whatever the tables say after a restore: their values go again.
    fn erase_again(&self, parties: &[(BoxId, PartyId)], now: UtcMs) -> Result<(), StoreError>;
    /// Does the box's field policy, as its facts say it, show headquarters anything?
    fn sees(&self, box_id: &BoxId) -> Result<bool, StoreError>;
    /// Boxes whose field policy shows headquarters nothing: it may hold no key of them.
    fn silent_boxes(&self) -> Result<Vec<BoxId>, StoreError>;
    /// Copies of headquarters whose receipt has not come back from the branch, oldest first: some of them. Backups are
    /// among them from the day on which no backup is left that is older than the erasure.
    fn unconfirmed_erasures(&self, now: UtcMs) -> Result<Vec<Unconfirmed>, StoreError>;
    /// Those of them of which the branch was not told yet.
    fn untold_erasures(&self, now: UtcMs) -> Result<Vec<Unconfirmed>, StoreError>;
    /// Tells a branch that these copies hold nothing more: written and signed once.
    fn tell_receipts(
        &self,
        box_id: &BoxId,
        receipts: &[ErasureReceipt],
        now: UtcMs,
        sign: &Sign,
    ) -> Result<(), StoreError>;
    /// Branches that came back from a backup since they were told who is erased.
    fn forgetful_boxes(&self) -> Result<Vec<BoxId>, StoreError>;
    /// Tells a branch everybody who is erased: it may have lost that.
    fn tell_erased(
        &self,
        box_id: &BoxId,
        parties: &[PartyId],
        now: UtcMs,
        sign: &Sign,
    ) -> Result<(), StoreError>;
    /// Makes every table that follows from the journal again from it, in one transaction.
    fn rebuild(&self) -> Result<Rebuilt, StoreError>;
    /// Walks the chain of a box from its first fact: reads its whole journal.
    fn walk(&self, box_id: &BoxId) -> Result<Walk, StoreError>;
    /// Remembers a backup that was read back and found whole, and moves `safe` of each box to the head that it holds,
    /// as far as that head is still of the box's history here.
    fn note_backup(&self, backup: &BackupRecord, heads: &[(BoxId, Head)])
    -> Result<(), StoreError>;
    fn last_backup(&self) -> Result<Option<BackupRecord>, StoreError>;
    /// This store was put back from a verified backup: all that is in it is safe.
    fn note_restored(&self, restored: &RestoredRecord) -> Result<(), StoreError>;
    fn last_restored(&self) -> Result<Option<RestoredRecord>, StoreError>;
    /// A cheap look whether the database answers.
    fn ping(&self) -> Result<(), StoreError>;
}

/// What a rebuild went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    pub facts: u64,
    /// Journalled facts that the present rules do not follow.
    pub skipped: u64,
}

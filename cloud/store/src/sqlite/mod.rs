//! The embedded store: SQLite, WAL, every commit synced, one writer, several readers.
mod apply;
mod boxes;
mod calls;
mod care;
mod column;
mod commands;
mod customers;
mod dead_letters;
mod dnc;
mod erasures;
#[cfg(test)]
mod explain;
mod ingest;
mod journal;
mod lines;
mod metrics;
mod open;
mod raw;
mod readers;
mod rebuild;
mod receipts;
mod recordings;
mod register;
mod retry;
mod rollups;
mod state_hash;
mod users;
mod wishes;
mod writer;

use crate::PageLimit;
use crate::line::{BreakQuery, CloseBreak, LineBreak, LineFact, NotClosed, RawTaken};
use crate::{
    AuditRow, BackupRecord, BoxRecord, CallQuery, CallRecord, CommandRecord, CustomerQuery,
    CustomerRecord, DeadLetter, DeadLetterQuery, Deed, DirectiveQuery, DirectiveRecord, DncAuthor,
    DncRecord, FactBatch, Greeting, InboxState, Ingested, Issued, JournalRow, PolicyRecord,
    Rebuilt, RecordingQuery, RecordingRecord, RestoredRecord, Retried, Retry, RollupQuery,
    RollupRow, Sign, Store, StoreError, Tally, Unconfirmed, Unfit, UserRecord, Walk, Wanted,
};
use journal::Spot;
use messages::directive::ErasureReceipt;
use messages::journal::ChainHash;
use messages::{
    BoxId, PartyId, UserName, UtcMs,
    command::Secret,
    directive::FieldPolicySet,
    journal::Head,
    lane::{CommandResult, DncChange},
};
use readers::Readers;
use rollups::Period;
use rusqlite::Connection;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use writer::Writer;

/// The embedded store of one tenant. Dropping it waits for what is being written.
pub struct SqliteStore {
    tenant: Arc<str>,
    // Dropped before the writer: the last connection to close folds the log back into the file.
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens or makes the file, brings its schema up to date and starts the writer.
    pub fn open(path: &Path, tenant: &str) -> Result<Self, StoreError> {
        let connection = open::for_writing(path)?;
        Ok(Self {
            tenant: tenant.into(),
            writer: Writer::start(path.to_owned(), connection)?,
            readers: Readers::new(path.to_owned()),
        })
    }

    /// Copies the whole file at `path` as it stands at one moment, whoever works with it. The copy stands alone.
    pub fn copy(path: &Path, into: &Path) -> Result<(), StoreError> {
        care::copy(path, into)
    }

    /// Whether the file at `path` holds together. Reads all of it.
    pub fn check(path: &Path) -> Result<(), StoreError> {
        care::check(path)
    }

    /// Runs `work` in the writer's next transaction; returns when that is durable.
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let tenant = Arc::clone(&self.tenant);
        self.writer.run(move |db| work(db, &tenant))
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection, &str) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.readers.with(|db| work(db, &self.tenant))
    }
}

impl Store for SqliteStore {
    fn greet(&self, greeting: &Greeting) -> Result<BoxRecord, StoreError> {
        let greeting = greeting.clone();
        self.write(move |db, tenant| boxes::greet(db, tenant, &greeting))
    }

    fn ingest(&self, batch: &FactBatch) -> Result<Result<Ingested, Unfit>, StoreError> {
        let batch = batch.clone();
        self.write(move |db, tenant| ingest::ingest(db, tenant, &batch))
    }

    fn note_metrics(
        &self,
        box_id: &BoxId,
        received: UtcMs,
        head_seq: u64,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let (box_id, bytes) = (box_id.clone(), bytes.to_owned());
        self.write(move |db, tenant| {
            boxes::note_seen(db, tenant, &box_id, received, head_seq)?;
            metrics::note(db, tenant, &box_id, received, &bytes)
        })
    }

    fn note_link(&self, box_id: &BoxId, up: bool, at: UtcMs) -> Result<(), StoreError> {
        let box_id = box_id.clone();
        self.write(move |db, tenant| boxes::note_link(db, tenant, &box_id, up, at))
    }

    fn all_links_down(&self, at: UtcMs) -> Result<(), StoreError> {
        self.write(move |db, tenant| boxes::all_links_down(db, tenant, at))
    }

    fn note_trouble(&self, box_id: &BoxId, code: &str, at: UtcMs) -> Result<(), StoreError> {
        let (box_id, code) = (box_id.clone(), code.to_owned());
        self.write(move |db, tenant| boxes::note_trouble(db, tenant, &box_id, &code, at))
    }

    fn move_safe(&self, box_id: &BoxId, safe: u64) -> Result<(), StoreError> {
        let box_id = box_id.clone();
        self.write(move |db, tenant| boxes::move_safe(db, tenant, &box_id, safe))
    }

    fn boxes(&self) -> Result<Vec<BoxRecord>, StoreError> {
        self.read(boxes::all)
    }

    fn box_record(&self, box_id: &BoxId) -> Result<Option<BoxRecord>, StoreError> {
        self.read(|db, tenant| boxes::one(db, tenant, box_id))
    }

    fn metrics(
        &self,
        box_id: &BoxId,
        since: UtcMs,
        limit: u32,
    ) -> Result<Vec<(UtcMs, Vec<u8>)>, StoreError> {
        self.read(|db, tenant| metrics::since(db, tenant, box_id, since, limit))
    }

    fn last_metrics(&self, box_id: &BoxId) -> Result<Option<(UtcMs, Vec<u8>)>, StoreError> {
        self.read(|db, tenant| metrics::last(db, tenant, box_id))
    }

    fn calls(&self, query: &CallQuery) -> Result<Vec<CallRecord>, StoreError> {
        self.read(|db, tenant| calls::page(db, tenant, query))
    }

    fn customers(&self, query: &CustomerQuery) -> Result<Vec<CustomerRecord>, StoreError> {
        self.read(|db, tenant| customers::page(db, tenant, query))
    }

    fn recordings(&self, query: &RecordingQuery) -> Result<Vec<RecordingRecord>, StoreError> {
        self.read(|db, tenant| recordings::page(db, tenant, query))
    }

    fn hours(&self, query: &RollupQuery) -> Result<Vec<RollupRow>, StoreError> {
        self.read(|db, tenant| rollups::rows(db, tenant, Period::Hour, query))
    }

    fn days(&self, query: &RollupQuery) -> Result<Vec<RollupRow>, StoreError> {
        self.read(|db, tenant| rollups::rows(db, tenant, Period::Day, query))
    }

    fn day_totals(&self, query: &RollupQuery) -> Result<Vec<(BoxId, Tally)>, StoreError> {
        self.read(|db, tenant| rollups::day_totals(db, tenant, query))
    }

    fn users(&self) -> Result<Vec<UserRecord>, StoreError> {
        self.read(users::all)
    }

    fn user(&self, user: &UserName) -> Result<Option<UserRecord>, StoreError> {
        self.read(|db, tenant| users::one(db, tenant, user))
    }

    fn create_user(&self, user: &UserRecord) -> Result<(), StoreError> {
        let user = user.clone();
        self.write(move |db, tenant| users::create(db, tenant, &user))
    }

    fn set_password(
        &self,
        user: &UserName,
        password_hash: &Secret,
        at: UtcMs,
    ) -> Result<(), StoreError> {
        let (user, hash) = (user.clone(), password_hash.clone());
        self.write(move |db, tenant| users::set_password(db, tenant, &user, &hash, at))
    }

    fn note_deed(
        &self,
        user: Option<&UserName>,
        deed: &Deed,
        from_ip: Option<IpAddr>,
        at: UtcMs,
    ) -> Result<(), StoreError> {
        let (user, deed) = (user.cloned(), deed.clone());
        self.write(move |db, tenant| {
            users::note_deed(db, tenant, user.as_ref(), &deed, from_ip, at)
        })
    }

    fn audit(&self, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|db, tenant| users::audit(db, tenant, limit))
    }

    fn policy(&self) -> Result<Option<PolicyRecord>, StoreError> {
        self.read(wishes::policy)
    }

    fn set_policy(
        &self,
        policy: FieldPolicySet,
        by: Option<&UserName>,
        from_ip: Option<IpAddr>,
        at: UtcMs,
    ) -> Result<PolicyRecord, StoreError> {
        let by = by.cloned();
        self.write(move |db, tenant| {
            wishes::set_policy(db, tenant, policy, by.as_ref(), from_ip, at)
        })
    }

    fn change_dnc(
        &self,
        author: &DncAuthor,
        changes: &[DncChange],
        at: UtcMs,
    ) -> Result<u64, StoreError> {
        let (author, changes) = (author.clone(), changes.to_vec());
        self.write(move |db, tenant| dnc::change(db, tenant, &author, &changes, at))
    }

    fn dnc(&self, limit: u32) -> Result<Vec<DncRecord>, StoreError> {
        self.read(|db, tenant| dnc::newest(db, tenant, limit))
    }

    fn dispatch(&self, box_id: &BoxId, at: UtcMs, sign: &Sign) -> Result<Vec<Issued>, StoreError> {
        let (box_id, sign) = (box_id.clone(), Arc::clone(sign));
        self.write(move |db, tenant| wishes::dispatch(db, tenant, &box_id, at, &sign))
    }

    fn issue(&self, wanted: &Wanted, sign: &Sign) -> Result<Issued, StoreError> {
        let (wanted, sign) = (wanted.clone(), Arc::clone(sign));
        self.write(move |db, tenant| wishes::issue(db, tenant, &wanted, &sign))
    }

    fn directives(&self, query: &DirectiveQuery) -> Result<Vec<DirectiveRecord>, StoreError> {
        self.read(|db, tenant| wishes::page(db, tenant, query))
    }

    fn directives_behind(
        &self,
        box_id: &BoxId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Issued>, StoreError> {
        self.read(|db, tenant| wishes::behind(db, tenant, box_id, after, limit))
    }

    fn note_inbox(&self, box_id: &BoxId, upto: u64, greeted: bool) -> Result<(), StoreError> {
        let box_id = box_id.clone();
        self.write(move |db, tenant| wishes::note_inbox(db, tenant, &box_id, upto, greeted))
    }

    fn pass_over(
        &self,
        box_id: &BoxId,
        upto: u64,
        at: UtcMs,
        sign: &Sign,
    ) -> Result<u64, StoreError> {
        let (box_id, sign) = (box_id.clone(), Arc::clone(sign));
        self.write(move |db, tenant| wishes::pass_over(db, tenant, &box_id, upto, at, &sign))
    }

    fn inbox(&self, box_id: &BoxId) -> Result<InboxState, StoreError> {
        self.read(|db, tenant| wishes::state(db, tenant, box_id))
    }

    fn inboxes(&self) -> Result<Vec<(BoxId, InboxState)>, StoreError> {
        self.read(wishes::inboxes)
    }

    fn order(
        &self,
        box_id: &BoxId,
        command: &CommandRecord,
        from_ip: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let (box_id, command) = (box_id.clone(), command.clone());
        self.write(move |db, tenant| commands::order(db, tenant, &box_id, &command, from_ip))
    }

    fn note_result(
        &self,
        box_id: &BoxId,
        result: &CommandResult,
        at: UtcMs,
    ) -> Result<(), StoreError> {
        let (box_id, result) = (box_id.clone(), result.clone());
        self.write(move |db, tenant| commands::answered(db, tenant, &box_id, &result, at))
    }

    fn commands(&self, box_id: &BoxId, limit: u32) -> Result<Vec<CommandRecord>, StoreError> {
        self.read(|db, tenant| commands::newest(db, tenant, box_id, limit))
    }

    fn open_commands(
        &self,
        box_id: &BoxId,
        now: UtcMs,
        limit: u32,
    ) -> Result<Vec<CommandRecord>, StoreError> {
        self.read(|db, tenant| commands::open(db, tenant, box_id, now, limit))
    }

    fn journal(
        &self,
        box_id: &BoxId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<JournalRow>, StoreError> {
        self.read(|db, tenant| journal::rows(db, tenant, box_id, after, limit))
    }

    fn line(&self, box_id: &BoxId, after: u64, limit: u32) -> Result<Vec<LineFact>, StoreError> {
        self.read(|db, tenant| lines::facts(db, tenant, box_id, after, limit))
    }

    fn hash_at(&self, box_id: &BoxId, seq: u64) -> Result<Option<ChainHash>, StoreError> {
        self.read(|db, tenant| lines::hash_at(db, tenant, box_id, seq))
    }

    fn breaks(&self, query: &BreakQuery) -> Result<Vec<LineBreak>, StoreError> {
        self.read(|db, tenant| lines::breaks(db, tenant, query))
    }

    fn old_facts(
        &self,
        box_id: &BoxId,
        id: u64,
        after: u64,
        limit: PageLimit,
    ) -> Result<Vec<LineFact>, StoreError> {
        self.read(|db, tenant| lines::old_facts(db, tenant, (box_id, id), after, limit.and_one()))
    }

    fn close_break(&self, wanted: &CloseBreak) -> Result<Result<(), NotClosed>, StoreError> {
        let wanted = wanted.clone();
        self.write(move |db, tenant| lines::close(db, tenant, &wanted))
    }

    fn take_up_raw(&self, box_id: &BoxId) -> Result<RawTaken, StoreError> {
        let box_id = box_id.clone();
        self.write(move |db, tenant| raw::take_up(db, tenant, &box_id))
    }

    fn dead_letters(&self, query: &DeadLetterQuery) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(|db, tenant| dead_letters::page(db, tenant, query))
    }

    fn dead_letter(
        &self,
        box_id: &BoxId,
        epoch: u32,
        seq: u64,
    ) -> Result<Option<DeadLetter>, StoreError> {
        let spot = Spot { box_id, epoch, seq };
        self.read(|db, tenant| dead_letters::one(db, tenant, spot))
    }

    fn retry_dead_letters(&self, retry: &Retry) -> Result<Retried, StoreError> {
        let retry = retry.clone();
        self.write(move |db, tenant| retry::retry(db, tenant, &retry))
    }

    fn state_hash(&self, box_id: &BoxId) -> Result<[u8; 32], StoreError> {
        self.read(|db, tenant| state_hash::of_box(db, tenant, box_id))
    }

    fn erase_again(&self, parties: &[(BoxId, PartyId)], now: UtcMs) -> Result<(), StoreError> {
        let parties = parties.to_vec();
        self.write(move |db, tenant| erasures::erase_again(db, tenant, &parties, now))
    }

    fn sees(&self, box_id: &BoxId) -> Result<bool, StoreError> {
        self.read(|db, tenant| erasures::sees(db, tenant, box_id))
    }

    fn silent_boxes(&self) -> Result<Vec<BoxId>, StoreError> {
        self.read(erasures::silent_boxes)
    }

    fn unconfirmed_erasures(&self, now: UtcMs) -> Result<Vec<Unconfirmed>, StoreError> {
        self.read(|db, tenant| erasures::unconfirmed(db, tenant, now))
    }

    fn untold_erasures(&self, now: UtcMs) -> Result<Vec<Unconfirmed>, StoreError> {
        self.read(|db, tenant| receipts::untold(db, tenant, now))
    }

    fn tell_receipts(
        &self,
        box_id: &BoxId,
        receipts: &[ErasureReceipt],
        now: UtcMs,
        sign: &Sign,
    ) -> Result<(), StoreError> {
        let (box_id, receipts, sign) = (box_id.clone(), receipts.to_vec(), Arc::clone(sign));
        self.write(move |db, tenant| receipts::tell(db, tenant, &box_id, &receipts, now, &sign))
    }

    fn forgetful_boxes(&self) -> Result<Vec<BoxId>, StoreError> {
        self.read(receipts::forgetful)
    }

    fn tell_erased(
        &self,
        box_id: &BoxId,
        parties: &[PartyId],
        now: UtcMs,
        sign: &Sign,
    ) -> Result<(), StoreError> {
        let (box_id, parties, sign) = (box_id.clone(), parties.to_vec(), Arc::clone(sign));
        self.write(move |db, tenant| {
            receipts::tell_erased(db, tenant, &box_id, &parties, now, &sign)
        })
    }

    fn rebuild(&self) -> Result<Rebuilt, StoreError> {
        self.write(rebuild::rebuild)
    }

    fn walk(&self, box_id: &BoxId) -> Result<Walk, StoreError> {
        self.read(|db, tenant| care::walk(db, tenant, box_id))
    }

    fn note_backup(
        &self,
        backup: &BackupRecord,
        heads: &[(BoxId, Head)],
    ) -> Result<(), StoreError> {
        let (backup, heads) = (backup.clone(), heads.to_vec());
        self.write(move |db, tenant| care::note_backup(db, tenant, &backup, &heads))
    }

    fn last_backup(&self) -> Result<Option<BackupRecord>, StoreError> {
        self.read(care::last_backup)
    }

    fn note_restored(&self, restored: &RestoredRecord) -> Result<(), StoreError> {
        let restored = restored.clone();
        self.write(move |db, tenant| care::note_restored(db, tenant, &restored))
    }

    fn last_restored(&self) -> Result<Option<RestoredRecord>, StoreError> {
        self.read(care::last_restored)
    }

    fn ping(&self) -> Result<(), StoreError> {
        self.read(|db, _| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?))
    }
}

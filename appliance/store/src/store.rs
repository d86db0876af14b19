//! The handle that everybody holds: facts and commands go in, rows and committed facts come out. Blocking, no runtime needed.
mod hq;

use crate::backup::{self, Made as MadeBackup};
use crate::boot::{self, Opened, Parts, Purpose};
use crate::config::StoreConfig;
use crate::database;
use crate::error::{StoreError, io};
use crate::faults::{DiskFaults, Trouble};
use crate::job::{
    BindingKept, DialogId, Done, Job, LinkCursor, Proposal, RecordingKey, RecordingKeyOrder, Reply,
    Side, Subscriber,
};
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use crate::month::{self, Closer, Kept, Ledger, Month};
use crate::query::Reader;
use crate::queue::{Full, Room};
use crate::readers::Readers;
use crate::rebuild::{self, Rebuilt};
use crate::shared::Shared;
use crate::state_hash::StateHash;
use crate::verify::{self, Verdict};
use crate::writer::{Clock, Writer};
use messages::command::Command;
use messages::fact::{Actor, BoxStopped, Fact, RecordingErased};
use messages::journal::{ChainHash, Head};
use messages::{Now, PartyNumber, RecordingId, Refusal};
use sansio::Secrets;
use seal::{BlindIndex, BlindKey, Key};
use std::fs::File;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Cheap to clone. The last one that is dropped waits for the writer.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    config: StoreConfig,
    purpose: Purpose,
    clock: Clock,
    shared: Arc<Shared>,
    keys: Arc<Keys>,
    ring: Arc<KeyRing>,
    readers: Arc<Readers>,
    writer: Mutex<Option<JoinHandle<()>>>,
    said_farewell: AtomicBool,
    /// Who holds it works on the files of months.
    months: Mutex<()>,
    /// Held as long as the store is open.
    _lock: File,
}

impl Store {
    /// Checks and opens the data folder; slow (it opens every customer's name for the search).
    pub fn open(parts: Parts, purpose: Purpose) -> Result<Opened, StoreError> {
        boot::open(parts, purpose)
    }

    pub(crate) fn start(
        writer: Writer,
        readers: Arc<Readers>,
        lock: File,
        purpose: Purpose,
    ) -> Result<Self, StoreError> {
        let config = writer.config.clone();
        let (keys, ring) = (Arc::clone(&writer.keys), Arc::clone(&writer.ring));
        let shared = Arc::clone(&writer.shared);
        let clock = Arc::clone(&writer.clock);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(io(&config.folder))?;
        Ok(Self(Arc::new(Inner {
            config,
            purpose,
            clock,
            shared,
            keys,
            ring,
            readers,
            writer: Mutex::new(Some(thread)),
            said_farewell: AtomicBool::new(false),
            months: Mutex::new(()),
            _lock: lock,
        })))
    }

    /// Facts that happened. Never waits.
    pub fn append(&self, facts: Vec<Fact>) -> Result<(), Full> {
        self.put(Job::Append(facts), Room::Ordinary)
    }

    /// Further facts of calls that were let in: they have reserved room.
    pub fn append_admitted(&self, facts: Vec<Fact>) -> Result<(), Full> {
        self.put(Job::Append(facts), Room::Reserved)
    }

    /// May a new call begin? False while the journal is behind or cannot be written.
    #[must_use]
    pub fn has_room_for_new_call(&self) -> bool {
        self.trouble().is_none() && self.0.shared.queue.has_room()
    }

    /// The code of what keeps the journal from being written; `None` if nothing does.
    #[must_use]
    pub fn trouble(&self) -> Option<&'static str> {
        self.troubles().journal
    }

    /// All that is wrong with the files just now.
    #[must_use]
    pub fn troubles(&self) -> Trouble {
        self.0.shared.trouble()
    }

    /// The disk is short of room: the writer has its log emptied as soon as it gets to it.
    pub fn make_room(&self) {
        self.0.shared.wants_room.store(true, Ordering::Relaxed);
    }

    /// What the disk has done so far.
    #[must_use]
    pub fn disk_faults(&self) -> DiskFaults {
        self.0.shared.disk_faults()
    }

    /// Grows at least every 6 s while the writer lives, also on a disk that cannot be written: for a watchdog.
    #[must_use]
    pub fn writer_beats(&self) -> u64 {
        self.0.shared.beats()
    }

    /// Facts that wait to be written.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.shared.queue.waiting()
    }

    /// Asks the rules. `reply` is called on the writer's thread when the answer is durable.
    pub fn propose(
        &self,
        actor: Actor,
        from_ip: Option<IpAddr>,
        command: Command,
        reply: Reply<Result<Done, Refusal>>,
    ) {
        let job = Job::Propose(Box::new(Proposal {
            actor,
            from_ip,
            command,
            reply,
        }));
        self.put_or_refuse(job);
    }

    /// As `propose`, for threads that may wait.
    pub fn propose_and_wait(
        &self,
        actor: Actor,
        from_ip: Option<IpAddr>,
        command: Command,
    ) -> Result<Done, Refusal> {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        let reply = Box::new(move |result| {
            let _gone = answer.send(result);
        });
        self.propose(actor, from_ip, command, reply);
        answered.recv().unwrap_or(Err(Refusal::NotReady))
    }

    /// Makes a recording's key; durable in the vault before `reply` is called.
    pub fn recording_key(
        &self,
        order: RecordingKeyOrder,
        reply: Reply<Result<RecordingKey, Refusal>>,
    ) {
        self.put_or_refuse(Job::RecordingKey { order, reply });
    }

    /// The key of a recording; `None`: there is none, or its person was erased.
    pub fn open_recording_key(&self, recording: RecordingId) -> Result<Option<Key>, StoreError> {
        self.0.ring.recording_key(recording)
    }

    /// Their containers are off the disk.
    pub fn recordings_erased(&self, recordings: Vec<RecordingId>) -> Result<(), Full> {
        let now = (self.0.clock)();
        let facts = recordings.into_iter().map(|recording| {
            let body = RecordingErased { recording };
            Fact::new(now.utc, now.utc_trusted, Actor::System, body)
        });
        self.append(facts.collect())
    }

    /// A confirmed dialog, so that a restart can end it.
    pub fn dialog_opened(&self, leg: u64, record: &str) -> Result<(), Full> {
        let side = Side::DialogOpened {
            leg,
            record: record.to_owned(),
            utc: (self.0.clock)().utc,
        };
        self.put(Job::Side(side), Room::Reserved)
    }

    pub fn dialog_closed(&self, id: DialogId) -> Result<(), Full> {
        self.put(Job::Side(Side::DialogClosed(id)), Room::Reserved)
    }

    /// A dialog of this run.
    #[must_use]
    pub fn dialog(&self, leg: u64) -> DialogId {
        DialogId {
            boot: self.0.config.boot,
            leg,
        }
    }

    /// A registration goes on. Written with the next commit.
    pub fn binding_kept(&self, kept: BindingKept) -> Result<(), Full> {
        self.put(Job::Side(Side::BindingKept(kept)), Room::Reserved)
    }

    /// Called on the writer's thread behind each commit: it must not wait. Never removed.
    pub fn subscribe(&self, subscriber: Subscriber) {
        self.0.shared.subscribe(subscriber);
    }

    /// The last durable fact.
    #[must_use]
    pub fn head(&self) -> Head {
        self.0.shared.head()
    }

    /// The oldest fact that is kept.
    pub fn oldest(&self) -> Result<u64, StoreError> {
        let conn = self.0.readers.lend()?;
        Ok(Ledger::of(&conn, &self.0.config.folder)?.oldest())
    }

    /// Facts behind `seq` in order, within both limits (at least one if the next one is kept).
    pub fn facts_after(
        &self,
        seq: u64,
        max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let conn = self.0.readers.lend()?;
        Ledger::of(&conn, &self.0.config.folder)?.facts_after(seq, max, bytes_max)
    }

    /// The chain's hash behind `seq`; `None` if that fact is not kept.
    pub fn hash_at(&self, seq: u64) -> Result<Option<ChainHash>, StoreError> {
        let conn = self.0.readers.lend()?;
        Ledger::of(&conn, &self.0.config.folder)?.hash_at(seq)
    }

    #[must_use]
    pub fn link_cursor(&self) -> LinkCursor {
        self.0.shared.cursor()
    }

    /// Its epoch is that of all facts behind it.
    pub fn put_link_cursor(&self, cursor: LinkCursor) -> Result<(), Full> {
        self.put(Job::Side(Side::LinkCursor(cursor)), Room::Reserved)
    }

    /// A connection for questions; waits at most 5 s for a free one.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Ok(Reader {
            conn: self.0.readers.lend()?,
            keys: Arc::clone(&self.0.keys),
            ring: Arc::clone(&self.0.ring),
            shared: Arc::clone(&self.0.shared),
            folder: self.0.config.folder.clone(),
        })
    }

    /// Opens sealed values of committed facts.
    #[must_use]
    pub fn key_ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0.ring)
    }

    /// The branch's blind index: what refusals of contact are kept by.
    #[must_use]
    pub fn blind_key(&self) -> BlindKey {
        self.0.keys.blind.clone()
    }

    /// Every refusal of contact that stands.
    #[must_use]
    pub fn refusals_of_contact(&self) -> Vec<BlindIndex> {
        self.0.shared.refusals()
    }

    /// In this branch, or anywhere if the branch has the tenant's key.
    #[must_use]
    pub fn refuses_contact(&self, number: &PartyNumber) -> bool {
        let tenant = self.0.keys.tenant_blind();
        self.0
            .shared
            .refuses_contact(self.0.keys.blind.index(number))
            || tenant.is_some_and(|key| self.0.shared.tenant_refuses(key.index(number)))
    }

    /// Recomputes the whole chain and compares it with the head in memory and with what the cloud acknowledged.
    pub fn verify(&self) -> Result<Verdict, StoreError> {
        let heads = [self.head(), self.link_cursor().applied];
        let conn = database::open_reader(&self.0.config.branch_file())?;
        verify::verify(&Ledger::of(&conn, &self.0.config.folder)?, &heads)
    }

    /// Every month that was ever closed, oldest first.
    pub fn months(&self) -> Result<Vec<Month>, StoreError> {
        month::months(&*self.0.readers.lend()?)
    }

    /// Closes the month if it is over, and lets go what is safe at headquarters and older than `keep_days`
    /// (`KEEP_DAYS_MIN` at least). Also goes on with what a crash interrupted. Blocks for as long as copying takes;
    /// the writer goes on meanwhile.
    pub fn keep_months(&self, keep_days: u32) -> Result<Kept, StoreError> {
        let _one_at_a_time = self.months_lock();
        Closer::of(self)?.keep(self.now(), keep_days, &mut |_point| Ok(()))
    }

    /// Closes the open month now, whichever it is.
    pub fn close_month(&self) -> Result<Month, StoreError> {
        let _one_at_a_time = self.months_lock();
        Closer::of(self)?.close(self.now(), &mut |_point| Ok(()))
    }

    /// The digest of what stands now, and behind which fact.
    pub fn state(&self) -> Result<(Head, StateHash), StoreError> {
        let conn = database::open_reader(&self.0.config.branch_file())?;
        let (head, state) = rebuild::standing(&conn)?;
        Ok((head, state.hash))
    }

    /// Makes the tables again in a scratch database, from the last checkpoint and the facts behind it, and compares.
    pub fn rebuild(&self) -> Result<Rebuilt, StoreError> {
        let _one_at_a_time = self.months_lock();
        self.flush();
        rebuild::rebuild(&self.0.config, &self.0.keys, &self.0.ring)
    }

    /// Journal and tables into one sealed file, while everything goes on; read again before it has its name.
    /// Of the recordings it holds names and sizes; of the vault nothing.
    pub fn backup(
        &self,
        file: &Path,
        recordings: &Path,
        secrets: &mut dyn Secrets,
    ) -> Result<MadeBackup, StoreError> {
        backup::make_data(self, file, recordings, secrets)
    }

    /// The vault into a file of its own, which is good for `VAULT_BACKUP_DAYS`.
    pub fn backup_vault(
        &self,
        file: &Path,
        secrets: &mut dyn Secrets,
    ) -> Result<MadeBackup, StoreError> {
        backup::make_vault(self, file, secrets)
    }

    pub(crate) fn backup_key(&self, kind: backup::Kind) -> Key {
        self.0.keys.of_backup(kind)
    }

    /// Held while files of months are made, let go or copied.
    pub(crate) fn months_lock(&self) -> MutexGuard<'_, ()> {
        self.0.months.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn config(&self) -> &StoreConfig {
        &self.0.config
    }

    pub(crate) fn now(&self) -> Now {
        (self.0.clock)()
    }

    pub(crate) fn side(&self, side: Side) -> Result<(), Full> {
        self.put(Job::Side(side), Room::Reserved)
    }

    /// Waits until everything given before is durable.
    pub fn flush(&self) {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        let reply = Box::new(move |()| {
            let _gone = answer.send(());
        });
        if self.put(Job::Barrier(reply), Room::Reserved).is_ok() {
            let _closed = answered.recv();
        }
    }

    /// Waits until nothing is left to be done in the vault; false if it takes longer than `at_most`.
    pub fn vault_at_rest(&self, at_most: Duration) -> bool {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        let reply = Box::new(move |()| {
            let _gone = answer.send(());
        });
        self.put(Job::VaultAtRest(reply), Room::Reserved).is_ok()
            && answered.recv_timeout(at_most).is_ok()
    }

    /// The last fact of the run: why it ends. Durable when this returns, so that the link can still carry it.
    pub fn say_farewell(&self, reason: &str) {
        if self.0.purpose != Purpose::Run || self.0.said_farewell.swap(true, Ordering::Relaxed) {
            return;
        }
        let now = (self.0.clock)();
        let body = BoxStopped {
            reason: reason.to_owned(),
        };
        let fact = Fact::new(now.utc, now.utc_trusted, Actor::System, body);
        let _full = self.append_admitted(vec![fact]);
        self.flush();
    }

    /// The run ends: says why, writes what waits, and takes nothing more.
    pub fn close(&self, reason: &str) {
        self.say_farewell(reason);
        self.0.finish();
    }

    fn put(&self, job: Job, room: Room) -> Result<(), Full> {
        self.0.shared.queue.put(job, room).or(Err(Full))
    }

    /// Refused at once while the journal cannot be written: nobody waits for a disk to be mended.
    fn put_or_refuse(&self, job: Job) {
        if self.trouble().is_some() {
            let _nothing_left = job.refused(Refusal::JournalUnavailable);
            return;
        }
        if let Err(job) = self.0.shared.queue.put(job, Room::Ordinary) {
            let _nothing_left = job.refused(Refusal::Overloaded);
        }
    }
}

impl Inner {
    fn finish(&self) {
        self.shared.queue.close();
        let thread = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer panicked");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.finish();
    }
}

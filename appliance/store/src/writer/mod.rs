//! The one writer: takes what waits, makes one commit of it, and tells everybody.
mod batch;
mod command;
mod entry;
mod inbox;
mod registry;
mod sealing;
mod side;
mod vault_steps;

pub(crate) use entry::person;
pub(crate) use registry::{customer_of, party_of};
pub(crate) use side::DIALOG_PLACE;

use crate::boot::load;
use crate::checkpoint::Checkpointer;
use crate::config::StoreConfig;
use crate::database;
use crate::error::StoreError;
use crate::job::{BindingKept, CommittedFact, Job, LinkCursor, Reply, Side};
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use crate::queue::Taken;
use crate::shared::Shared;
use crate::vault::VaultWork;
use batch::{Answer, Failed, Landed};
use messages::journal::Head;
use messages::registry::Decider;
use messages::{IdMint, Now, Refusal};
use rusqlite::Connection;
use sansio::Secrets;
use seal::KeyStore;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The head goes to the key store at most this often.
const HEAD_EVERY: Duration = Duration::from_secs(1);
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LAST: Duration = Duration::from_secs(5);

/// Time comes from outside, so that a simulation can hold it.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

pub(crate) struct Writer {
    pub(crate) config: StoreConfig,
    pub(crate) conn: Connection,
    pub(crate) vault: Connection,
    pub(crate) keys: Arc<Keys>,
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) key_store: Box<dyn KeyStore>,
    pub(crate) decider: Box<dyn Decider>,
    pub(crate) clock: Clock,
    pub(crate) secrets: RefCell<Box<dyn Secrets>>,
    pub(crate) mint: IdMint,
    pub(crate) shared: Arc<Shared>,
    pub(crate) checkpointer: Checkpointer,
    pub(crate) standing: Standing,
    /// False behind a failure, until the files were opened anew.
    pub(crate) trusted: bool,
    /// Refreshed registrations: written with the next commit, or when it is quiet.
    pub(crate) refreshed: Vec<BindingKept>,
    pub(crate) head_put: (Head, Instant),
    pub(crate) vault_work: VaultWork,
    /// It writes what it is given, and nothing of its own: no step in the vault, no receipt, no head in the key store.
    pub(crate) still: bool,
    /// Until then its work waits: something did not go.
    pub(crate) vault_rests_until: Instant,
    /// When the receipts of backups are looked at again.
    pub(crate) receipts_at: Instant,
    /// Told as soon as its work is done.
    pub(crate) vault_awaited: Vec<Reply<()>>,
}

/// What the next fact builds on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) head: Head,
    pub(crate) policy_version: u32,
    pub(crate) cursor: LinkCursor,
}

impl Writer {
    /// Until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        loop {
            self.shared.beat();
            let wait = if !self.still && self.vault_waits() {
                Duration::ZERO
            } else {
                HEAD_EVERY
            };
            match self.shared.queue.take(wait) {
                Taken::Jobs(jobs) => self.write(jobs),
                Taken::Quiet if self.refreshed.is_empty() => {}
                Taken::Quiet => self.write(Vec::new()),
                Taken::Closed => break,
            }
            if !self.still {
                self.vault_step();
                self.confirm_backups();
            }
            self.tell_vault_at_rest();
            self.put_head(HEAD_EVERY);
            if self.shared.wants_room.swap(false, Ordering::Relaxed) {
                self.checkpointer.empty();
            }
        }
        if !self.refreshed.is_empty() {
            self.write(Vec::new());
        }
        self.put_head(Duration::ZERO);
        self.empty_log();
    }

    /// Everything into the database itself, if nobody reads just now.
    fn empty_log(&self) {
        if !self.trusted {
            return;
        }
        let emptied = self.conn.busy_timeout(Duration::ZERO).and_then(|()| {
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            let emptied = self.conn.query_row(sql, [], |_row| Ok(()));
            self.conn.busy_timeout(database::BUSY).and(emptied)
        });
        if let Err(bad) = emptied {
            tracing::debug!("the log stays for the next start: {bad}");
        }
    }

    /// Tries until it is durable, or until the store closes on a disk that cannot be written.
    pub(crate) fn write(&mut self, mut jobs: Vec<Job>) {
        let mut wait = RETRY_FIRST;
        let mut unsure = None;
        loop {
            self.shared.beat();
            let jobs_now = self.collect_refreshed(jobs);
            match self.try_once(&jobs_now, &mut unsure) {
                Ok(landed) => return self.tell(landed, jobs_now),
                Err(why) => {
                    tracing::warn!(code = why.code(), "the journal could not be written: {why}");
                    self.shared.not_written(why.code());
                    jobs = refuse(jobs_now);
                }
            }
            if self.pause(wait) {
                tracing::error!(
                    jobs = jobs.len(),
                    "closing with facts that could not be written"
                );
                return;
            }
            wait = (wait * 2).min(RETRY_LAST);
        }
    }

    /// Until the next try; whoever asks meanwhile is told at once. True if the store is closing.
    fn pause(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let pause = self.shared.queue.pause(left);
            let quiet = pause.asked.is_empty();
            let _none_left = refuse(pause.asked);
            if pause.closing || quiet {
                return pause.closing;
            }
        }
    }

    /// `unsure`: what an earlier commit of these jobs would have been, of which it is not known whether it landed.
    fn try_once(
        &mut self,
        jobs: &[Job],
        unsure: &mut Option<Box<Landed>>,
    ) -> Result<Landed, StoreError> {
        if !self.trusted {
            self.reopen()?;
        }
        if let Some(landed) = self.settled(unsure) {
            return Ok(landed);
        }
        let Failed { why, landed } = match self.commit(jobs) {
            Ok(landed) => return Ok(landed),
            Err(failed) => failed,
        };
        self.trusted = false;
        *unsure = landed;
        // often the files can be opened anew at once: then those who asked get the right answer
        match self.reopen() {
            Ok(()) => self.settled(unsure).ok_or(why),
            Err(bad) => {
                tracing::warn!(
                    code = bad.code(),
                    "the files could not be opened anew: {bad}"
                );
                Err(why)
            }
        }
    }

    /// One try: it fails instead of trying again.
    pub(crate) fn write_once(&mut self, jobs: Vec<Job>) -> Result<(), StoreError> {
        if !self.trusted {
            self.reopen()?;
        }
        match self.commit(&jobs) {
            Ok(landed) => {
                self.tell(landed, jobs);
                Ok(())
            }
            Err(failed) => {
                self.trusted = false;
                Err(failed.why)
            }
        }
    }

    fn collect_refreshed(&mut self, jobs: Vec<Job>) -> Vec<Job> {
        let (refreshed, rest): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(Job::is_refresh);
        for job in refreshed {
            if let Job::Side(Side::BindingKept(kept)) = job {
                self.refreshed.push(kept);
            }
        }
        rest
    }

    /// A handle that failed is never trusted again: new ones, and something written and synced by each.
    pub(super) fn reopen(&mut self) -> Result<(), StoreError> {
        let conn = database::open_branch(&self.config.branch_file())?;
        let vault = database::open_vault(&self.config.vault_file())?;
        database::probe(&vault)?;
        database::probe(&conn)?;
        self.standing = load::standing(&conn)?;
        (self.conn, self.vault) = (conn, vault);
        self.trusted = true;
        self.shared.reopened();
        Ok(())
    }

    /// The commit that failed, if it landed all the same: then it must not be written twice.
    fn settled(&self, unsure: &mut Option<Box<Landed>>) -> Option<Landed> {
        let landed = unsure.take()?;
        let there = landed.standing.head == self.standing.head && !landed.facts.is_empty();
        there.then_some(*landed)
    }

    /// It is durable: everybody is told.
    fn tell(&mut self, landed: Landed, jobs: Vec<Job>) {
        self.standing = landed.standing;
        self.refreshed.clear();
        self.follow_in_vault(&landed.facts);
        self.ring.keep(landed.new_keys);
        self.shared
            .stands(landed.standing.head, landed.standing.cursor);
        if !landed.search.is_empty() {
            let mut search = self
                .shared
                .search
                .write()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            search.extend(landed.search);
        }
        if !landed.facts.is_empty() {
            self.forget_in_search(&landed.facts);
            self.shared.announce(&landed.facts);
        }
        self.checkpointer
            .written(bytes(&landed.facts) + bytes_let_go(&jobs));
        for (job, answer) in jobs.into_iter().zip(landed.answers) {
            if let Job::VaultAtRest(reply) = job {
                self.vault_awaited.push(reply);
            } else {
                answer_job(job, answer);
            }
        }
    }

    fn put_head(&mut self, every: Duration) {
        let (put, at) = self.head_put;
        if self.still || put == self.standing.head || at.elapsed() < every {
            return;
        }
        match self.key_store.put_head(self.standing.head) {
            Ok(()) => self.head_put = (self.standing.head, Instant::now()),
            Err(bad) => tracing::warn!(code = bad.code(), "the head was not put: {bad}"),
        }
    }
}

fn refuse(jobs: Vec<Job>) -> Vec<Job> {
    jobs.into_iter()
        .filter_map(|job| job.refused(Refusal::JournalUnavailable))
        .collect()
}

fn answer_job(job: Job, answer: Answer) {
    match (job, answer) {
        (Job::Propose(proposal), Answer::Proposed(result)) => (proposal.reply)(result),
        (Job::RecordingKey { reply, .. }, Answer::Key(result)) => reply(result),
        (Job::Barrier(reply), _) => reply(()),
        (Job::Directive(order), Answer::Taken(taken)) => (order.reply)(Ok(taken)),
        (Job::BeginCommand { reply, .. }, Answer::Begun(begun)) => reply(Ok(begun)),
        (Job::Tail { reply, .. }, Answer::Tail(head)) => {
            reply(head.ok_or(Refusal::JournalUnavailable));
        }
        (
            Job::Append(_)
            | Job::Side(_)
            | Job::Propose(_)
            | Job::RecordingKey { .. }
            | Job::Directive(_)
            | Job::BeginCommand { .. }
            | Job::EndCommand { .. }
            | Job::Tail { .. }
            | Job::VaultAtRest(_),
            _,
        ) => {}
    }
}

fn bytes(facts: &[CommittedFact]) -> usize {
    facts.iter().map(|fact| fact.bytes.len()).sum()
}

/// Deleting fills the log, too: about as much as writing did.
fn bytes_let_go(jobs: &[Job]) -> usize {
    const OF_ONE_FACT: usize = 400;
    let rows = jobs.iter().map(|job| match job {
        Job::Side(Side::FactsLetGo { rows_max, .. }) => *rows_max as usize,
        Job::Append(_)
        | Job::Propose(_)
        | Job::RecordingKey { .. }
        | Job::Side(_)
        | Job::Barrier(_)
        | Job::Directive(_)
        | Job::BeginCommand { .. }
        | Job::EndCommand { .. }
        | Job::Tail { .. }
        | Job::VaultAtRest(_) => 0,
    });
    rows.sum::<usize>() * OF_ONE_FACT
}

#[cfg(test)]
mod failing;
#[cfg(test)]
mod forgetting;

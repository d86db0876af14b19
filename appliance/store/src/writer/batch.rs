//! One commit: all jobs in one transaction, keys durable in the vault before the facts that need them.
use super::sealing::{NewKeys, store_keys};
use super::{Standing, Writer};
use crate::error::StoreError;
use crate::job::{Begun, CommittedFact, Done, Job, RecordingKey, Taken};
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use crate::search::SearchEntry;
use messages::fact::{Actor, Fact, RuleSkipped};
use messages::journal::Head;
use messages::{BootId, BoxId, IdMint, Refusal};
use rusqlite::{Connection, TransactionBehavior};
use sansio::Secrets;
use seal::PartyKey;
use std::cell::RefCell;

/// A transaction under way, and what it will have changed outside of the database.
pub(super) struct Batch<'a> {
    pub(super) conn: &'a Connection,
    pub(super) keys: &'a Keys,
    pub(super) ring: &'a KeyRing,
    pub(super) secrets: &'a RefCell<Box<dyn Secrets>>,
    pub(super) mint: &'a mut IdMint,
    pub(super) box_id: &'a BoxId,
    pub(super) boot: BootId,
    pub(super) standing: Standing,
    pub(super) new_keys: NewKeys,
    pub(super) facts: Vec<CommittedFact>,
    pub(super) search: Vec<SearchEntry>,
}

/// What a durable commit changed.
pub(super) struct Landed {
    pub(super) standing: Standing,
    pub(super) facts: Vec<CommittedFact>,
    pub(super) search: Vec<SearchEntry>,
    pub(super) new_keys: Vec<PartyKey>,
    /// One for each job.
    pub(super) answers: Vec<Answer>,
}

pub(super) enum Answer {
    None,
    Proposed(Result<Done, Refusal>),
    Key(Result<RecordingKey, Refusal>),
    Taken(Taken),
    Begun(Begun),
    Tail(Option<Head>),
}

/// The commit failed; `landed` is what it would have been, if it reached COMMIT.
pub(super) struct Failed {
    pub(super) why: StoreError,
    pub(super) landed: Option<Box<Landed>>,
}

impl From<StoreError> for Failed {
    fn from(why: StoreError) -> Self {
        Self { why, landed: None }
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(why: rusqlite::Error) -> Self {
        StoreError::from(why).into()
    }
}

impl Writer {
    /// All or nothing.
    pub(super) fn commit(&mut self, jobs: &[Job]) -> Result<Landed, Failed> {
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch {
            conn: &tx,
            keys: &self.keys,
            ring: &self.ring,
            secrets: &self.secrets,
            mint: &mut self.mint,
            box_id: &self.config.box_id,
            boot: self.config.boot,
            standing: self.standing,
            new_keys: NewKeys::default(),
            facts: Vec::new(),
            search: Vec::new(),
        };
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            answers.push(batch.job(job, &*self.decider, &self.clock)?);
        }
        for kept in &self.refreshed {
            batch.binding_kept(kept)?;
        }
        let Batch {
            standing,
            new_keys,
            facts,
            search,
            ..
        } = batch;
        store_keys(&mut self.vault, &self.keys, &self.secrets, &new_keys)?;
        let landed = Landed {
            standing,
            facts,
            search,
            new_keys: new_keys.parties,
            answers,
        };
        match tx.commit() {
            Ok(()) => Ok(landed),
            Err(why) => Err(Failed {
                why: why.into(),
                landed: Some(Box::new(landed)),
            }),
        }
    }
}

impl Batch<'_> {
    fn job(
        &mut self,
        job: &Job,
        decider: &dyn messages::registry::Decider,
        clock: &super::Clock,
    ) -> Result<Answer, StoreError> {
        match job {
            Job::Append(facts) => {
                self.append(facts)?;
                Ok(Answer::None)
            }
            Job::Propose(proposal) => {
                let answer = self.propose(proposal, decider, clock())?;
                Ok(Answer::Proposed(answer))
            }
            Job::RecordingKey { order, .. } => {
                let answer = self.recording_key(order, clock())?;
                Ok(Answer::Key(answer))
            }
            Job::Side(side) => {
                self.side(side)?;
                Ok(Answer::None)
            }
            Job::Directive(order) => {
                let now = clock();
                self.take_directive(order, decider, now).map(Answer::Taken)
            }
            Job::BeginCommand { id, .. } => self.begin_command(*id, clock().utc).map(Answer::Begun),
            Job::EndCommand { result, facts } => {
                self.end_command(result, facts)?;
                Ok(Answer::None)
            }
            Job::Tail { facts, .. } => self.append_tail(facts).map(Answer::Tail),
            Job::Barrier(_) | Job::VaultAtRest(_) => Ok(Answer::None),
        }
    }

    pub(super) fn append(&mut self, facts: &[Fact]) -> Result<(), StoreError> {
        for fact in facts {
            match self.enter(fact.clone()) {
                Err(StoreError::Row(why)) => self.enter(not_entered(fact, &why))?,
                other => other?,
            }
        }
        Ok(())
    }
}

/// Our own mistake; it is said in the fact's place, and the journal goes on.
fn not_entered(fact: &Fact, why: &str) -> Fact {
    let kind = fact.body.kind();
    tracing::error!(kind, "a fact could not be entered: {why}");
    let body = RuleSkipped {
        code: "fact_not_entered".to_owned(),
        about: format!("{kind} {}", fact.body.subject().unwrap_or_default()),
    };
    Fact::new(fact.utc, fact.clock_trusted, Actor::System, body)
}

//! The store as the link reads it, and what headquarters' words become in it.
use crate::clock::Clock;
use crate::link::{Journal, JournalRead, JournalTrouble, effects, urgent};
use crate::log_filter::LogFilter;
use branch_store::{
    Begun, CommittedFact, DirectiveEffects, GivenKeys, LinkCursor, Store, StoreError, TailFact,
    Taken,
};
use link::{Arrived, BoxCursor, RefusedDirective};
use messages::directive::Directive;
use messages::fact::{
    Actor, Body, CommandRun, DirectiveRefused, Fact, LogFilterChanged, TailPulled,
};
use messages::journal::Head;
use messages::lane::{
    BoxCommand, CommandCode, CommandResult, DNC_CHANGES_MAX, DncChange, KeyOffer, Order,
};
use messages::{CommandId, Refusal};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

pub(super) struct StoreJournal {
    store: Store,
    clock: Clock,
    log: LogFilter,
    growth: watch::Receiver<u64>,
    urgent: Arc<Mutex<Vec<(u64, DncChange)>>>,
    /// Commands that run in this process.
    running: Arc<Mutex<BTreeSet<CommandId>>>,
}

impl StoreJournal {
    pub(super) fn new(store: Store, clock: Clock, log: LogFilter) -> Self {
        let (grown, growth) = watch::channel(store.head().seq);
        let urgent = Arc::new(Mutex::new(Vec::new()));
        let of_writer = Arc::clone(&urgent);
        store.subscribe(Box::new(move |facts| {
            note_urgent(&of_writer, facts);
            if let Some(last) = facts.last() {
                grown.send_replace(last.seq);
            }
        }));
        Self {
            store,
            clock,
            log,
            growth,
            urgent,
            running: Arc::default(),
        }
    }

    fn fact(&self, cause: Option<u64>, body: impl Into<Body>) -> Fact {
        let now = self.clock.now();
        let mut fact = Fact::new(now.utc, now.utc_trusted, Actor::Hq, body);
        fact.cause = cause;
        fact
    }

    fn append(&self, facts: Vec<Fact>) -> Result<(), JournalTrouble> {
        self.store.append_admitted(facts).map_err(|_full| BEHIND)
    }

    /// The writer has it: the running process follows.
    fn follow(&self, body: &Body) {
        if let Body::LogFilterChanged(LogFilterChanged {
            filter,
            until: Some(until),
        }) = body
        {
            tracing::info!(filter, until = until.0, "headquarters wants another log");
            self.log.set(filter, *until);
        }
    }

    fn run(&self, command: &BoxCommand) -> (CommandCode, String) {
        match Order::of(command) {
            None => (CommandCode::Unknown, command.kind.clone()),
            Some(Order::Report) => (
                CommandCode::Done,
                format!(
                    "{} seq {}",
                    env!("CARGO_PKG_VERSION"),
                    self.store.head().seq
                ),
            ),
            Some(Order::VerifyJournal) => match self.store.verify() {
                Ok(verdict) => (CommandCode::Done, format!("{verdict:?}")),
                Err(bad) => (CommandCode::Failed, bad.code().to_owned()),
            },
        }
    }

    fn end(
        &self,
        command: &BoxCommand,
        code: CommandCode,
        detail: String,
    ) -> Option<CommandResult> {
        let result = CommandResult {
            id: command.id,
            utc: self.clock.now().utc,
            code,
            detail,
        };
        let said = self.fact(
            None,
            CommandRun {
                id: command.id,
                kind: command.kind.chars().take(64).collect(),
                code,
            },
        );
        let kept = self.store.end_command(result.clone(), vec![said]);
        kept.is_ok().then_some(result)
    }

    fn begun(&self) -> std::sync::MutexGuard<'_, BTreeSet<CommandId>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const BEHIND: JournalTrouble = JournalTrouble {
    code: "journal_behind",
};

/// Only what other branches can know the number by.
fn note_urgent(urgent: &Mutex<Vec<(u64, DncChange)>>, facts: &[CommittedFact]) {
    let changes = facts.iter().filter_map(|committed| {
        let change = urgent_change(&committed.fact)?;
        Some((committed.seq, change))
    });
    let mut urgent = urgent.lock().unwrap_or_else(PoisonError::into_inner);
    urgent.extend(changes);
    let over = urgent.len().saturating_sub(DNC_CHANGES_MAX);
    urgent.drain(..over); // their facts will tell them
}

#[allow(clippy::wildcard_enum_match_arm)] // only refusals of contact cannot wait
fn urgent_change(fact: &Fact) -> Option<DncChange> {
    let (index, refused, reason) = match &fact.body {
        Body::DncAdded(body) => (body.tenant.clone()?, true, body.reason.clone()),
        Body::DncLifted(body) => (body.tenant.clone()?, false, body.reason.clone()),
        _ => return None,
    };
    Some(DncChange {
        index,
        refused,
        reason,
        utc: fact.utc,
    })
}

impl Journal for StoreJournal {
    fn head(&self) -> Result<(Head, u64), JournalTrouble> {
        Ok((self.store.head(), self.store.oldest().map_err(trouble)?))
    }

    fn cursor(&self) -> Result<BoxCursor, JournalTrouble> {
        let LinkCursor {
            epoch,
            applied,
            safe,
        } = self.store.link_cursor();
        Ok(BoxCursor {
            epoch,
            applied,
            safe,
        })
    }

    fn save_cursor(&self, cursor: BoxCursor) -> Result<(), JournalTrouble> {
        let BoxCursor {
            epoch,
            applied,
            safe,
        } = cursor;
        let put = self.store.put_link_cursor(LinkCursor {
            epoch,
            applied,
            safe,
        });
        put.map_err(|_full| BEHIND)
    }

    fn read(
        &self,
        after: u64,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<JournalRead, JournalTrouble> {
        Ok(JournalRead {
            hash: self.store.hash_at(after).map_err(trouble)?,
            facts: self
                .store
                .facts_after(after, count_max, bytes_max)
                .map_err(trouble)?,
        })
    }

    fn marks(&self, seqs: &[u64]) -> Result<Vec<Head>, JournalTrouble> {
        let mut marks = Vec::with_capacity(seqs.len());
        for seq in seqs {
            let hash = self.store.hash_at(*seq).map_err(trouble)?;
            marks.extend(hash.map(|hash| Head { seq: *seq, hash }));
        }
        Ok(marks)
    }

    fn directives(&self) -> Result<u64, JournalTrouble> {
        let reader = self.store.reader().map_err(trouble)?;
        reader.directives_upto().map_err(trouble)
    }

    fn take_directive(
        &self,
        directive: &Directive,
        bytes: Vec<u8>,
    ) -> Result<bool, JournalTrouble> {
        let effects = effects(directive, self.clock.now().utc, LogFilter::reads);
        let cause = Some(directive.seq);
        let facts = effects.facts.iter();
        let facts = facts.map(|body| self.fact(cause, body.clone()));
        let asked = DirectiveEffects {
            facts: facts.collect(),
            commands: effects.commands,
        };
        let taken = self
            .store
            .take_directive(directive.seq, bytes, asked)
            .map_err(refused)?;
        match taken {
            Taken::New => effects.facts.iter().for_each(|body| self.follow(body)),
            Taken::Known => {}
            Taken::Older => return Ok(false),
            Taken::NotNow => return Err(refused(Refusal::PartyInCall)),
        }
        Ok(true)
    }

    /// What is known already is not said again.
    fn urgent_directive(&self, directive: &Directive) -> Result<(), JournalTrouble> {
        let Some(mut change) = urgent(directive) else {
            return Ok(());
        };
        let known: BTreeSet<Vec<u8>> = self
            .store
            .tenant_refusals()
            .iter()
            .map(|index| index.as_bytes().to_vec())
            .collect();
        change.changes.retain(|one| !known.contains(&one.index));
        if change.changes.is_empty() {
            return Ok(());
        }
        self.append(vec![self.fact(Some(directive.seq), change)])
    }

    fn refuse_directive(&self, refused: RefusedDirective) -> Result<(), JournalTrouble> {
        let body = DirectiveRefused {
            seq: refused.seq,
            code: refused.why.code().to_owned(),
        };
        self.append(vec![self.fact(None, body)])
    }

    fn command(
        &self,
        command: &BoxCommand,
        late: bool,
    ) -> Result<Option<CommandResult>, JournalTrouble> {
        if self.begun().contains(&command.id) {
            return Ok(None);
        }
        let (code, detail) = match self.store.begin_command(command.id).map_err(refused)? {
            Begun::Ended { code, detail } => {
                let (id, utc) = (command.id, self.clock.now().utc);
                return Ok(Some(CommandResult {
                    id,
                    utc,
                    code,
                    detail,
                }));
            }
            Begun::Running => (CommandCode::Interrupted, String::new()),
            Begun::Run if late => (CommandCode::Expired, String::new()),
            Begun::Run => {
                self.begun().insert(command.id);
                let ran = self.run(command);
                self.begun().remove(&command.id);
                ran
            }
        };
        Ok(self.end(command, code, detail))
    }

    fn append_tail(&self, facts: Vec<Arrived>) -> Result<Head, JournalTrouble> {
        let facts = facts.into_iter().map(|fact| TailFact {
            head: fact.head,
            bytes: fact.bytes,
        });
        self.store.append_tail(facts.collect()).map_err(refused)
    }

    fn tail_complete(&self, from: u64, upto: u64, epoch: u32) -> Result<(), JournalTrouble> {
        self.append(vec![self.fact(None, TailPulled { from, upto, epoch })])
    }

    fn give_keys(&self, keys: GivenKeys) {
        self.store.give_keys(keys);
    }

    fn key_offers(&self) -> Result<u64, JournalTrouble> {
        let reader = self.store.reader().map_err(trouble)?;
        reader.key_offers().map_err(trouble)
    }

    fn read_keys(&self, after: u64, count_max: usize) -> Result<Vec<KeyOffer>, JournalTrouble> {
        let reader = self.store.reader().map_err(trouble)?;
        let offers = reader.key_offers_after(after, count_max).map_err(trouble)?;
        Ok(offers.into_iter().map(|(_, offer)| offer).collect())
    }

    fn take_urgent(&self) -> Result<Option<(Head, Vec<DncChange>)>, JournalTrouble> {
        let mut urgent = self.urgent.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = core::mem::take(&mut *urgent);
        drop(urgent);
        let Some((seq, _)) = changes.last() else {
            return Ok(None);
        };
        let Some(hash) = self.store.hash_at(*seq).map_err(trouble)? else {
            return Ok(None);
        };
        let head = Head { seq: *seq, hash };
        let changes = changes.into_iter().map(|(_, change)| change).collect();
        Ok(Some((head, changes)))
    }

    fn beat(&self) -> Result<(), JournalTrouble> {
        if !self.log.goes_back(self.clock.now().utc) {
            return Ok(());
        }
        let filter = self.log.configured().to_owned();
        let body = LogFilterChanged {
            filter,
            until: None,
        };
        self.append(vec![self.fact(None, body)])
    }

    fn growth(&self) -> watch::Receiver<u64> {
        self.growth.clone()
    }
}

fn trouble(error: StoreError) -> JournalTrouble {
    JournalTrouble { code: error.code() }
}

fn refused(refusal: Refusal) -> JournalTrouble {
    JournalTrouble {
        code: refusal.code(),
    }
}

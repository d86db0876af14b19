//! A journal and pipes in memory.
use super::{PATIENCE, cloud::Cloud};
use crate::link::{
    BrokerAddress, Journal, JournalRead, JournalTrouble, LinkConfig, LinkHandle, LinkSetup,
    LinkTask,
    pipe::{Pipe, PipeEvent, PipeFull, Pipes},
};
use branch_store::GivenKeys;
use core::time::Duration;
use link::{Arrived, BoxCursor, DirectiveSigner, RefusedDirective, Trust};
use messages::{
    BootId, BoxId, Field, PartyId, SealFailed, Sealed, Sealer, UtcMs,
    directive::Directive,
    fact::{Actor, BoxStopped, Fact, Place},
    journal::{ChainHash, Head},
    lane::{BoxCommand, CommandCode, CommandResult, DncChange, KeyOffer, Lane, Metrics},
};
use portal::{Clock, Tasks};
use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::{Notify, watch};

pub(super) fn box_id() -> BoxId {
    BoxId::parse("sz-01").unwrap()
}

pub(super) fn signer(seed: u8) -> DirectiveSigner {
    DirectiveSigner::from_seed(&[seed; 32]).unwrap()
}

pub(super) fn config(broker: &str, certificates: PathBuf) -> LinkConfig {
    LinkConfig {
        broker: Some(BrokerAddress::parse(broker).unwrap()),
        redial: Arc::default(),
        certificates,
        box_id: box_id(),
        boot: BootId::from_bytes([1; 16]),
        version: "test".to_owned(),
        metrics_every: Duration::from_millis(1),
        seed: 1,
        trust: Trust {
            tenant: "hq".to_owned(),
            box_id: box_id(),
            keys: vec![signer(7).key().clone()],
        },
        tenant: None,
    }
}

struct Kept {
    facts: Vec<Vec<u8>>,
    heads: Vec<Head>,
    cursor: BoxCursor,
    failing_reads: u32,
    inbox: BTreeMap<u64, Vec<u8>>,
    refused: Vec<RefusedDirective>,
    offers: Vec<KeyOffer>,
}

/// A journal of real facts.
pub(super) struct MemoryJournal {
    kept: Mutex<Kept>,
    growth: watch::Sender<u64>,
}

struct NothingPersonal;

impl Sealer for NothingPersonal {
    fn seal(&mut self, _: PartyId, _: Field, _: &str) -> Result<Sealed, SealFailed> {
        Err(SealFailed("nothing personal here".to_owned()))
    }
}

impl MemoryJournal {
    pub(super) fn new(count: u64) -> Arc<Self> {
        let kept = Kept {
            facts: Vec::new(),
            heads: Vec::new(),
            cursor: BoxCursor::NEW,
            failing_reads: 0,
            inbox: BTreeMap::new(),
            refused: Vec::new(),
            offers: Vec::new(),
        };
        let journal = Self {
            kept: Mutex::new(kept),
            growth: watch::Sender::new(0),
        };
        journal.append(count);
        Arc::new(journal)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    pub(super) fn append(&self, count: u64) {
        let mut kept = self.kept();
        for _ in 0..count {
            let before = kept.heads.last().copied().unwrap_or(Head::EMPTY);
            let id = box_id();
            let place = Place {
                box_id: &id,
                epoch: 0,
                seq: before.seq + 1,
                boot: BootId::from_bytes([1; 16]),
                policy_version: 0,
            };
            let body = BoxStopped {
                reason: "test".to_owned(),
            };
            let fact = Fact::new(UtcMs(1_000), true, Actor::System, body)
                .seal(&place, &mut NothingPersonal)
                .unwrap();
            kept.heads.push(Head {
                seq: before.seq + 1,
                hash: fact.chained(before.hash),
            });
            kept.facts.push(fact.bytes().to_vec());
        }
        self.growth.send_modify(|count| *count += 1);
    }
}

impl Journal for MemoryJournal {
    fn head(&self) -> Result<(Head, u64), JournalTrouble> {
        Ok((self.kept().heads.last().copied().unwrap_or(Head::EMPTY), 1))
    }

    fn cursor(&self) -> Result<BoxCursor, JournalTrouble> {
        Ok(self.kept().cursor)
    }

    fn save_cursor(&self, cursor: BoxCursor) -> Result<(), JournalTrouble> {
        self.kept().cursor = cursor;
        Ok(())
    }

    fn read(
        &self,
        after: u64,
        count_max: usize,
        _bytes_max: usize,
    ) -> Result<JournalRead, JournalTrouble> {
        let mut kept = self.kept();
        if kept.failing_reads > 0 && count_max > 1 {
            kept.failing_reads -= 1;
            return Err(JournalTrouble { code: "test" });
        }
        let from = usize::try_from(after).unwrap();
        let facts = kept.facts.iter().skip(from).take(count_max);
        Ok(JournalRead {
            hash: Some(match from {
                0 => ChainHash::START,
                _ => kept.heads[from - 1].hash,
            }),
            facts: (after + 1..).zip(facts.cloned()).collect(),
        })
    }

    fn marks(&self, seqs: &[u64]) -> Result<Vec<Head>, JournalTrouble> {
        let kept = self.kept();
        let held = |seq: &u64| kept.heads.iter().find(|head| head.seq == *seq);
        Ok(seqs.iter().filter_map(held).copied().collect())
    }

    fn directives(&self) -> Result<u64, JournalTrouble> {
        Ok(u64::try_from(self.kept().inbox.len()).unwrap())
    }

    fn take_directive(
        &self,
        directive: &Directive,
        bytes: Vec<u8>,
    ) -> Result<bool, JournalTrouble> {
        let mut kept = self.kept();
        let known = kept.inbox.entry(directive.seq).or_insert(bytes.clone());
        Ok(*known == bytes)
    }

    fn give_keys(&self, _: GivenKeys) {}

    fn key_offers(&self) -> Result<u64, JournalTrouble> {
        Ok(u64::try_from(self.kept().offers.len()).unwrap())
    }

    fn read_keys(&self, after: u64, count_max: usize) -> Result<Vec<KeyOffer>, JournalTrouble> {
        let from = usize::try_from(after).unwrap();
        let kept = self.kept();
        Ok(kept
            .offers
            .iter()
            .skip(from)
            .take(count_max)
            .cloned()
            .collect())
    }

    fn urgent_directive(&self, _: &Directive) -> Result<(), JournalTrouble> {
        Ok(())
    }

    fn refuse_directive(&self, refused: RefusedDirective) -> Result<(), JournalTrouble> {
        self.kept().refused.push(refused);
        Ok(())
    }

    fn command(
        &self,
        command: &BoxCommand,
        late: bool,
    ) -> Result<Option<CommandResult>, JournalTrouble> {
        Ok(Some(CommandResult {
            id: command.id,
            utc: UtcMs(1),
            code: if late {
                CommandCode::Expired
            } else {
                CommandCode::Done
            },
            detail: String::new(),
        }))
    }

    fn append_tail(&self, facts: Vec<Arrived>) -> Result<Head, JournalTrouble> {
        let mut kept = self.kept();
        for fact in facts {
            kept.heads.push(fact.head);
            kept.facts.push(fact.bytes);
        }
        Ok(kept.heads.last().copied().unwrap_or(Head::EMPTY))
    }

    fn tail_complete(&self, _: u64, _: u64, _: u32) -> Result<(), JournalTrouble> {
        Ok(())
    }

    fn take_urgent(&self) -> Result<Option<(Head, Vec<DncChange>)>, JournalTrouble> {
        Ok(None)
    }

    fn beat(&self) -> Result<(), JournalTrouble> {
        Ok(())
    }

    fn growth(&self) -> watch::Receiver<u64> {
        self.growth.subscribe()
    }
}

/// What the pipes of one world share.
struct Middle {
    cloud: Cloud,
    opened: u32,
    refusing: bool,
    /// A pipe breaks after so many messages; 0 never.
    break_every: u32,
}

pub(super) struct World {
    journal: Arc<MemoryJournal>,
    middle: Arc<Mutex<Middle>>,
    heard: Arc<Notify>,
    tasks: Tasks,
}

impl World {
    pub(super) fn new(facts: u64) -> Self {
        Self {
            journal: MemoryJournal::new(facts),
            middle: Arc::new(Mutex::new(Middle {
                cloud: Cloud::new(box_id()),
                opened: 0,
                refusing: false,
                break_every: 0,
            })),
            heard: Arc::new(Notify::new()),
            tasks: Tasks::new(),
        }
    }

    pub(super) fn start(&self) -> LinkHandle {
        let pipes = MemoryPipes {
            middle: self.middle.clone(),
            heard: self.heard.clone(),
        };
        let setup = LinkSetup {
            journal: self.journal.clone(),
            metrics: Box::new(|| Metrics {
                calls_live: 7,
                ..Metrics::default()
            }),
            clock: Clock::system(),
        };
        let config = config("localhost:1", PathBuf::new());
        LinkTask::start_over(pipes, config, setup, &self.tasks).unwrap()
    }

    pub(super) async fn stop(&self) {
        let left = self.tasks.shutdown(PATIENCE).await;
        assert!(left.is_empty(), "{left:?}");
    }

    fn middle(&self) -> MutexGuard<'_, Middle> {
        self.middle.lock().unwrap()
    }

    pub(super) fn append(&self, count: u64) {
        self.journal.append(count);
    }

    /// A party has to be offered from here on.
    pub(super) fn offer(&self, offer: KeyOffer) {
        self.journal.kept().offers.push(offer);
        self.journal.append(1);
    }

    pub(super) fn break_every(&self, messages: u32) {
        self.middle().break_every = messages;
    }

    pub(super) fn fail_reads(&self, count: u32) {
        self.journal.kept().failing_reads = count;
    }

    pub(super) fn refuse_pipes(&self) {
        self.middle().refusing = true;
    }

    pub(super) fn allow_pipes(&self) {
        self.middle().refusing = false;
    }

    pub(super) fn pipes_opened(&self) -> u32 {
        self.middle().opened
    }

    /// Goes down with the next sample that comes up.
    pub(super) fn send_directive(&self, signed: Vec<u8>) {
        self.middle().cloud.directives.push(signed);
    }

    pub(super) fn directives_kept(&self) -> Vec<u64> {
        self.journal.kept().inbox.keys().copied().collect()
    }

    pub(super) fn directives_refused(&self) -> Vec<&'static str> {
        let kept = self.journal.kept();
        kept.refused.iter().map(|one| one.why.code()).collect()
    }

    pub(super) fn cloud_facts(&self) -> Vec<Vec<u8>> {
        self.middle().cloud.facts.clone()
    }

    pub(super) fn journal_facts(&self) -> Vec<Vec<u8>> {
        self.journal.kept().facts.clone()
    }

    pub(super) fn journal_cursor(&self) -> BoxCursor {
        self.journal.kept().cursor
    }

    pub(super) async fn metrics_when(&self, fits: impl Fn(&Metrics) -> bool) -> Metrics {
        let found = |cloud: &Cloud| cloud.metrics.iter().find(|one| fits(one)).cloned();
        self.cloud_when("such metrics", found).await
    }

    /// All offers of keys, as soon as there are so many.
    pub(super) async fn offers_when(&self, count: usize) -> Vec<KeyOffer> {
        let all = |cloud: &Cloud| (cloud.offers.len() >= count).then(|| cloud.offers.clone());
        self.cloud_when("so many offers", all).await
    }

    async fn cloud_when<T>(&self, what: &str, found: impl Fn(&Cloud) -> Option<T>) -> T {
        let found = async {
            loop {
                let heard = self.heard.notified();
                if let Some(found) = found(&self.middle().cloud) {
                    return found;
                }
                heard.await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, found).await;
        in_time.unwrap_or_else(|_| panic!("never {what}"))
    }
}

struct MemoryPipes {
    middle: Arc<Mutex<Middle>>,
    heard: Arc<Notify>,
}

impl Pipes for MemoryPipes {
    type Pipe = MemoryPipe;

    fn open(&mut self) -> MemoryPipe {
        let mut middle = self.middle.lock().unwrap();
        middle.opened += 1;
        let first = if middle.refusing {
            PipeEvent::Down { code: "test_away" }
        } else {
            PipeEvent::Up
        };
        MemoryPipe {
            middle: self.middle.clone(),
            heard: self.heard.clone(),
            events: VecDeque::from([first]),
            arrived: Notify::new(),
            messages: 0,
        }
    }
}

struct MemoryPipe {
    middle: Arc<Mutex<Middle>>,
    heard: Arc<Notify>,
    events: VecDeque<PipeEvent>,
    arrived: Notify,
    messages: u32,
}

impl Pipe for MemoryPipe {
    async fn next(&mut self) -> PipeEvent {
        loop {
            if let Some(event) = self.events.pop_front() {
                return event;
            }
            self.arrived.notified().await;
        }
    }

    /// The reply of every message comes back, until the pipe breaks: then the last replies are lost.
    fn send(&mut self, lane: Lane, bytes: Vec<u8>) -> Result<(), PipeFull> {
        let mut middle = self.middle.lock().unwrap();
        let reply = middle.cloud.hear(lane, &bytes);
        self.heard.notify_waiters();
        self.messages += u32::from(lane == Lane::Facts);
        if middle.break_every > 0 && self.messages >= middle.break_every {
            self.events.push_back(PipeEvent::Down {
                code: "test_broken",
            });
        } else if let Some((lane, bytes)) = reply {
            self.events.push_back(PipeEvent::Received { lane, bytes });
        }
        self.arrived.notify_one();
        Ok(())
    }
}

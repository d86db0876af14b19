//! A branch, a cloud and a bad pipe between them, in virtual time.
mod pipe;

use link::{
    BoxConfig, BoxCursor, BoxEnd, BoxInput, BoxOutput, CloudBook, CloudEnd, Judged, PLAIN_BYTES_MAX,
};
use messages::{
    BootId, BoxId, Moment, Now,
    journal::{ChainHash, Head},
    lane::{Hello, Lane, Metrics, PROTOCOL, SCHEMA},
    wire,
};
use pipe::Pipe;
use sansio::{Machine as _, SeededRng, virtual_time::VirtualClock};
use std::time::Duration;

/// The branch's journal: it survives restarts.
struct Disk {
    facts: Vec<Vec<u8>>,
    heads: Vec<Head>,
    oldest: u64,
    cursor: BoxCursor,
}

impl Disk {
    fn head(&self) -> Head {
        self.heads.last().copied().unwrap_or(Head::EMPTY)
    }

    fn hash_at(&self, seq: u64) -> Option<ChainHash> {
        match seq {
            _ if seq + 1 < self.oldest => None,
            0 => Some(ChainHash::START),
            _ => Some(self.heads[usize::try_from(seq).unwrap() - 1].hash),
        }
    }

    fn append(&mut self, fact: Vec<u8>) {
        let before = self.head();
        self.heads.push(Head {
            seq: before.seq + 1,
            hash: before.hash.next(&fact),
        });
        self.facts.push(fact);
    }
}

pub(crate) struct World {
    clock: VirtualClock,
    seed: u64,
    boots: u8,
    disk: Disk,
    end: BoxEnd,
    connected: bool,
    up: Pipe,
    down: Pipe,
    box_id: BoxId,
    book: CloudBook,
    cloud_facts: Vec<Vec<u8>>,
    metrics_heard: u32,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let disk = Disk {
            facts: Vec::new(),
            heads: Vec::new(),
            oldest: 1,
            cursor: BoxCursor::NEW,
        };
        let clock = VirtualClock::default();
        let box_id = BoxId::parse("sz-01").unwrap();
        Self {
            end: boot(&disk, &box_id, 1, clock.now()),
            clock,
            seed,
            boots: 1,
            disk,
            connected: false,
            up: Pipe::new(seed),
            down: Pipe::new(seed ^ 0xd0),
            box_id,
            book: CloudBook::NEW,
            cloud_facts: Vec::new(),
            metrics_heard: 0,
        }
    }

    /// One random event, then some time.
    pub(crate) fn step(&mut self, rng: &mut SeededRng) {
        match rng.below(100) {
            0..40 => {
                let count = 1 + rng.below(120);
                self.append(count);
            }
            40..46 => self.cut_link(),
            46..49 => self.restart_box(),
            49..52 => self.cloud_killed(),
            52..56 => {
                let bad = rng.chance(0.7);
                self.up.set_bad(bad);
                self.down.set_bad(bad);
            }
            56..58 => self.save_is_lost(),
            _ => {}
        }
        if !self.connected && rng.chance(0.5) {
            self.connect();
        }
        let wait = Duration::from_millis(rng.below(3_000));
        self.pass(wait);
    }

    pub(crate) fn append(&mut self, count: u64) {
        self.append_as(count, 0);
    }

    /// Facts that the first life of this branch never wrote.
    pub(crate) fn append_other(&mut self, count: u64) {
        self.append_as(count, 1);
    }

    fn append_as(&mut self, count: u64, life: u8) {
        let mut rng = SeededRng::new(self.seed ^ self.disk.head().seq);
        for _ in 0..count {
            let len = match rng.below(200) {
                0 => 70_000,
                1..20 => rng.below(3_000),
                _ => 40 + rng.below(200),
            };
            let mut fact = self.disk.head().seq.to_be_bytes().to_vec();
            fact.push(life);
            fact.resize(
                usize::try_from(len).unwrap(),
                u8::try_from(rng.below(256)).unwrap(),
            );
            self.disk.append(fact);
        }
        self.tell_head();
    }

    fn tell_head(&mut self) {
        let input = BoxInput::JournalHead {
            head: self.disk.head(),
            oldest: self.disk.oldest,
        };
        self.feed(input);
    }

    pub(crate) fn connect(&mut self) {
        self.connected = true;
        self.feed(BoxInput::Connected);
    }

    pub(crate) fn cut_link(&mut self) {
        self.up.clear();
        self.down.clear();
        if self.connected {
            self.connected = false;
            self.feed(BoxInput::Disconnected { code: "test_cut" });
        }
    }

    pub(crate) fn reconnect(&mut self) {
        self.cut_link();
        self.connect();
    }

    fn restart_box(&mut self) {
        self.boots += 1;
        self.up.clear();
        self.down.clear();
        self.connected = false;
        self.end = boot(&self.disk, &self.box_id, self.boots, self.clock.now());
    }

    /// Kill -9: what was not committed is gone, and so is every connection. Commits here are atomic.
    fn cloud_killed(&mut self) {
        self.cut_link();
    }

    /// The box died between the WELCOME or ACK and the write of its cursor.
    fn save_is_lost(&mut self) {
        self.disk.cursor = BoxCursor::NEW;
        self.restart_box();
    }

    pub(crate) fn restore_box(&mut self, keep: usize) {
        self.cut_link();
        self.disk.facts.truncate(keep);
        self.disk.heads.truncate(keep);
        self.disk.cursor.applied = self.disk.head();
        self.disk.cursor.safe = 0;
        self.restart_box();
    }

    pub(crate) fn prune_box(&mut self, oldest: u64) {
        self.disk.oldest = oldest;
        self.tell_head();
    }

    pub(crate) fn restore_cloud(&mut self, keep: u64) {
        self.cut_link();
        self.cloud_facts.truncate(usize::try_from(keep).unwrap());
        self.book.applied = self.disk.heads[usize::try_from(keep).unwrap() - 1];
        self.book.safe = 0;
    }

    pub(crate) fn other_copy_says_hello(&mut self) {
        let hello = Hello {
            protocol: PROTOCOL,
            schema: SCHEMA,
            box_id: self.box_id.clone(),
            boot: BootId::from_bytes([99; 16]),
            epoch: self.book.epoch,
            head: self.disk.head(),
            oldest: 1,
            utc: self.clock.now().utc,
            version: "1".to_owned(),
            marks: Vec::new(),
            asks_to_branch: false,
            proof: None,
            directives: None,
        };
        self.cloud_hears(Lane::Hello, &wire::encode(&hello).unwrap());
        self.down.clear();
    }

    pub(crate) fn send_metrics(&mut self) {
        self.feed(BoxInput::MetricsReady(Metrics::default()));
    }

    fn feed(&mut self, input: BoxInput) {
        self.end.handle(self.clock.now(), input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.end.poll() {
            match output {
                BoxOutput::Publish { lane, bytes } => {
                    assert!(self.connected, "nothing is sent without a connection");
                    self.up.put(self.clock.now().mono, lane, bytes);
                }
                BoxOutput::ReadFacts {
                    after,
                    count_max,
                    bytes_max,
                } => {
                    let input = self.read(after, count_max, bytes_max);
                    self.end.handle(self.clock.now(), input);
                }
                BoxOutput::SaveCursor(cursor) => self.disk.cursor = cursor,
                BoxOutput::Reconnect { .. } => self.cut_link(),
                BoxOutput::Status(status) => {
                    assert!(status.safe <= status.applied && status.applied <= status.head);
                }
            }
        }
    }

    fn read(&self, after: u64, count_max: usize, bytes_max: usize) -> BoxInput {
        let mut size = 0;
        let from = usize::try_from(after).unwrap();
        let facts = self.disk.facts.iter().enumerate().skip(from);
        let facts = facts
            .take(count_max)
            .take_while(|(index, fact)| {
                size += fact.len();
                size <= bytes_max || *index == from
            })
            .map(|(index, fact)| (u64::try_from(index).unwrap() + 1, fact.clone()))
            .collect();
        BoxInput::FactsRead {
            after,
            hash: self.disk.hash_at(after),
            facts,
        }
    }

    /// Lets time pass: timers and messages each at their own moment.
    fn pass(&mut self, by: Duration) {
        let end = self.clock.now().mono + by;
        for _ in 0..100_000 {
            let now = self.clock.now().mono;
            let next = [self.end.deadline(), self.up.due(), self.down.due()]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= end);
            let Some(at) = next else {
                self.clock.advance(end.since(now));
                return;
            };
            self.clock.advance(at.since(now));
            self.turn(self.clock.now().mono);
        }
        panic!("time does not pass");
    }

    fn turn(&mut self, now: Moment) {
        if self.end.deadline().is_some_and(|at| at <= now) {
            self.end.tick(self.clock.now());
            self.drain();
        }
        if let Some((lane, bytes)) = self.up.take(now) {
            self.cloud_hears(lane, &bytes);
        }
        if let Some((lane, bytes)) = self.down.take(now) {
            self.feed(BoxInput::Received { lane, bytes });
        }
    }

    /// What the cloud's ingest does with a message: the store is `book` and `cloud_facts`, changed together.
    fn cloud_hears(&mut self, lane: Lane, bytes: &[u8]) {
        let now = self.clock.now();
        let mut end = CloudEnd::new(self.box_id.clone(), self.book);
        match lane {
            Lane::Hello => {
                let greeted = end.hello(bytes, now.utc).unwrap();
                self.book = greeted.book;
                self.down.put(now.mono, Lane::Welcome, greeted.welcome);
            }
            Lane::Facts => match end.batch(bytes, now.utc) {
                Judged::Apply { facts, head } => {
                    assert!(
                        facts.iter().map(|fact| fact.bytes.len()).sum::<usize>() <= PLAIN_BYTES_MAX
                    );
                    self.cloud_facts
                        .extend(facts.into_iter().map(|fact| fact.bytes));
                    let ack = end.committed(head, head.seq / 2).unwrap();
                    self.book = *end.book();
                    self.down.put(now.mono, Lane::Ack, ack);
                }
                Judged::Skip { ack } => self.down.put(now.mono, Lane::Ack, ack),
                Judged::Refuse { reply, .. } => {
                    if let Some((lane, bytes)) = reply {
                        self.down.put(now.mono, lane, bytes);
                    }
                }
            },
            Lane::Metrics => self.metrics_heard += 1,
            Lane::State
            | Lane::Result
            | Lane::UrgentUp
            | Lane::KeysUp
            | Lane::Pull
            | Lane::DirectiveAck
            | Lane::Welcome
            | Lane::Ack
            | Lane::Directives
            | Lane::UrgentDown
            | Lane::KeyAck
            | Lane::Command
            | Lane::Tail => panic!("not a lane for this end"),
        }
    }

    pub(crate) fn settle(&mut self) {
        self.pass(Duration::from_secs(50));
    }

    pub(crate) fn heal_and_settle(&mut self) {
        self.up.set_bad(false);
        self.down.set_bad(false);
        for _ in 0..20 {
            if !self.connected {
                self.connect();
            }
            self.settle();
        }
    }

    pub(crate) fn check_prefix(&self) {
        let len = self.cloud_facts.len();
        assert!(len <= self.disk.facts.len());
        assert_eq!(
            self.cloud_facts.last(),
            len.checked_sub(1).map(|last| &self.disk.facts[last])
        );
        assert_eq!(self.book.applied.seq, u64::try_from(len).unwrap());
    }

    pub(crate) fn check_all_arrived(&self) {
        assert!(self.cloud_facts == self.disk.facts, "not the same facts");
        assert_eq!(self.book.applied, self.disk.head());
        assert_eq!(self.disk.cursor.applied, self.disk.head());
        assert_eq!(self.box_phase(), "flowing");
    }

    pub(crate) fn box_phase(&self) -> &'static str {
        self.end.status().phase.code()
    }

    pub(crate) fn cloud_len(&self) -> usize {
        self.cloud_facts.len()
    }

    pub(crate) fn metrics_heard(&self) -> u32 {
        self.metrics_heard
    }
}

fn boot(disk: &Disk, box_id: &BoxId, boots: u8, now: Now) -> BoxEnd {
    let config = BoxConfig {
        box_id: box_id.clone(),
        boot: BootId::from_bytes([boots; 16]),
        version: "1".to_owned(),
    };
    BoxEnd::new(config, disk.cursor, disk.head(), disk.oldest, now)
}

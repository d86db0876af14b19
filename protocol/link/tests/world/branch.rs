//! The branch: a disk that survives restarts and can be copied, and one life of the gateway that runs on it.
use super::fold;
use super::pipe::Pipe;
use super::trust;
use link::{BoxConfig, BoxCursor, BoxEnd, BoxInput, BoxOutput, LinkStatus, RefusedDirective};
use messages::{
    BootId, BoxId, CommandId, Now, PartyId, UtcMs,
    directive::Wish,
    journal::{ChainHash, Head},
    lane::{CommandCode, CommandResult, DncChange, KeyOffer, Metrics, OfferedKey, SCHEMA},
};
use sansio::{Machine as _, SeededRng};
use std::collections::{BTreeMap, BTreeSet};

/// What a backup holds.
#[derive(Clone)]
pub(crate) struct Disk {
    pub(crate) facts: Vec<Vec<u8>>,
    pub(crate) heads: Vec<Head>,
    pub(crate) oldest: u64,
    pub(crate) cursor: BoxCursor,
    pub(crate) inbox: BTreeMap<u64, Vec<u8>>,
    pub(crate) dnc: BTreeSet<Vec<u8>>,
    pub(crate) commands: BTreeMap<CommandId, CommandCode>,
    pub(crate) keys: Vec<KeyOffer>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            facts: Vec::new(),
            heads: Vec::new(),
            oldest: 1,
            cursor: BoxCursor::NEW,
            inbox: BTreeMap::new(),
            dnc: BTreeSet::new(),
            commands: BTreeMap::new(),
            keys: Vec::new(),
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.heads.last().copied().unwrap_or(Head::EMPTY)
    }

    pub(crate) fn hash_at(&self, seq: u64) -> Option<ChainHash> {
        match seq {
            _ if seq + 1 < self.oldest => None,
            0 => Some(ChainHash::START),
            _ => self
                .heads
                .get(usize::try_from(seq).unwrap() - 1)
                .map(|head| head.hash),
        }
    }

    pub(crate) fn append(&mut self, fact: Vec<u8>) {
        let before = self.head();
        self.heads.push(Head {
            seq: before.seq + 1,
            hash: before.hash.next(&fact),
        });
        self.facts.push(fact);
    }

    fn read(&self, after: u64, count_max: usize, bytes_max: usize) -> BoxInput {
        let mut size = 0;
        let from = usize::try_from(after).unwrap();
        let facts = self.facts.iter().enumerate().skip(from);
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
            hash: self.hash_at(after),
            facts,
        }
    }
}

pub(crate) struct Life {
    pub(crate) disk: Disk,
    pub(crate) end: BoxEnd,
    pub(crate) connected: bool,
    pub(crate) up: Pipe,
    pub(crate) down: Pipe,
    /// Distinguishes what two lives write at the same seq.
    pub(crate) number: u64,
    boots: u8,
    schema: u16,
    pub(crate) clock_off_ms: i64,
    /// Commands that were really carried out, in every life.
    pub(crate) ran: Vec<CommandId>,
    pub(crate) refused: BTreeSet<RefusedDirective>,
    pub(crate) pulls_completed: u32,
    pub(crate) reconnect: bool,
    pub(crate) status: Option<LinkStatus>,
}

impl Life {
    pub(crate) fn new(disk: Disk, number: u64, seed: u64, now: Now) -> Self {
        let keys = u64::try_from(disk.keys.len()).unwrap();
        let mut life = Self {
            end: boot(&disk, number, 1, SCHEMA, now),
            disk,
            connected: false,
            up: Pipe::new(seed),
            down: Pipe::new(seed ^ 0xd0),
            number,
            boots: 1,
            schema: SCHEMA,
            clock_off_ms: 0,
            ran: Vec::new(),
            refused: BTreeSet::new(),
            pulls_completed: 0,
            reconnect: false,
            status: None,
        };
        life.feed(now, BoxInput::KeysGrown { head: keys });
        life
    }

    pub(crate) fn now(&self, now: Now) -> Now {
        Now {
            utc: UtcMs(now.utc.0 + self.clock_off_ms),
            ..now
        }
    }

    pub(crate) fn restart(&mut self, now: Now) {
        self.boots += 1;
        self.connected = false;
        self.end = boot(
            &self.disk,
            self.number,
            self.boots,
            self.schema,
            self.now(now),
        );
        let keys = u64::try_from(self.disk.keys.len()).unwrap();
        self.feed(now, BoxInput::KeysGrown { head: keys });
    }

    pub(crate) fn set_schema(&mut self, schema: u16, now: Now) {
        self.schema = schema;
        self.cut(now);
        self.restart(now);
    }

    pub(crate) fn boot_id(&self) -> BootId {
        boot_id(self.number, self.boots)
    }

    pub(crate) fn cut(&mut self, now: Now) {
        self.up.clear();
        self.down.clear();
        if self.connected {
            self.connected = false;
            self.feed(now, BoxInput::Disconnected { code: "test_cut" });
        }
    }

    pub(crate) fn append(&mut self, now: Now, rng: &mut SeededRng, count: u64, poison: f64) {
        for _ in 0..count {
            let seq = self.disk.head().seq + 1;
            let bad = rng.chance(poison);
            self.disk.append(fold::fact(rng, seq, self.number, bad));
        }
        self.tell_head(now);
    }

    pub(crate) fn tell_head(&mut self, now: Now) {
        let input = BoxInput::JournalHead {
            head: self.disk.head(),
            oldest: self.disk.oldest,
        };
        self.feed(now, input);
    }

    /// Somebody refuses contact: a fact, and at once a word to headquarters.
    pub(crate) fn refuse_contact(&mut self, now: Now, index: Vec<u8>, rng: &mut SeededRng) {
        self.disk.dnc.insert(index.clone());
        self.append(now, rng, 1, 0.0);
        let change = DncChange {
            index,
            refused: true,
            reason: "asked".to_owned(),
            utc: self.now(now).utc,
        };
        let input = BoxInput::Urgent {
            head: self.disk.head(),
            changes: vec![change],
        };
        self.feed(now, input);
    }

    pub(crate) fn offer_key(&mut self, now: Now, party: u8, version: u32, nonce: Option<u64>) {
        let key = nonce.map_or(OfferedKey::Gone, |nonce| {
            OfferedKey::Wrapped(nonce.to_be_bytes().to_vec())
        });
        self.disk.keys.push(KeyOffer {
            party: PartyId::from_bytes([party; 16]),
            version,
            key,
        });
        let head = u64::try_from(self.disk.keys.len()).unwrap();
        self.feed(now, BoxInput::KeysGrown { head });
    }

    pub(crate) fn send_metrics(&mut self, now: Now) {
        self.feed(now, BoxInput::MetricsReady(Metrics::default()));
    }

    pub(crate) fn feed(&mut self, now: Now, input: BoxInput) {
        self.end.handle(self.now(now), input);
        self.drain(now);
    }

    pub(crate) fn tick(&mut self, now: Now) {
        self.end.tick(self.now(now));
        self.drain(now);
    }

    fn drain(&mut self, now: Now) {
        let theirs = self.now(now);
        while let Some(output) = self.end.poll() {
            if let Some(input) = self.carry_out(now, output) {
                self.end.handle(theirs, input);
            }
        }
    }

    /// The shell of this world: does what the machine says, and what there is to say to that.
    #[allow(clippy::too_many_lines)] // one arm for each output
    fn carry_out(&mut self, now: Now, output: BoxOutput) -> Option<BoxInput> {
        match output {
            BoxOutput::Publish { lane, bytes } => {
                assert!(self.connected, "nothing is sent without a connection");
                self.up.put(now.mono, lane, bytes);
                None
            }
            BoxOutput::ReadFacts {
                after,
                count_max,
                bytes_max,
            } => Some(self.disk.read(after, count_max, bytes_max)),
            BoxOutput::ReadMarks(wanted) => {
                let mark = |seq| self.disk.hash_at(seq).map(|hash| Head { seq, hash });
                Some(BoxInput::MarksRead(
                    wanted.into_iter().filter_map(mark).collect(),
                ))
            }
            BoxOutput::SaveCursor(cursor) => {
                self.disk.cursor = cursor;
                None
            }
            BoxOutput::AppendTail(facts) => Some(self.append_tail(facts)),
            BoxOutput::TailComplete { .. } => {
                self.pulls_completed += 1;
                None
            }
            BoxOutput::Directive { directive, bytes } => {
                let known = self
                    .disk
                    .inbox
                    .entry(directive.seq)
                    .or_insert_with(|| bytes.clone());
                if *known == bytes {
                    self.obey(&directive.wish().unwrap().unwrap(), true);
                    Some(BoxInput::DirectiveKept { seq: directive.seq })
                } else {
                    let why = link::BadDirective::Older;
                    Some(BoxInput::DirectiveRefused(RefusedDirective {
                        seq: directive.seq,
                        why,
                    }))
                }
            }
            BoxOutput::UrgentDirective(directive) => {
                self.obey(&directive.wish().unwrap().unwrap(), false);
                None
            }
            BoxOutput::RefuseDirective(refused) => {
                assert!(self.refused.insert(refused) || self.boots > 1, "said once");
                None
            }
            BoxOutput::Command { command, late } => Some(self.run(now, command.id, late)),
            BoxOutput::ReadKeys { after, count_max } => {
                let offers = self.disk.keys.iter().skip(usize::try_from(after).unwrap());
                Some(BoxInput::KeysRead {
                    after,
                    offers: offers.take(count_max).cloned().collect(),
                })
            }
            BoxOutput::KeysKept { .. } => None,
            BoxOutput::Reconnect { .. } => {
                self.reconnect = true;
                None
            }
            BoxOutput::Status(status) => {
                assert!(status.safe <= status.head && status.applied <= status.head);
                self.status = Some(status);
                None
            }
        }
    }

    fn append_tail(&mut self, facts: Vec<link::Arrived>) -> BoxInput {
        if facts.first().map(|fact| fact.head.seq) != Some(self.disk.head().seq + 1) {
            return BoxInput::TailRefused {
                code: "journal_moved",
            };
        }
        for fact in facts {
            self.disk.append(fact.bytes);
            assert_eq!(
                self.disk.head(),
                fact.head,
                "the chain goes on through the tail"
            );
        }
        BoxInput::TailAppended(self.disk.head())
    }

    /// Out of its turn only what adds refusals counts.
    fn obey(&mut self, wish: &Wish, in_turn: bool) {
        let Wish::DncSet(set) = wish else { return };
        for change in &set.changes {
            if change.refused {
                self.disk.dnc.insert(change.index.clone());
            } else if in_turn {
                self.disk.dnc.remove(&change.index);
            }
        }
    }

    fn run(&mut self, now: Now, id: CommandId, late: bool) -> BoxInput {
        let ran = &mut self.ran;
        let code = self.disk.commands.entry(id).or_insert_with(|| {
            if late {
                CommandCode::Expired
            } else {
                ran.push(id);
                CommandCode::Done
            }
        });
        BoxInput::Answered(CommandResult {
            id,
            utc: now.utc,
            code: *code,
            detail: String::new(),
        })
    }
}

fn boot_id(number: u64, boots: u8) -> BootId {
    let mut id = [boots; 16];
    id[0] = u8::try_from(number % 251).unwrap();
    BootId::from_bytes(id)
}

fn boot(disk: &Disk, number: u64, boots: u8, schema: u16, now: Now) -> BoxEnd {
    let config = BoxConfig {
        box_id: BoxId::parse("sz-01").unwrap(),
        boot: boot_id(number, boots),
        version: "1".to_owned(),
        schema,
        trust: trust(),
        directives: disk.inbox.keys().last().copied().unwrap_or(0),
    };
    BoxEnd::new(config, disk.cursor, disk.head(), disk.oldest, now)
}

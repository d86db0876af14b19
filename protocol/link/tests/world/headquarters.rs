//! Headquarters: a store that changes as its ingest does, in one step for each message, and can be restored from a backup.
use super::{fold::State, signer};
use link::{
    Arrived, CloudBook, CloudEnd, Consequence, DirectiveSender, Form, Judged, KeysJudged,
    PLAIN_BYTES_MAX, SenderInput, SenderOutput, read_directive_ack, read_result, read_urgent,
};
use messages::{
    BoxId, CommandId, Now, PartyId, UtcMs,
    directive::{Directive, Passed, Wish},
    journal::{ChainHash, Head},
    lane::{BoxCommand, CommandCode, Lane, OfferedKey, Order, Verdict},
    wire,
};
use sansio::Machine as _;
use std::collections::{BTreeMap, BTreeSet};

/// The old end of a journal that the branch no longer goes on from.
#[derive(Clone)]
pub(crate) struct Tail {
    pub(crate) at: Head,
    pub(crate) facts: Vec<Vec<u8>>,
}

/// What a backup holds.
#[derive(Clone)]
pub(crate) struct Books {
    pub(crate) book: CloudBook,
    /// The line that counts, from its first fact; `None` inside of a gap.
    pub(crate) line: Vec<Option<(Head, Vec<u8>)>>,
    pub(crate) state: State,
    pub(crate) dead: u64,
    /// Seqs that wait as bytes.
    raw: Vec<usize>,
    pub(crate) tails: Vec<Tail>,
    pub(crate) gaps: Vec<(u64, u64)>,
    pub(crate) alarms: u32,
    /// What was issued, and whether a restored headquarters passed over the number.
    pub(crate) directives: Vec<(Vec<u8>, bool)>,
    /// Wishes that have no number yet.
    unnumbered: Vec<Wish>,
    pub(crate) keys: BTreeMap<PartyId, (u32, Option<Vec<u8>>)>,
    pub(crate) dnc: BTreeSet<Vec<u8>>,
}

pub(crate) struct Headquarters {
    pub(crate) box_id: BoxId,
    pub(crate) books: Books,
    backup: Option<Books>,
    sender: DirectiveSender,
    pub(crate) verdicts: BTreeSet<&'static str>,
    pub(crate) metrics_heard: u32,
    pub(crate) commands: Vec<BoxCommand>,
    pub(crate) results: BTreeMap<CommandId, CommandCode>,
    pub(crate) clock_off_seen: bool,
    pub(crate) upgrade_asked: bool,
    minted: u64,
    /// Restored, and the box has not said which directives it has.
    numbers_wait: bool,
}

type Replies = Vec<(Lane, Vec<u8>)>;

impl Headquarters {
    pub(crate) fn new(box_id: BoxId) -> Self {
        Self {
            box_id,
            books: Books {
                book: CloudBook::NEW,
                line: Vec::new(),
                state: State::default(),
                dead: 0,
                raw: Vec::new(),
                tails: Vec::new(),
                gaps: Vec::new(),
                alarms: 0,
                directives: Vec::new(),
                unnumbered: Vec::new(),
                keys: BTreeMap::new(),
                dnc: BTreeSet::new(),
            },
            backup: None,
            sender: DirectiveSender::default(),
            verdicts: BTreeSet::new(),
            metrics_heard: 0,
            commands: Vec::new(),
            results: BTreeMap::new(),
            clock_off_seen: false,
            upgrade_asked: false,
            minted: 0,
            numbers_wait: false,
        }
    }

    fn end(&self) -> CloudEnd {
        CloudEnd::new(self.box_id.clone(), self.books.book)
    }

    fn hash_at(&self, seq: u64) -> Option<ChainHash> {
        let index = usize::try_from(seq).unwrap().checked_sub(1)?;
        let fact = self.books.line.get(index)?.as_ref()?;
        Some(fact.0.hash)
    }

    pub(crate) fn hears(&mut self, now: Now, lane: Lane, bytes: &[u8]) -> Replies {
        match lane {
            Lane::Hello => self.hello(now, bytes),
            Lane::Facts => self.facts(now, bytes),
            Lane::Pull => self.pull(bytes),
            Lane::KeysUp => self.keys(bytes),
            Lane::UrgentUp => {
                let urgent = read_urgent(bytes).unwrap();
                self.books
                    .dnc
                    .extend(urgent.changes.into_iter().map(|change| change.index));
                Vec::new()
            }
            Lane::DirectiveAck => {
                let ack = read_directive_ack(bytes).unwrap();
                self.feed_sender(now, SenderInput::Acked { upto: ack.upto })
            }
            Lane::Result => {
                let result = read_result(bytes).unwrap();
                self.results.insert(result.id, result.code);
                Vec::new()
            }
            Lane::Metrics => {
                self.metrics_heard += 1;
                Vec::new()
            }
            Lane::State
            | Lane::Welcome
            | Lane::Ack
            | Lane::Directives
            | Lane::UrgentDown
            | Lane::KeyAck
            | Lane::Command
            | Lane::Tail => panic!("not a lane for this end"),
        }
    }

    fn hello(&mut self, now: Now, bytes: &[u8]) -> Replies {
        let mut end = self.end();
        let greeted = end.hello(bytes, now.utc, |seq| self.hash_at(seq)).unwrap();
        self.verdicts.insert(greeted.verdict.code());
        self.clock_off_seen |= greeted.clock_is_off();
        self.upgrade_asked |= greeted.upgrade;
        match greeted.consequence {
            Consequence::Nothing => {}
            Consequence::TailAside { at, upto, .. } => self.tail_aside(at, upto),
            Consequence::Gap { first, last } => {
                self.books.gaps.push((first, last));
                self.books.line.resize(usize::try_from(last).unwrap(), None);
            }
            Consequence::Quarantine => self.books.alarms += 1,
        }
        self.books.book = greeted.book;
        let mut replies = vec![(Lane::Welcome, greeted.welcome)];
        if greeted.verdict != Verdict::Cloned {
            let upto = greeted.hello.directives.unwrap();
            let head = self.issued();
            replies.extend(self.feed_sender(now, SenderInput::Greeted { upto, head }));
            self.numbers_wait = false;
            for wish in core::mem::take(&mut self.books.unnumbered) {
                replies.extend(self.issue(now, &wish).1);
            }
            replies.extend(self.pending_commands());
        }
        replies
    }

    fn tail_aside(&mut self, at: Head, upto: u64) {
        let keep = usize::try_from(at.seq).unwrap();
        assert_eq!(u64::try_from(self.books.line.len()), Ok(upto));
        let tail = self.books.line.split_off(keep);
        let facts = tail.into_iter().flatten().map(|(_, bytes)| bytes).collect();
        self.books.tails.push(Tail { at, facts });
        self.books.raw.retain(|index| *index < keep);
        self.fold_again();
    }

    fn fold_again(&mut self) {
        let waits = |index: &usize| self.books.raw.contains(index);
        let read = self.books.line.iter().enumerate();
        let read = read.filter(|(index, _)| !waits(index));
        (self.books.state, self.books.dead) =
            State::of(read.filter_map(|(_, fact)| fact.as_ref().map(|(_, bytes)| bytes)));
    }

    fn facts(&mut self, now: Now, bytes: &[u8]) -> Replies {
        let mut end = self.end().with_window(4);
        match end.batch(bytes, now.utc) {
            Judged::Apply { facts, head, form } => {
                let size: usize = facts.iter().map(|fact| fact.bytes.len()).sum();
                assert!(size <= PLAIN_BYTES_MAX);
                for fact in facts {
                    self.take(fact, form);
                }
                let ack = end.committed(head, self.books.book.safe).unwrap();
                self.books.book = CloudBook {
                    raw: self.books.book.raw || form != Form::Read,
                    ..*end.book()
                };
                vec![(Lane::Ack, ack)]
            }
            Judged::Skip { ack } => vec![(Lane::Ack, ack)],
            Judged::Refuse { reply, .. } => reply.into_iter().collect(),
        }
    }

    fn take(&mut self, fact: Arrived, form: Form) {
        assert_eq!(
            u64::try_from(self.books.line.len() + 1),
            Ok(fact.head.seq),
            "no hole, nothing twice"
        );
        match form {
            Form::Raw { .. } => self.books.raw.push(self.books.line.len()),
            Form::Read => {
                if self.books.state.apply(&fact.bytes).is_none() {
                    self.books.dead += 1;
                }
            }
        }
        self.books.line.push(Some((fact.head, fact.bytes)));
    }

    /// A version that can read what waits: in its order, before anything new.
    pub(crate) fn upgraded(&mut self) {
        self.books.raw.clear();
        self.books.book.raw = false;
        self.fold_again();
    }

    fn pull(&mut self, bytes: &[u8]) -> Replies {
        let Ok(pulled) = self.end().pull(bytes) else {
            return Vec::new();
        };
        if pulled.after.seq > 0 && self.hash_at(pulled.after.seq) != Some(pulled.after.hash) {
            return Vec::new();
        }
        let from = usize::try_from(pulled.after.seq).unwrap();
        let facts = self.books.line[from..].iter().take(pulled.count_max);
        let facts: Vec<Vec<u8>> = facts
            .map_while(|fact| fact.as_ref().map(|one| one.1.clone()))
            .collect();
        let message = self.end().tail(pulled.after, &facts);
        message
            .into_iter()
            .map(|message| (Lane::Tail, message))
            .collect()
    }

    fn keys(&mut self, bytes: &[u8]) -> Replies {
        let mut end = self.end();
        let ack = match end.keys(bytes) {
            Ok(KeysJudged::Keep { offers, upto, last }) => {
                for offer in offers {
                    let key = match offer.key {
                        OfferedKey::Wrapped(bytes) => Some(bytes),
                        OfferedKey::Gone => None,
                    };
                    self.books.keys.insert(offer.party, (offer.version, key));
                }
                let ack = end.keys_kept(upto, last).unwrap();
                self.books.book = *end.book();
                ack
            }
            Ok(KeysJudged::Tell { ack }) => ack,
            Err(_) => return Vec::new(),
        };
        vec![(Lane::KeyAck, ack)]
    }

    fn issued(&self) -> u64 {
        u64::try_from(self.books.directives.len()).unwrap()
    }

    pub(crate) fn sign(&self, seq: u64, wish: &Wish) -> Vec<u8> {
        let directive = Directive::new("hq", self.box_id.clone(), seq, UtcMs(0), wish).unwrap();
        signer().sign(&directive).unwrap()
    }

    /// Issues the next one; hands back its bytes (for the urgent lane) and what goes out.
    pub(crate) fn issue(&mut self, now: Now, wish: &Wish) -> (Vec<u8>, Replies) {
        if self.numbers_wait {
            self.books.unnumbered.push(wish.clone());
            return (Vec::new(), Vec::new());
        }
        let head = self.issued() + 1;
        let bytes = self.sign(head, wish);
        self.books.directives.push((bytes.clone(), false));
        (bytes, self.feed_sender(now, SenderInput::Issued { head }))
    }

    fn feed_sender(&mut self, now: Now, input: SenderInput) -> Replies {
        self.sender.handle(now, input);
        self.drain_sender(now)
    }

    pub(crate) fn tick(&mut self, now: Now) -> Replies {
        self.sender.tick(now);
        self.drain_sender(now)
    }

    pub(crate) fn deadline(&self) -> Option<messages::Moment> {
        self.sender.deadline()
    }

    pub(crate) fn link_lost(&mut self, now: Now) {
        self.feed_sender(now, SenderInput::Disconnected);
    }

    fn drain_sender(&mut self, now: Now) -> Replies {
        let mut replies = Vec::new();
        while let Some(output) = self.sender.poll() {
            match output {
                SenderOutput::Read {
                    after, count_max, ..
                } => {
                    let behind = &self.books.directives[usize::try_from(after).unwrap()..];
                    let directives = behind
                        .iter()
                        .take(count_max)
                        .map(|one| one.0.clone())
                        .collect();
                    self.sender
                        .handle(now, SenderInput::Read { after, directives });
                }
                SenderOutput::Publish(bytes) => replies.push((Lane::Directives, bytes)),
                SenderOutput::Kept { .. } => {}
                SenderOutput::BoxIsAhead { upto } => {
                    for seq in self.issued() + 1..=upto {
                        let bytes = self.sign(seq, &Passed {}.into());
                        self.books.directives.push((bytes, true));
                    }
                }
            }
        }
        replies
    }

    pub(crate) fn command(&mut self, not_after: UtcMs) -> Replies {
        self.minted += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.minted.to_be_bytes());
        let command = BoxCommand::new(CommandId::from_bytes(id), not_after, &Order::Report);
        let bytes = wire::encode(&command).unwrap();
        self.commands.push(command);
        vec![(Lane::Command, bytes)]
    }

    pub(crate) fn pending_commands(&self) -> Replies {
        let pending = self
            .commands
            .iter()
            .filter(|command| !self.results.contains_key(&command.id));
        pending
            .map(|command| (Lane::Command, wire::encode(command).unwrap()))
            .collect()
    }

    /// Online, synced, verified: what is in it is safe.
    pub(crate) fn backup(&mut self) {
        self.books.book.safe = self.books.book.applied.seq;
        self.backup = Some(self.books.clone());
    }

    pub(crate) fn restore(&mut self) -> bool {
        let Some(backup) = self.backup.clone() else {
            return false;
        };
        self.books = backup;
        self.sender = DirectiveSender::default();
        self.numbers_wait = true;
        true
    }
}

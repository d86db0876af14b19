//! A branch, headquarters and a bad pipe between them, in virtual time: everything that can go wrong with either.
#![allow(dead_code)] // each file of tests uses its part of this world
mod branch;
mod checks;
mod fold;
mod headquarters;
mod pipe;
mod stories;

pub(crate) use branch::{Disk, Life};
pub(crate) use headquarters::Headquarters;

use link::{DirectiveKey, DirectiveSigner, Trust};
use messages::{
    BoxId, Now, UtcMs,
    directive::{DncSet, FieldPolicySet, HqSees, Wish},
    lane::{DncChange, Lane},
};
use sansio::{Machine as _, SeededRng, virtual_time::VirtualClock};
use std::time::Duration;

const DAY_MS: u64 = 86_400_000;

pub(crate) fn signer() -> DirectiveSigner {
    DirectiveSigner::from_seed(&[7; 32]).unwrap()
}

fn trust() -> Trust {
    let key = signer().key().clone();
    Trust {
        tenant: "hq".to_owned(),
        box_id: BoxId::parse("sz-01").unwrap(),
        keys: vec![DirectiveKey::new([9; 32]), key],
    }
}

pub(crate) struct World {
    pub(crate) clock: VirtualClock,
    seed: u64,
    pub(crate) rng: SeededRng,
    pub(crate) hq: Headquarters,
    hq_clock_off_ms: i64,
    pub(crate) life: Life,
    /// A second machine that was started from a copy of the disk.
    pub(crate) copy: Option<Life>,
    backup: Option<Disk>,
    lives: u64,
    bad: bool,
    /// What a restore can undo is not counted against the link.
    pub(crate) restores: u32,
    pub(crate) clones: u32,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let clock = VirtualClock::default();
        let life = Life::new(Disk::new(), 1, seed, clock.now());
        Self {
            hq: Headquarters::new(BoxId::parse("sz-01").unwrap()),
            life,
            clock,
            seed,
            rng: SeededRng::new(seed ^ 0x5eed),
            hq_clock_off_ms: 0,
            copy: None,
            backup: None,
            lives: 1,
            bad: true,
            restores: 0,
            clones: 0,
        }
    }

    pub(crate) fn now(&self) -> Now {
        self.clock.now()
    }

    fn hq_now(&self) -> Now {
        let now = self.clock.now();
        Now {
            utc: UtcMs(now.utc.0 + self.hq_clock_off_ms),
            ..now
        }
    }

    /// One random event, then some time.
    pub(crate) fn step(&mut self) {
        self.event();
        if !self.life.connected && self.rng.chance(0.5) {
            self.connect();
        }
        if self.copy.as_ref().is_some_and(|copy| !copy.connected) && self.rng.chance(0.5) {
            self.connect_copy();
        }
        let wait = Duration::from_millis(self.rng.below(4_000));
        self.pass(wait);
    }

    fn event(&mut self) {
        let now = self.now();
        match self.rng.below(1_000) {
            0..380 => {
                let count = 1 + self.rng.below(30);
                self.append(count);
            }
            380..430 => self.cut(),
            430..455 => self.restart(),
            455..500 => {
                let bad = self.rng.chance(0.7);
                self.set_bad(bad);
            }
            500..515 => self.backup = Some(self.life.disk.clone()),
            515..525 => self.restore_box(),
            525..530 => self.restore_box_quietly(),
            530..550 => self.hq.backup(),
            550..560 => self.restore_hq(),
            560..565 => self.clone_box(),
            565..580 => self.end_of_the_copy(),
            580..600 => self.jump_clocks(),
            600..620 => self.prune_box(),
            620..635 => {
                let schema = 1 + u16::try_from(self.rng.below(5)).unwrap();
                self.life.set_schema(schema, now);
            }
            635..645 => self.hq.upgraded(),
            645..720 => self.issue(),
            720..745 => self.attack(),
            745..775 => self.command(),
            775..815 => self.refuse_contact(),
            815..880 => {
                let (party, version) = (self.rng.below(40), self.rng.below(9));
                let nonce = self.rng.next_u64();
                let nonce = self.rng.chance(0.8).then_some(nonce);
                let party = u8::try_from(party).unwrap();
                self.life
                    .offer_key(now, party, u32::try_from(version).unwrap(), nonce);
            }
            880..900 if self.life.connected => self.life.send_metrics(now),
            _ => {}
        }
    }

    pub(crate) fn set_bad(&mut self, bad: bool) {
        self.bad = bad;
        for life in [Some(&mut self.life), self.copy.as_mut()]
            .into_iter()
            .flatten()
        {
            life.up.set_bad(bad);
            life.down.set_bad(bad);
        }
    }

    pub(crate) fn append(&mut self, count: u64) {
        let now = self.now();
        self.life.append(now, &mut self.rng, count, 0.02);
        if let Some(copy) = &mut self.copy {
            copy.append(now, &mut self.rng, 1 + count / 2, 0.02);
        }
    }

    /// A broker has one connection for each name: the later one takes it over.
    pub(crate) fn connect(&mut self) {
        let now = self.now();
        if let Some(copy) = &mut self.copy {
            copy.cut(now);
        }
        self.life.connected = true;
        self.life.feed(now, link::BoxInput::Connected);
    }

    pub(crate) fn connect_copy(&mut self) {
        let now = self.now();
        self.life.cut(now);
        if let Some(copy) = &mut self.copy {
            copy.connected = true;
            copy.feed(now, link::BoxInput::Connected);
        }
    }

    pub(crate) fn cut(&mut self) {
        let now = self.now();
        self.life.cut(now);
        self.hq.link_lost(now);
    }

    /// Kill -9 of either end looks the same from here: what was not durable is gone, and so is the connection.
    /// What was on its way may still arrive.
    pub(crate) fn restart(&mut self) {
        let now = self.now();
        if self.rng.chance(0.5) {
            self.life.cut(now);
        }
        if self.rng.chance(0.2) {
            self.life.disk.cursor = link::BoxCursor::NEW; // the write was lost
        }
        self.life.restart(now);
        self.life.append(now, &mut self.rng, 1, 0.0); // each run begins with a fact
    }

    pub(crate) fn issue(&mut self) {
        let now = self.hq_now();
        let refused = self.rng.chance(0.8);
        let index = vec![u8::try_from(self.rng.below(50)).unwrap(); 16];
        let wish: Wish = if self.rng.chance(0.7) {
            let change = DncChange {
                index,
                refused,
                reason: String::new(),
                utc: now.utc,
            };
            DncSet {
                changes: vec![change],
            }
            .into()
        } else {
            FieldPolicySet {
                name: HqSees::Masked,
                number: HqSees::Never,
            }
            .into()
        };
        let (bytes, replies) = self.hq.issue(now, &wish);
        self.reply(replies);
        if !bytes.is_empty() && self.rng.chance(0.5) {
            self.reply(vec![(Lane::UrgentDown, bytes)]);
        }
    }

    /// Somebody at the broker sends what headquarters never signed.
    pub(crate) fn attack(&mut self) {
        let forged = self.forgery();
        let batch = messages::lane::DirectiveBatch {
            first: 1,
            directives: vec![forged.into()],
        };
        let bytes = messages::wire::encode(&batch).unwrap();
        self.reply(vec![(Lane::Directives, bytes)]);
    }

    fn command(&mut self) {
        let in_ms = i64::try_from(self.rng.below(20_000)).unwrap() - 5_000;
        let not_after = UtcMs(self.hq_now().utc.0 + in_ms);
        let replies = self.hq.command(not_after);
        self.reply(replies);
    }

    fn refuse_contact(&mut self) {
        let now = self.now();
        let index = vec![100 + u8::try_from(self.rng.below(100)).unwrap(); 16];
        self.life.refuse_contact(now, index, &mut self.rng);
    }

    fn jump_clocks(&mut self) {
        let days_30 = 60 * DAY_MS;
        let off = |rng: &mut SeededRng| {
            i64::try_from(rng.below(days_30)).unwrap() - i64::try_from(days_30 / 2).unwrap()
        };
        if self.rng.chance(0.6) {
            self.life.clock_off_ms = off(&mut self.rng);
        } else {
            self.hq_clock_off_ms = off(&mut self.rng);
        }
    }

    pub(crate) fn reply(&mut self, replies: Vec<(Lane, Vec<u8>)>) {
        let now = self.clock.now().mono;
        let copy_talks = self.copy.as_ref().is_some_and(|copy| copy.connected);
        for (lane, bytes) in replies {
            if self.life.connected {
                self.life.down.put(now, lane, bytes);
            } else if let Some(copy) = self.copy.as_mut().filter(|_| copy_talks) {
                copy.down.put(now, lane, bytes);
            }
        }
    }

    /// Lets time pass: timers and messages each at their own moment.
    pub(crate) fn pass(&mut self, by: Duration) {
        let end = self.clock.now().mono + by;
        for _ in 0..100_000 {
            let now = self.clock.now().mono;
            let lives = [Some(&self.life), self.copy.as_ref()];
            let next = lives
                .into_iter()
                .flatten()
                .flat_map(|life| [life.end.deadline(), life.up.due(), life.down.due()]);
            let next = next.chain([self.hq.deadline()]).flatten().min();
            let Some(at) = next.filter(|at| *at <= end) else {
                self.clock.advance(end.since(now));
                return;
            };
            self.clock.advance(at.since(now));
            self.turn();
        }
        panic!("time does not pass");
    }

    fn turn(&mut self) {
        let now = self.clock.now();
        if self.hq.deadline().is_some_and(|at| at <= now.mono) {
            let replies = self.hq.tick(now);
            self.reply(replies);
        }
        self.turn_of(now, false);
        self.turn_of(now, true);
    }

    fn turn_of(&mut self, now: Now, is_copy: bool) {
        let hq_now = self.hq_now();
        let Some(life) = (if is_copy {
            self.copy.as_mut()
        } else {
            Some(&mut self.life)
        }) else {
            return;
        };
        if life.end.deadline().is_some_and(|at| at <= now.mono) {
            life.tick(now);
        }
        if let Some((lane, bytes)) = life.down.take(now.mono)
            && life.connected
        {
            life.feed(now, link::BoxInput::Received { lane, bytes });
        }
        if core::mem::take(&mut life.reconnect) {
            life.cut(now);
        }
        if let Some((lane, bytes)) = life.up.take(now.mono) {
            let replies = self.hq.hears(hq_now, lane, &bytes);
            self.reply(replies);
        }
    }

    /// All facts of the branch, packed again by `count`.
    pub(crate) fn packed(&self, count: usize) -> Vec<Vec<u8>> {
        let (disk, epoch) = (&self.life.disk, self.hq.books.book.epoch);
        let starts = (0..disk.facts.len()).step_by(count);
        let pack = |from: usize| {
            let before = from
                .checked_sub(1)
                .map_or(messages::journal::Head::EMPTY, |last| disk.heads[last]);
            let upto = (from + count).min(disk.facts.len());
            link::pack_batch(epoch, before, &disk.facts[from..upto])
                .unwrap()
                .0
        };
        starts.map(pack).collect()
    }

    pub(crate) fn settle(&mut self) {
        self.pass(Duration::from_secs(50));
    }

    /// All that is broken is mended, as people would; then quiet.
    pub(crate) fn heal_and_settle(&mut self) {
        self.end_of_the_copy();
        let now = self.now();
        self.life.set_schema(messages::lane::SCHEMA, now);
        self.hq.upgraded();
        self.set_bad(false);
        for _ in 0..30 {
            if self.hq.books.book.quarantined {
                let boot = self.life.boot_id();
                self.hq.books.book = self.hq.books.book.released(boot);
            }
            if !self.life.connected {
                self.connect();
            }
            self.settle();
            self.hq.upgraded();
            // said again every few seconds, as long as there is no answer
            let pending = self.hq.pending_commands();
            self.reply(pending);
            self.settle();
        }
    }
}

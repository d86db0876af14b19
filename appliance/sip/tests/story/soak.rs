//! A million broken messages in one life of the machine: no panic, and no more memory at the end than near the beginning.
use crate::mutation::{Damage, POISON, spoil};
use crate::world::{CARRIER, GATEWAY, PHONE, config, flow};
use bytes::Bytes;
use core::time::Duration;
use messages::{Moment, Now, SipCode, UtcMs};
use sansio::{Machine as _, SeededRng, SeededSecrets};
use sip::{Command, Event, Input, LegId, Output, Sip};
use std::path::Path;

const IN_A_TEST: u64 = 20_000;
const IN_A_SOAK: u64 = 1_000_000;
/// Between two messages.
const STEP: Duration = Duration::from_millis(5);
/// What the allocator may keep for itself, kB.
const SLACK_KB: u64 = 8 * 1_024;

struct Soak {
    sip: Sip,
    now: Now,
    rng: SeededRng,
    /// What goes wrong is made of these: the corpus, the torture messages, and what the machine itself said.
    seeds: Vec<Vec<u8>>,
    own: usize,
    legs: Vec<LegId>,
    outputs: u64,
}

impl Soak {
    fn new(seed: u64) -> Self {
        let mut sip = Sip::new(Box::new(SeededSecrets::new(seed)));
        let now = Now {
            mono: Moment::START,
            utc: UtcMs(1_772_416_800_000),
            utc_trusted: true,
        };
        sip.handle(now, Input::Configure(config(GATEWAY)));
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/sip_messages");
        let files = std::fs::read_dir(folder).unwrap();
        let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        let corpus = paths.iter().map(|path| std::fs::read(path).unwrap());
        let torture = sipx_testkit::rfc4475::CASES.iter();
        let seeds: Vec<Vec<u8>> = corpus
            .chain(torture.map(|case| case.bytes.to_vec()))
            .collect();
        Self {
            sip,
            now,
            rng: SeededRng::new(seed),
            own: seeds.len(),
            seeds,
            legs: Vec::new(),
            outputs: 0,
        }
    }

    fn run(&mut self, messages: u64) {
        for _ in 0..messages {
            let from = [PHONE, CARRIER][self.below(2)];
            let bytes = Bytes::from(self.message());
            let flow = flow(GATEWAY, from);
            self.sip.handle(self.now, Input::Received { flow, bytes });
            self.drain();
            self.pass(STEP);
        }
    }

    fn message(&mut self) -> Vec<u8> {
        let which = self.below(self.seeds.len());
        let mut bytes = self.seeds[which].clone();
        for _ in 0..self.below(4) {
            let damage = self.damage();
            bytes = spoil(bytes, &damage);
        }
        bytes
    }

    fn damage(&mut self) -> Damage {
        let (at, length) = (self.below(2_000), self.below(200));
        match self.below(6) {
            0 => Damage::Flip(at, u8::try_from(self.below(256)).unwrap()),
            1 => Damage::Cut(at),
            2 => Damage::Double(at, length),
            3 => Damage::Drop(at, length),
            4 => Damage::Insert(at, POISON[self.below(POISON.len())]),
            _ => Damage::SwapLines(at % 20, length % 20),
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.rng.below(bound as u64)).unwrap()
    }

    fn drain(&mut self) {
        while let Some(output) = self.sip.poll() {
            self.outputs += 1;
            match output {
                Output::Event(Event::Invited { leg, .. }) => self.legs.push(leg),
                // an answer of ours, said back to us, is a message too
                Output::Send { bytes, .. } if self.seeds.len() < self.own + 200 => {
                    self.seeds.push(bytes.to_vec());
                }
                _ => {}
            }
        }
        // nobody is at home: each call is answered or refused, and ends
        while let Some(leg) = self.legs.pop() {
            let answer = Command::Answer {
                leg,
                sdp: Bytes::from_static(b"v=0\r\n"),
            };
            let release = Command::Release {
                leg,
                code: SipCode(480),
                cause: None,
                retry_after: None,
            };
            if self.rng.chance(0.5) {
                self.sip.handle(self.now, Input::Command(answer));
            }
            self.sip.handle(self.now, Input::Command(release));
        }
    }

    fn pass(&mut self, by: Duration) {
        self.now.mono = self.now.mono + by;
        self.now.utc = UtcMs(self.now.utc.0 + i64::try_from(by.as_millis()).unwrap());
        if self.sip.deadline().is_some_and(|at| at <= self.now.mono) {
            self.sip.tick(self.now);
            self.drain();
        }
    }

    /// All timers have run: nothing of it is left.
    fn settle(&mut self) {
        for _ in 0..10_000 {
            self.pass(Duration::from_millis(500));
        }
        let left = (self.sip.legs_count(), self.sip.transactions_count());
        assert_eq!(left, (0, 0), "legs and transactions");
    }
}

fn resident_kb() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4
}

#[test]
fn broken_messages_without_end_leave_nothing_behind() {
    let mut soak = Soak::new(4);
    soak.run(IN_A_TEST);
    assert!(
        soak.outputs > IN_A_TEST / 4,
        "they reach the machine: {}",
        soak.outputs
    );
    soak.settle();
}

#[test]
#[ignore = "a million messages: make soak"]
fn a_million_broken_messages_take_no_more_memory_than_the_first_ones() {
    let mut soak = Soak::new(5);
    soak.run(IN_A_SOAK / 5);
    let early = resident_kb();
    for part in 1..5 {
        soak.run(IN_A_SOAK / 5);
        let now = resident_kb();
        println!(
            "{} messages: {now} kB, {} outputs",
            (part + 1) * IN_A_SOAK / 5,
            soak.outputs
        );
        assert!(now <= early + SLACK_KB, "{early} kB became {now} kB");
    }
    soak.settle();
}

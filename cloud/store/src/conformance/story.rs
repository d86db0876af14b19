//! What a branch could have said: facts with their chain, and a day of calls.
use crate::{FactBatch, Greeting, Ingested, LineMove, Store};
use messages::fact::{
    Actor, AttemptEnded, AttemptStarted, Body, CallAnswered, CallEnded, CallRinging, CallStarted,
    CustomerImported, CustomerStageMoved, DialBlocked, Fact, OutsideParty, PartyMet, Place,
    RecordingClosed, RecordingCut, RecordingFailed, RecordingStarted, SealedFact,
};
use messages::{
    AttemptId, BootId, BoxId, CallId, CustomerId, Direction, Extension, Field, HangUpCause, IdMint,
    PartyId, PartyNumber, PersonName, Personal, Purpose, Q850, ReleasedBy, SealFailed, Sealed,
    Sealer, SipCode, Stage, SystemResult, TrunkName, UtcMs, journal::Head,
};

/// 2025-11-23 00:00 in China.
pub const MIDNIGHT: UtcMs = UtcMs(1_763_827_200_000);

/// Stands for a vault: the cipher is the text turned round.
struct Turned;

impl Sealer for Turned {
    fn seal(&mut self, party: PartyId, _: Field, clear: &str) -> Result<Sealed, SealFailed> {
        Ok(Sealed {
            party,
            key_version: 1,
            cipher: clear.bytes().rev().collect(),
        })
    }
}

/// The journal of one branch as it grows.
#[derive(Clone)]
pub struct Story {
    pub box_id: BoxId,
    pub boot: BootId,
    pub now: UtcMs,
    ids: IdMint,
    sent: Head,
    pub facts: Vec<Vec<u8>>,
}

impl Story {
    #[must_use]
    pub fn of(box_id: &str) -> Self {
        let salt = box_id.bytes().fold(0_u8, u8::wrapping_add);
        Self {
            box_id: BoxId::parse(box_id).unwrap(),
            boot: BootId::from_bytes([salt; 16]),
            now: MIDNIGHT,
            ids: IdMint::new([salt; 6]),
            sent: Head::EMPTY,
            facts: Vec::new(),
        }
    }

    /// The seq that the next fact will have.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.sent.seq + 1 + u64::try_from(self.facts.len()).unwrap()
    }

    /// Seals a fact at the end of the journal.
    pub fn tell(&mut self, body: impl Into<Body>) {
        let fact = self.sealed(body.into(), self.next_seq());
        self.facts.push(fact.bytes().to_vec());
    }

    #[must_use]
    pub fn sealed(&self, body: Body, seq: u64) -> SealedFact {
        let place = Place {
            box_id: &self.box_id,
            epoch: 1,
            seq,
            boot: self.boot,
            policy_version: 0,
        };
        Fact::new(self.now, true, Actor::System, body)
            .seal(&place, &mut Turned)
            .unwrap()
    }

    /// What was told since the last batch, as one batch.
    pub fn batch(&mut self) -> FactBatch {
        let before = self.sent;
        let facts = core::mem::take(&mut self.facts);
        let mut after = before;
        for bytes in &facts {
            after = Head {
                seq: after.seq + 1,
                hash: after.hash.next(bytes),
            };
        }
        self.sent = after;
        FactBatch {
            box_id: self.box_id.clone(),
            epoch: 1,
            raw: None,
            before,
            facts,
            after,
            received: self.now,
        }
    }

    #[must_use]
    pub fn greeting(&self) -> Greeting {
        Greeting {
            box_id: self.box_id.clone(),
            boot: Some(self.boot),
            boot_before: None,
            version: "1.0.0".to_owned(),
            head_seq: self.next_seq() - 1,
            epoch: 1,
            line: LineMove::default(),
            clock_offset_ms: 7,
            received: self.now,
            trouble: None,
        }
    }

    /// Greets and sends everything.
    pub fn send(&mut self, store: &dyn Store) -> Ingested {
        store.greet(&self.greeting()).unwrap();
        store.ingest(&self.batch()).unwrap().unwrap()
    }

    pub fn wait_ms(&mut self, ms: i64) {
        self.now.0 += ms;
    }

    pub fn meet(&mut self, number: &str) -> PartyId {
        let party = self.ids.party(self.now);
        let number = Personal::Clear(PartyNumber::parse(number).unwrap());
        self.tell(PartyMet { party, number });
        party
    }

    pub fn import(&mut self, number: &str, name: &str, stage: Stage) -> CustomerId {
        let customer = self.ids.customer(self.now);
        let party = self.meet(number);
        self.tell(CustomerImported {
            customer,
            party,
            name: Personal::Clear(PersonName::parse(name).unwrap()),
            number: Personal::Clear(PartyNumber::parse(number).unwrap()),
            stage,
            batch: "first".to_owned(),
        });
        customer
    }

    pub fn move_stage(&mut self, customer: CustomerId, from: Stage, to: Stage) {
        self.tell(CustomerStageMoved { customer, from, to });
    }

    pub fn start(&mut self, direction: Direction, customer: Option<CustomerId>) -> CallId {
        let call = self.ids.call(self.now);
        let outside = (direction != Direction::Internal).then(|| OutsideParty {
            party: Some(self.ids.party(self.now)),
            number: Personal::Clear(PartyNumber::parse("13800138000").unwrap()),
        });
        self.tell(CallStarted {
            call,
            direction,
            purpose: Purpose::Sales,
            extension: Extension::parse("1000"),
            other_extension: None,
            trunk: None,
            outside,
            customer,
        });
        call
    }

    pub fn attempt(&mut self, call: CallId) -> AttemptId {
        let attempt = self.ids.attempt(self.now);
        let trunk = TrunkName::parse("carrier").unwrap();
        self.tell(AttemptStarted {
            attempt,
            call,
            trunk,
            destination: None,
            wanted_by: None,
        });
        attempt
    }

    pub fn answer(&mut self, call: CallId) {
        self.tell(CallRinging {
            call,
            post_dial_delay_ms: 90,
            early_media: false,
        });
        self.tell(CallAnswered::of(call));
    }

    pub fn end(
        &mut self,
        call: CallId,
        attempt: Option<AttemptId>,
        result: SystemResult,
        talk_ms: u64,
    ) {
        let cause = HangUpCause {
            sip: Some(SipCode(200)),
            q850: Some(Q850::NORMAL),
        };
        if let Some(attempt) = attempt {
            self.tell(AttemptEnded {
                attempt,
                call,
                result,
                cause,
            });
        }
        self.tell(CallEnded {
            call,
            result,
            cause,
            released_by: ReleasedBy::Caller,
            ring_ms: 2_000,
            talk_ms,
        });
    }

    pub fn record(&mut self, call: CallId, turn: u32) {
        let recording = self.ids.recording(self.now);
        self.tell(RecordingStarted {
            recording,
            call,
            party: None,
        });
        match turn % 3 {
            0 => self.tell(RecordingClosed {
                recording,
                segments: 3,
                last_tag: vec![1; 16],
                duration_ms: 6_000,
                bytes: 49_152,
            }),
            1 => self.tell(RecordingCut {
                recording,
                segments: 2,
                duration_ms: 4_000,
                bytes: 32_768,
            }),
            _ => self.tell(RecordingFailed {
                recording,
                call,
                code: "disk_full".to_owned(),
            }),
        }
    }

    pub fn block(&mut self) {
        self.tell(DialBlocked {
            extension: Extension::parse("1000"),
            outside: None,
            purpose: Purpose::Sales,
            code: "do_not_call".to_owned(),
            sip: None,
        });
    }

    /// A day of `turns` calls of all kinds, ten minutes apart; some stay open at its end.
    pub fn day(&mut self, turns: u32) {
        let customers: Vec<_> = (0..turns.div_ceil(4))
            .map(|n| {
                self.wait_ms(1);
                let stage = Stage::ALL[n as usize % Stage::ALL.len()];
                self.import(&format!("139{n:08}"), &format!("客户{n}"), stage)
            })
            .collect();
        for turn in 0..turns {
            self.wait_ms(600_000);
            self.turn(turn, customers[turn as usize % customers.len()]);
        }
    }

    fn turn(&mut self, turn: u32, customer: CustomerId) {
        match turn % 7 {
            0 | 3 => {
                let call = self.start(Direction::Outbound, Some(customer));
                self.wait_ms(10);
                let attempt = self.attempt(call);
                self.wait_ms(5_000);
                self.answer(call);
                self.record(call, turn);
                self.wait_ms(61_000);
                self.end(call, Some(attempt), SystemResult::Answered, 61_000);
            }
            1 => {
                let call = self.start(Direction::Outbound, Some(customer));
                let attempt = self.attempt(call);
                self.wait_ms(30_000);
                self.end(call, Some(attempt), SystemResult::NoAnswer, 0);
                self.move_stage(customer, Stage::Lead, Stage::Contacted);
            }
            2 => {
                let call = self.start(Direction::Inbound, None);
                self.wait_ms(3_000);
                self.answer(call);
                self.wait_ms(12_000);
                self.end(call, None, SystemResult::Answered, 12_000);
            }
            4 => self.block(),
            5 => {
                let call = self.start(Direction::Internal, None);
                self.answer(call);
                self.end(call, None, SystemResult::Answered, 1_000);
            }
            _ => {
                // Rings on beyond the end of the story.
                let call = self.start(Direction::Outbound, None);
                self.attempt(call);
            }
        }
    }
}

//! A store on a temporary folder for the tests inside this crate: its clock, its crashes and its history are in their hands.
use crate::boot::{Opened, Parts, Purpose};
use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::job::LinkCursor;
use crate::soft_keys::SoftKeys;
use crate::store::Store;
use messages::command::{Command, ImportRow, Role, Secret};
use messages::fact::{
    Actor, AttemptEnded, AttemptStarted, Body, CallAnswered, CallEnded, CallStarted, Fact,
    OutsideParty, PhoneBound, PhoneUnbound, RecordingClosed, RecordingStarted, TrunkStateChanged,
};
use messages::registry::{Outcome, RowFate};
use messages::{
    AttemptId, BootId, BoxId, CallId, CustomerId, Direction, Extension, HangUpCause, IdMint,
    Moment, Now, PartyNumber, PersonName, Purpose as CallPurpose, RecordingId, ReleasedBy, Stage,
    SystemResult, TrunkName, UnbindReason, UserName, UtcMs,
};
use sansio::{SeededRng, SeededSecrets};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

/// 2026-11-10 in China.
pub(crate) const START: i64 = 1_794_240_000_000;
pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) struct Trial {
    pub(crate) folder: TempDir,
    store: Option<Store>,
    utc: Arc<AtomicI64>,
    mint: IdMint,
    runs: u8,
    customers: Vec<CustomerId>,
    calls: Vec<CallId>,
    recordings: Vec<RecordingId>,
}

impl Trial {
    pub(crate) fn new() -> Self {
        let mut trial = Self {
            folder: tempfile::tempdir().unwrap(),
            store: None,
            utc: Arc::new(AtomicI64::new(START)),
            mint: IdMint::new([9; 6]),
            runs: 0,
            customers: Vec::new(),
            calls: Vec::new(),
            recordings: Vec::new(),
        };
        trial.open().unwrap();
        trial
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub(crate) fn parts(&mut self) -> Parts {
        self.runs += 1;
        let utc = Arc::clone(&self.utc);
        let boot = BootId::from_bytes([self.runs; 16]);
        let box_id = BoxId::parse("sz-01").unwrap();
        Parts {
            config: StoreConfig::new(self.data(), box_id, "0.1", boot),
            key_store: Box::new(SoftKeys::open(self.keys()).unwrap()),
            decider: Box::new(crm::Rules),
            clock: Arc::new(move || Now {
                mono: Moment::START,
                utc: UtcMs(utc.load(Ordering::Relaxed)),
                utc_trusted: true,
            }),
            secrets: Box::new(SeededSecrets::new(u64::from(self.runs))),
        }
    }

    pub(crate) fn open(&mut self) -> Result<(), StoreError> {
        let Opened { store, .. } = Store::open(self.parts(), Purpose::Run)?;
        self.store = Some(store);
        Ok(())
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    /// Ends without a word, as after kill -9, and starts again.
    pub(crate) fn crash(&mut self) {
        self.gone();
        self.open().unwrap();
    }

    pub(crate) fn gone(&mut self) {
        self.store().flush();
        self.store = None;
    }

    pub(crate) fn utc(&self) -> UtcMs {
        UtcMs(self.utc.load(Ordering::Relaxed))
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.utc.fetch_add(days * DAY_MS, Ordering::Relaxed);
    }

    pub(crate) fn happened(&self, body: impl Into<Body>) {
        let utc = UtcMs(self.utc.fetch_add(1_000, Ordering::Relaxed));
        let fact = Fact::new(utc, true, Actor::System, body);
        self.store().append_admitted(vec![fact]).unwrap();
    }

    pub(crate) fn ask(&self, command: Command) -> Result<Outcome, messages::Refusal> {
        let asked = self
            .store()
            .propose_and_wait(Actor::Console, None, command)?;
        Ok(asked.outcome)
    }

    /// Headquarters holds everything up to now in a backup.
    pub(crate) fn all_safe(&self) {
        self.store().flush();
        let head = self.store().head();
        let cursor = LinkCursor {
            epoch: 1,
            applied: head,
            safe: head.seq,
        };
        self.store().put_link_cursor(cursor).unwrap();
        self.store().flush();
    }

    /// So many things happen, likely ones and odd ones.
    pub(crate) fn live(&mut self, rng: &mut SeededRng, things: usize) {
        for _ in 0..things {
            self.one_thing(rng);
        }
        self.store().flush();
    }

    fn one_thing(&mut self, rng: &mut SeededRng) {
        match rng.below(16) {
            0 | 1 => self.import(rng),
            2..=4 => self.start_call(rng),
            5 => self.on_a_call(rng, |call| CallAnswered::of(call).into()),
            6 | 7 => self.on_a_call(rng, |call| ended(call).into()),
            8 => self.attempt(rng),
            9 => self.record(rng),
            10 => self.close_recording(rng),
            11 => self.phone(rng),
            12 => self.move_stage(rng),
            13 => self.refusal_of_contact(rng),
            14 => self.user(rng),
            _ => {
                let name = TrunkName::parse("carrier").unwrap();
                let reachable = rng.below(2) == 0;
                self.happened(TrunkStateChanged {
                    name,
                    reachable,
                    code: None,
                });
            }
        }
    }

    fn import(&mut self, rng: &mut SeededRng) {
        let row = ImportRow {
            name: PersonName::parse("王小芳").unwrap(),
            number: number(rng),
            stage: Stage::Lead,
        };
        let batch = "trial".to_owned();
        let rows = vec![row];
        let imported = self.ask(Command::ImportCustomers { batch, rows });
        if let Ok(Outcome::Imported(fates)) = imported {
            let new = fates.iter().filter_map(|fate| match fate {
                RowFate::New(customer) => Some(*customer),
                RowFate::Known(_) | RowFate::Repeated(_) => None,
            });
            self.customers.extend(new);
        }
    }

    fn start_call(&mut self, rng: &mut SeededRng) {
        let inbound = rng.below(2) == 0;
        let utc = UtcMs(self.utc.load(Ordering::Relaxed));
        let call = self.mint.call(utc);
        self.calls.push(call);
        self.happened(CallStarted {
            call,
            direction: if inbound {
                Direction::Inbound
            } else {
                Direction::Outbound
            },
            purpose: CallPurpose::Sales,
            extension: Extension::parse("1000"),
            other_extension: None,
            trunk: TrunkName::parse("carrier"),
            outside: Some(OutsideParty::of(number(rng))),
            customer: None,
        });
    }

    /// Often one that has ended already: that is skipped, and said.
    fn on_a_call(&self, rng: &mut SeededRng, body: impl Fn(CallId) -> Body) {
        if let Some(call) = one(rng, &self.calls) {
            self.happened(body(call));
        }
    }

    fn attempt(&self, rng: &mut SeededRng) {
        let Some(call) = one(rng, &self.calls) else {
            return;
        };
        let attempt = AttemptId::from_bytes([u8::try_from(rng.below(20)).unwrap(); 16]);
        let trunk = TrunkName::parse("carrier").unwrap();
        self.happened(AttemptStarted {
            attempt,
            call,
            trunk,
            destination: None,
            wanted_by: None,
        });
        if rng.below(2) == 0 {
            self.happened(AttemptEnded {
                attempt,
                call,
                result: SystemResult::Busy,
                cause: HangUpCause::default(),
            });
        }
    }

    fn record(&mut self, rng: &mut SeededRng) {
        let Some(call) = one(rng, &self.calls) else {
            return;
        };
        let recording = RecordingId::from_bytes([u8::try_from(rng.below(30)).unwrap(); 16]);
        self.recordings.push(recording);
        self.happened(RecordingStarted {
            recording,
            call,
            party: None,
        });
    }

    fn close_recording(&self, rng: &mut SeededRng) {
        if let Some(recording) = one(rng, &self.recordings) {
            self.happened(RecordingClosed {
                recording,
                segments: 2,
                last_tag: vec![1; 16],
                duration_ms: 10,
                bytes: 100,
            });
        }
    }

    fn phone(&self, rng: &mut SeededRng) {
        let extension = Extension::parse(&format!("100{}", rng.below(3))).unwrap();
        let source = "127.0.0.1:5062".parse().unwrap();
        if rng.below(3) == 0 {
            self.happened(PhoneUnbound {
                extension,
                source,
                reason: UnbindReason::Expired,
            });
        } else {
            self.happened(PhoneBound {
                extension,
                source,
                user_agent: "trial".to_owned(),
            });
        }
    }

    fn move_stage(&self, rng: &mut SeededRng) {
        if let Some(customer) = one(rng, &self.customers) {
            let to = *one(rng, &Stage::ALL.map(Some)).flatten().as_ref().unwrap();
            let _refused = self.ask(Command::MoveStage { customer, to });
        }
    }

    fn refusal_of_contact(&self, rng: &mut SeededRng) {
        let (number, reason) = (number(rng), "asked".to_owned());
        let _refused = self.ask(if rng.below(3) == 0 {
            Command::LiftRefusal { number, reason }
        } else {
            Command::RefuseContact { number, reason }
        });
    }

    fn user(&self, rng: &mut SeededRng) {
        let user = UserName::parse(&format!("user{}", rng.below(4))).unwrap();
        let _refused = self.ask(match rng.below(4) {
            0 | 1 => Command::CreateUser {
                user,
                role: Role::Supervisor,
                extension: None,
                password_hash: Secret::new("hash".to_owned()),
            },
            2 => Command::NoteSignInFailed { user: Some(user) },
            _ => Command::NoteSignIn { user },
        });
    }
}

fn ended(call: CallId) -> CallEnded {
    CallEnded {
        call,
        result: SystemResult::Answered,
        cause: HangUpCause::default(),
        released_by: ReleasedBy::Callee,
        ring_ms: 1_000,
        talk_ms: 5_000,
    }
}

/// Of a few, so that they come again.
fn number(rng: &mut SeededRng) -> PartyNumber {
    PartyNumber::parse(&format!("138001380{:02}", rng.below(40))).unwrap()
}

fn one<T: Copy>(rng: &mut SeededRng, all: &[T]) -> Option<T> {
    let len = u64::try_from(all.len()).unwrap();
    (len > 0).then(|| all[usize::try_from(rng.below(len)).unwrap()])
}

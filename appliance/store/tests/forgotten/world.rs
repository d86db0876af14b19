//! A branch and its headquarters on one temporary folder, with customers, calls and recordings.
use branch_store::{
    KeyOwner, Opened, Parts, Purpose, RecordingKeyOrder, SoftKeys, Store, StoreConfig,
};
use hq_store::{FactBatch, Greeting, KeyBook, Offered, SqliteStore, Store as _};
use media::Law;
use media::recording::{ContainerWriter, RecordingHeader};
use messages::command::{Command, ImportRow};
use messages::directive::HqSees;
use messages::fact::{
    Actor, Body, CallAnswered, CallEnded, CallStarted, Fact, FieldPolicyChanged, OutsideParty,
    RecordingClosed, RecordingStarted,
};
use messages::journal::{ChainHash, Head};
use messages::lane::KeyOffer;
use messages::registry::{Outcome, RowFate};
use messages::{
    BootId, BoxId, CustomerId, Direction, Extension, HangUpCause, IdMint, Moment, Now, PartyId,
    PartyNumber, PersonName, Purpose as CallPurpose, RecordingId, ReleasedBy, Stage, SystemResult,
    TrunkName, UtcMs,
};
use sansio::SeededSecrets;
use seal::{BRANCH_TENANT, HqBoxKey, HqMaster, Key, KeyId, KeyStore as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(super) struct World {
    pub(super) folder: TempDir,
    pub(super) branch: Option<Store>,
    pub(super) hq: SqliteStore,
    pub(super) keys: KeyBook,
    between: HqBoxKey,
    utc: Arc<AtomicI64>,
    mint: IdMint,
    sent: Head,
    taken: u64,
    runs: u8,
}

pub(super) fn box_id() -> BoxId {
    BoxId::parse("sz-01").unwrap()
}

impl World {
    /// Enrolled, and headquarters may see everything.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        for part in ["branch/recordings", "hq/keys"] {
            fs::create_dir_all(path.join(part)).unwrap();
        }
        let master = Key::from_bytes([42; 32]);
        fs::write(path.join("hq/keys/hq-master.key"), master.expose()).unwrap();
        let between = HqMaster::new(master).of_box(&box_id());
        let mut key_store = SoftKeys::open(path.join("branch/keys")).unwrap();
        key_store
            .put_key(KeyId::Headquarters, between.key())
            .unwrap();
        fs::create_dir_all(path.join("hq/data")).unwrap();
        let keys = KeyBook::open(
            &path.join("hq/data/hq-keys.db"),
            &path.join("hq/keys/generations"),
            Box::new(SeededSecrets::new(77)),
        );
        let mut world = Self {
            branch: None,
            hq: SqliteStore::open(&path.join("hq/data/hq.db"), "hq").unwrap(),
            keys: keys.unwrap(),
            folder,
            between,
            utc: Arc::new(AtomicI64::new(1_790_000_000_000)),
            mint: IdMint::new([9; 6]),
            sent: Head::EMPTY,
            taken: 0,
            runs: 0,
        };
        world.open();
        world.happened(FieldPolicyChanged {
            name: HqSees::Clear,
            number: HqSees::Clear,
        });
        world
    }

    pub(super) fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    pub(super) fn branch(&self) -> &Store {
        self.branch.as_ref().unwrap()
    }

    pub(super) fn utc(&self) -> UtcMs {
        UtcMs(self.utc.load(Ordering::Relaxed))
    }

    fn open(&mut self) {
        self.runs += 1;
        let utc = Arc::clone(&self.utc);
        let boot = BootId::from_bytes([self.runs; 16]);
        let Opened { store, .. } = Store::open(
            Parts {
                config: StoreConfig::new(self.path("branch/data"), box_id(), "0.1", boot),
                key_store: Box::new(SoftKeys::open(self.path("branch/keys")).unwrap()),
                decider: Box::new(crm::Rules),
                clock: Arc::new(move || Now {
                    mono: Moment::START,
                    utc: UtcMs(utc.load(Ordering::Relaxed)),
                    utc_trusted: true,
                }),
                secrets: Box::new(SeededSecrets::new(u64::from(self.runs))),
            },
            Purpose::Run,
        )
        .unwrap();
        self.branch = Some(store);
    }

    /// The branch stops, days go by, it starts again.
    pub(super) fn days_later(&mut self, days: i64) {
        self.branch().close("test");
        self.branch = None;
        self.utc.fetch_add(days * 86_400_000, Ordering::Relaxed);
        self.open();
        self.at_rest();
    }

    pub(super) fn at_rest(&self) {
        assert!(self.branch().vault_at_rest(Duration::from_secs(60)));
    }

    pub(super) fn happened(&self, body: impl Into<Body>) {
        let fact = Fact::new(self.utc(), true, Actor::System, body);
        self.branch().append(vec![fact]).unwrap();
        self.branch().flush();
    }

    pub(super) fn ask(&self, command: Command) -> Outcome {
        let done = self
            .branch()
            .propose_and_wait(Actor::Console, None, command);
        done.unwrap().outcome
    }

    /// A customer with one recorded call.
    pub(super) fn person(&mut self, name: &str, number: &str) -> (CustomerId, PartyId) {
        let row = ImportRow {
            name: PersonName::parse(name).unwrap(),
            number: PartyNumber::parse(number).unwrap(),
            stage: Stage::Lead,
        };
        let asked = self.ask(Command::ImportCustomers {
            batch: "test".to_owned(),
            rows: vec![row],
        });
        let customer = match asked {
            Outcome::Imported(fates) => match fates[..] {
                [RowFate::New(customer)] => customer,
                ref other => panic!("{other:?}"),
            },
            Outcome::Done | Outcome::Configured(_) => panic!("imported"),
        };
        let reader = self.branch().reader().unwrap();
        let party = reader.customer(customer).unwrap().unwrap().party;
        drop(reader);
        self.recorded_call(number, party);
        (customer, party)
    }

    fn recorded_call(&mut self, number: &str, party: PartyId) {
        let call = self.mint.call(self.utc());
        let recording = self.mint.recording(self.utc());
        self.happened(CallStarted {
            call,
            direction: Direction::Outbound,
            purpose: CallPurpose::Sales,
            extension: Extension::parse("1000"),
            other_extension: None,
            trunk: TrunkName::parse("carrier"),
            outside: Some(OutsideParty::of(PartyNumber::parse(number).unwrap())),
            customer: None,
        });
        self.happened(CallAnswered::of(call));
        let (told, answer) = std::sync::mpsc::sync_channel(1);
        let order = RecordingKeyOrder {
            recording,
            call,
            owner: KeyOwner::Party(party),
        };
        let reply = Box::new(move |key| told.send(key).unwrap());
        self.branch().recording_key(order, reply);
        let key = answer.recv().unwrap().unwrap();
        self.happened(RecordingStarted {
            recording,
            call,
            party: Some(party),
        });
        let (bytes, closed) = container(recording, party, &key);
        fs::write(self.container(recording), bytes).unwrap();
        self.happened(closed);
        self.happened(CallEnded {
            call,
            result: SystemResult::Answered,
            cause: HangUpCause::default(),
            released_by: ReleasedBy::Callee,
            ring_ms: 1,
            talk_ms: 1,
        });
    }

    fn container(&self, recording: RecordingId) -> PathBuf {
        self.path("branch/recordings")
            .join(format!("{recording}.zkr"))
    }

    /// As the gateway does it.
    pub(super) fn delete_containers(&self) {
        let reader = self.branch().reader().unwrap();
        let left = reader.recordings_to_erase().unwrap();
        drop(reader);
        for recording in &left {
            fs::remove_file(self.container(*recording)).unwrap();
        }
        self.branch().recordings_erased(left).unwrap();
        self.branch().flush();
    }

    /// Everything that headquarters has not got yet: facts, and keys.
    pub(super) fn sync(&mut self) {
        let facts = self
            .branch()
            .facts_after(self.sent.seq, 100_000, 100_000_000)
            .unwrap();
        let facts: Vec<Vec<u8>> = facts.into_iter().map(|(_, bytes)| bytes).collect();
        let after = self.branch().head();
        let box_id = box_id();
        self.hq.greet(&self.greeting(after)).unwrap();
        let batch = FactBatch {
            box_id: box_id.clone(),
            epoch: 1,
            raw: None,
            before: self.sent,
            facts,
            after,
            received: self.utc(),
        };
        let ingested = self.hq.ingest(&batch).unwrap().unwrap();
        assert_eq!((ingested.applied, ingested.dead), (after, 0));
        self.sent = after;
        let reader = self.branch().reader().unwrap();
        let offers = reader.key_offers_after(self.taken, 1_000);
        drop(reader);
        let offers = offers.unwrap();
        self.taken = offers.last().map_or(self.taken, |(n, _)| *n);
        let offers: Vec<_> = offers.into_iter().map(|(_, offer)| offer).collect();
        let offered = Offered {
            last: offers.last().map(KeyOffer::fingerprint),
            offers,
            epoch: 1,
            upto: self.taken,
        };
        self.keys
            .take(&box_id, BRANCH_TENANT, &self.between, &offered)
            .unwrap();
    }

    fn greeting(&self, head: Head) -> Greeting {
        Greeting {
            box_id: box_id(),
            boot: Some(BootId::from_bytes([self.runs; 16])),
            boot_before: None,
            version: "0.1".to_owned(),
            head_seq: head.seq,
            epoch: 1,
            line: hq_store::LineMove::default(),
            clock_offset_ms: 0,
            received: self.utc(),
            trouble: None,
        }
    }

    /// The chain as headquarters keeps it, walked anew.
    pub(super) fn hq_chain(&self) -> (Head, Vec<Vec<u8>>) {
        let rows = self.hq.journal(&box_id(), 0, 100_000).unwrap();
        let mut head = Head {
            seq: 0,
            hash: ChainHash::START,
        };
        for row in &rows {
            head = Head {
                seq: head.seq + 1,
                hash: head.hash.next(&row.bytes),
            };
            assert_eq!((row.seq, row.hash), (head.seq, head.hash));
        }
        (head, rows.into_iter().map(|row| row.bytes).collect())
    }
}

/// A container of a second of noise, and what the journal says of it.
fn container(
    recording: RecordingId,
    party: PartyId,
    key: &branch_store::RecordingKey,
) -> (Vec<u8>, RecordingClosed) {
    let header = RecordingHeader {
        recording,
        part: 1,
        party: Some(party),
        laws: [Law::A, Law::A],
        start: UtcMs(1),
        salt: [3; 32],
        prefix: [4; 7],
        wrapped_key: key.wrapped.clone(),
    };
    let mut bytes = Vec::new();
    let mut writer = ContainerWriter::begin(&header, key.key.expose(), &mut bytes).unwrap();
    writer.push(&vec![0xd5; 40_000], &mut bytes);
    let closing = writer.finish(&mut bytes);
    let closed = RecordingClosed {
        recording,
        segments: closing.segments,
        last_tag: closing.last_tag.to_vec(),
        duration_ms: writer.duration_ms(),
        bytes: writer.bytes(),
    };
    (bytes, closed)
}

pub(super) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

//! A store on a watched disk, a load on it, and what it promised.
use super::stage::{Stage, plan, row};
use branch_store::{KeyOwner, RecordingKeyOrder, Store, StoreConfig};
use faulty_disk::Disk;
use messages::command::Command;
use messages::{Direction, PartyNumber, RecordingId, SystemResult};
use seal::Key;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// Something that somebody was told is durable.
#[derive(Clone)]
pub(crate) enum Owed {
    Fact { seq: u64, bytes: Vec<u8> },
    RecordingKey { recording: RecordingId, key: Key },
}

/// A store on a watched disk, and what was promised so far.
pub(crate) struct World {
    pub(crate) stage: Stage,
    pub(crate) disk: Disk,
    pub(crate) owed: Arc<Mutex<Vec<Owed>>>,
    numbers: u32,
}

/// In memory where the machine has room there: images are many.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return TempDir::new_in(memory).unwrap();
    }
    TempDir::new().unwrap()
}

/// Small: a checkpoint every few commits, a log that is begun anew now and then.
pub(crate) fn small(config: &mut StoreConfig) {
    config.limits.readers = 1;
    config.limits.checkpoint_every_bytes = 4_000;
    config.limits.log_bytes_max = 200_000;
}

impl World {
    pub(crate) fn new() -> Self {
        let (stage, disk) = Stage::watched(folder());
        let mut world = Self {
            stage,
            disk,
            owed: Arc::default(),
            numbers: 0,
        };
        world.open();
        world
    }

    pub(crate) fn open(&mut self) {
        self.stage.open_with(small).unwrap();
        let store = self.stage.store();
        let known = self.facts_owed();
        for (seq, bytes) in facts(store).split_off(known) {
            owe(&self.owed, &self.disk, [Owed::Fact { seq, bytes }]);
        }
        let (owed, disk) = (Arc::clone(&self.owed), self.disk.clone());
        store.subscribe(Box::new(move |committed| {
            let facts = committed.iter().map(|fact| Owed::Fact {
                seq: fact.seq,
                bytes: fact.bytes.clone(),
            });
            owe(&owed, &disk, facts);
        }));
    }

    fn facts_owed(&self) -> usize {
        let owed = self.owed.lock().unwrap();
        owed.iter()
            .filter(|one| matches!(one, Owed::Fact { .. }))
            .count()
    }

    pub(crate) fn configure(&self) {
        self.stage.ask(Command::ConfigureBranch(plan())).unwrap();
    }

    /// A number that nobody has met.
    fn number(&mut self) -> String {
        self.numbers += 1;
        format!("139{:08}", self.numbers)
    }

    pub(crate) fn import(&mut self, customers: usize) {
        let rows = (0..customers).map(|_| row("王小芳", &self.number()));
        let rows = rows.collect();
        let batch = "test".to_owned();
        self.stage
            .ask(Command::ImportCustomers { batch, rows })
            .unwrap();
    }

    pub(crate) fn rotate(&self) {
        self.stage.ask(Command::RotateVault).unwrap();
        assert!(self.stage.store().vault_at_rest(Duration::from_secs(60)));
    }

    /// A call to somebody new, recorded.
    pub(crate) fn recorded_call(&mut self) {
        let number = self.number();
        let call = self.stage.start_call(&number, Direction::Outbound);
        self.stage.answer(call);
        let mut recording = [0; 16];
        recording[..4].copy_from_slice(&self.numbers.to_be_bytes());
        let recording = RecordingId::from_bytes(recording);
        let owner = KeyOwner::Number(PartyNumber::parse(&number).unwrap());
        let order = RecordingKeyOrder {
            recording,
            call,
            owner,
        };
        let (answer, answered) = sync_channel(1);
        let reply = Box::new(move |key| answer.send(key).unwrap());
        self.stage.store().recording_key(order, reply);
        let key = answered.recv().unwrap().unwrap().key;
        owe(
            &self.owed,
            &self.disk,
            [Owed::RecordingKey { recording, key }],
        );
        self.stage.end(call, SystemResult::Answered);
    }

    /// Many facts at once: the writer makes groups of them.
    pub(crate) fn burst(&mut self, calls: usize) {
        for n in 0..calls {
            let call = messages::CallId::from_bytes([u8::try_from(n).unwrap(); 16]);
            let body = messages::fact::HangUpAsked { call };
            self.stage
                .store()
                .append(vec![self.stage.fact(body)])
                .unwrap();
        }
        self.stage.store().flush();
    }
}

fn owe(owed: &Mutex<Vec<Owed>>, disk: &Disk, more: impl IntoIterator<Item = Owed>) {
    let mut owed = owed.lock().unwrap();
    owed.extend(more);
    disk.note(owed.len());
}

pub(crate) fn facts(store: &Store) -> Vec<(u64, Vec<u8>)> {
    store.facts_after(0, usize::MAX, usize::MAX).unwrap()
}

//! A store on a temporary folder, with a clock that stands still until it is moved.
use branch_store::{Opened, Parts, Purpose, Recovered, SoftKeys, Store, StoreConfig, StoreError};
use faulty_disk::Disk;
use messages::command::{
    BranchPlan, Command, DialRule, Did, ImportRow, PhonePlan, Profile, RuleTarget, Secret,
    TrunkLogin, TrunkPlan,
};
use messages::fact::{
    Actor, AttemptStarted, Body, CallAnswered, CallEnded, CallStarted, Fact, OutsideParty,
};
use messages::journal::Head;
use messages::registry::{Outcome, RowFate};
use messages::{
    BootId, BoxId, CallId, CustomerId, Direction, Extension, HangUpCause, IdMint, Moment, Now,
    PartyId, PartyNumber, PersonName, Purpose as CallPurpose, ReleasedBy, Stage as CustomerStage,
    SystemResult, TrunkName, UtcMs,
};
use sansio::SeededSecrets;
use seal::{Key, KeyId, KeyStore, KeyStoreError};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

pub(crate) const START: i64 = 1_790_000_000_000;

pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) store: Option<Store>,
    pub(crate) recovered: Recovered,
    utc: Arc<AtomicI64>,
    mint: IdMint,
    runs: u8,
    /// Told of what the key store does.
    disk: Option<Disk>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut stage = Self::over(tempfile::tempdir().unwrap(), 0);
        stage.open().unwrap();
        stage
    }

    /// A folder in which there have been `runs` runs; nothing is opened yet.
    pub(crate) fn over(folder: TempDir, runs: u8) -> Self {
        Self {
            folder,
            store: None,
            recovered: Recovered::default(),
            utc: Arc::new(AtomicI64::new(START)),
            mint: IdMint::new([9; 6]),
            runs,
            disk: None,
        }
    }

    /// A folder in which every write is seen; nothing is opened yet.
    pub(crate) fn watched(folder: TempDir) -> (Self, Disk) {
        let disk = Disk::watch(folder.path());
        let mut stage = Self::over(folder, 0);
        stage.disk = Some(disk.clone());
        (stage, disk)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub(crate) fn open(&mut self) -> Result<(), StoreError> {
        self.open_with(|_config| {})
    }

    pub(crate) fn open_with(
        &mut self,
        change: impl Fn(&mut StoreConfig),
    ) -> Result<(), StoreError> {
        self.runs += 1;
        let utc = Arc::clone(&self.utc);
        let boot = BootId::from_bytes([self.runs; 16]);
        let mut config = StoreConfig::new(self.data(), BoxId::parse("sz-01").unwrap(), "0.1", boot);
        change(&mut config);
        let soft = SoftKeys::open(self.keys()).unwrap();
        let key_store: Box<dyn KeyStore> = match self.disk.clone() {
            Some(disk) => Box::new(SeenKeys { soft, disk }),
            None => Box::new(soft),
        };
        let Opened { store, recovered } = Store::open(
            Parts {
                config,
                key_store,
                decider: Box::new(crm::Rules),
                clock: Arc::new(move || now(utc.load(Ordering::Relaxed))),
                secrets: Box::new(SeededSecrets::new(u64::from(self.runs))),
            },
            Purpose::Run,
        )?;
        self.store = Some(store);
        self.recovered = recovered;
        Ok(())
    }

    /// Ends without a word, as after kill -9.
    pub(crate) fn crash(&mut self) {
        self.store().flush();
        self.store = None;
    }

    pub(crate) fn close(&mut self) {
        self.store().close("test");
        self.store = None;
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        self.utc.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn utc(&self) -> UtcMs {
        UtcMs(self.utc.load(Ordering::Relaxed))
    }

    pub(crate) fn fact(&self, body: impl Into<Body>) -> Fact {
        Fact::new(self.utc(), true, Actor::System, body)
    }

    /// Appends one fact and waits until it is durable.
    pub(crate) fn happened(&self, body: impl Into<Body>) {
        self.store().append(vec![self.fact(body)]).unwrap();
        self.store().flush();
    }

    pub(crate) fn ask(&self, command: Command) -> Result<Outcome, messages::Refusal> {
        let done = self
            .store()
            .propose_and_wait(Actor::Console, None, command)?;
        Ok(done.outcome)
    }

    pub(crate) fn import(&self, rows: &[(&str, &str)]) -> Vec<RowFate> {
        let rows = rows
            .iter()
            .map(|(name, number)| row(name, number))
            .collect();
        let batch = "test".to_owned();
        match self.ask(Command::ImportCustomers { batch, rows }).unwrap() {
            Outcome::Imported(fates) => fates,
            other @ (Outcome::Done | Outcome::Configured(_)) => panic!("{other:?}"),
        }
    }

    pub(crate) fn import_one(&self, name: &str, number: &str) -> CustomerId {
        match self.import(&[(name, number)])[..] {
            [RowFate::New(customer)] => customer,
            ref other => panic!("{other:?}"),
        }
    }

    pub(crate) fn start_call(&mut self, number: &str, direction: Direction) -> CallId {
        let call = self.mint.call(self.utc());
        self.happened(CallStarted {
            call,
            direction,
            purpose: CallPurpose::Sales,
            extension: Extension::parse("1000"),
            other_extension: None,
            trunk: TrunkName::parse("carrier"),
            outside: Some(OutsideParty::of(PartyNumber::parse(number).unwrap())),
            customer: None,
        });
        call
    }

    /// The outside is invited.
    pub(crate) fn attempt(&mut self, call: CallId) {
        let attempt = self.mint.attempt(self.utc());
        let trunk = TrunkName::parse("carrier").unwrap();
        self.happened(AttemptStarted {
            attempt,
            call,
            trunk,
            destination: Some(messages::Destination::Mobile),
            wanted_by: Extension::parse("1000"),
        });
    }

    pub(crate) fn answer(&self, call: CallId) {
        self.happened(CallAnswered::of(call));
    }

    pub(crate) fn end(&self, call: CallId, result: SystemResult) {
        self.happened(CallEnded {
            call,
            result,
            cause: HangUpCause::default(),
            released_by: ReleasedBy::Callee,
            ring_ms: 1_000,
            talk_ms: 5_000,
        });
    }

    /// The kinds in the journal behind `seq`.
    pub(crate) fn kinds_after(&self, seq: u64) -> Vec<String> {
        let facts = self.store().facts_after(seq, 1_000, 10_000_000).unwrap();
        let decoded = facts
            .into_iter()
            .map(|(_, bytes)| messages::fact::SealedFact::decode(bytes).unwrap());
        decoded.map(|fact| fact.envelope().kind.clone()).collect()
    }
}

fn key_file(id: KeyId) -> String {
    match id {
        KeyId::Box => "box.key".to_owned(),
        KeyId::Blind => "blind.key".to_owned(),
        KeyId::Headquarters => "headquarters.key".to_owned(),
        KeyId::Vault { generation } => format!("vault-{generation}.key"),
    }
}

/// A key store whose files are replaced on a watched disk.
struct SeenKeys {
    soft: SoftKeys,
    disk: Disk,
}

impl SeenKeys {
    fn replaced(&self, file: &str) {
        let bytes = std::fs::read(self.disk.root().join("keys").join(file)).unwrap();
        self.disk.replaced(&format!("keys/{file}"), &bytes);
    }
}

impl KeyStore for SeenKeys {
    fn key(&self, id: KeyId) -> Result<Option<Key>, KeyStoreError> {
        self.soft.key(id)
    }

    fn put_key(&mut self, id: KeyId, key: &Key) -> Result<(), KeyStoreError> {
        self.soft.put_key(id, key)?;
        self.replaced(&key_file(id));
        Ok(())
    }

    fn destroy_key(&mut self, id: KeyId) -> Result<(), KeyStoreError> {
        self.soft.destroy_key(id)?;
        self.disk
            .destroyed(&format!("keys/{}", key_file(id)), Key::LEN);
        Ok(())
    }

    fn generations(&self) -> Result<Vec<u32>, KeyStoreError> {
        self.soft.generations()
    }

    fn erased(&self) -> Result<Vec<PartyId>, KeyStoreError> {
        self.soft.erased()
    }

    fn put_erased(&mut self, parties: &[PartyId]) -> Result<(), KeyStoreError> {
        self.soft.put_erased(parties)?;
        self.replaced("erased-parties");
        Ok(())
    }

    fn head(&self) -> Result<Option<Head>, KeyStoreError> {
        self.soft.head()
    }

    fn put_head(&mut self, head: Head) -> Result<(), KeyStoreError> {
        self.soft.put_head(head)?;
        self.replaced("journal-head");
        Ok(())
    }
}

fn now(utc: i64) -> Now {
    Now {
        mono: Moment::START,
        utc: UtcMs(utc),
        utc_trusted: true,
    }
}

pub(crate) fn row(name: &str, number: &str) -> ImportRow {
    ImportRow {
        name: PersonName::parse(name).unwrap(),
        number: PartyNumber::parse(number).unwrap(),
        stage: CustomerStage::Lead,
    }
}

pub(crate) fn plan() -> BranchPlan {
    let phone = |extension: &str| PhonePlan {
        of_device: false,
        extension: Extension::parse(extension).unwrap(),
        label: "前台".to_owned(),
        password: Secret::new(format!("pw{extension}")),
    };
    BranchPlan {
        profile: Profile::Lab,
        phones: vec![phone("1000"), phone("1001")],
        trunks: vec![TrunkPlan {
            concurrent_max: 10,
            cps_max: 5,
            login: Some(TrunkLogin {
                user: "02012345678".to_owned(),
                auth_user: "02012345678@ims.carrier.cn".to_owned(),
                expires_s: 600,
                password: Secret::new("hunter2".to_owned()),
            }),
            ..TrunkPlan::new(TrunkName::parse("carrier").unwrap(), "127.0.0.1:5160")
        }],
        destinations: messages::Destination::USUAL.to_vec(),
        ceilings: messages::ceilings::Ceilings::default(),
        dids: vec![Did {
            number: "02012345678".to_owned(),
            trunk: None,
            to: Extension::parse("1000").unwrap(),
        }],
        rules: vec![DialRule {
            prefix: "9".to_owned(),
            to: RuleTarget::Trunk(TrunkName::parse("carrier").unwrap()),
            record: true,
            strip: 0,
            prepend: String::new(),
        }],
    }
}

//! A branch with two phones, one trunk, one customer, one recorded call; a branch machine that only remembers its orders.
use crate::config::{ProvisioningConfig, WebConfig};
use crate::enroll::{Desk, RenewalTrouble};
use crate::io::sip::{StreamLimits, Streams, UdpSockets};
use crate::ladder::Ladders;
use crate::provision::Provision;
use crate::self_test::{Looped, SelfTests};
use crate::web::live::{BranchShape, LiveEvent, TrunkShape};
use crate::web::{
    AppState, BoxInfo, BranchPort, BranchUsers, COOKIE, DialOrder, LiveHub, Parts, Reply,
    RootCertificate, router, watch_passwords,
};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use branch::BranchOrder;
use branch_store::{KeyOwner, Purpose, RecordingKeyOrder, SoftKeys, Store, StoreConfig};
use media::Law;
use media::recording::{ContainerWriter, RecordingHeader};
use messages::command::{
    BranchPlan, Command, ImportRow, PhonePlan, Profile, Role, Secret, TrunkPlan,
};
use messages::fact::{
    Actor, Body as FactBody, CallAnswered, CallEnded, CallStarted, Fact, OutsideParty,
    RecordingClosed, RecordingStarted,
};
use messages::registry::{Outcome, RowFate};
use messages::{
    BootId, BoxId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyNumber, PersonName,
    Purpose as CallPurpose, RecordingId, Refusal, ReleasedBy, SipCode, Stage, SystemResult,
    TrunkName, UserName, UtcMs,
};
use portal::clock::HeldClock;
use portal::ops::HealthReport;
use portal::{Auth, AuthConfig, MemorySessions, Session, Tasks, Token, Users};
use sansio::SeededSecrets;
use serde_json::Value;
use std::net::SocketAddr;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub(super) const START: UtcMs = UtcMs(1_772_416_800_000);
pub(super) const NUMBER: &str = "13800138000";
pub(super) const NAME: &str = "王小芳";
pub(super) const CALL: CallId = CallId::from_bytes([7; 16]);
pub(super) const RECORDING: RecordingId = RecordingId::from_bytes([8; 16]);
/// Frames of the recording: two bytes each.
pub(super) const CONTENT: usize = 60_000;

/// Remembers what was ordered; answers as it was told to.
#[derive(Default)]
pub(super) struct Machine {
    pub(super) dialled: Mutex<Vec<DialOrder>>,
    pub(super) ordered: Mutex<Vec<BranchOrder>>,
    pub(super) refusal: Mutex<Option<Refusal>>,
}

impl BranchPort for Machine {
    fn dial(&self, order: DialOrder, reply: Reply<CallId>) {
        self.dialled.lock().unwrap().push(order);
        reply(self.refusal.lock().unwrap().map_or(Ok(CALL), Err));
    }

    fn order(&self, order: BranchOrder, reply: Reply<()>) {
        self.ordered.lock().unwrap().push(order);
        reply(self.refusal.lock().unwrap().map_or(Ok(()), Err));
    }
}

pub(super) struct World {
    pub(super) clock: HeldClock,
    pub(super) store: Store,
    pub(super) auth: Auth,
    pub(super) live: LiveHub,
    pub(super) machine: Arc<Machine>,
    pub(super) tasks: Tasks,
    pub(super) ladders: Ladders,
    pub(super) router: Router,
    pub(super) customer: CustomerId,
    _folder: TempDir,
}

pub(super) fn extension(text: &str) -> Extension {
    Extension::parse(text).unwrap()
}

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn plan() -> BranchPlan {
    let phone = |number: &str| PhonePlan {
        of_device: false,
        extension: extension(number),
        label: format!("phone {number}"),
        password: Secret::new("pw".to_owned()),
    };
    BranchPlan {
        ceilings: messages::ceilings::Ceilings::default(),
        profile: Profile::Lab,
        phones: vec![phone("1000"), phone("1001")],
        trunks: vec![TrunkPlan {
            concurrent_max: 10,
            cps_max: 5,
            ..TrunkPlan::new(TrunkName::parse("carrier").unwrap(), "127.0.0.1:5160")
        }],
        rules: Vec::new(),
        destinations: messages::Destination::USUAL.to_vec(),
        dids: Vec::new(),
    }
}

fn open_store(folder: &TempDir, clock: &HeldClock) -> Store {
    let boot = BootId::from_bytes([1; 16]);
    let box_id = BoxId::parse("sz-01").unwrap();
    let mut config = StoreConfig::new(folder.path().join("data"), box_id, "0.1.0", boot);
    config.limits.disk_floor_bytes = 0;
    let clock = clock.clock();
    let parts = branch_store::Parts {
        config,
        key_store: Box::new(SoftKeys::open(folder.path().join("keys")).unwrap()),
        decider: Box::new(crm::Rules),
        clock: Arc::new(move || clock.now()),
        secrets: Box::new(SeededSecrets::new(1)),
    };
    Store::open(parts, Purpose::Run).unwrap().store
}

/// A store as a new appliance has it.
pub(super) fn empty_store() -> (TempDir, Store) {
    let folder = TempDir::new().unwrap();
    let store = open_store(&folder, &HeldClock::at(START));
    (folder, store)
}

fn import(store: &Store) -> CustomerId {
    let row = ImportRow {
        name: PersonName::parse(NAME).unwrap(),
        number: PartyNumber::parse(NUMBER).unwrap(),
        stage: Stage::Lead,
    };
    let command = Command::ImportCustomers {
        batch: "first".to_owned(),
        rows: vec![row],
    };
    let done = store
        .propose_and_wait(Actor::Console, None, command)
        .unwrap();
    let Outcome::Imported(fates) = done.outcome else {
        panic!("not imported");
    };
    let [RowFate::New(customer)] = fates[..] else {
        panic!("{fates:?}");
    };
    customer
}

/// The hash costs much and is the same for all.
fn password_hash() -> Secret {
    static HASH: std::sync::OnceLock<Secret> = std::sync::OnceLock::new();
    HASH.get_or_init(|| portal::password::hash(&Secret::new("right-password".to_owned())).unwrap())
        .clone()
}

fn create_users(store: &Store) {
    for (user, role, phone) in [
        ("li", Role::Agent, Some("1000")),
        ("wang", Role::Agent, Some("1001")),
        ("chen", Role::Supervisor, None),
        ("root", Role::Admin, None),
    ] {
        let command = Command::CreateUser {
            user: name(user),
            role,
            extension: phone.map(extension),
            password_hash: password_hash(),
        };
        store
            .propose_and_wait(Actor::Console, None, command)
            .unwrap();
    }
}

const fn ample_disk() -> crate::web::DiskView {
    crate::web::DiskView {
        stage: messages::DiskStage::Ample,
        free_bytes: 1 << 30,
        ballast_bytes: 1 << 28,
        quota_bytes: 1 << 27,
    }
}

fn no_softphones() -> (Streams, SocketAddr) {
    let streams = Streams::new(crate::drive::door().0, StreamLimits::default());
    (streams, "127.0.0.1:8443".parse().unwrap())
}

/// No phone reaches it.
fn provision(store: &Store, clock: &HeldClock) -> Provision {
    let udp = UdpSockets::new(crate::drive::door().0);
    let web = WebConfig {
        listen: "127.0.0.1:8443".parse().unwrap(),
        http: None,
        names: Vec::new(),
    };
    let config = ProvisioningConfig::default();
    Provision::new(store.clone(), clock.clock(), udp, config, web)
}

fn self_tests(store: &Store, machine: &Arc<Machine>) -> SelfTests {
    let clock = crate::clock::Clock::start();
    SelfTests::new(
        Arc::clone(machine) as _,
        store.clone(),
        clock,
        Looped::default(),
    )
}

fn a_box() -> BoxInfo {
    BoxInfo {
        box_id: BoxId::parse("sz-01").unwrap(),
        boot: BootId::from_bytes([1; 16]),
        version: "0.1.0",
        started: START,
    }
}

impl World {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = HeldClock::at(START);
        let store = open_store(&folder, &clock);
        let configure = Command::ConfigureBranch(plan());
        store
            .propose_and_wait(Actor::Console, None, configure)
            .unwrap();
        create_users(&store);
        let customer = import(&store);
        let live = LiveHub::new(clock.clock());
        configure_board(&live);
        let config = AuthConfig::new(COOKIE);
        let sessions = Arc::new(MemorySessions::new(clock.clock(), config.sessions));
        let users: Arc<dyn Users> = Arc::new(BranchUsers::new(store.clone()));
        let auth = Auth::new(config, clock.clock(), users, sessions).unwrap();
        store.subscribe(watch_passwords(&auth));
        let (machine, tasks) = (Arc::new(Machine::default()), Tasks::new());
        let ladders = Ladders::default();
        let state = AppState::new(Parts {
            store: store.clone(),
            branch: Arc::clone(&machine) as _,
            live: live.clone(),
            auth: auth.clone(),
            clock: clock.clock(),
            tasks: tasks.clone(),
            recordings: folder.path().join("recordings"),
            disk: Arc::new(ample_disk),
            health: Arc::new(|| HealthReport::of([])),
            metrics: None,
            metrics_readers: Vec::new(),
            root: Some(RootCertificate::new("-----BEGIN …".to_owned(), b"der")),
            desk: Desk::new(
                BoxId::parse("sz-01").unwrap(),
                folder.path().join("identity"),
                RenewalTrouble::default(),
            ),
            info: a_box(),
            softphones: no_softphones(),
            provision: provision(&store, &clock),
            ladders: ladders.clone(),
            self_tests: self_tests(&store, &machine),
        });
        let world = Self {
            clock,
            store,
            auth,
            live,
            machine,
            tasks,
            ladders,
            router: router(state),
            customer,
            _folder: folder,
        };
        world.record(&world._folder);
        world
    }

    /// A call of phone 1000 with the customer, recorded.
    fn record(&self, folder: &TempDir) {
        self.happened(started(CALL, "1000"));
        self.happened(CallAnswered::of(CALL));
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        let order = RecordingKeyOrder {
            recording: RECORDING,
            call: CALL,
            owner: KeyOwner::Number(PartyNumber::parse(NUMBER).unwrap()),
        };
        let told = Box::new(move |key| answer.send(key).unwrap());
        self.store.recording_key(order, told);
        let key = answered.recv().unwrap().unwrap();
        let header = RecordingHeader {
            recording: RECORDING,
            part: 1,
            party: key.party,
            laws: [Law::A; 2],
            start: START,
            salt: [1; 32],
            prefix: [2; 7],
            wrapped_key: key.wrapped,
        };
        let mut bytes = Vec::new();
        let mut writer = ContainerWriter::begin(&header, key.key.expose(), &mut bytes).unwrap();
        writer.push(&[0xd5; CONTENT], &mut bytes);
        let closing = writer.finish(&mut bytes);
        let path = crate::recorder::path_of(&folder.path().join("recordings"), RECORDING);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &bytes).unwrap();
        self.happened(RecordingStarted {
            recording: RECORDING,
            call: CALL,
            party: key.party,
        });
        self.happened(RecordingClosed {
            recording: RECORDING,
            segments: closing.segments,
            last_tag: closing.last_tag.to_vec(),
            duration_ms: 3_750,
            bytes: bytes.len() as u64,
        });
        self.happened(ended(CALL));
        self.store.flush();
    }

    /// To the journal and to the screens, as the branch machine's facts go.
    pub(super) fn happened(&self, body: impl Into<FactBody>) {
        let utc = self.clock.clock().now().utc;
        let fact = Fact::new(utc, true, Actor::Phone(extension("1000")), body);
        self.live.tell_fact(&fact);
        self.store.append(vec![fact]).unwrap();
    }

    /// A session of that role, without the slow way of a password.
    pub(super) fn cookie(&self, role: Role, phone: Option<&str>) -> String {
        let user = match (role, phone) {
            (Role::Agent, Some("1001")) => "wang",
            (Role::Agent, _) => "li",
            (Role::Supervisor, _) => "chen",
            (Role::Admin, _) => "root",
            (Role::HqAnalyst | Role::HqAdmin, _) => "hq",
        };
        let token = Token::mint().unwrap();
        let session = Session {
            user: name(user),
            role,
            extension: phone.map(extension),
            since: START,
            from_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        self.auth.sessions().open(token.hash(), session);
        format!("{COOKIE}={}", token.expose())
    }

    pub(super) fn agent(&self) -> String {
        self.cookie(Role::Agent, Some("1000"))
    }

    pub(super) async fn ask(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Response {
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn get_json(&self, path: &str, cookie: &str) -> Value {
        let response = self.get(path, cookie).await;
        let status = response.status();
        let text = text_of(response).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(super) async fn post(&self, path: &str, cookie: &str, key: &str, body: &str) -> Response {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.ask(request).await
    }

    /// Kinds of the newest facts, newest first.
    pub(super) fn newest_kinds(&self, count: usize) -> Vec<String> {
        let page = self
            .store
            .reader()
            .unwrap()
            .audit(&branch_store::AuditFilter::default(), count);
        page.unwrap().rows.into_iter().map(|row| row.kind).collect()
    }
}

fn configure_board(live: &LiveHub) {
    let plan = plan();
    live.tell(LiveEvent::Configured(Box::new(BranchShape {
        profile: plan.profile,
        phones: plan
            .phones
            .into_iter()
            .map(|phone| (phone.extension, phone.label))
            .collect(),
        trunks: vec![TrunkShape {
            name: TrunkName::parse("carrier").unwrap(),
            concurrent_max: 10,
            cps_max: 5,
        }],
    })));
}

pub(super) fn started(call: CallId, from: &str) -> CallStarted {
    CallStarted {
        call,
        direction: Direction::Outbound,
        purpose: CallPurpose::Sales,
        extension: Some(extension(from)),
        other_extension: None,
        trunk: TrunkName::parse("carrier"),
        outside: Some(OutsideParty::of(PartyNumber::parse(NUMBER).unwrap())),
        customer: None,
    }
}

pub(super) fn ended(call: CallId) -> CallEnded {
    CallEnded {
        call,
        result: SystemResult::Answered,
        cause: HangUpCause {
            sip: Some(SipCode(200)),
            q850: None,
        },
        released_by: ReleasedBy::Caller,
        ring_ms: 1_000,
        talk_ms: 2_750,
    }
}

pub(super) async fn bytes_of(response: Response) -> Vec<u8> {
    axum::body::to_bytes(response.into_body(), 1 << 22)
        .await
        .unwrap()
        .to_vec()
}

pub(super) async fn text_of(response: Response) -> String {
    String::from_utf8_lossy(&bytes_of(response).await).into_owned()
}

/// Status and code of a problem.
pub(super) async fn problem_of(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let text = text_of(response).await;
    let problem: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"));
    (status, problem["code"].as_str().unwrap().to_owned())
}

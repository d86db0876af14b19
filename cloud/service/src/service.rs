//! The whole service: opens what it needs, listens, and ends cleanly.
use crate::api::{self, Hand, HqState};
use crate::config::Config;
use crate::forgetting::{self, ForgettingError};
use crate::hq_master::OsSecrets;
use crate::intake::Intake;
use crate::mqtt::{self, MqttHandle, MqttServer, TlsError};
use crate::pages::Pages;
use crate::people::{self, People, PeopleError};
use crate::pki::Authority;
use crate::raw;
use crate::recovery_key;
use crate::registrar::{self, Registrar, RegistrarError, Settings};
use crate::shelf::{Shelf, snapshot_router};
use crate::watch::{self, Pulse};
use crate::wishes::{self, TenantNumbers};
use core::time::Duration;
use hq_store::{KeyBook, KeyBookError, SqliteStore, Store, StoreError};
use identity::IdentityError;
use messages::command::Secret;
use metrics_exporter_prometheus::PrometheusHandle;
use portal::ops::Ops;
use portal::serve::{ConnectionLimits, Identity, ServeError};
use portal::session::SessionLimits;
use portal::shell::Shell;
use portal::{Auth, AuthConfig, Clock, MemorySessions, Tasks};
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

const COOKIE: &str = "__Host-zk_hq";
const GRACE: Duration = Duration::from_secs(20);

#[derive(Debug, Error)]
pub enum StartError {
    #[error("{path}: {source}")]
    Folder { path: PathBuf, source: io::Error },
    #[error("{0}: another zhunkehu-cloud works with this folder")]
    InUse(PathBuf),
    #[error("{key} = {address}: {source}")]
    Listen {
        key: &'static str,
        address: SocketAddr,
        source: io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] KeyBookError),
    #[error("erasures could not be replayed: {0}")]
    Forgetting(#[from] ForgettingError),
    #[error("keys_dir must not lie inside data_dir")]
    KeysInsideData,
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    People(#[from] PeopleError),
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
}

/// The running service.
pub struct Service {
    pub https: SocketAddr,
    pub mqtt: MqttHandle,
    /// Name and password, at the very first start only. Shown once, kept nowhere.
    pub first_admin: Option<(&'static str, Secret)>,
    tasks: Tasks,
    /// Held as long as the service lives.
    _lock: File,
}

/// The database's file in the data folder.
#[must_use]
pub fn database_path(data_dir: &Path) -> PathBuf {
    data_dir.join("hq.db")
}

/// Opens the store that `config` names: for the service, and for the commands beside it.
pub fn open_store(config: &Config) -> Result<SqliteStore, StartError> {
    make_folder(&config.data_dir)?;
    Ok(SqliteStore::open(
        &database_path(&config.data_dir),
        &config.tenant,
    )?)
}

/// Makes the data folder where it is missing and keeps everybody else out of it as long as what is handed back lives.
pub(crate) fn hold_folder(data_dir: &Path) -> Result<File, StartError> {
    make_folder(data_dir)?;
    lock(data_dir)
}

/// The folder of headquarters' own keys: a copy of the data holds none.
pub fn keys_dir(config: &Config) -> Result<PathBuf, StartError> {
    let beside = || {
        let mut name = config.data_dir.as_os_str().to_owned();
        name.push("-keys");
        PathBuf::from(name)
    };
    let dir = config.keys_dir.clone().unwrap_or_else(beside);
    if dir.starts_with(&config.data_dir) {
        return Err(StartError::KeysInsideData);
    }
    Ok(dir)
}

/// What the branches let headquarters open: the rows beside the data, the keys of their generations elsewhere.
fn open_keys(config: &Config) -> Result<KeyBook, StartError> {
    let file = config.data_dir.join("hq-keys.db");
    let folder = keys_dir(config)?.join("generations");
    Ok(KeyBook::open(&file, &folder, Box::new(OsSecrets))?)
}

fn make_folder(path: &Path) -> Result<(), StartError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| StartError::Folder {
        path: path.to_owned(),
        source,
    })
}

/// One service for each folder.
fn lock(data_dir: &Path) -> Result<File, StartError> {
    let path = data_dir.join("lock");
    let bad = |source| StartError::Folder {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(bad)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(data_dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(bad(source)),
    }
}

fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).map_err(|source| StartError::Listen {
        key,
        address,
        source,
    })
}

/// Starts the service. `metrics`: the process's recorder, where one is installed.
/// Blocks for a moment: to be called before anything else runs on the runtime.
pub fn start(config: &Config, metrics: Option<PrometheusHandle>) -> Result<Service, StartError> {
    let lock = hold_folder(&config.data_dir)?;
    let clock = Clock::system();
    let now = clock.now().utc;
    let store: Arc<dyn Store> = Arc::new(open_store(config)?);
    store.all_links_down(now)?;
    if let Some(restored) = store.last_restored()? {
        tracing::info!(
            taken = restored.taken.0,
            name = restored.name,
            "this database was put back from a backup"
        );
    }
    let keys = Arc::new(open_keys(config)?);
    raw::take_up(&*store)?;
    forgetting::replay(&*store, &keys, now)?;
    let authority = Authority::open_or_make(&config.tls.dir)?;
    authority.ensure_server(&config.tls.hosts)?;
    let paths = authority.paths();
    let identity = Identity::from_pem(&read(&paths.server)?, &read(&paths.server_key)?)?;
    let https = bind("http.listen", config.http.listen)?;
    let boxes = bind("mqtt.listen", config.mqtt.listen)?;
    let settings = settings(config, keys_dir(config)?, &https, &boxes);
    let registrar = Registrar::open(settings, Arc::clone(&store), clock.clone())?;
    let mqtt_tls = mqtt::server_config_with(
        &paths.ca,
        &paths.server,
        &paths.server_key,
        registrar.revoked(),
    )?;
    // Last, so that a start that fails does not show a password that nobody reads.
    let first_admin = people::first_admin(&*store, now)?;

    let tasks = Tasks::new();
    let hand = hand(config, registrar)?;
    let state = state(config, (store, keys), clock, hand, &tasks)?;
    let pulse = Pulse::default();
    pulse.set(true);
    let router = router(&state, config, pulse.clone(), metrics);
    let mqtt = listen_for_boxes(boxes, mqtt_tls, config, &state, &tasks).map_err(|source| {
        StartError::Listen {
            key: "mqtt.listen",
            address: config.mqtt.listen,
            source,
        }
    })?;
    state.registrar.listens(mqtt.clone());
    let limits = ConnectionLimits::default();
    let https = portal::serve::https(https, &identity, router, limits, &tasks)?;
    tasks.spawn("live picture", api::live::keep_drawing(state.clone()));
    let sending = wishes::keep_sending(state.clone(), mqtt.clone());
    tasks.spawn("wishes", sending);
    tasks.spawn("watch", watch::keep_watching(state, mqtt.clone(), pulse));
    Ok(Service {
        https,
        mqtt,
        first_admin,
        tasks,
        _lock: lock,
    })
}

/// What headquarters speaks to its branches with.
fn hand(config: &Config, registrar: Registrar) -> Result<Hand, StartError> {
    let dir = &config.tls.dir;
    Ok(Hand {
        sign: wishes::sign_with(wishes::directive_signer(dir)?),
        numbers: Arc::new(TenantNumbers::open_or_make(dir)?),
        registrar: Arc::new(registrar),
        shelf: Arc::new(Shelf::new(config.data_dir.join("snapshots"))),
    })
}

fn state(
    config: &Config,
    (store, keys): (Arc<dyn Store>, Arc<KeyBook>),
    clock: Clock,
    hand: Hand,
    tasks: &Tasks,
) -> Result<HqState, StartError> {
    let people = Arc::new(People::new(Arc::clone(&store), clock.clone()));
    let sessions = Arc::new(MemorySessions::new(clock.clone(), SessionLimits::default()));
    let auth = Auth::new(AuthConfig::new(COOKIE), clock.clone(), people, sessions)
        .map_err(PeopleError::Password)?;
    let policy = config.field_policy.policy();
    let stop = tasks.stop_token();
    Ok(HqState::new(store, keys, auth, clock, policy, hand, stop)?)
}

/// What the registrar tells the boxes of this server's places, named or made of what it listens on.
fn settings(
    config: &Config,
    keys_dir: PathBuf,
    https: &TcpListener,
    boxes: &TcpListener,
) -> Settings {
    let host = config.tls.hosts.first().map_or("localhost", String::as_str);
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let port = |listener: &TcpListener, asked: SocketAddr| {
        listener
            .local_addr()
            .map_or(asked.port(), |bound| bound.port())
    };
    let (web, mqtt) = (
        port(https, config.http.listen),
        port(boxes, config.mqtt.listen),
    );
    let enrol = &config.enrol;
    Settings {
        dir: config.tls.dir.clone(),
        keys_dir,
        tenant: config.tenant.clone(),
        url: enrol
            .url
            .clone()
            .unwrap_or_else(|| format!("https://{host}:{web}")),
        broker: enrol
            .broker
            .clone()
            .unwrap_or_else(|| format!("{host}:{mqtt}")),
        code_life: Duration::from_secs(u64::from(enrol.code_minutes) * 60),
        certificate_life: Duration::from_secs(u64::from(enrol.certificate_days) * 24 * 3600),
    }
}

fn router(
    state: &HqState,
    config: &Config,
    pulse: Pulse,
    metrics: Option<PrometheusHandle>,
) -> axum::Router {
    let ops = Ops {
        health: Arc::new(move || pulse.report()),
        metrics,
        metrics_readers: config.http.metrics_readers.clone(),
    };
    let router = api::router(state.clone())
        .merge(portal::ops::router(ops))
        .merge(registrar::open_router(Arc::clone(&state.registrar)));
    let router = portal::assets::fallback::<Pages, ()>(router);
    portal::shell::wrap(router, Shell::default())
}

fn listen_for_boxes(
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    config: &Config,
    state: &HqState,
    tasks: &Tasks,
) -> io::Result<MqttHandle> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let intake = Arc::new(Intake::new(state.clone()));
    let dir = config.tls.dir.clone();
    let snapshots = snapshot_router(
        Arc::clone(&state.shelf),
        Arc::new(move || recovery_key::public(&dir)),
        state.clock.clone(),
    );
    let boxes = registrar::boxes_router(Arc::clone(&state.registrar)).merge(snapshots);
    let web = portal::shell::wrap(boxes, Shell::default());
    MqttServer::start_with_web(listener, tls, intake, mqtt::Limits::default(), web, tasks)
}

fn read(path: &Path) -> Result<Vec<u8>, StartError> {
    fs::read(path).map_err(|source| StartError::Folder {
        path: path.to_owned(),
        source,
    })
}

impl Service {
    /// Ends everything: no new connections, running requests and batches finish, the store is closed.
    pub async fn stop(self) {
        let late = self.tasks.shutdown(GRACE).await;
        if !late.is_empty() {
            tracing::warn!(?late, "did not end in time");
        }
    }
}

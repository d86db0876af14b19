//! What every handler is given, and the two ways to ask the store: read in a thread that may block, propose and wait.
use super::live::LiveHub;
use super::playback::Played;
use super::port::{BoxInfo, BranchPort, Reply};
use super::setup::RootCertificate;
use super::system::DiskView;
use crate::enroll::Desk;
use crate::io::sip::Streams;
use crate::ladder::Ladders;
use crate::provision::Provision;
use crate::self_test::SelfTests;
use branch_store::{Reader, Store, StoreError};
use messages::command::Command;
use messages::{Refusal, UtcMs};
use metrics_exporter_prometheus::PrometheusHandle;
use portal::idempotency::Idempotency;
use portal::ops::{HealthReport, Ops};
use portal::{Auth, Clock, CurrentUser, Problem, Tasks};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};

/// Questions to the store at one time; it has a few connections only.
const READS_AT_ONCE_MAX: usize = 8;

/// What the shell puts together.
pub struct Parts {
    pub store: Store,
    pub branch: Arc<dyn BranchPort>,
    pub live: LiveHub,
    pub auth: Auth,
    pub clock: Clock,
    pub tasks: Tasks,
    /// The folder of all recordings.
    pub recordings: PathBuf,
    pub health: Arc<dyn Fn() -> HealthReport + Send + Sync>,
    /// The last look at the disk.
    pub disk: Arc<dyn Fn() -> DiskView + Send + Sync>,
    pub metrics: Option<PrometheusHandle>,
    /// Besides loopback, who may read `/metrics`.
    pub metrics_readers: Vec<IpAddr>,
    pub root: Option<RootCertificate>,
    /// How this box stands with headquarters.
    pub desk: Desk,
    pub info: BoxInfo,
    /// Where SIP over WebSockets goes, and the address that the pages are served at.
    pub softphones: (Streams, SocketAddr),
    /// Desk phones that configure themselves.
    pub provision: Provision,
    /// How calls went on the wire.
    pub ladders: Ladders,
    /// Phones and trunks are tried before the shift.
    pub self_tests: SelfTests,
}

/// Clones share everything.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    parts: Parts,
    reads: Semaphore,
    idempotency: Idempotency,
    played: Played,
}

impl AppState {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            reads: Semaphore::new(READS_AT_ONCE_MAX),
            idempotency: Idempotency::new(parts.clock.clone()),
            played: Played::default(),
            parts,
        }))
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.parts.store
    }

    pub(super) fn auth(&self) -> &Auth {
        &self.0.parts.auth
    }

    pub(super) fn disk(&self) -> DiskView {
        (self.0.parts.disk)()
    }

    pub(super) fn live(&self) -> &LiveHub {
        &self.0.parts.live
    }

    pub(super) fn tasks(&self) -> &Tasks {
        &self.0.parts.tasks
    }

    pub(super) fn branch(&self) -> &dyn BranchPort {
        &*self.0.parts.branch
    }

    pub(super) fn recordings(&self) -> &Path {
        &self.0.parts.recordings
    }

    pub(super) fn info(&self) -> &BoxInfo {
        &self.0.parts.info
    }

    pub(super) fn desk(&self) -> &Desk {
        &self.0.parts.desk
    }

    pub(super) fn softphones(&self) -> &(Streams, SocketAddr) {
        &self.0.parts.softphones
    }

    pub(super) fn provision(&self) -> &Provision {
        &self.0.parts.provision
    }

    pub(super) fn self_tests(&self) -> &SelfTests {
        &self.0.parts.self_tests
    }

    pub(super) fn ladders(&self) -> &Ladders {
        &self.0.parts.ladders
    }

    pub(super) fn root(&self) -> Option<&RootCertificate> {
        self.0.parts.root.as_ref()
    }

    pub(super) fn idempotency(&self) -> &Idempotency {
        &self.0.idempotency
    }

    pub(super) fn played(&self) -> &Played {
        &self.0.played
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.parts.clock
    }

    pub(super) fn now(&self) -> UtcMs {
        self.0.parts.clock.now().utc
    }

    pub(super) fn ops(&self) -> Ops {
        Ops {
            health: Arc::clone(&self.0.parts.health),
            metrics: self.0.parts.metrics.clone(),
            metrics_readers: self.0.parts.metrics_readers.clone(),
        }
    }

    /// Asks the store's tables.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.blocking(move |store| ask(&store.reader()?)).await
    }

    /// Work that may block, a little of it at a time.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let room = self.0.reads.acquire().await;
        let _room = room.map_err(|_closed| Problem::unavailable())?;
        let store = self.0.parts.store.clone();
        let done = tokio::task::spawn_blocking(move || work(&store)).await;
        let Ok(done) = done else {
            return Err(Problem::internal());
        };
        done.map_err(|bad| unreadable(&bad))
    }

    /// Asks the registry; the answer is durable.
    pub(super) async fn propose(
        &self,
        user: &CurrentUser,
        from_ip: IpAddr,
        command: Command,
    ) -> Result<(), Problem> {
        let (reply, answer) = awaited();
        let store = &self.0.parts.store;
        store.propose(user.actor(), Some(from_ip), command, reply);
        answered(answer).await.map(drop)
    }
}

fn unreadable(bad: &StoreError) -> Problem {
    tracing::warn!(code = bad.code(), "the store did not answer");
    match bad {
        StoreError::Busy => Refusal::Overloaded.into(),
        StoreError::InUse(_)
        | StoreError::Io { .. }
        | StoreError::Sql(_)
        | StoreError::Migration(_)
        | StoreError::Keys(_)
        | StoreError::Damaged { .. }
        | StoreError::FileMissing(_)
        | StoreError::VaultIncomplete
        | StoreError::TailLost { .. }
        | StoreError::ChainBroken(_)
        | StoreError::VaultKeys(_)
        | StoreError::DiskFull { .. }
        | StoreError::Row(_)
        | StoreError::Backup(_)
        | StoreError::NoCheckpoint
        | StoreError::NothingToClose => Problem::unavailable(),
    }
}

/// A reply that a task can wait for. Who no longer waits is not told.
pub(super) fn awaited<T: Send + 'static>() -> (Reply<T>, oneshot::Receiver<Result<T, Refusal>>) {
    let (reply, answer) = oneshot::channel();
    let told = move |result| {
        if reply.send(result).is_err() {
            tracing::debug!("nobody waits for this reply any more");
        }
    };
    (Box::new(told), answer)
}

/// Waits for a reply; who drops it is stopping.
pub(super) async fn answered<T>(
    answer: oneshot::Receiver<Result<T, Refusal>>,
) -> Result<T, Problem> {
    match answer.await {
        Ok(result) => result.map_err(Problem::from),
        Err(_dropped) => Err(Refusal::NotReady.into()),
    }
}

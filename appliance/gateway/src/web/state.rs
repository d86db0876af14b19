//! What every handler is given, and the two ways to ask the records: read in a thread of its own, propose and wait.
use super::live::LiveHub;
use super::port::{BoxInfo, BranchPort, JournalState, Records, Reply};
use super::setup::RootCertificate;
use messages::command::Command;
use messages::registry::Outcome;
use messages::{Refusal, UtcMs};
use portal::idempotency::Idempotency;
use portal::ops::{HealthReport, Ops};
use portal::{Auth, Clock, CurrentUser, Problem, Tasks};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::{Semaphore, oneshot};

/// Reads of the database at one time.
const READS_AT_ONCE_MAX: usize = 8;

/// What the shell puts together.
pub struct Parts {
    pub records: Arc<dyn Records>,
    pub branch: Arc<dyn BranchPort>,
    pub live: LiveHub,
    pub auth: Auth,
    pub clock: Clock,
    pub tasks: Tasks,
    pub health: Arc<dyn Fn() -> HealthReport + Send + Sync>,
    pub metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
    /// Besides loopback, who may read `/metrics`.
    pub metrics_readers: Vec<IpAddr>,
    pub root: Option<RootCertificate>,
    pub info: BoxInfo,
}

/// Clones share everything.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    parts: Parts,
    reads: Semaphore,
    idempotency: Idempotency,
    played: super::playback::Played,
}

impl AppState {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            reads: Semaphore::new(READS_AT_ONCE_MAX),
            idempotency: Idempotency::new(parts.clock.clone()),
            played: super::playback::Played::default(),
            parts,
        }))
    }

    pub(super) fn auth(&self) -> &Auth {
        &self.0.parts.auth
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

    pub(super) fn info(&self) -> &BoxInfo {
        &self.0.parts.info
    }

    pub(super) fn root(&self) -> Option<&RootCertificate> {
        self.0.parts.root.as_ref()
    }

    pub(super) fn idempotency(&self) -> &Idempotency {
        &self.0.idempotency
    }

    pub(super) fn played(&self) -> &super::playback::Played {
        &self.0.played
    }

    pub(super) fn now(&self) -> UtcMs {
        self.0.parts.clock.now().utc
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.parts.clock
    }

    pub(super) fn ops(&self) -> Ops {
        Ops {
            health: Arc::clone(&self.0.parts.health),
            metrics: self.0.parts.metrics.clone(),
            metrics_readers: self.0.parts.metrics_readers.clone(),
        }
    }

    /// Asks the records; a few at a time, each in a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Records) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let _room = self
            .0
            .reads
            .acquire()
            .await
            .map_err(|_closed| Problem::unavailable())?;
        let records = Arc::clone(&self.0.parts.records);
        let answered = tokio::task::spawn_blocking(move || ask(&*records)).await;
        answered
            .map_err(|_panicked| Problem::internal())?
            .map_err(Problem::from)
    }

    /// Asks the registry; the answer is durable.
    pub(super) async fn propose(
        &self,
        user: &CurrentUser,
        from_ip: IpAddr,
        command: Command,
    ) -> Result<Outcome, Problem> {
        let (reply, answer) = awaited();
        let records = &self.0.parts.records;
        records.propose(user.actor(), Some(from_ip), command, reply);
        answered(answer).await
    }

    pub(super) async fn journal(&self) -> Result<JournalState, Problem> {
        self.read(|records| records.journal()).await
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

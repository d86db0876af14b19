//! What the link is started with, and how it tells how it stands.
use super::{broker_address::BrokerAddress, journal::JournalTrouble};
use core::time::Duration;
use link::{LinkStatus, Trust};
use messages::{BootId, BoxId, lane::Metrics};
use portal::Clock;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{Notify, watch};

#[derive(Clone, Debug)]
pub struct LinkConfig {
    /// Where the configuration names it; else where headquarters said at the enrolment.
    pub broker: Option<BrokerAddress>,
    /// The folder that `enroll` fills, before or while the link runs.
    pub certificates: PathBuf,
    /// Rings when a connection should be made anew: the certificate was renewed.
    pub redial: Arc<Notify>,
    pub box_id: BoxId,
    pub boot: BootId,
    pub version: String,
    pub metrics_every: Duration,
    /// Of the waits between connections.
    pub seed: u64,
    /// Until the first connection; then what the folder holds.
    pub trust: Trust,
    /// Of the directives, where the configuration names it; else what headquarters said at the enrolment.
    pub tenant: Option<String>,
}

/// What the task works with.
pub struct LinkSetup<J> {
    pub journal: Arc<J>,
    /// Called every `metrics_every` while the link is up; it must not wait.
    pub metrics: Box<dyn Fn() -> Metrics + Send + Sync>,
    pub clock: Clock,
}

/// How the link stands, for the page 同步健康.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncHealth {
    pub link: LinkStatus,
    /// Age of the oldest fact that the cloud has not; `None` if it has all.
    pub oldest_unacked_age_ms: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct LinkHandle {
    pub(super) health: watch::Receiver<SyncHealth>,
}

impl LinkHandle {
    #[must_use]
    pub fn health(&self) -> SyncHealth {
        self.health.borrow().clone()
    }

    /// Changes whenever the health does.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<SyncHealth> {
        self.health.clone()
    }
}

/// Why the link could not be started. A broker that cannot be reached is no reason.
#[derive(Debug, thiserror::Error)]
pub enum CannotStart {
    #[error(transparent)]
    Journal(#[from] JournalTrouble),
}

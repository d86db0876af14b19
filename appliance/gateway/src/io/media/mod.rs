//! The media plane: sockets bound once, threads of its own, orders in, reports out. No disk, no decisions about calls.
mod counters;
mod orders;
mod pool;
mod reports;
mod worker;

pub use counters::{MediaCount, MediaCounters};
pub use orders::{MediaGone, MediaOrders};
pub use reports::Reports;

use crate::recorder::RecorderFeed;
use media::{MediaReport, PortPair};
use messages::Now;
use pool::Pool;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use thiserror::Error;

/// Tells the time; cheap, called for each batch of packets.
pub type TellTime = Arc<dyn Fn() -> Now + Send + Sync>;

#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// The address of all relay ports.
    pub bind: IpAddr,
    /// First port; even. Each pair takes two.
    pub port_first: u16,
    /// Pairs wanted. Pairs that another program holds are left out.
    pub port_pairs: u16,
    /// At least one.
    pub threads: usize,
}

#[derive(Debug, Error)]
pub enum MediaError {
    #[error("media.address {address}, port {port}: {error}")]
    Bind {
        address: IpAddr,
        port: u16,
        error: std::io::Error,
    },
    #[error("media.port_first: every port from {0} on is taken")]
    NoPort(u16),
    #[error("the media thread cannot start: {0}")]
    Thread(#[from] std::io::Error),
}

impl MediaError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "media_bind",
            Self::NoPort(_) => "media_no_port",
            Self::Thread(_) => "media_thread",
        }
    }
}

/// The running plane. Dropping it stops its threads.
pub struct MediaPlane {
    orders: MediaOrders,
    ports: Vec<PortPair>,
    counters: Arc<MediaCounters>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl MediaPlane {
    /// Binds the pool, starts the threads, reports the pool.
    pub fn start(
        config: &MediaConfig,
        time: TellTime,
        feed: Option<RecorderFeed>,
        reports: &Reports,
    ) -> Result<Self, MediaError> {
        let pool = Arc::new(Pool::bind(config)?);
        let counters = Arc::<MediaCounters>::default();
        let stop = Arc::<AtomicBool>::default();
        let (orders, shards) = orders::shards(config.threads.max(1))?;
        let ports = pool.ports();
        reports.push(MediaReport::Ports(ports.clone()));
        let mut plane = Self {
            orders,
            ports,
            counters,
            stop,
            threads: Vec::new(),
        };
        for (number, shard) in shards.into_iter().enumerate() {
            let seat = worker::Seat {
                pool: Arc::clone(&pool),
                time: Arc::clone(&time),
                feed: feed.clone(),
                reports: reports.clone(),
                counters: Arc::clone(&plane.counters),
                stop: Arc::clone(&plane.stop),
            };
            let worker = worker::Worker::new(seat, shard)?;
            let thread = std::thread::Builder::new().name(format!("media-{number}"));
            plane.threads.push(thread.spawn(move || worker.run())?);
        }
        Ok(plane)
    }

    /// For whoever gives orders.
    #[must_use]
    pub fn orders(&self) -> MediaOrders {
        self.orders.clone()
    }

    /// The pool as it was bound.
    #[must_use]
    pub fn ports(&self) -> &[PortPair] {
        &self.ports
    }

    #[must_use]
    pub fn counters(&self) -> Arc<MediaCounters> {
        Arc::clone(&self.counters)
    }
}

impl Drop for MediaPlane {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.orders.wake_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;

//! The one place that reads clocks.
use messages::{Moment, Now, UtcMs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Written by systemd-timesyncd once the clock has been set.
const SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";

/// Cheap to clone; all clones agree.
#[derive(Clone)]
pub struct Clock(Arc<Face>);

struct Face {
    started: Instant,
    trusted: AtomicBool,
    /// The latest utc that was told: it never runs backwards within a run.
    latest: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self::start()
    }
}

impl Clock {
    #[must_use]
    pub fn start() -> Self {
        let trusted = AtomicBool::new(std::path::Path::new(SYNCHRONIZED).exists());
        Self(Arc::new(Face {
            started: Instant::now(),
            trusted,
            latest: AtomicI64::new(0),
        }))
    }

    #[must_use]
    pub fn now(&self) -> Now {
        let micros = u64::try_from(self.0.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let utc = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        let latest = self.0.latest.fetch_max(utc, Ordering::Relaxed).max(utc);
        Now {
            mono: Moment::from_micros(micros),
            utc: UtcMs(latest),
            utc_trusted: self.0.trusted.load(Ordering::Relaxed),
        }
    }

    /// NTP or the cloud has confirmed the time.
    pub fn trust(&self) {
        self.0.trusted.store(true, Ordering::Relaxed);
    }
}

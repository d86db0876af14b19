//! The time as the web servers are told it, so that a test can move it.
use core::time::Duration;
use messages::{Moment, Now, UtcMs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Now + Send + Sync>);

impl Clock {
    #[must_use]
    pub fn new(now: impl Fn() -> Now + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The machine's own clock. Trust in it is decided elsewhere; here it is always trusted.
    #[must_use]
    pub fn system() -> Self {
        let start = Instant::now();
        Self::new(move || Now {
            mono: Moment::START + start.elapsed(),
            utc: UtcMs(
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .map_or(0, |since| {
                        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
                    }),
            ),
            utc_trusted: true,
        })
    }

    #[must_use]
    pub fn now(&self) -> Now {
        (self.0)()
    }
}

/// A clock that stands still until it is moved: for tests.
#[derive(Clone)]
pub struct HeldClock(Arc<Mutex<Now>>);

impl HeldClock {
    #[must_use]
    pub fn at(utc: UtcMs) -> Self {
        Self(Arc::new(Mutex::new(Now {
            mono: Moment::START,
            utc,
            utc_trusted: true,
        })))
    }

    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.mono = now.mono + by;
        now.utc.0 += i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    }

    #[must_use]
    pub fn clock(&self) -> Clock {
        let held = Arc::clone(&self.0);
        Clock::new(move || *held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl core::fmt::Debug for Clock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Clock")
    }
}

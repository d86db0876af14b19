//! What the media threads have done since the start.
use core::time::Duration;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
pub struct MediaCounters {
    received: AtomicU64,
    sent: AtomicU64,
    send_failed: AtomicU64,
    wake_ups: AtomicU64,
    record_dropped: AtomicU64,
    /// The latest beat since it was last asked, µs.
    late_us: AtomicU64,
}

/// Counters at one time, or what one batch adds to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaCount {
    /// Datagrams read, strangers' included.
    pub received: u64,
    /// Datagrams written, tones included.
    pub sent: u64,
    /// The kernel refused: no route, no buffer.
    pub send_failed: u64,
    pub wake_ups: u64,
    /// Frames that the recorder had no room for.
    pub record_dropped: u64,
}

impl MediaCounters {
    pub(super) fn add(&self, batch: &MediaCount) {
        let table = [
            (&self.received, batch.received),
            (&self.sent, batch.sent),
            (&self.send_failed, batch.send_failed),
            (&self.wake_ups, batch.wake_ups),
            (&self.record_dropped, batch.record_dropped),
        ];
        for (counter, more) in table.into_iter().filter(|(_, more)| *more > 0) {
            counter.fetch_add(more, Ordering::Relaxed);
        }
    }

    pub(super) fn beat_was_late(&self, by: Duration) {
        let micros = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        self.late_us.fetch_max(micros, Ordering::Relaxed);
    }

    /// How late the latest beat was since this was last asked.
    #[must_use]
    pub fn take_late(&self) -> Duration {
        Duration::from_micros(self.late_us.swap(0, Ordering::Relaxed))
    }

    #[must_use]
    pub fn read(&self) -> MediaCount {
        MediaCount {
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            send_failed: self.send_failed.load(Ordering::Relaxed),
            wake_ups: self.wake_ups.load(Ordering::Relaxed),
            record_dropped: self.record_dropped.load(Ordering::Relaxed),
        }
    }
}

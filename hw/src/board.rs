//! What every board can be asked.
use messages::{UtcMs, lane::HwSample};

/// A machine that the gateway runs on. One thread owns it; a look takes a few milliseconds and may touch `/proc` and `/sys`.
pub trait Board: Send {
    /// Stable name for logs and for the system page: `linux`, `simulated`.
    fn name(&self) -> &'static str;

    /// One look. CPU load and throttling tell of the time since the last look (the first look says 0 and `false`).
    /// A missing or broken sensor gives `None`, or 0 where the field has no `None`; it never fails.
    fn sample(&mut self, utc: UtcMs) -> HwSample;
}

//! How fast and how many: a token bucket for calls per second, a count for calls at one time. A trunk that shows
//! that it has too many gets fewer a second, and slowly more again (additive increase, multiplicative decrease).
use core::time::Duration;
use messages::{Moment, Refusal};

/// What is left of the pace when there are too many, in tenths.
const CUT_TENTHS: u64 = 7;
/// Not more often than this.
const CUT_EVERY: Duration = Duration::from_secs(1);
/// What comes back each second, in hundredths of the limit.
const BACK_HUNDREDTHS: u64 = 2;
/// One call a second is always let try.
const LEAST: u64 = 1_000;

#[derive(Clone, Debug)]
pub(crate) struct Pace {
    concurrent_max: u32,
    cps_max: u32,
    in_use: u32,
    /// Calls a second as of now, in thousandths.
    pace: u64,
    cut: Option<Moment>,
    /// Calls that may start now, in thousandths.
    credit: u64,
    refilled: Moment,
}

impl Pace {
    pub(crate) fn new(concurrent_max: u32, cps_max: u32, now: Moment) -> Self {
        Self {
            concurrent_max,
            cps_max,
            in_use: 0,
            pace: u64::from(cps_max) * 1_000,
            cut: None,
            credit: u64::from(cps_max) * 1_000,
            refilled: now,
        }
    }

    /// New limits; the calls that are up keep their channels.
    pub(crate) fn limit(&mut self, concurrent_max: u32, cps_max: u32) {
        self.concurrent_max = concurrent_max;
        self.cps_max = cps_max;
        let full = u64::from(cps_max) * 1_000;
        self.pace = if self.cut.is_some() {
            self.pace.min(full)
        } else {
            full
        };
        self.credit = self.credit.min(self.pace);
    }

    /// Could a call start now?
    pub(crate) fn has_room(&mut self, now: Moment) -> Result<(), Refusal> {
        self.refill(now);
        if self.in_use >= self.concurrent_max {
            return Err(Refusal::TrunkFull);
        }
        if self.credit < 1_000 {
            return Err(Refusal::TrunkTooFast);
        }
        Ok(())
    }

    pub(crate) fn start(&mut self, now: Moment) -> Result<(), Refusal> {
        self.has_room(now)?;
        self.credit -= 1_000;
        self.in_use += 1;
        Ok(())
    }

    /// The trunk shows that it has too many.
    pub(crate) fn slow_down(&mut self, now: Moment) {
        self.refill(now);
        if self.cut.is_some_and(|cut| now.since(cut) < CUT_EVERY) {
            return;
        }
        self.cut = Some(now);
        let least = LEAST.min(u64::from(self.cps_max) * 1_000);
        self.pace = (self.pace * CUT_TENTHS / 10).max(least);
        self.credit = self.credit.min(self.pace);
    }

    pub(crate) const fn concurrent_max(&self) -> u32 {
        self.concurrent_max
    }

    /// Takes a channel for an incoming call: counted, but not paced by us.
    pub(crate) fn take_channel(&mut self) -> Result<(), Refusal> {
        if self.in_use >= self.concurrent_max {
            return Err(Refusal::TrunkFull);
        }
        self.in_use += 1;
        Ok(())
    }

    /// An emergency call: it pre-empts every limit.
    pub(crate) fn force(&mut self) {
        self.in_use += 1;
    }

    pub(crate) fn release(&mut self) {
        self.in_use = self.in_use.saturating_sub(1);
    }

    pub(crate) const fn in_use(&self) -> u32 {
        self.in_use
    }

    fn refill(&mut self, now: Moment) {
        let passed = now.since(self.refilled).min(Duration::from_secs(1));
        let millis = u64::try_from(passed.as_millis()).unwrap_or(0);
        if millis == 0 {
            return;
        }
        let idle_ms = u64::try_from(now.since(self.refilled).as_millis()).unwrap_or(u64::MAX);
        self.refilled = now;
        self.recover(idle_ms);
        self.credit = (self.credit + millis * self.pace / 1_000).min(self.pace.max(1_000));
    }

    fn recover(&mut self, passed_ms: u64) {
        let full = u64::from(self.cps_max) * 1_000;
        let back = full
            .saturating_mul(BACK_HUNDREDTHS)
            .saturating_mul(passed_ms)
            / 100_000;
        self.pace = self.pace.saturating_add(back).min(full);
        if self.pace == full {
            self.cut = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use core::time::Duration;
    use messages::{Moment, Refusal};

    #[test]
    fn calls_per_second_are_paced_and_channels_counted() {
        let mut now = Moment::from_micros(5_000_000);
        let mut pace = Pace::new(3, 2, now);
        assert_eq!(pace.start(now), Ok(()));
        assert_eq!(pace.start(now), Ok(()));
        assert_eq!(pace.start(now), Err(Refusal::TrunkTooFast));
        now = now + Duration::from_millis(500);
        assert_eq!(pace.start(now), Ok(()));
        now = now + Duration::from_secs(9);
        assert_eq!(pace.start(now), Err(Refusal::TrunkFull));
        pace.release();
        assert_eq!(pace.start(now), Ok(()));
        pace.force();
        assert_eq!(pace.in_use(), 4);
    }
}

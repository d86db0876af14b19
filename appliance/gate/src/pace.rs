//! How fast and how many: a token bucket for calls per second, a count for calls at one time.
use core::time::Duration;
use messages::{Moment, Refusal};

#[derive(Clone, Debug)]
pub(crate) struct Pace {
    concurrent_max: u32,
    cps_max: u32,
    in_use: u32,
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
            credit: u64::from(cps_max) * 1_000,
            refilled: now,
        }
    }

    /// New limits; the calls that are up keep their channels.
    pub(crate) fn limit(&mut self, concurrent_max: u32, cps_max: u32) {
        self.concurrent_max = concurrent_max;
        self.cps_max = cps_max;
        self.credit = self.credit.min(u64::from(cps_max) * 1_000);
    }

    pub(crate) fn start(&mut self, now: Moment) -> Result<(), Refusal> {
        self.refill(now);
        if self.in_use >= self.concurrent_max {
            return Err(Refusal::TrunkFull);
        }
        if self.credit < 1_000 {
            return Err(Refusal::TrunkTooFast);
        }
        self.credit -= 1_000;
        self.in_use += 1;
        Ok(())
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
        self.refilled = now;
        let full = u64::from(self.cps_max) * 1_000;
        self.credit = (self.credit + millis * u64::from(self.cps_max)).min(full);
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

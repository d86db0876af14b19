//! How long to wait before the next connection: longer each time, never in step with the other boxes.
use core::time::Duration;
use sansio::SeededRng;

const FIRST: Duration = Duration::from_millis(500);
/// Below the 30 s within which a link has to come back.
const LONGEST: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct BackOff {
    rng: SeededRng,
    failures: u32,
}

impl BackOff {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: SeededRng::new(seed),
            failures: 0,
        }
    }

    /// Between half and all of the step that the failures in a row make.
    pub(super) fn next_wait(&mut self) -> Duration {
        let step = FIRST.saturating_mul(1 << self.failures.min(8)).min(LONGEST);
        self.failures += 1;
        let half = step / 2;
        half + half.mul_f64(self.rng.unit())
    }

    pub(super) const fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{BackOff, LONGEST};
    use core::time::Duration;

    #[test]
    fn waits_grow_to_their_limit_and_start_again_after_success() {
        let mut back_off = BackOff::new(7);
        let waits: Vec<Duration> = (0..20).map(|_| back_off.next_wait()).collect();
        assert!(waits[0] < Duration::from_millis(501));
        assert!(waits[19] >= LONGEST / 2 && waits.iter().all(|wait| *wait <= LONGEST));
        back_off.succeeded();
        assert!(back_off.next_wait() < Duration::from_millis(501));
    }
}

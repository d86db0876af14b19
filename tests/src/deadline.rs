//! The one wait of the wire tests: look again until it is there or the deadline has passed.
use std::time::{Duration, Instant};

/// How long anything on loopback may take before a test gives up. Generous: the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until `look` finds something; panics with `what` and the place of the caller when `limit` has passed.
#[track_caller]
pub fn wait_until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "not within {limit:?}: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// As `wait_until`, until what is seen is `expected`; says what was seen instead.
#[track_caller]
pub fn wait_for<T: PartialEq + core::fmt::Debug>(
    expected: &T,
    limit: Duration,
    mut look: impl FnMut() -> T,
) {
    let end = Instant::now() + limit;
    loop {
        let seen = look();
        if seen == *expected {
            return;
        }
        assert!(
            Instant::now() < end,
            "not within {limit:?}: {expected:?}; there was {seen:?}"
        );
        std::thread::sleep(LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::{wait_for, wait_until};
    use std::time::Duration;

    #[test]
    fn what_comes_is_returned() {
        let mut looks = 0;
        let found = wait_until("third look", Duration::from_secs(5), || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found, 3);
    }

    #[test]
    #[should_panic(expected = "not within 1ms: 2; there was 1")]
    fn what_is_seen_instead_is_said() {
        wait_for(&2, Duration::from_millis(1), || 1);
    }

    #[test]
    #[should_panic(expected = "not within 1ms: rain")]
    fn what_does_not_come_is_named() {
        wait_until("rain", Duration::from_millis(1), || None::<()>);
    }
}

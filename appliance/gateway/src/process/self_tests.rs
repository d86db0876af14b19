//! The test before the shift begins by itself at its time of day, once a day.
use super::Ground;
use crate::self_test::SelfTests;
use core::time::Duration;
use messages::UtcMs;
use messages::fact::Actor;

const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Whoever starts the box later than this has not missed it: the shift has begun.
const LATE_MINUTES_MAX: i64 = 30;
/// China has one time zone.
const UTC_PLUS_8_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

pub(super) fn start(ground: &Ground, tests: SelfTests) {
    let Some(minute) = ground.config.self_test.minute() else {
        return;
    };
    let (clock, tasks, stop) = (
        ground.clock.clone(),
        ground.tasks.clone(),
        ground.tasks.stop_token(),
    );
    ground.tasks.spawn("self test time", async move {
        let mut beat = tokio::time::interval(LOOK_EVERY);
        let mut last = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            let due = due(clock.now().utc, minute.into());
            if due.is_some() && due != last {
                last = due;
                let _goes_on_already = tests.begin(&tasks, Actor::System);
            }
        }
    });
}

/// The day whose test is due now.
fn due(now: UtcMs, minute: i64) -> Option<i64> {
    let local = now.0 + UTC_PLUS_8_MS;
    let passed = local.rem_euclid(DAY_MS) / MINUTE_MS - minute;
    (0..LATE_MINUTES_MAX)
        .contains(&passed)
        .then(|| local.div_euclid(DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::due;
    use messages::UtcMs;

    #[test]
    fn it_is_due_for_half_an_hour_and_each_day_is_its_own() {
        // 2026-03-02 00:00 in China
        let midnight = 1_772_380_800_000;
        let at =
            |day: i64, minute: i64| due(UtcMs(midnight + day * 86_400_000 + minute * 60_000), 510);
        assert_eq!(at(0, 509), None);
        assert!(at(0, 510).is_some());
        assert_eq!(at(0, 539), at(0, 510));
        assert_eq!(at(0, 540), None);
        assert_ne!(at(1, 510), at(0, 510));
    }
}

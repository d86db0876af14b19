//! Hours and days as the roll-ups cut time: a day begins at midnight in China (UTC+8, no summer time since 1991).
use messages::UtcMs;

pub const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const CHINA_MS: i64 = 8 * HOUR_MS;

/// The start of the hour in which `utc` lies.
#[must_use]
pub const fn hour_of(utc: UtcMs) -> UtcMs {
    UtcMs(utc.0.saturating_sub(utc.0.rem_euclid(HOUR_MS)))
}

/// The start of the Chinese day in which `utc` lies.
#[must_use]
pub const fn day_of(utc: UtcMs) -> UtcMs {
    let into_day = utc.0.saturating_add(CHINA_MS).rem_euclid(DAY_MS);
    UtcMs(utc.0.saturating_sub(into_day))
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, HOUR_MS, day_of, hour_of};
    use messages::UtcMs;

    #[test]
    fn a_day_begins_at_sixteen_hours_utc_of_the_day_before() {
        let midnight = UtcMs(1_763_827_200_000); // 2025-11-22T16:00:00Z = 2025-11-23 00:00 in China
        assert_eq!(day_of(midnight), midnight);
        assert_eq!(day_of(UtcMs(midnight.0 + DAY_MS - 1)), midnight);
        assert_eq!(day_of(UtcMs(midnight.0 - 1)).0, midnight.0 - DAY_MS);
        assert_eq!(
            hour_of(UtcMs(midnight.0 + HOUR_MS + 5)).0,
            midnight.0 + HOUR_MS
        );
    }

    #[test]
    fn a_clock_gone_wild_still_falls_into_some_bucket() {
        for utc in [i64::MIN, -1, 0, i64::MAX] {
            assert!(hour_of(UtcMs(utc)).0 <= utc);
            assert!(day_of(UtcMs(utc)).0 <= utc);
        }
    }
}

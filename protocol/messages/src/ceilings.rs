//! Ceilings against fraud: what a phone, a trunk and the whole branch may spend before somebody has to look.
use crate::{Destination, Money};
use serde::{Deserialize, Serialize};

/// China has one time, without summer time.
const BRANCH_OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// Of calls to the outside. They hold where limits of the law hold; emergency calls are never asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceilings {
    /// Calls of one phone at one time.
    pub phone_calls_max: u32,
    /// New calls of one phone within a minute.
    pub phone_rate_max: u32,
    /// Minutes that one phone may talk in a day.
    pub phone_minutes_max: u32,
    /// What one phone may cost in a day; `None`: not asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phone_cost_max: Option<Money>,
    /// What the branch may cost in a day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub branch_cost_max: Option<Money>,
    /// Of each minute that began, by kind of destination; others cost nothing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub prices: Vec<Price>,
    /// Calls leave within these hours of the day only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hours: Option<Hours>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Price {
    pub destination: Destination,
    pub minute: Money,
}

/// Minutes of the day, the second one no more; over midnight where the first one is the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub from: u16,
    pub until: u16,
}

impl Default for Ceilings {
    fn default() -> Self {
        Self {
            phone_calls_max: 4,
            phone_rate_max: 30,
            phone_minutes_max: 600,
            phone_cost_max: None,
            branch_cost_max: None,
            prices: Vec::new(),
            hours: None,
        }
    }
}

impl Ceilings {
    /// Of a call that talked for so long: each minute that began.
    #[must_use]
    pub fn cost(&self, destination: Option<Destination>, talk_ms: u64) -> Money {
        let mut prices = self.prices.iter();
        let price = prices.find(|price| Some(price.destination) == destination);
        let minutes = i64::try_from(talk_ms.div_ceil(60_000)).unwrap_or(i64::MAX);
        let fen = price.map_or(0, |price| price.minute.fen());
        Money::from_fen(fen.saturating_mul(minutes))
    }
}

impl Hours {
    /// `08:00-21:00`; `24:00` is the end of the day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once('-')?;
        let (from, until) = (minute_of_day(from)?, minute_of_day(until)?);
        (from != until && from < 1_440).then_some(Self { from, until })
    }

    #[must_use]
    pub fn holds(self, utc_ms: i64) -> bool {
        let minute = (utc_ms + BRANCH_OFFSET_MS).rem_euclid(DAY_MS) / MINUTE_MS;
        let minute = u16::try_from(minute).unwrap_or(0);
        if self.from < self.until {
            (self.from..self.until).contains(&minute)
        } else {
            minute >= self.from || minute < self.until
        }
    }
}

/// The day of a moment in China, counted from 1970.
#[must_use]
pub const fn branch_day(utc_ms: i64) -> i64 {
    (utc_ms + BRANCH_OFFSET_MS).div_euclid(DAY_MS)
}

/// When that day began.
#[must_use]
pub const fn branch_day_start(utc_ms: i64) -> i64 {
    branch_day(utc_ms) * DAY_MS - BRANCH_OFFSET_MS
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| digits)
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let at = hour * 60 + minute;
    (minute < 60 && at <= 1_440).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::{Ceilings, Hours, Price, branch_day, branch_day_start};
    use crate::{Destination, Money};

    /// 2026-11-27 00:00 in China.
    const MIDNIGHT: i64 = 1_795_708_800_000;

    #[test]
    fn hours_are_those_of_the_branch_and_may_cross_midnight() {
        let at = |text: &str, hour: i64, minute: i64| {
            let hours = Hours::parse(text).unwrap();
            hours.holds(MIDNIGHT + (hour * 60 + minute) * 60_000)
        };
        assert!(at("08:00-21:00", 8, 0) && at("08:00-21:00", 20, 59));
        assert!(!at("08:00-21:00", 7, 59) && !at("08:00-21:00", 21, 0));
        assert!(at("22:00-06:00", 23, 0) && at("22:00-06:00", 5, 59));
        assert!(!at("22:00-06:00", 6, 0));
        assert!(at("00:00-24:00", 23, 59));
        for bad in [
            "",
            "8:00-21:00",
            "08:00",
            "08:00-08:00",
            "24:00-08:00",
            "08:60-21:00",
            "25:00-26:00",
        ] {
            assert_eq!(Hours::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        assert_eq!(branch_day(MIDNIGHT - 1) + 1, branch_day(MIDNIGHT));
        assert_eq!(branch_day_start(MIDNIGHT + 5), MIDNIGHT);
    }

    #[test]
    fn each_minute_that_began_is_paid() {
        let ceilings = Ceilings {
            prices: vec![Price {
                destination: Destination::Mobile,
                minute: Money::from_fen(12),
            }],
            ..Ceilings::default()
        };
        let cost = |of, ms| ceilings.cost(of, ms).fen();
        let mobile = Some(Destination::Mobile);
        assert_eq!(
            [cost(mobile, 0), cost(mobile, 1), cost(mobile, 60_001)],
            [0, 12, 24]
        );
        assert_eq!(cost(Some(Destination::Fixed), 60_000), 0);
        assert_eq!(cost(None, 60_000), 0);
    }
}

//! What was used today, against the ceilings: by each phone, over each trunk, by the branch.
use core::time::Duration;
use messages::ceilings::{Ceilings, branch_day};
use messages::{Destination, Extension, Moment, Money, Refusal, TrunkName, UtcMs};
use std::collections::{BTreeMap, VecDeque};

const MINUTE: Duration = Duration::from_secs(60);

/// A call that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Whose phone it was.
    pub by: Option<Extension>,
    pub trunk: TrunkName,
    /// `None`: no public number.
    pub destination: Option<Destination>,
    pub talk_ms: u64,
}

/// Whose phone asks, and how many of its calls are outside already.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    pub phone: &'a Extension,
    pub calls: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Used {
    ms: u64,
    cost: Money,
}

impl Used {
    fn add(&mut self, ms: u64, cost: Money) {
        self.ms = self.ms.saturating_add(ms);
        self.cost = self.cost.checked_add(cost).unwrap_or(self.cost);
    }

    const fn has_minutes(self, max: u32) -> bool {
        self.ms < max as u64 * 60_000
    }

    fn is_below(self, max: Option<Money>) -> bool {
        max.is_none_or(|max| self.cost < max)
    }
}

/// Limits of one trunk in a day.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DayLimits {
    pub(crate) minutes: Option<u32>,
    pub(crate) cost: Option<Money>,
}

#[derive(Debug, Default)]
pub(crate) struct Usage {
    pub(crate) ceilings: Ceilings,
    day: i64,
    phones: BTreeMap<Extension, Used>,
    trunks: BTreeMap<TrunkName, Used>,
    branch: Used,
    /// When each phone began its last calls.
    begun: BTreeMap<Extension, VecDeque<Moment>>,
}

impl Usage {
    /// May this phone begin a call to the outside?
    pub(crate) fn admits(
        &mut self,
        by: Option<By<'_>>,
        utc: UtcMs,
        now: Moment,
    ) -> Result<(), Refusal> {
        self.turn_day(utc);
        if self.ceilings.hours.is_some_and(|hours| !hours.holds(utc.0)) {
            return Err(Refusal::OffHours);
        }
        if !self.branch.is_below(self.ceilings.branch_cost_max) {
            return Err(Refusal::CostCeiling);
        }
        let Some(By { phone, calls }) = by else {
            return Ok(());
        };
        if calls >= self.ceilings.phone_calls_max {
            return Err(Refusal::CallsCeiling);
        }
        let used = self.phones.get(phone).copied().unwrap_or_default();
        if !used.has_minutes(self.ceilings.phone_minutes_max) {
            return Err(Refusal::MinutesCeiling);
        }
        if !used.is_below(self.ceilings.phone_cost_max) {
            return Err(Refusal::CostCeiling);
        }
        let lately = self.begun.get_mut(phone).map_or(0, |begun| {
            while begun.front().is_some_and(|at| now.since(*at) >= MINUTE) {
                begun.pop_front();
            }
            begun.len()
        });
        if u32::try_from(lately).unwrap_or(u32::MAX) >= self.ceilings.phone_rate_max {
            return Err(Refusal::RateCeiling);
        }
        Ok(())
    }

    /// A call of this phone was let out.
    pub(crate) fn began(&mut self, by: Option<By<'_>>, now: Moment) {
        if let Some(By { phone, .. }) = by {
            self.begun.entry(phone.clone()).or_default().push_back(now);
        }
    }

    pub(crate) fn trunk_admits(&self, trunk: &TrunkName, limits: DayLimits) -> Result<(), Refusal> {
        let used = self.trunks.get(trunk).copied().unwrap_or_default();
        if limits.minutes.is_some_and(|max| !used.has_minutes(max)) {
            Err(Refusal::MinutesCeiling)
        } else if used.is_below(limits.cost) {
            Ok(())
        } else {
            Err(Refusal::CostCeiling)
        }
    }

    pub(crate) fn spent(&mut self, spent: &Spent, utc: UtcMs) {
        self.turn_day(utc);
        let cost = self.ceilings.cost(spent.destination, spent.talk_ms);
        let trunk = self.trunks.entry(spent.trunk.clone()).or_default();
        trunk.add(spent.talk_ms, cost);
        self.branch.add(spent.talk_ms, cost);
        if let Some(by) = &spent.by {
            let phone = self.phones.entry(by.clone()).or_default();
            phone.add(spent.talk_ms, cost);
        }
    }

    /// A new day begins with nothing. A clock that is set back takes nothing away.
    fn turn_day(&mut self, utc: UtcMs) {
        let day = branch_day(utc.0);
        if day > self.day {
            self.day = day;
            self.phones.clear();
            self.trunks.clear();
            self.begun.clear();
            self.branch = Used::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{By, DayLimits, Spent, Usage};
    use core::time::Duration;
    use messages::ceilings::{Ceilings, Hours, Price};
    use messages::{Destination, Extension, Moment, Money, Refusal, TrunkName, UtcMs};

    /// Noon of a day in China.
    const NOON: UtcMs = UtcMs(1_795_708_800_000 + 12 * 3_600_000);

    fn phone() -> Extension {
        Extension::parse("1000").unwrap()
    }

    fn spent(minutes: u64) -> Spent {
        Spent {
            by: Some(phone()),
            trunk: TrunkName::parse("a").unwrap(),
            destination: Some(Destination::Mobile),
            talk_ms: minutes * 60_000,
        }
    }

    fn usage(ceilings: Ceilings) -> Usage {
        Usage {
            ceilings,
            ..Usage::default()
        }
    }

    fn asked(usage: &mut Usage, utc: UtcMs, seconds: u64) -> Result<(), Refusal> {
        let phone = phone();
        let by = Some(By {
            phone: &phone,
            calls: 0,
        });
        let now = Moment::START + Duration::from_secs(seconds);
        usage.admits(by, utc, now)?;
        usage.began(by, now);
        Ok(())
    }

    #[test]
    fn minutes_of_a_day_are_counted_and_the_next_day_begins_with_none() {
        let mut usage = usage(Ceilings {
            phone_minutes_max: 10,
            ..Ceilings::default()
        });
        usage.spent(&spent(9), NOON);
        assert_eq!(asked(&mut usage, NOON, 0), Ok(()));
        usage.spent(&spent(1), NOON);
        assert_eq!(asked(&mut usage, NOON, 0), Err(Refusal::MinutesCeiling));
        let before_midnight = UtcMs(NOON.0 + 12 * 3_600_000 - 1);
        assert!(asked(&mut usage, before_midnight, 0).is_err());
        let midnight = UtcMs(NOON.0 + 12 * 3_600_000);
        assert_eq!(asked(&mut usage, midnight, 0), Ok(()));
        // a clock that is set back opens nothing that was spent
        usage.spent(&spent(10), midnight);
        assert!(asked(&mut usage, NOON, 0).is_err());
    }

    #[test]
    fn a_phone_begins_so_many_calls_in_any_minute() {
        let mut usage = usage(Ceilings {
            phone_rate_max: 3,
            ..Ceilings::default()
        });
        let begun: Vec<bool> = [0, 10, 20, 30, 59, 60, 61, 70]
            .map(|seconds| asked(&mut usage, NOON, seconds).is_ok())
            .to_vec();
        let expected = [true, true, true, false, false, true, false, true];
        assert_eq!(begun, expected);
    }

    #[test]
    fn money_stops_a_phone_the_branch_and_a_trunk() {
        let ceilings = Ceilings {
            phone_cost_max: Some(Money::from_fen(100)),
            prices: vec![Price {
                destination: Destination::Mobile,
                minute: Money::from_fen(10),
            }],
            ..Ceilings::default()
        };
        let mut of_phone = usage(ceilings.clone());
        of_phone.spent(&spent(10), NOON);
        assert_eq!(asked(&mut of_phone, NOON, 0), Err(Refusal::CostCeiling));
        assert_eq!(of_phone.admits(None, NOON, Moment::START), Ok(()));
        let mut of_branch = usage(Ceilings {
            phone_cost_max: None,
            branch_cost_max: Some(Money::from_fen(100)),
            ..ceilings
        });
        of_branch.spent(&spent(10), NOON);
        assert_eq!(
            of_branch.admits(None, NOON, Moment::START),
            Err(Refusal::CostCeiling)
        );
        let trunk = TrunkName::parse("a").unwrap();
        let limits = |minutes, cost: Option<i64>| DayLimits {
            minutes,
            cost: cost.map(Money::from_fen),
        };
        let of = |limits| of_branch.trunk_admits(&trunk, limits);
        assert_eq!(of(limits(Some(10), None)), Err(Refusal::MinutesCeiling));
        assert_eq!(of(limits(Some(11), Some(100))), Err(Refusal::CostCeiling));
        assert_eq!(of(limits(Some(11), Some(101))), Ok(()));
        assert_eq!(of(limits(None, None)), Ok(()));
    }

    #[test]
    fn nobody_calls_out_behind_the_hours_and_not_from_too_many_at_once() {
        let mut usage = usage(Ceilings {
            hours: Hours::parse("08:00-12:00"),
            phone_calls_max: 2,
            ..Ceilings::default()
        });
        assert_eq!(asked(&mut usage, NOON, 0), Err(Refusal::OffHours));
        let morning = UtcMs(NOON.0 - 60_000);
        let phone = phone();
        let mut with = |calls| {
            let by = By {
                phone: &phone,
                calls,
            };
            usage.admits(Some(by), morning, Moment::START)
        };
        assert_eq!(with(1), Ok(()));
        assert_eq!(with(2), Err(Refusal::CallsCeiling));
    }
}

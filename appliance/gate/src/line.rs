//! One trunk as the gate sees it: its limits, its health, the numbers that it shows.
use crate::health::Health;
use crate::load::Load;
use crate::pace::Pace;
use crate::usage::DayLimits;
use core::time::Duration;
use messages::command::{NumberForm, TrunkPlan};
use messages::{Moment, Refusal, SipCode};

/// What a call met on a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It rings, or an announcement is heard, so long after the INVITE.
    Ringing { after: Duration },
    /// Somebody answered, or the trunk said why nobody does.
    Ended(Option<SipCode>),
    /// The trunk itself did not bring it through.
    Failure(Option<SipCode>),
}

pub(crate) struct Line {
    pub(crate) pace: Pace,
    health: Health,
    load: Load,
    weight: u16,
    day: DayLimits,
    reached_codes: Vec<SipCode>,
    callers: Vec<String>,
    form: NumberForm,
    /// The place in `callers` of the one that is shown next.
    turn: usize,
    /// Gone from the configuration; kept while calls are up on it.
    pub(crate) retired: bool,
}

impl Line {
    pub(crate) fn new(plan: &TrunkPlan, now: Moment) -> Self {
        Self {
            pace: Pace::new(plan.concurrent_max, plan.cps_max, now),
            health: Health::default(),
            load: Load::default(),
            weight: plan.weight,
            day: day_limits(plan),
            reached_codes: plan.reached_codes.clone(),
            callers: callers_of(plan),
            form: plan.number_form,
            turn: 0,
            retired: false,
        }
    }

    /// What the plan says now; what was learnt of the trunk stays.
    pub(crate) fn go_by(&mut self, plan: &TrunkPlan) {
        self.pace.limit(plan.concurrent_max, plan.cps_max);
        self.weight = plan.weight;
        self.day = day_limits(plan);
        self.reached_codes.clone_from(&plan.reached_codes);
        self.callers = callers_of(plan);
        self.form = plan.number_form;
        self.retired = false;
    }

    /// The number that the next call shows: one after the other.
    pub(crate) fn next_caller(&mut self) -> Option<String> {
        let at = self.turn % self.callers.len().max(1);
        self.turn = at + 1;
        self.callers.get(at).map(|number| self.form.write(number))
    }

    /// The digits as this carrier wants them.
    pub(crate) fn written(&self, dial: &str) -> String {
        self.form.write(dial)
    }

    pub(crate) fn met(&mut self, met: Met, now: Moment) {
        let too_many = match met {
            Met::Ringing { after } => {
                self.health.worked();
                self.load.rang(after)
            }
            Met::Ended(code) => {
                self.health.worked();
                self.load.ended(code)
            }
            Met::Failure(code) => {
                // 401, 403, 407 are said of a number or of us by a trunk that works
                match code {
                    Some(SipCode(401 | 403 | 407)) => self.health.worked(),
                    _ => self.health.failed(now),
                }
                self.load.ended(code)
            }
        };
        if too_many {
            self.pace.slow_down(now);
        }
    }

    pub(crate) const fn day_limits(&self) -> DayLimits {
        self.day
    }

    pub(crate) fn asked(&mut self, answers: bool) {
        self.health.asked(answers);
    }

    pub(crate) fn registered(&mut self, registered: bool) {
        self.health.registered(registered);
    }

    pub(crate) fn is_well(&self, now: Moment) -> bool {
        self.health.is_well(now)
    }

    /// Is it for another trunk to try? A silence and a refusal by the network are; what the callee said is not.
    pub(crate) fn passes_on(&self, code: Option<SipCode>) -> bool {
        let Some(code) = code else {
            return true;
        };
        let by_network = matches!(code.0, 401 | 403 | 407 | 408 | 500..=599);
        by_network && !self.reached_codes.contains(&code)
    }

    /// How it stands among others: the smaller, the better. `None`: not now.
    pub(crate) fn rank(&mut self, now: Moment) -> Result<Rank, Refusal> {
        if self.retired {
            return Err(Refusal::TrunkUnknown);
        }
        self.pace.has_room(now)?;
        let share = u64::from(self.pace.in_use()) * 1_000_000 / u64::from(self.weight.max(1));
        Ok(Rank {
            ill: !self.is_well(now),
            reserve: self.weight == 0,
            load: share / u64::from(self.pace.concurrent_max().max(1)),
        })
    }
}

const fn day_limits(plan: &TrunkPlan) -> DayLimits {
    DayLimits {
        minutes: plan.minutes_day_max,
        cost: plan.cost_day_max,
    }
}

/// The numbers that calls may show: where none is named, the one that is registered.
fn callers_of(plan: &TrunkPlan) -> Vec<String> {
    let login = plan.login.as_ref().map(|login| login.user.clone());
    let named: Vec<String> = plan.callers().cloned().collect();
    if named.is_empty() {
        login.into_iter().collect()
    } else {
        named
    }
}

/// Ill ones behind well ones, reserves behind the others, then by load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    ill: bool,
    reserve: bool,
    load: u64,
}

#[cfg(test)]
mod tests {
    use super::{Line, Met};
    use core::time::Duration;
    use messages::command::TrunkPlan;
    use messages::{Moment, SipCode, TrunkName};

    fn line(weight: u16, concurrent_max: u32) -> Line {
        let plan = TrunkPlan {
            weight,
            concurrent_max,
            cps_max: 100,
            ..TrunkPlan::new(TrunkName::parse("a").unwrap(), "")
        };
        Line::new(&plan, Moment::START)
    }

    fn busy_with(mut line: Line, calls: u32) -> Line {
        for _ in 0..calls {
            line.pace.start(Moment::START).unwrap();
        }
        line
    }

    #[test]
    fn the_least_loaded_comes_first_by_weight_then_reserves_then_those_that_fail() {
        let mut ill = line(1, 10);
        ill.met(Met::Failure(None), Moment::START);
        ill.met(Met::Failure(None), Moment::START);
        let ranked = [
            line(1, 10),
            busy_with(line(3, 10), 3),
            busy_with(line(1, 10), 2),
            line(0, 10),
            ill,
        ];
        let ranks = ranked.map(|mut line| line.rank(Moment::START).unwrap());
        assert!(ranks.is_sorted(), "{ranks:?}");
        assert!(busy_with(line(1, 2), 2).rank(Moment::START).is_err());
    }

    #[test]
    fn another_trunk_is_tried_for_what_the_network_said_only() {
        let line = line(1, 10);
        for (code, passes_on) in [
            (None, true),
            (Some(503), true),
            (Some(408), true),
            (Some(502), true),
            (Some(403), true),
            (Some(486), false),
            (Some(480), false),
            (Some(600), false),
            (Some(603), false),
            (Some(404), false),
            (Some(487), false),
        ] {
            assert_eq!(line.passes_on(code.map(SipCode)), passes_on, "{code:?}");
        }
        let plan = TrunkPlan {
            reached_codes: vec![SipCode(503)],
            ..TrunkPlan::new(TrunkName::parse("a").unwrap(), "")
        };
        assert!(!Line::new(&plan, Moment::START).passes_on(Some(SipCode(503))));
    }

    #[test]
    fn a_number_that_a_trunk_refuses_does_not_send_it_to_rest() {
        let mut line = line(1, 10);
        let rank = line.rank(Moment::START).unwrap();
        for _ in 0..5 {
            line.met(Met::Failure(Some(SipCode(403))), Moment::START);
        }
        assert_eq!(line.rank(Moment::START), Ok(rank));
        for _ in 0..2 {
            line.met(Met::Failure(Some(SipCode(500))), Moment::START);
        }
        assert!(line.rank(Moment::START).unwrap() > rank);
    }

    #[test]
    fn the_numbers_of_a_trunk_are_shown_one_after_the_other() {
        let plan = TrunkPlan {
            caller: Some("1".to_owned()),
            more_callers: vec!["2".to_owned(), "3".to_owned()],
            ..TrunkPlan::new(TrunkName::parse("a").unwrap(), "")
        };
        let mut line = Line::new(&plan, Moment::START);
        let shown: Vec<_> = (0..4).filter_map(|_| line.next_caller()).collect();
        assert_eq!(shown, ["1", "2", "3", "1"]);
        assert_eq!(self::line(1, 1).next_caller(), None);
    }

    #[test]
    fn a_trunk_that_says_503_gets_fewer_calls_and_more_again_later() {
        let mut line = line(1, 1_000);
        let at = |seconds| Moment::START + Duration::from_secs(seconds);
        for seconds in 0..20 {
            line.met(Met::Ended(Some(SipCode(503))), at(seconds));
        }
        let started = |line: &mut Line, now| {
            (0..200)
                .take_while(|_| line.pace.start(now).is_ok())
                .count()
        };
        let few = started(&mut line, at(20));
        assert!((1..=8).contains(&few), "{few}");
        let many = started(&mut line, at(200));
        assert_eq!(many, 100);
    }
}

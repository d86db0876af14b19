//! Is a trunk worth a try? By what its calls met, and by what it answers when it is asked.
use core::time::Duration;
use messages::Moment;

/// So many calls in a row that the trunk itself failed, and it rests.
const STRIKES: u8 = 2;
const REST_FIRST: Duration = Duration::from_secs(10);
const REST_MAX: Duration = Duration::from_secs(300);

#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    /// OPTIONS; `None`: it was never asked.
    answers: Option<bool>,
    /// `None`: it wants no registration, or has not answered ours yet.
    registered: Option<bool>,
    strikes: u8,
    /// It was sent to rest so often in a row.
    rests: u32,
    until: Option<Moment>,
}

impl Health {
    pub(crate) fn is_well(&self, now: Moment) -> bool {
        let there = self.answers != Some(false) && self.registered != Some(false);
        there && self.until.is_none_or(|until| until <= now)
    }

    /// The trunk failed a call. A single failure right behind a rest is enough for the next one.
    pub(crate) fn failed(&mut self, now: Moment) {
        self.strikes += 1;
        if self.strikes < STRIKES && self.rests == 0 {
            return;
        }
        self.strikes = 0;
        let rest = REST_FIRST * 2_u32.saturating_pow(self.rests.min(8));
        self.rests += 1;
        self.until = Some(now + rest.min(REST_MAX));
    }

    /// The trunk brought a call through, whatever became of it there.
    pub(crate) const fn worked(&mut self) {
        self.strikes = 0;
        self.rests = 0;
        self.until = None;
    }

    pub(crate) fn asked(&mut self, answers: bool) {
        let news = self.answers.replace(answers) != Some(answers);
        if answers && news {
            self.worked();
        }
    }

    pub(crate) fn registered(&mut self, registered: bool) {
        let news = self.registered.replace(registered) != Some(registered);
        if registered && news {
            self.worked();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Health;
    use core::time::Duration;
    use messages::Moment;

    fn at(seconds: u64) -> Moment {
        Moment::START + Duration::from_secs(seconds)
    }

    #[test]
    fn two_failures_in_a_row_send_a_trunk_to_rest_and_each_further_one_for_longer() {
        let mut health = Health::default();
        health.failed(at(0));
        health.worked();
        health.failed(at(1));
        assert!(health.is_well(at(1)));
        health.failed(at(2));
        assert!(!health.is_well(at(11)) && health.is_well(at(12)));
        health.failed(at(12));
        assert!(!health.is_well(at(31)) && health.is_well(at(32)));
        for _ in 0..20 {
            health.failed(at(100));
        }
        assert!(!health.is_well(at(399)) && health.is_well(at(400)));
        health.worked();
        health.failed(at(500));
        assert!(health.is_well(at(500)), "it begins anew");
    }

    #[test]
    fn what_a_trunk_answers_when_it_is_asked_counts_at_once() {
        let mut health = Health::default();
        health.asked(false);
        assert!(!health.is_well(at(0)));
        health.asked(true);
        assert!(health.is_well(at(0)));
        health.failed(at(1));
        health.failed(at(1));
        health.asked(true);
        assert!(
            !health.is_well(at(2)),
            "OPTIONS are answered, calls are not"
        );
    }
}

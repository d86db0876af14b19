//! How much more the appliance can take on: by how long messages wait for it, and how late the sound is. Worse is believed
//! when it is seen again and again, better when it has been so for a while.
use core::time::Duration;
use messages::{LoadStage, Moment};

/// How often it is looked at.
pub const LOAD_LOOK: Duration = Duration::from_millis(250);
/// So many looks in a row make it worse: one hiccup of the machine is none.
const AGAIN: u8 = 3;
/// It is better when nothing was near a border for so long; by one stage each time.
const CALM: Duration = Duration::from_secs(5);

/// What was seen since the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadSample {
    /// The longest time that something waited to be handled.
    pub waited: Duration,
    /// The latest beat of the sound. Phones hide 20 to 40 ms.
    pub late: Duration,
}

/// Where a stage begins: INVITEs are sent again after 500 ms, sound is heard to break from two frames on.
const BORDERS: [(LoadStage, LoadSample); 2] = [
    (
        LoadStage::NoCalls,
        LoadSample {
            waited: Duration::from_millis(300),
            late: Duration::from_millis(40),
        },
    ),
    (
        LoadStage::NoListDials,
        LoadSample {
            waited: Duration::from_millis(100),
            late: Duration::from_millis(15),
        },
    ),
];

#[derive(Clone, Debug, Default)]
pub(crate) struct LoadRule {
    stage: LoadStage,
    /// Looks in a row at which it was worse than the stage, and the least bad of them.
    worse: Option<(u8, LoadStage)>,
    calm_since: Option<Moment>,
}

impl LoadRule {
    #[must_use]
    pub(crate) const fn stage(&self) -> LoadStage {
        self.stage
    }

    /// The new stage, if it is another one.
    pub(crate) fn look(&mut self, now: Moment, sample: LoadSample) -> Option<LoadStage> {
        let seen = reached(sample, 1);
        if seen > self.stage {
            self.calm_since = None;
            let (looks, least) = self.worse.unwrap_or((0, seen));
            let (looks, least) = (looks + 1, least.min(seen));
            self.worse = Some((looks, least));
            return (looks >= AGAIN).then(|| self.become_stage(least));
        }
        self.worse = None;
        // half way to the border is calm
        if reached(sample, 2) >= self.stage {
            self.calm_since = None;
            return None;
        }
        let since = *self.calm_since.get_or_insert(now);
        if now.since(since) < CALM {
            return None;
        }
        let better = match self.stage {
            LoadStage::NoCalls => LoadStage::NoListDials,
            LoadStage::NoListDials | LoadStage::Light => LoadStage::Light,
        };
        Some(self.become_stage(better))
    }

    const fn become_stage(&mut self, stage: LoadStage) -> LoadStage {
        self.stage = stage;
        self.worse = None;
        self.calm_since = None;
        stage
    }
}

/// The worst stage that a sample, taken so many times, lies in.
fn reached(sample: LoadSample, times: u32) -> LoadStage {
    let over = |border: &LoadSample| {
        sample.waited * times >= border.waited || sample.late * times >= border.late
    };
    let found = BORDERS.iter().find(|(_, border)| over(border));
    found.map_or(LoadStage::Light, |(stage, _)| *stage)
}

#[cfg(test)]
mod tests {
    use super::{AGAIN, CALM, LOAD_LOOK, LoadRule, LoadSample};
    use core::time::Duration;
    use messages::{LoadStage, Moment};
    use proptest::prelude::*;

    struct Watched {
        rule: LoadRule,
        now: Moment,
    }

    impl Watched {
        fn new() -> Self {
            Self {
                rule: LoadRule::default(),
                now: Moment::START,
            }
        }

        fn look(&mut self, waited_ms: u64, late_ms: u64) -> Option<LoadStage> {
            self.now = self.now + LOAD_LOOK;
            let sample = LoadSample {
                waited: Duration::from_millis(waited_ms),
                late: Duration::from_millis(late_ms),
            };
            self.rule.look(self.now, sample)
        }

        /// How many looks it takes until something changes.
        fn looks(&mut self, waited_ms: u64, late_ms: u64) -> (usize, LoadStage) {
            for n in 1..200 {
                if let Some(stage) = self.look(waited_ms, late_ms) {
                    return (n, stage);
                }
            }
            panic!("nothing changes");
        }
    }

    #[test]
    fn lists_stop_first_then_new_calls_and_they_come_back_in_the_other_order() {
        let mut watched = Watched::new();
        assert_eq!(watched.looks(100, 0), (3, LoadStage::NoListDials));
        assert_eq!(watched.looks(300, 0), (3, LoadStage::NoCalls));
        let calm = usize::try_from(CALM.as_millis() / LOAD_LOOK.as_millis()).unwrap() + 1;
        assert_eq!(watched.looks(10, 0), (calm, LoadStage::NoListDials));
        assert_eq!(watched.looks(10, 0), (calm, LoadStage::Light));
        assert_eq!((0..100).find_map(|_| watched.look(10, 0)), None);
    }

    #[test]
    fn sound_that_is_late_counts_as_much_as_messages_that_wait() {
        let mut watched = Watched::new();
        assert_eq!(watched.looks(0, 15), (3, LoadStage::NoListDials));
        assert_eq!(Watched::new().looks(0, 40), (3, LoadStage::NoCalls));
    }

    #[test]
    fn one_hiccup_is_none_and_what_goes_up_and_down_keeps_its_stage() {
        let mut watched = Watched::new();
        for _ in 0..40 {
            assert_eq!(watched.look(900, 200), None);
            assert_eq!(watched.look(900, 200), None);
            assert_eq!(watched.look(0, 0), None);
        }
        watched.looks(120, 0);
        // neither worse nor calm
        assert_eq!((0..200).find_map(|n| watched.look(60 + n % 30, 0)), None);
    }

    proptest! {
        #[test]
        fn it_changes_no_more_often_than_it_may(samples in proptest::collection::vec((0_u64..600, 0_u64..80), 0..400)) {
            let mut watched = Watched::new();
            let mut changed_at = None;
            let mut before = LoadStage::Light;
            for (n, (waited, late)) in samples.into_iter().enumerate() {
                if let Some(stage) = watched.look(waited, late) {
                    prop_assert_ne!(stage, before);
                    let since = changed_at.map_or(n + 1, |at| n - at);
                    prop_assert!(since >= usize::from(AGAIN));
                    changed_at = Some(n);
                    before = stage;
                }
                prop_assert_eq!(watched.rule.stage(), before);
            }
        }
    }
}

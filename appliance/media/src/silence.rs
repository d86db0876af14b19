//! Who is silent: one side of two, or both.
use core::time::Duration;
use messages::{Moment, fact::Side};

/// How often calls are looked at.
pub(crate) const LOOK: Duration = Duration::from_millis(250);
/// With one look more, one-way audio is said within 3 s.
const ONE_WAY: Duration = Duration::from_millis(2_750);
/// The other side counts as heard if it was within this.
const LATELY: Duration = Duration::from_secs(1);
const SILENT: Duration = Duration::from_secs(30);

/// What is known of one leg at a look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ear {
    /// The last RTP from it.
    pub heard: Option<Moment>,
    /// By agreement it sends, and is sent to.
    pub sends: bool,
    pub listens: bool,
    /// Its last packet was comfort noise (RFC 3389): it is silent on purpose.
    pub comfort: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    OneWay(Side),
    Both,
}

/// Watches one bridged call.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    /// Since when both sides could be heard: the bridge, or the end of a hold.
    since: Moment,
    held: bool,
    one_way_told: [bool; 2],
    both_told: bool,
}

impl Watch {
    pub(crate) const fn new(now: Moment) -> Self {
        Self {
            since: now,
            held: false,
            one_way_told: [false; 2],
            both_told: false,
        }
    }

    /// One look; at most one thing is said, and once for each silence.
    pub(crate) fn look(&mut self, now: Moment, ears: [Ear; 2]) -> Option<Silence> {
        let held = ears.iter().any(|ear| !ear.sends || !ear.listens);
        if self.held && !held {
            self.since = now;
        }
        self.held = held;
        let quiet = ears.map(|ear| now.since(ear.heard.map_or(self.since, |h| h.max(self.since))));
        if let Some(silence) = self.both(quiet) {
            return Some(silence);
        }
        [Side::Caller, Side::Callee]
            .into_iter()
            .find_map(|side| self.one_way(now, side, ears, quiet[side.index()]))
    }

    fn both(&mut self, quiet: [Duration; 2]) -> Option<Silence> {
        let silent = quiet.iter().all(|quiet| *quiet >= SILENT) && !self.held;
        let say = silent && !self.both_told;
        self.both_told = silent;
        say.then_some(Silence::Both)
    }

    fn one_way(
        &mut self,
        now: Moment,
        side: Side,
        ears: [Ear; 2],
        quiet: Duration,
    ) -> Option<Silence> {
        let told = &mut self.one_way_told[side.index()];
        if quiet < ONE_WAY {
            *told = false;
            return None;
        }
        let ear = ears[side.index()];
        let other = ears[side.other().index()];
        let other_heard = other.heard.is_some_and(|heard| now.since(heard) <= LATELY);
        let say = ear.sends && !ear.comfort && other_heard && !*told;
        *told |= say;
        say.then_some(Silence::OneWay(side))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ear, LOOK, Silence, Watch};
    use core::time::Duration;
    use messages::{Moment, fact::Side};

    const SECOND: Duration = Duration::from_secs(1);

    /// Looks from 0 to `seconds`; each side is heard while its predicate says so. What was said, and when in ms.
    fn said(seconds: u32, ear: impl Fn(usize, Duration) -> (bool, Ear)) -> Vec<(u128, Silence)> {
        let mut watch = Watch::new(Moment::START);
        let mut heard = [None; 2];
        let mut said = Vec::new();
        let mut passed = Duration::ZERO;
        while passed <= SECOND * seconds {
            let now = Moment::START + passed;
            let ears = core::array::from_fn(|side| {
                let (hears, ear) = ear(side, passed);
                if hears {
                    heard[side] = Some(now);
                }
                Ear {
                    heard: heard[side],
                    ..ear
                }
            });
            said.extend(watch.look(now, ears).map(|s| (passed.as_millis(), s)));
            passed += LOOK;
        }
        said
    }

    const TALKS: Ear = Ear {
        heard: None,
        sends: true,
        listens: true,
        comfort: false,
    };

    #[test]
    fn one_way_audio_is_said_within_three_seconds_and_once() {
        let callee_mute = said(20, |side, _| (side == 0, TALKS));
        let [(at, Silence::OneWay(Side::Callee))] = callee_mute[..] else {
            panic!("{callee_mute:?}");
        };
        assert!(at <= 3_000, "{at}");
    }

    #[test]
    fn one_way_audio_is_said_again_after_the_side_was_heard() {
        let stutter = said(20, |side, passed| {
            let mute = side == 1 && passed.as_secs() % 10 >= 5;
            (!mute, TALKS)
        });
        assert_eq!(stutter.len(), 2, "{stutter:?}");
    }

    #[test]
    fn nothing_from_both_for_thirty_seconds_is_said_once() {
        let both = said(100, |_, passed| (passed < SECOND * 10, TALKS));
        assert_eq!(both.len(), 1);
        assert_eq!(both[0].1, Silence::Both);
        assert!((39_500..=40_250).contains(&both[0].0), "{both:?}");
    }

    #[test]
    fn hold_and_comfort_noise_are_no_faults() {
        let hold = |side: usize| Ear {
            sends: side == 0,
            listens: side == 1,
            ..TALKS
        };
        assert_eq!(said(100, |side, _| (side == 0, hold(side))), []);
        assert_eq!(said(100, |side, _| (false, hold(side))), []);
        let comfort = Ear {
            comfort: true,
            ..TALKS
        };
        assert_eq!(said(20, |side, _| (side == 0, comfort)), []);
    }

    #[test]
    fn after_a_hold_both_have_their_time_again() {
        let resumed = said(29, |_, passed| {
            let held = passed < SECOND * 25;
            let ear = Ear {
                sends: !held,
                ..TALKS
            };
            (false, ear)
        });
        assert_eq!(resumed, []);
    }
}

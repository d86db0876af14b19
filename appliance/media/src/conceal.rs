//! Sound that did not come, made up: the last pitch period again and again, and softer (after ITU-T G.711 appendix I).
use crate::coder::Rate;

// All in samples of 8 kHz; at a higher rate there are that many more.

/// What is remembered: 48 ms, room for the longest period beside the piece that is compared.
const HISTORY: usize = 384;
/// Periods from 66 to 200 Hz and their multiples: 5–15 ms.
const PERIOD_MIN: usize = 40;
const PERIOD_MAX: usize = 120;
/// The piece that is compared: 20 ms.
const COMPARED: usize = 160;
/// Full for 10 ms, then falling to nothing at 60 ms.
const FULL: usize = 80;
const SILENT: usize = 480;
/// What comes again passes into the sound over 4 ms.
const RETURN: usize = 32;

#[derive(Clone, Debug)]
pub(crate) struct Concealment {
    scale: usize,
    /// The sound as it was played, the last sample at `newest`.
    history: Box<[i16]>,
    newest: usize,
    period: usize,
    /// Samples made up since the last one that came; `SILENT`: nothing is left to repeat.
    made_up: usize,
    /// Samples that came since; below `RETURN` both sound.
    returned: usize,
}

impl Concealment {
    pub(crate) fn new(rate: Rate) -> Self {
        let scale = rate.scale() as usize;
        Self {
            scale,
            history: vec![0; HISTORY * scale].into_boxed_slice(),
            newest: 0,
            period: PERIOD_MIN * scale,
            made_up: SILENT * scale,
            returned: RETURN * scale,
        }
    }

    /// The next sample as it is to be played; `None` while there is neither sound nor anything to repeat.
    pub(crate) fn pass(&mut self, sample: Option<i16>) -> Option<i16> {
        let played = match sample {
            Some(sample) if self.returned < RETURN * self.scale => {
                let repeated = self.repeat().unwrap_or_default();
                self.returned += 1;
                passing(repeated, sample, self.returned, RETURN * self.scale)
            }
            Some(sample) => {
                self.made_up = 0;
                sample
            }
            None => {
                if self.made_up == 0 {
                    self.period = self.find_period();
                }
                let repeated = self.repeat()?;
                self.returned = 0;
                repeated
            }
        };
        self.remember(played);
        Some(played)
    }

    fn repeat(&mut self) -> Option<i16> {
        if self.made_up >= SILENT * self.scale {
            return None;
        }
        let before = self.back(self.period);
        // what is remembered is softer already by what it lost: the original is one period further back for each repeat
        let gain = gain(self.made_up / self.scale);
        let lost = gain_before(self.made_up / self.scale, self.period / self.scale);
        self.made_up += 1;
        Some(scaled(before, gain, lost))
    }

    fn remember(&mut self, sample: i16) {
        self.newest = (self.newest + 1) % self.history.len();
        self.history[self.newest] = sample;
    }

    /// The sample so many before the next one.
    fn back(&self, by: usize) -> i16 {
        let all = self.history.len();
        self.history[(self.newest + 1 + all - by) % all]
    }

    /// The distance at which the end of the sound is most like itself.
    fn find_period(&self) -> usize {
        let likeness = |period: &usize| {
            let (mut product, mut power) = (0_i64, 1_i64);
            for at in 1..=COMPARED * self.scale {
                let (now, before) = (self.back(at), self.back(at + period));
                product += i64::from(now) * i64::from(before);
                power += i64::from(before) * i64::from(before);
            }
            product.max(0).saturating_mul(1_024) / power
        };
        let periods = PERIOD_MIN * self.scale..=PERIOD_MAX * self.scale;
        periods
            .max_by_key(likeness)
            .unwrap_or(PERIOD_MIN * self.scale)
    }
}

/// How loud the sample made up at a place is, in 400ths.
const fn gain(made_up: usize) -> i32 {
    let left = if made_up < FULL {
        SILENT - FULL
    } else {
        SILENT - made_up
    };
    left as i32
}

const fn gain_before(made_up: usize, period: usize) -> i32 {
    match made_up.checked_sub(period) {
        Some(before) => gain(before),
        None => gain(0),
    }
}

#[allow(clippy::cast_possible_truncation)]
const fn scaled(sample: i16, gain: i32, of: i32) -> i16 {
    (sample as i32 * gain / of) as i16
}

#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
const fn passing(from: i16, to: i16, at: usize, of: usize) -> i16 {
    let (share, whole) = (at as i32, of as i32);
    ((from as i32 * (whole - share) + to as i32 * share) / whole) as i16
}

#[cfg(test)]
mod tests {
    use super::{Concealment, SILENT};
    use crate::coder::Rate;

    #[allow(clippy::cast_possible_truncation)]
    fn tone(hertz: f64, at: usize) -> i16 {
        let angle = core::f64::consts::TAU * hertz * at as f64 / 8_000.0;
        (8_000.0 * angle.sin()) as i16
    }

    #[test]
    fn what_comes_is_played_as_it_came() {
        let mut conceal = Concealment::new(Rate::Narrow);
        for at in 0..1_000 {
            let sample = tone(300.0, at);
            assert_eq!(conceal.pass(Some(sample)), Some(sample));
        }
    }

    #[test]
    fn a_short_hole_is_filled_with_what_would_have_been_there() {
        for hertz in [80.0, 125.0, 200.0, 450.0, 1_000.0] {
            let mut conceal = Concealment::new(Rate::Narrow);
            let (mut error, mut power) = (0.0, 0.0);
            for at in 0..1_200 {
                let sample = tone(hertz, at);
                let lost = (800..880).contains(&at);
                let played = conceal.pass((!lost).then_some(sample)).unwrap();
                if lost {
                    error += f64::from(played - sample).powi(2);
                    power += f64::from(sample).powi(2);
                }
            }
            let ratio = 10.0 * f64::log10(power / error.max(1.0));
            assert!(ratio > 12.0, "{hertz} Hz: {ratio:.1} dB");
        }
    }

    #[test]
    fn a_long_hole_fades_to_nothing_without_a_click_and_the_sound_comes_back_softly() {
        let mut conceal = Concealment::new(Rate::Narrow);
        let mut before = 0_i16;
        let steepest = 8_000.0 * core::f64::consts::TAU * 200.0 / 8_000.0;
        let mut silent = 0;
        for at in 0..4_000 {
            let lost = (800..2_000).contains(&at);
            let played = conceal.pass((!lost).then(|| tone(200.0, at)));
            silent += usize::from(played.is_none());
            let played = played.unwrap_or_default();
            // the return after silence may start anywhere in the wave, over 4 ms
            let allowed = if (2_000..2_040).contains(&at) {
                2.0
            } else {
                1.3
            };
            let step = f64::from(i32::from(played) - i32::from(before)).abs();
            assert!(step <= steepest * allowed + 40.0, "{at}: {step}");
            before = played;
        }
        assert_eq!(silent, 1_200 - SILENT);
    }

    #[test]
    fn nothing_is_made_up_before_anything_came() {
        let mut conceal = Concealment::new(Rate::Narrow);
        assert_eq!(conceal.pass(None), None);
    }
}

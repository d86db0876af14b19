//! The gateway's own tones: 450 Hz at −10 dBm0, in cadence, 20 ms at a time.
use crate::Tone;
use core::time::Duration;
use messages::Moment;

/// Samples and microseconds of one frame.
pub const FRAME_SAMPLES: usize = 160;
pub const FRAME: Duration = Duration::from_millis(20);
/// What is later than this many frames is left out.
const BEHIND_MAX: u32 = 5;

/// Peak of −10 dBm0, where full scale is +3.14 dBm0 (G.711 §4).
const PEAK: f64 = 7_218.0;
const HERTZ: f64 = 450.0;
const SAMPLES_PER_SECOND: f64 = 8_000.0;

/// One period of 160 samples: 9 waves of 450 Hz, which end where they began.
#[derive(Clone, Debug)]
pub(crate) struct Wave([i16; FRAME_SAMPLES]);

impl Default for Wave {
    #[allow(clippy::cast_possible_truncation)]
    fn default() -> Self {
        let mut index = 0.0;
        Self(core::array::from_fn(|_| {
            let angle = core::f64::consts::TAU * HERTZ * index / SAMPLES_PER_SECOND;
            index += 1.0;
            (PEAK * angle.sin()).round() as i16
        }))
    }
}

impl Tone {
    /// Samples on and off, again and again.
    const fn cadence(self) -> (u32, u32) {
        match self {
            Self::Ringback => (8_000, 32_000),
            Self::Busy => (2_800, 2_800),
        }
    }
}

/// A tone on its way to one leg.
#[derive(Clone, Debug)]
pub(crate) struct ToneStream {
    tone: Tone,
    /// Samples since the start.
    position: u64,
    pub(crate) due: Moment,
}

impl ToneStream {
    pub(crate) const fn new(tone: Tone, now: Moment) -> Self {
        Self {
            tone,
            position: 0,
            due: now,
        }
    }

    /// Leaves out what is overdue; so many frames.
    pub(crate) fn catch_up(&mut self, now: Moment) -> u16 {
        let mut left_out = 0;
        while now.since(self.due) > FRAME * BEHIND_MAX {
            self.pass();
            left_out += 1;
        }
        left_out
    }

    /// The next frame; the one after it is due 20 ms later.
    pub(crate) fn frame(&mut self, wave: &Wave) -> [i16; FRAME_SAMPLES] {
        let (on, off) = self.tone.cadence();
        let mut at = self.position;
        let frame = wave.0.map(|sample| {
            let audible = at % u64::from(on + off) < u64::from(on);
            at += 1;
            if audible { sample } else { 0 }
        });
        self.pass();
        frame
    }

    fn pass(&mut self) {
        self.position += 160;
        self.due = self.due + FRAME;
    }
}

#[cfg(test)]
mod tests {
    use super::{FRAME, ToneStream, Wave};
    use crate::Tone;
    use messages::Moment;

    fn stream(tone: Tone, frames: usize) -> Vec<i16> {
        let wave = Wave::default();
        let mut now = Moment::START;
        let mut tone = ToneStream::new(tone, now);
        let mut audio = Vec::new();
        for _ in 0..frames {
            assert_eq!(tone.catch_up(now), 0);
            audio.extend(tone.frame(&wave));
            now = now + FRAME;
            assert_eq!(tone.due, now);
        }
        audio
    }

    fn power_at(hertz: f64, audio: &[i16]) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in audio.iter().enumerate() {
            let angle = std::f64::consts::TAU * hertz * n as f64 / 8_000.0;
            re += f64::from(*sample) * angle.cos();
            im += f64::from(*sample) * angle.sin();
        }
        (re * re + im * im).sqrt() * 2.0 / audio.len() as f64
    }

    #[test]
    fn ringback_is_one_second_of_450_hertz_and_four_of_silence() {
        let audio = stream(Tone::Ringback, 300);
        let peak = power_at(450.0, &audio[..8_000]);
        assert!((7_000.0..7_400.0).contains(&peak), "{peak}");
        assert!(power_at(700.0, &audio[..8_000]) < 50.0);
        assert!(audio[8_000..40_000].iter().all(|sample| *sample == 0));
        assert_eq!(audio[..8_000], audio[40_000..]);
    }

    #[test]
    fn busy_changes_every_350_milliseconds_in_the_middle_of_a_frame() {
        let audio = stream(Tone::Busy, 70);
        assert!(audio[2_800..5_600].iter().all(|sample| *sample == 0));
        assert_ne!(audio[5_601], 0);
        assert!(power_at(450.0, &audio[5_600..8_400]) > 7_000.0);
    }

    #[test]
    fn a_late_beat_leaves_frames_out_and_keeps_the_time() {
        let mut tone = ToneStream::new(Tone::Busy, Moment::START);
        let late = Moment::START + FRAME * 50;
        assert_eq!(tone.catch_up(late), 45);
        tone.frame(&Wave::default());
        assert_eq!(tone.due, Moment::START + FRAME * 46);
    }
}

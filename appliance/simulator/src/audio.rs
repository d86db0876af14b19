//! What the simulated people say: speech-like sound, made from a seed.
use media::Law;
use sansio::SeededRng;

/// Samples in one packet: 20 ms at 8 kHz.
pub const FRAME: usize = 160;
const RATE: f64 = 8_000.0;

/// Syllables of a voice with pauses between them: a harmonic sound under an envelope that opens and closes.
#[derive(Clone, Debug)]
pub struct Voice {
    rng: SeededRng,
    pitch: f64,
    /// Samples left of this syllable, its length, or of the pause.
    left: u32,
    length: u32,
    speaking: bool,
    at: u64,
}

impl Voice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut rng = SeededRng::new(seed);
        let pitch = 100.0 + rng.unit() * 140.0;
        Self {
            rng,
            pitch,
            left: 0,
            length: 1,
            speaking: false,
            at: 0,
        }
    }

    /// The next 20 ms.
    pub fn frame(&mut self) -> [u8; FRAME] {
        let mut frame = [0; FRAME];
        for sample in &mut frame {
            *sample = Law::A.encode(self.sample());
        }
        frame
    }

    fn sample(&mut self) -> i16 {
        if self.left == 0 {
            self.next_part();
        }
        self.left -= 1;
        self.at += 1;
        if !self.speaking {
            return 0;
        }
        let time = precise(self.at) / RATE;
        let open = (f64::from(self.left) / f64::from(self.length) * core::f64::consts::PI).sin();
        let harmonics = [1.0, 0.6, 0.45, 0.3, 0.2];
        let sum: f64 = (1..)
            .zip(harmonics)
            .map(|(n, weight)| {
                weight * (core::f64::consts::TAU * self.pitch * f64::from(n) * time).sin()
            })
            .sum();
        rounded(sum * open * 3_500.0)
    }

    fn next_part(&mut self) {
        self.speaking = !self.speaking && self.rng.chance(0.85);
        let millis = if self.speaking {
            120 + self.rng.below(180)
        } else {
            40 + self.rng.below(260)
        };
        self.length = u32::try_from(millis * 8).unwrap_or(800);
        self.left = self.length;
    }
}

#[allow(clippy::cast_precision_loss)] // a call's samples fit 52 bits
const fn precise(at: u64) -> f64 {
    at as f64
}

#[allow(clippy::cast_possible_truncation)] // clamped before
fn rounded(value: f64) -> i16 {
    value.clamp(-32_000.0, 32_000.0) as i16
}

#[cfg(test)]
mod tests {
    use super::Voice;
    use media::Law;

    #[test]
    fn a_voice_speaks_and_pauses_and_one_seed_is_one_voice() {
        let frames: Vec<_> = {
            let mut voice = Voice::new(7);
            (0..500).map(|_| voice.frame()).collect()
        };
        let loud = |frame: &[u8; 160]| {
            frame
                .iter()
                .any(|byte| Law::A.decode(*byte).unsigned_abs() > 1_000)
        };
        let spoken = frames.iter().filter(|frame| loud(frame)).count();
        assert!((100..450).contains(&spoken), "{spoken} of 500 frames");
        let mut again = Voice::new(7);
        assert!(frames.iter().all(|frame| *frame == again.frame()));
    }
}

//! How much of a sound is one tone (Goertzel's algorithm, 1958).
use std::f64::consts::PI;

/// The share of the sound's power that lies in one tone: 0 to about 1. A pure tone gives more than 0.9, silence 0.
#[must_use]
pub fn share(samples: &[i16], rate: u32, hz: f64) -> f64 {
    let power: f64 = samples
        .iter()
        .map(|sample| f64::from(*sample).powi(2))
        .sum();
    if power < 1.0 {
        return 0.0;
    }
    let coefficient = 2.0 * (2.0 * PI * hz / f64::from(rate)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        (last, before) = (f64::from(*sample) + coefficient * last - before, last);
    }
    let tone = last * last + before * before - coefficient * last * before;
    let length = samples.len() as f64;
    2.0 * tone / (length * power)
}

/// Samples of a tone at half the full level.
#[must_use]
pub fn sine(rate: u32, hz: f64, seconds: u32) -> Vec<i16> {
    (0..rate * seconds)
        .map(|at| {
            let phase = 2.0 * PI * hz * f64::from(at) / f64::from(rate);
            (16_000.0 * phase.sin()) as i16
        })
        .collect()
}

/// The best share over windows of 200 ms: a tone that sounds for a part of the time only is found too.
#[must_use]
pub fn best_share(samples: &[i16], rate: u32, hz: f64) -> f64 {
    let window = usize::try_from(rate / 5).unwrap_or(1_600);
    let shares = samples
        .chunks_exact(window)
        .map(|part| share(part, rate, hz));
    shares.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::{best_share, share, sine};

    #[test]
    fn a_tone_is_found_and_told_from_its_neighbours_and_from_silence() {
        let a = sine(8_000, 440.0, 1);
        assert!(share(&a, 8_000, 440.0) > 0.95);
        assert!(share(&a, 8_000, 660.0) < 0.01);
        assert!(share(&[0; 8_000], 8_000, 440.0) < f64::EPSILON);
        let both: Vec<i16> = a
            .iter()
            .zip(sine(8_000, 660.0, 1))
            .map(|(x, y)| x / 2 + y / 2)
            .collect();
        let half = share(&both, 8_000, 440.0);
        assert!((0.4..0.6).contains(&half), "{half}");
    }

    #[test]
    fn a_tone_that_sounds_late_is_found_in_its_window() {
        let mut late = vec![0; 8_000];
        late.extend(sine(8_000, 440.0, 1));
        assert!(best_share(&late, 8_000, 440.0) > 0.9);
    }
}

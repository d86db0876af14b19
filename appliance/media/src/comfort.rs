//! Comfort noise (RFC 3389): the source is silent on purpose and says how loud its silence is.

/// −127 dBov and below is nothing.
const QUIETEST: u8 = 127;

/// White noise of one loudness.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    peak: i32,
    state: u32,
}

impl Noise {
    /// By the first byte of the payload: dB below overload. Its spectrum is not followed.
    pub(crate) fn of(payload: &[u8]) -> Self {
        let below = payload.first().map_or(QUIETEST, |byte| byte & 0x7F);
        let root_mean_square = 32_767.0 * 10_f64.powf(-f64::from(below) / 20.0);
        // evenly spread noise is this much louder at its peak
        let peak = root_mean_square * 3_f64.sqrt();
        Self {
            #[allow(clippy::cast_possible_truncation)]
            peak: peak.min(32_767.0) as i32,
            state: 0x1234_5679,
        }
    }

    pub(crate) fn next(&mut self) -> i16 {
        // xorshift: it only has to sound like nothing
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        let spread = i64::from(self.state.cast_signed()) * i64::from(self.peak);
        i16::try_from(spread >> 31).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Noise;

    fn loudness(payload: &[u8]) -> f64 {
        let mut noise = Noise::of(payload);
        let power: f64 = (0..8_000).map(|_| f64::from(noise.next()).powi(2)).sum();
        20.0 * f64::log10((power / 8_000.0).sqrt().max(0.01) / 32_767.0)
    }

    #[test]
    fn noise_is_as_loud_as_the_source_says() {
        for below in [20_u8, 40, 60] {
            let heard = loudness(&[below, 1, 2]);
            assert!((heard + f64::from(below)).abs() < 1.5, "{below}: {heard}");
        }
        assert!(loudness(&[127]) < -80.0);
        assert!(loudness(&[]) < -80.0);
    }
}

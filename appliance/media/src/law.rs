//! G.711: A-law and µ-law against 16-bit linear samples (ITU-T G.711, tables 1a–2b).

/// Linear value of each code word; full scale is ±32,768.
static A_LAW: [i16; 256] = table(Law::A);
static MU_LAW: [i16; 256] = table(Law::Mu);

/// One of the two codes of G.711.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// PCMA
    A,
    /// PCMU
    Mu,
}

impl Law {
    /// The byte of silence.
    #[must_use]
    pub const fn fill(self) -> u8 {
        match self {
            Self::A => 0xD5,
            Self::Mu => 0xFF,
        }
    }

    /// The static payload type (RFC 3551 §6).
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::A => 8,
            Self::Mu => 0,
        }
    }

    #[must_use]
    pub const fn of_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            8 => Some(Self::A),
            0 => Some(Self::Mu),
            _ => None,
        }
    }

    #[must_use]
    pub fn decode(self, byte: u8) -> i16 {
        let table = match self {
            Self::A => &A_LAW,
            Self::Mu => &MU_LAW,
        };
        table[usize::from(byte)]
    }

    #[must_use]
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::A => encode_a(sample),
            Self::Mu => encode_mu(sample),
        }
    }

    /// The same sound in the other law, as near as it can say it.
    #[must_use]
    pub fn convert(self, byte: u8, to: Self) -> u8 {
        if self == to {
            byte
        } else if byte == self.fill() {
            to.fill()
        } else {
            to.encode(self.decode(byte))
        }
    }
}

const fn table(codec: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    loop {
        table[byte as usize] = match codec {
            Law::A => decode_a(byte),
            Law::Mu => decode_mu(byte),
        };
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

/// Even bits are inverted on the line; the sign bit is set for positive values.
const fn decode_a(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let segment = (code >> 4) & 0x07;
    let step = ((code & 0x0F) as i16) << 4;
    let magnitude = match segment {
        0 => step + 8,
        _ => (step + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }
}

const fn encode_a(sample: i16) -> u8 {
    // 13-bit magnitude; negative values are one's complements, so that −1 is the smallest negative step.
    let positive = sample >= 0;
    let magnitude = (if positive { sample } else { !sample }) >> 4;
    let mut segment = 0;
    let mut step = magnitude;
    if magnitude >= 0x10 {
        segment = 1;
        while step >= 0x20 {
            step >>= 1;
            segment += 1;
        }
    }
    let code = ((segment << 4) | (step & 0x0F)) as u8;
    (if positive { code | 0x80 } else { code }) ^ 0x55
}

const MU_BIAS: i32 = 0x84;

/// All bits are inverted on the line; values are biased by 132 (33 in 14 bits).
const fn decode_mu(byte: u8) -> i16 {
    let code = !byte;
    let segment = (code >> 4) & 0x07;
    let magnitude = ((((code & 0x0F) as i32) << 3) + MU_BIAS) << segment;
    let magnitude = (magnitude - MU_BIAS) as i16;
    if code & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

const fn encode_mu(sample: i16) -> u8 {
    let sample = sample as i32;
    let size = if sample < 0 { -sample } else { sample };
    let clipped = if size > 32_635 { 32_635 } else { size };
    let magnitude = clipped + MU_BIAS;
    let segment = 24 - (magnitude as u32).leading_zeros();
    let step = (magnitude >> (segment + 3)) & 0x0F;
    let code = ((segment << 4) as u8) | step as u8;
    !(if sample < 0 { code | 0x80 } else { code })
}

#[cfg(test)]
mod tests {
    use super::Law;

    #[test]
    fn known_code_words_have_their_known_values() {
        let known = [
            (Law::A, 0xD5, 8),
            (Law::A, 0x55, -8),
            (Law::A, 0xAA, 32_256),
            (Law::A, 0x2A, -32_256),
            (Law::A, 0x80, 5_504),
            (Law::Mu, 0xFF, 0),
            (Law::Mu, 0x7F, 0),
            (Law::Mu, 0x80, 32_124),
            (Law::Mu, 0x00, -32_124),
        ];
        for (codec, byte, sample) in known {
            assert_eq!(codec.decode(byte), sample, "{codec:?} {byte:#x}");
        }
    }

    #[test]
    fn every_code_word_survives_decoding_and_encoding() {
        for byte in 0..=u8::MAX {
            let a = Law::A;
            assert_eq!(a.encode(a.decode(byte)), byte, "A {byte:#x}");
            let mu = Law::Mu;
            // µ-law has two zeros.
            let expect = if byte == 0x7F { 0xFF } else { byte };
            assert_eq!(mu.encode(mu.decode(byte)), expect, "µ {byte:#x}");
        }
    }

    #[test]
    fn encoding_is_near_and_never_turns_the_sign() {
        for codec in [Law::A, Law::Mu] {
            for sample in (i16::MIN..=i16::MAX).step_by(7) {
                let back = i32::from(codec.decode(codec.encode(sample)));
                let sample = i32::from(sample);
                let allowed = sample.abs() / 16 + 20;
                assert!(
                    (back - sample).abs() <= allowed.max(650),
                    "{codec:?} {sample} {back}"
                );
                assert!(sample.abs() < 16 || back.signum() * sample.signum() >= 0);
            }
        }
    }

    #[test]
    fn silence_stays_silence_in_the_other_law() {
        assert_eq!(Law::A.convert(0xD5, Law::Mu), 0xFF);
        assert_eq!(Law::Mu.convert(0xFF, Law::A), 0xD5);
        assert_eq!(Law::Mu.convert(0x12, Law::Mu), 0x12);
    }
}

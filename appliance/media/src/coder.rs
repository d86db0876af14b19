//! From payload to samples and back, at the rate at which a call is decoded.
use crate::{Codec, Law};
use audio_codec::g722::{Bitrate, G722Decoder, G722Encoder};
use audio_codec::resampler::BoxedResampler;
use audio_codec::{Decoder as _, Encoder as _};
use core::fmt;
use opus_rs::{Application, OpusDecoder, OpusEncoder};

/// An Opus packet holds 120 ms at most (RFC 6716 §2.1.4).
const PACKET_MS_MAX: usize = 120;
/// No packet of Opus is longer, at the rates used here.
const OPUS_BYTES_MAX: usize = 1_275;
/// Between speed and sound; 9 costs twice as much and is not heard on a telephone.
const OPUS_COMPLEXITY: i32 = 5;
const FULL_SCALE: f32 = 32_768.0;

/// Samples in a second while something is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rate {
    #[default]
    Narrow,
    Wide,
}

impl Rate {
    pub(crate) const fn hertz(self) -> u32 {
        8_000 * self.scale()
    }

    /// Against 8 kHz.
    pub(crate) const fn scale(self) -> u32 {
        match self {
            Self::Narrow => 1,
            Self::Wide => 2,
        }
    }

    /// Samples of so many milliseconds.
    pub(crate) const fn samples(self, ms: usize) -> usize {
        ms * 8 * self.scale() as usize
    }
}

pub(crate) struct Decoder {
    codec: Codec,
    kind: Decoding,
    out: Vec<i16>,
}

enum Decoding {
    Law(Law, Option<Box<BoxedResampler>>),
    G722(Box<G722Decoder>),
    Opus(Box<OpusDecoder>, Vec<f32>),
}

impl Decoder {
    /// `None` for what is only passed on.
    pub(crate) fn new(codec: Codec, rate: Rate) -> Option<Self> {
        let kind = match codec {
            Codec::G711(law) => Decoding::Law(law, resampler(Rate::Narrow, rate)),
            Codec::G722 => {
                let narrow = rate == Rate::Narrow;
                let decoder = G722Decoder::with_options(Bitrate::Mode1_64000, false, narrow);
                Decoding::G722(Box::new(decoder))
            }
            Codec::Opus => {
                let decoder = OpusDecoder::new(rate.hertz().cast_signed(), 1).ok()?;
                let space = vec![0.0; rate.samples(PACKET_MS_MAX)];
                Decoding::Opus(Box::new(decoder), space)
            }
            Codec::G729 => return None,
        };
        Some(Self {
            codec,
            kind,
            out: vec![0; rate.samples(PACKET_MS_MAX)],
        })
    }

    pub(crate) const fn codec(&self) -> Codec {
        self.codec
    }

    /// The samples of one payload; none where it is broken or longer than 120 ms.
    pub(crate) fn decode(&mut self, payload: &[u8]) -> &[i16] {
        let count = self.decode_into(payload).unwrap_or_default();
        self.out.get(..count).unwrap_or_default()
    }

    fn decode_into(&mut self, payload: &[u8]) -> Option<usize> {
        let out = &mut self.out;
        match &mut self.kind {
            Decoding::Law(law, None) => {
                for (sample, byte) in out.get_mut(..payload.len())?.iter_mut().zip(payload) {
                    *sample = law.decode(*byte);
                }
                Some(payload.len())
            }
            Decoding::Law(law, Some(up)) => {
                let mut linear = [0; PACKET_MS_MAX * 8];
                let linear = linear.get_mut(..payload.len())?;
                for (sample, byte) in linear.iter_mut().zip(payload) {
                    *sample = law.decode(*byte);
                }
                up.resample_into(linear, out).ok()
            }
            Decoding::G722(decoder) => decoder.decode_into(payload, out).ok(),
            Decoding::Opus(decoder, space) => {
                let count = decoder.decode(payload, space.len(), space).ok()?;
                for (sample, value) in out.iter_mut().zip(&space[..count]) {
                    *sample = to_linear(*value);
                }
                Some(count)
            }
        }
    }
}

pub(crate) struct Encoder {
    kind: Encoding,
    out: Vec<u8>,
}

enum Encoding {
    Law(Law, Option<Box<BoxedResampler>>),
    G722(Box<G722Encoder>, Option<Box<BoxedResampler>>),
    Opus(Box<OpusEncoder>, Vec<f32>),
}

impl Encoder {
    /// `None` for what is only passed on.
    pub(crate) fn new(codec: Codec, rate: Rate) -> Option<Self> {
        let kind = match codec {
            Codec::G711(law) => Encoding::Law(law, resampler(rate, Rate::Narrow)),
            Codec::G722 => {
                // its own way with 8 kHz encodes silence, in audio-codec 0.4.13
                let up = resampler(rate, Rate::Wide);
                Encoding::G722(Box::new(G722Encoder::new()), up)
            }
            Codec::Opus => {
                let hertz = rate.hertz().cast_signed();
                let mut encoder = OpusEncoder::new(hertz, 1, Application::Voip).ok()?;
                encoder.complexity = OPUS_COMPLEXITY;
                encoder.bitrate_bps = match rate {
                    Rate::Narrow => 24_000,
                    Rate::Wide => 32_000,
                };
                let space = vec![0.0; rate.samples(PACKET_MS_MAX)];
                Encoding::Opus(Box::new(encoder), space)
            }
            Codec::G729 => return None,
        };
        Some(Self {
            kind,
            out: vec![0; OPUS_BYTES_MAX],
        })
    }

    /// The payload of these samples; nothing where they are too many.
    pub(crate) fn encode(&mut self, samples: &[i16]) -> &[u8] {
        let count = self.encode_into(samples).unwrap_or_default();
        self.out.get(..count).unwrap_or_default()
    }

    fn encode_into(&mut self, samples: &[i16]) -> Option<usize> {
        let out = &mut self.out;
        match &mut self.kind {
            Encoding::Law(law, None) => {
                encode_law(*law, samples, out.get_mut(..samples.len())?);
                Some(samples.len())
            }
            Encoding::Law(law, Some(down)) => {
                let mut narrow = [0; PACKET_MS_MAX * 8];
                let count = down.resample_into(samples, &mut narrow).ok()?;
                encode_law(*law, &narrow[..count], out.get_mut(..count)?);
                Some(count)
            }
            Encoding::G722(encoder, None) => encoder.encode_into(samples, out).ok(),
            Encoding::G722(encoder, Some(up)) => {
                let mut wide = [0; PACKET_MS_MAX * 16];
                let count = up.resample_into(samples, &mut wide).ok()?;
                encoder.encode_into(&wide[..count], out).ok()
            }
            Encoding::Opus(encoder, space) => {
                let space = space.get_mut(..samples.len())?;
                for (value, sample) in space.iter_mut().zip(samples) {
                    *value = f32::from(*sample) / FULL_SCALE;
                }
                encoder.encode(space, samples.len(), out).ok()
            }
        }
    }
}

fn encode_law(law: Law, samples: &[i16], out: &mut [u8]) {
    for (byte, sample) in out.iter_mut().zip(samples) {
        *byte = law.encode(*sample);
    }
}

fn resampler(from: Rate, to: Rate) -> Option<Box<BoxedResampler>> {
    let (input, output) = (from.samples(1_000), to.samples(1_000));
    let resampler = BoxedResampler::new(input, output).ok().map(Box::new);
    resampler.filter(|_| from != to)
}

#[allow(clippy::cast_possible_truncation)]
fn to_linear(value: f32) -> i16 {
    // a float outside of the range becomes the nearest one inside, and what is no number becomes 0
    (value * FULL_SCALE) as i16
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("codec", &self.codec)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

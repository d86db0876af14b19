//! A voice goes in and comes out: at each rate, with each packet time, and bad payloads do no harm.
use super::{Decoder, Encoder, Rate};
use crate::{Codec, Law};
use proptest::prelude::*;

const CODECS: [Codec; 4] = [
    Codec::G711(Law::A),
    Codec::G711(Law::Mu),
    Codec::G722,
    Codec::Opus,
];

#[allow(clippy::cast_possible_truncation)]
fn voice(rate: Rate, at: usize) -> i16 {
    let time = at as f64 / f64::from(rate.hertz());
    let wave = |hertz: f64, peak: f64| peak * (core::f64::consts::TAU * hertz * time).sin();
    (wave(300.0, 6_000.0) + wave(1_100.0, 3_000.0)) as i16
}

/// Signal to noise in dB at the delay that fits best.
fn likeness(sent: &[i16], heard: &[i16]) -> f64 {
    let ratio = |delay: usize| {
        let pairs = sent.iter().zip(&heard[delay..]).skip(2_000).take(2_000);
        let (mut signal, mut noise) = (0.0, 1.0);
        for (sent, heard) in pairs {
            signal += f64::from(*sent).powi(2);
            noise += (f64::from(*sent) - f64::from(*heard)).powi(2);
        }
        10.0 * f64::log10(signal / noise)
    };
    (0..400).map(ratio).fold(f64::MIN, f64::max)
}

#[test]
fn a_voice_passes_each_codec_at_each_rate_and_packet_time() {
    for codec in CODECS {
        for rate in [Rate::Narrow, Rate::Wide] {
            for ms in [10, 20, 40, 60] {
                let mut encoder = Encoder::new(codec, rate).unwrap();
                let mut decoder = Decoder::new(codec, rate).unwrap();
                let (mut sent, mut heard) = (Vec::new(), Vec::new());
                while sent.len() < 9_600 {
                    let at = sent.len();
                    let frame: Vec<i16> = (at..at + rate.samples(ms))
                        .map(|at| voice(rate, at))
                        .collect();
                    let payload = encoder.encode(&frame).to_vec();
                    let ticks = usize::try_from(codec.ticks(&payload)).unwrap();
                    assert_eq!(ticks * 1_000 / codec.clock() as usize, ms, "{codec:?}");
                    heard.extend_from_slice(decoder.decode(&payload));
                    sent.extend(frame);
                }
                assert_eq!(heard.len(), sent.len(), "{codec:?} {rate:?} {ms} ms");
                let likeness = likeness(&sent, &heard);
                assert!(
                    likeness > 12.0,
                    "{codec:?} {rate:?} {ms} ms: {likeness:.1} dB"
                );
            }
        }
    }
}

#[test]
fn what_only_passes_is_not_decoded() {
    assert!(Decoder::new(Codec::G729, Rate::Narrow).is_none());
    assert!(Encoder::new(Codec::G729, Rate::Narrow).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_payload_is_decoded_or_let_go(
        payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..2_000), 1..4),
        which in 0..CODECS.len(),
        wide in any::<bool>(),
    ) {
        let rate = if wide { Rate::Wide } else { Rate::Narrow };
        let mut decoder = Decoder::new(CODECS[which], rate).unwrap();
        for payload in &payloads {
            prop_assert!(decoder.decode(payload).len() <= rate.samples(120));
        }
    }
}

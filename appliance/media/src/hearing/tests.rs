//! Sources of each codec that are even, out of order, lossy, silent on purpose: what is heard of them.
use super::{Hearing, Rate, SourceTime};
use crate::coder::Encoder;
use crate::{Codec, Law};

const HERTZ: f64 = 500.0;
const PEAK: f64 = 6_000.0;

/// Packets of a tone: timestamp and payload.
#[allow(clippy::cast_possible_truncation)]
fn source(codec: Codec, rate: Rate, packets: usize, ms: usize) -> Vec<(u32, Vec<u8>)> {
    let mut encoder = Encoder::new(codec, rate).unwrap();
    let samples = rate.samples(ms);
    let ticks = codec.clock() as usize * ms / 1_000;
    let packet = |n: usize| {
        let frame: Vec<i16> = (n * samples..(n + 1) * samples)
            .map(|at| {
                let time = at as f64 / f64::from(rate.hertz());
                (PEAK * (core::f64::consts::TAU * HERTZ * time).sin()) as i16
            })
            .collect();
        ((n * ticks) as u32, encoder.encode(&frame).to_vec())
    };
    (0..packets).map(packet).collect()
}

/// What is heard while packets come, some at each 20 ms.
fn heard(codec: Codec, rate: Rate, arrivals: Vec<Vec<(u32, Vec<u8>)>>) -> Vec<i16> {
    let mut hearing = Hearing::new(rate);
    let mut all = Vec::new();
    for packets in arrivals {
        for (timestamp, payload) in packets {
            hearing.hear(codec, timestamp, &payload);
        }
        let mut frame = vec![0; rate.samples(20)];
        if hearing.take(&mut frame) {
            all.extend(frame);
        }
    }
    all
}

/// The tone's peak, and how loud everything else is against it in dB.
fn tone(rate: Rate, sound: &[i16]) -> (f64, f64) {
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (n, sample) in sound.iter().enumerate() {
        let angle = core::f64::consts::TAU * HERTZ * n as f64 / f64::from(rate.hertz());
        re += f64::from(*sample) * angle.cos();
        im += f64::from(*sample) * angle.sin();
        power += f64::from(*sample).powi(2);
    }
    let count = sound.len() as f64;
    let peak = f64::hypot(re, im) * 2.0 / count;
    let rest = (power / count - peak * peak / 2.0).max(1.0);
    (peak, 10.0 * f64::log10(rest / (peak * peak / 2.0)))
}

const DECODED: [Codec; 4] = [
    Codec::G711(Law::A),
    Codec::G711(Law::Mu),
    Codec::G722,
    Codec::Opus,
];

fn every_codec(test: impl Fn(Codec, Rate)) {
    for codec in DECODED {
        for rate in [Rate::Narrow, Rate::Wide] {
            test(codec, rate);
        }
    }
}

#[test]
fn an_even_source_is_heard_in_each_codec_at_each_rate_with_each_packet_time() {
    every_codec(|codec, rate| {
        for ms in [10, 20, 40, 60] {
            let mut packets = source(codec, rate, 3_000 / ms, ms).into_iter();
            let arrivals = (0..150).map(|beat| {
                let come = ((beat + 1) * 20 / ms) - (beat * 20 / ms);
                packets.by_ref().take(come).collect()
            });
            let sound = heard(codec, rate, arrivals.collect());
            let (peak, rest) = tone(rate, &sound[rate.samples(1_000)..rate.samples(2_000)]);
            assert!(
                (PEAK * 0.9..PEAK * 1.1).contains(&peak),
                "{codec:?} {rate:?} {ms}: {peak}"
            );
            assert!(rest < -14.0, "{codec:?} {rate:?} {ms}: {rest:.1} dB");
        }
    });
}

#[test]
fn packets_that_overtake_each_other_are_decoded_in_their_order() {
    every_codec(|codec, rate| {
        let packets = source(codec, rate, 150, 20);
        let in_order: Vec<_> = packets.iter().cloned().map(|packet| vec![packet]).collect();
        let mut out_of_order = in_order.clone();
        for pair in out_of_order[20..140].chunks_exact_mut(2) {
            pair.swap(0, 1);
        }
        let smooth = heard(codec, rate, in_order);
        let shuffled = heard(codec, rate, out_of_order);
        // the late ones made it a little later; what is heard is the same
        let (from, length) = (rate.samples(800), rate.samples(600));
        let piece = &smooth[from..from + length];
        assert!(
            shuffled.windows(length).any(|other| other == piece),
            "{codec:?} {rate:?}"
        );
    });
}

#[test]
fn a_lost_packet_is_made_up() {
    every_codec(|codec, rate| {
        let packets = source(codec, rate, 150, 20);
        let arrivals = packets.into_iter().enumerate().map(|(n, packet)| {
            let lost = n % 20 == 7;
            (!lost).then_some(packet).into_iter().collect()
        });
        let sound = heard(codec, rate, arrivals.collect());
        let (peak, rest) = tone(rate, &sound[rate.samples(1_000)..rate.samples(2_000)]);
        assert!(
            peak > PEAK * 0.85 && rest < -9.0,
            "{codec:?} {rate:?}: {peak} {rest:.1} dB"
        );
    });
}

#[test]
fn silence_on_purpose_sounds_as_loud_as_the_source_says_and_speech_ends_it() {
    for codec in [Codec::G711(Law::A), Codec::G722] {
        for rate in [Rate::Narrow, Rate::Wide] {
            let packets = source(codec, rate, 150, 20);
            let mut hearing = Hearing::new(rate);
            let mut frames = Vec::new();
            for (n, (timestamp, payload)) in packets.iter().enumerate() {
                match n {
                    50 => hearing.fall_silent(*timestamp, &[50]),
                    51..100 => {}
                    _ => hearing.hear(codec, *timestamp, payload),
                }
                let mut frame = vec![0; rate.samples(20)];
                assert!(hearing.take(&mut frame) || n < 3, "{codec:?} {n}");
                frames.push(frame);
            }
            let loudness = |from: usize, to: usize| {
                let all: Vec<f64> = frames[from..to]
                    .iter()
                    .flatten()
                    .map(|s| f64::from(*s))
                    .collect();
                let power = all.iter().map(|s| s * s).sum::<f64>() / all.len() as f64;
                20.0 * f64::log10(power.sqrt().max(0.1) / 32_767.0)
            };
            assert!(
                (loudness(60, 95) + 50.0).abs() < 2.0,
                "{}",
                loudness(60, 95)
            );
            assert!(loudness(110, 148) > -20.0, "{}", loudness(110, 148));
            assert!(loudness(20, 48) > -20.0);
        }
    }
}

#[test]
fn the_time_of_a_source_goes_on_beyond_32_bits() {
    for (clock, rate) in [
        (48_000, Rate::Narrow),
        (48_000, Rate::Wide),
        (8_000, Rate::Wide),
    ] {
        let mut time = SourceTime::default();
        let mut before = None;
        for n in 0..100_u32 {
            let step = clock / 50;
            let timestamp = (u32::MAX - 40 * step).wrapping_add(n * step);
            let samples = time.samples(timestamp, clock, rate);
            if let Some(before) = before {
                let passed = samples.wrapping_sub(before);
                assert_eq!(
                    passed,
                    u32::try_from(rate.samples(20)).unwrap(),
                    "{clock} {n}"
                );
            }
            before = Some(samples);
        }
    }
}

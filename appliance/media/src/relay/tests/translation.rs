//! Two who do not speak alike: each hears the other in its own format.
use super::scene::{ALICE, BOB, CALL, Scene, media};
use super::{recording_order, rtp_of};
use crate::coder::{Decoder, Encoder, Rate};
use crate::rtp::{HEADER_BYTES, RtpHeader, RtpPacket};
use crate::tone::FRAME;
use crate::{Codec, Formats, Law, LegMedia, MediaCommand, Numbered, Tone};
use core::time::Duration;
use messages::fact::Side;

const HERTZ: f64 = 500.0;
const PEAK: f64 = 6_000.0;

const PCMA: Numbered = numbered(8, Codec::G711(Law::A));
const PCMU: Numbered = numbered(0, Codec::G711(Law::Mu));
const G722: Numbered = numbered(9, Codec::G722);
const OPUS: Numbered = numbered(111, Codec::Opus);
const G729: Numbered = numbered(18, Codec::G729);

const fn numbered(payload_type: u8, codec: Codec) -> Numbered {
    Numbered {
        payload_type,
        codec,
    }
}

fn speaks(side: Side, speech: &[Numbered]) -> LegMedia {
    LegMedia {
        formats: Formats {
            events: Some(101),
            ..Formats::of(speech)
        },
        ..media(side)
    }
}

fn call(caller: &[Numbered], callee: &[Numbered]) -> Scene {
    let mut scene = Scene::opened();
    scene.order(MediaCommand::Set(speaks(Side::Caller, caller)));
    scene.order(MediaCommand::Set(speaks(Side::Callee, callee)));
    scene.order(MediaCommand::Bridge { call: CALL });
    scene
}

/// Somebody who says a tone.
struct Voice {
    format: Numbered,
    encoder: Encoder,
    said: usize,
    packets: u16,
}

impl Voice {
    fn new(format: Numbered) -> Self {
        Self {
            format,
            encoder: Encoder::new(format.codec, Rate::Wide).unwrap(),
            said: 0,
            packets: 0,
        }
    }

    #[allow(clippy::cast_possible_truncation)]
    fn packet(&mut self) -> Vec<u8> {
        let frame: Vec<i16> = (self.said..self.said + 320)
            .map(|at| {
                let time = at as f64 / 16_000.0;
                (PEAK * (core::f64::consts::TAU * HERTZ * time).sin()) as i16
            })
            .collect();
        self.said += 320;
        let header = RtpHeader {
            marker: self.packets == 0,
            payload_type: self.format.payload_type,
            sequence: self.packets,
            timestamp: u32::from(self.packets) * (self.format.codec.clock() / 50),
            ssrc: 77,
        };
        self.packets += 1;
        let mut bytes = header.bytes().to_vec();
        bytes.extend_from_slice(self.encoder.encode(&frame));
        bytes
    }
}

/// How loud the tone is in what a leg gets, decoded as that leg would.
fn loudness(format: Numbered, packets: &[Vec<u8>]) -> f64 {
    let mut decoder = Decoder::new(format.codec, Rate::Wide).unwrap();
    let mut sound = Vec::new();
    for bytes in packets {
        let packet = RtpPacket::parse(bytes).unwrap();
        assert_eq!(packet.header.payload_type, format.payload_type);
        sound.extend_from_slice(decoder.decode(packet.payload));
    }
    let (mut re, mut im) = (0.0, 0.0);
    let piece = &sound[16_000..32_000];
    for (n, sample) in piece.iter().enumerate() {
        let angle = core::f64::consts::TAU * HERTZ * n as f64 / 16_000.0;
        re += f64::from(*sample) * angle.cos();
        im += f64::from(*sample) * angle.sin();
    }
    f64::hypot(re, im) * 2.0 / piece.len() as f64
}

/// The caller speaks for so long; what the callee gets.
fn talk(scene: &mut Scene, voice: &mut Voice, beats: u32) -> Vec<Vec<u8>> {
    let mut got = Vec::new();
    for _ in 0..beats {
        let out = scene.rtp_out(0, ALICE, &voice.packet());
        let later = scene.pass(FRAME);
        let all = out.packets.into_iter().chain(later);
        got.extend(
            all.filter(|(slot, ..)| *slot == 1)
                .map(|(_, _, bytes)| bytes),
        );
    }
    got
}

#[test]
fn each_pair_of_formats_hears_each_other() {
    let all = [PCMA, PCMU, G722, OPUS];
    for caller in all {
        for callee in all {
            let mut scene = call(&[caller], &[callee]);
            let got = talk(&mut scene, &mut Voice::new(caller), 150);
            let loud = loudness(callee, &got);
            assert!(
                (PEAK * 0.9..PEAK * 1.1).contains(&loud),
                "{caller:?} {callee:?}: {loud}"
            );
            let first = rtp_of(&got[0]);
            for (n, bytes) in (0..).zip(&got) {
                let header = rtp_of(bytes);
                assert_eq!(header.sequence, first.sequence + n, "{caller:?} {callee:?}");
                let ticks = callee.codec.clock() / 50;
                assert_eq!(header.timestamp, first.timestamp + u32::from(n) * ticks);
            }
        }
    }
}

#[test]
fn nothing_is_decoded_where_it_can_be_avoided() {
    let other_number = numbered(96, Codec::Opus);
    let table: [(&[Numbered], &[Numbered], u8); 4] = [
        (&[PCMA, PCMU], &[PCMA], 8),
        (&[G722, PCMA], &[G722], 9),
        (&[OPUS], &[other_number], 96),
        (&[G729], &[G729], 18),
    ];
    for (caller, callee, number) in table {
        let mut scene = call(caller, callee);
        let mut sent = Voice::new(PCMA).packet();
        sent[1] = caller[0].payload_type;
        let mut expected = sent.clone();
        expected[1] = number;
        let forward = scene.rtp(0, ALICE, &sent).forward.unwrap();
        assert_eq!(forward.bytes, expected, "as it came, but for its number");
        assert_eq!(scene.pass(Duration::from_secs(1)), []);
    }
}

#[test]
fn whoever_sends_another_of_its_formats_is_heard_all_the_same() {
    let mut scene = call(&[PCMA, G722], &[PCMA]);
    let direct = talk(&mut scene, &mut Voice::new(PCMA), 5);
    assert_eq!(direct.len(), 5);
    let got = talk(&mut scene, &mut Voice::new(G722), 150);
    let loud = loudness(PCMA, &got);
    assert!((PEAK * 0.9..PEAK * 1.1).contains(&loud), "{loud}");
    // a new agreement ends it
    scene.order(MediaCommand::Set(speaks(Side::Caller, &[PCMA])));
    let sent = Voice::new(PCMA).packet();
    assert_eq!(scene.rtp(0, ALICE, &sent).forward.unwrap().bytes, sent);
}

#[test]
fn packets_are_as_long_as_their_receiver_wants_them() {
    for ptime_ms in [10, 30, 60] {
        let mut scene = call(&[OPUS], &[PCMA]);
        let wanted = speaks(Side::Callee, &[PCMA]);
        scene.order(MediaCommand::Set(LegMedia {
            formats: Formats {
                ptime_ms,
                ..wanted.formats
            },
            ..wanted
        }));
        let got = talk(&mut scene, &mut Voice::new(OPUS), 150);
        let lengths = got.iter().map(|bytes| bytes.len() - HEADER_BYTES);
        assert!(
            lengths
                .clone()
                .all(|length| length == usize::from(ptime_ms) * 8)
        );
        let loud = loudness(PCMA, &got);
        assert!(
            (PEAK * 0.9..PEAK * 1.1).contains(&loud),
            "{ptime_ms}: {loud}"
        );
    }
}

#[test]
fn digits_pass_between_two_who_do_not_speak_alike() {
    let mut scene = call(&[OPUS], &[PCMA]);
    let mut voice = Voice::new(OPUS);
    talk(&mut scene, &mut voice, 10);
    let mut digit = voice.packet()[..HEADER_BYTES].to_vec();
    digit[1] = 101;
    digit.extend([7, 10, 0, 160]);
    scene.rtp(0, ALICE, &digit);
    let got = talk(&mut scene, &mut voice, 20);
    let digits = got.iter().filter(|bytes| bytes[1] & 0x7F == 101);
    let digits: Vec<_> = digits.map(|bytes| bytes[HEADER_BYTES]).collect();
    assert!(
        digits.len() >= 4 && digits.iter().all(|event| *event == 7),
        "{digits:?}"
    );
}

#[test]
fn a_recording_of_wide_sound_is_a_law_at_8_khz() {
    for format in [G722, OPUS] {
        let mut scene = call(&[format], &[format]);
        scene.order(MediaCommand::Record(recording_order()));
        let mut voice = Voice::new(format);
        let (mut sound, mut began) = (Vec::new(), None);
        for n in 0..150 {
            let taped = scene.rtp(0, ALICE, &voice.packet()).record.unwrap();
            assert_eq!(
                (taped.channel, taped.law, taped.audio.len()),
                (0, Law::A, 160)
            );
            let began = *began.get_or_insert(taped.header.timestamp);
            assert_eq!(taped.header.timestamp - began, n * 160, "{format:?}");
            sound.extend(taped.audio);
        }
        let (mut re, mut im) = (0.0, 0.0);
        for (n, byte) in sound[8_000..16_000].iter().enumerate() {
            let angle = core::f64::consts::TAU * HERTZ * n as f64 / 8_000.0;
            re += f64::from(Law::A.decode(*byte)) * angle.cos();
            im += f64::from(Law::A.decode(*byte)) * angle.sin();
        }
        let loud = f64::hypot(re, im) * 2.0 / 8_000.0;
        assert!(
            (PEAK * 0.9..PEAK * 1.1).contains(&loud),
            "{format:?}: {loud}"
        );
    }
}

#[test]
fn a_tone_sounds_in_the_format_of_its_listener() {
    for format in [PCMU, G722, OPUS] {
        let mut scene = call(&[format], &[PCMA]);
        scene.order(MediaCommand::Tone {
            leg: super::leg(Side::Caller),
            tone: Tone::Ringback,
        });
        let sent = scene.pass(Duration::from_millis(990));
        let own = sent.iter().filter(|(slot, ..)| *slot == 0);
        let numbers: Vec<u8> = own.map(|(_, _, bytes)| bytes[1] & 0x7F).collect();
        assert_eq!(numbers, [format.payload_type; 50]);
    }
}

#[test]
fn three_of_whom_each_speaks_another_way_hear_each_other() {
    let mut scene = call(&[OPUS], &[PCMA]);
    let carol = LegMedia {
        leg: crate::MediaLeg {
            call: CALL,
            seat: messages::fact::Seat::Guest,
        },
        port: super::PORTS[2],
        remote: Some(super::at("10.0.0.7:7000")),
        signalling: super::at("10.0.0.7:7000").ip(),
        ..speaks(Side::Caller, &[G722])
    };
    scene.order(MediaCommand::Set(carol));
    scene.order(MediaCommand::Mix {
        call: CALL,
        beside: Side::Caller,
    });
    let mut voice = Voice::new(OPUS);
    let mut got = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..150 {
        scene.rtp(0, ALICE, &voice.packet());
        for (slot, _, bytes) in scene.pass(FRAME) {
            got[slot].push(bytes);
        }
    }
    assert!((PEAK * 0.9..PEAK * 1.1).contains(&loudness(PCMA, &got[1])));
    assert!((PEAK * 0.9..PEAK * 1.1).contains(&loudness(G722, &got[2])));
    assert!(loudness(OPUS, &got[0]) < PEAK * 0.02);
    assert!(
        scene
            .rtp(1, BOB, &Voice::new(PCMA).packet())
            .forward
            .is_none()
    );
}

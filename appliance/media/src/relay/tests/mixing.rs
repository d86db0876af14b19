//! Three in one call: who hears what, what is recorded, what becomes of the call when one of them goes.
use super::scene::{ALICE, BOB, CALL, Out, PORTS, Scene, at, media, packet};
use super::{recording_order, rtp_of};
use crate::relay::BadOrder;
use crate::rtp::{HEADER_BYTES, RtpHeader, RtpPacket};
use crate::tone::FRAME;
use crate::{Law, LegMedia, MediaCommand, MediaLeg, MediaReport};
use core::time::Duration;
use messages::fact::{Seat, Side};

const CAROL: &str = "10.0.0.7:7000";
const ADDRESSES: [&str; 3] = [ALICE, BOB, CAROL];
const HERTZ: [f64; 3] = [400.0, 1_000.0, 1_700.0];
const PEAK: f64 = 5_000.0;

fn carol() -> LegMedia {
    LegMedia {
        leg: MediaLeg {
            call: CALL,
            seat: Seat::Guest,
        },
        port: PORTS[2],
        remote: Some(at(CAROL)),
        signalling: at(CAROL).ip(),
        ..media(Side::Caller)
    }
}

fn mix() -> MediaCommand {
    MediaCommand::Mix {
        call: CALL,
        beside: Side::Caller,
    }
}

/// Alice called Bob; Carol sits beside Alice.
fn three() -> Scene {
    let mut scene = Scene::bridged();
    scene.order(MediaCommand::Set(carol()));
    scene.order(mix());
    scene
}

#[allow(clippy::cast_possible_truncation)]
fn tone(seat: usize, beat: u32) -> Vec<u8> {
    let header = RtpHeader {
        marker: beat == 0,
        payload_type: 8,
        sequence: u16::try_from(beat).unwrap(),
        timestamp: beat * 160,
        ssrc: 7 + u32::try_from(seat).unwrap(),
    };
    let samples = (0..160).map(|at| {
        let time = f64::from(beat * 160 + at) / 8_000.0;
        let angle = core::f64::consts::TAU * HERTZ[seat] * time;
        Law::A.encode((PEAK * angle.sin()) as i16)
    });
    header.bytes().into_iter().chain(samples).collect()
}

/// All three speak for so many beats of 20 ms.
fn talk(scene: &mut Scene, beats: core::ops::Range<u32>) -> Out {
    let mut all = Out::default();
    for beat in beats {
        for (seat, from) in ADDRESSES.into_iter().enumerate() {
            let spoken = tone(seat, beat);
            let out = scene.rtp_out(seat, from, &spoken);
            assert_eq!(out.packets, []);
            all.recorded.extend(out.recorded);
        }
        let out = scene.pass_and_hear(FRAME);
        all.packets.extend(out.packets);
        all.recorded.extend(out.recorded);
    }
    all
}

/// How loud each of the three is in some sound, as a peak.
fn loudness(sound: &[u8]) -> [f64; 3] {
    HERTZ.map(|hertz| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, byte) in sound.iter().enumerate() {
            let angle = core::f64::consts::TAU * hertz * n as f64 / 8_000.0;
            re += f64::from(Law::A.decode(*byte)) * angle.cos();
            im += f64::from(Law::A.decode(*byte)) * angle.sin();
        }
        f64::hypot(re, im) * 2.0 / sound.len() as f64
    })
}

fn heard_by(out: &Out, slot: usize) -> Vec<u8> {
    let own = out.packets.iter().filter(|(from, ..)| *from == slot);
    own.flat_map(|(_, _, packet)| packet[HEADER_BYTES..].to_vec())
        .collect()
}

fn assert_heard(sound: &[u8], whom: [bool; 3]) {
    for (loud, wanted) in loudness(sound).into_iter().zip(whom) {
        let right = if wanted {
            (PEAK * 0.97..PEAK * 1.03).contains(&loud)
        } else {
            // 45 dB below
            loud < PEAK / 178.0
        };
        assert!(right, "{:?}, wanted {whom:?}", loudness(sound));
    }
}

#[test]
fn each_of_three_hears_the_two_others_and_not_itself() {
    let mut scene = three();
    let out = talk(&mut scene, 0..150);
    for (slot, to) in ADDRESSES.into_iter().enumerate() {
        let own: Vec<_> = out
            .packets
            .iter()
            .filter(|(from, ..)| *from == slot)
            .collect();
        assert!((149..=151).contains(&own.len()), "{}", own.len());
        for (n, (_, address, bytes)) in own.iter().enumerate() {
            let header = RtpPacket::parse(bytes).unwrap().header;
            assert_eq!(*address, at(to));
            assert_eq!(usize::from(header.sequence), n);
            assert_eq!(header.timestamp as usize, n * 160);
            assert_eq!(header.marker, n == 0);
        }
        let heard = heard_by(&out, slot);
        let mut whom = [true; 3];
        whom[slot] = false;
        assert_heard(&heard[8_000..16_000], whom);
    }
}

#[test]
fn the_sum_is_as_good_as_one_pass_through_the_law() {
    let mut scene = three();
    let out = talk(&mut scene, 0..150);
    let heard = heard_by(&out, 1);
    // Bob hears Alice and Carol 40 ms later, and one beat for the way
    let linear = |seat: usize, beat: u32| {
        let bytes = tone(seat, beat)[HEADER_BYTES..].to_vec();
        bytes.into_iter().map(|byte| i32::from(Law::A.decode(byte)))
    };
    for beat in 20..120_u32 {
        let ideal: Vec<i32> = linear(0, beat)
            .zip(linear(2, beat))
            .map(|(a, c)| a + c)
            .collect();
        let once: Vec<u8> = ideal
            .iter()
            .map(|sample| Law::A.encode(i16::try_from(*sample).unwrap()))
            .collect();
        assert!(heard.windows(160).any(|piece| piece == once), "{beat}");
    }
}

#[test]
fn a_voice_that_is_too_loud_together_is_limited_and_not_turned_over() {
    let mut scene = three();
    let loud = |sequence: u16| {
        let mut bytes = packet(8, sequence, 9)[..HEADER_BYTES].to_vec();
        bytes.resize(HEADER_BYTES + 160, 0xAA);
        bytes
    };
    let mut last = Vec::new();
    for sequence in 0..10 {
        for (seat, from) in [(0, ALICE), (2, CAROL)] {
            scene.rtp(seat, from, &loud(sequence));
        }
        let sent = scene.pass(FRAME);
        last = sent.into_iter().filter(|(slot, ..)| *slot == 1).collect();
    }
    let (_, _, packet) = last.last().unwrap();
    assert!(packet[HEADER_BYTES..].iter().all(|byte| *byte == 0xAA));
}

#[test]
fn the_recording_keeps_the_customer_bit_for_bit_and_both_others_in_one_channel() {
    let mut scene = Scene::bridged();
    scene.order(MediaCommand::Record(recording_order()));
    scene.order(MediaCommand::Set(carol()));
    scene.order(mix());
    let out = talk(&mut scene, 0..150);
    let of_channel = |channel: u8| -> Vec<u8> {
        let own = out.recorded.iter().filter(|one| one.channel == channel);
        own.flat_map(|one| one.audio.clone()).collect()
    };
    let customer: Vec<u8> = (0..150)
        .flat_map(|n| tone(1, n)[HEADER_BYTES..].to_vec())
        .collect();
    assert_eq!(of_channel(1), customer);
    assert_heard(&of_channel(0)[8_000..16_000], [true, false, true]);
}

#[test]
fn the_guest_goes_and_two_hear_each_other_directly_again() {
    let mut scene = three();
    talk(&mut scene, 0..20);
    scene.order(MediaCommand::Unmix {
        call: CALL,
        guest_takes: None,
    });
    let sent = tone(0, 20);
    let forward = scene.rtp(0, ALICE, &sent).forward.unwrap();
    assert_eq!((forward.slot, forward.to), (1, at(BOB)));
    assert_eq!(scene.pass(Duration::from_secs(1)), Vec::new());
    scene.reports();
    scene.pass(Duration::from_secs(3));
    let free = MediaReport::PortFree(PORTS[2]);
    assert!(scene.reports().contains(&free));
    assert_eq!(scene.rtp(2, CAROL, &tone(2, 21)).forward, None);
}

#[test]
fn the_guest_takes_the_seat_of_somebody_who_goes_without_losing_its_lock() {
    let mut scene = three();
    talk(&mut scene, 0..20);
    scene.order(MediaCommand::Unmix {
        call: CALL,
        guest_takes: Some(Side::Caller),
    });
    let forward = scene.rtp(2, CAROL, &tone(2, 20)).forward.unwrap();
    assert_eq!((forward.slot, forward.to), (1, at(BOB)));
    let forward = scene.rtp(1, BOB, &tone(1, 20)).forward.unwrap();
    assert_eq!((forward.slot, forward.to), (2, at(CAROL)));
    assert_eq!(scene.rtp(0, ALICE, &tone(0, 20)).forward, None);
    let [caller, callee] = scene.stats();
    assert_eq!((caller.received, callee.received), (21, 21));
}

#[test]
fn who_is_held_hears_nothing_and_who_holds_is_not_heard() {
    let mut scene = three();
    scene.order(MediaCommand::Set(LegMedia {
        to_leg: false,
        from_leg: false,
        ..media(Side::Caller)
    }));
    let out = talk(&mut scene, 0..100);
    assert_eq!(heard_by(&out, 0), Vec::<u8>::new());
    assert_heard(&heard_by(&out, 1)[4_000..12_000], [false, false, true]);
}

#[test]
fn a_digit_of_one_reaches_the_two_others_once() {
    let mut scene = three();
    talk(&mut scene, 0..20);
    // event 5, said in five packets of one timestamp
    for sequence in 20..25_u16 {
        let mut digit = packet(101, sequence, 7)[..HEADER_BYTES].to_vec();
        digit[4..8].copy_from_slice(&3_200_u32.to_be_bytes());
        digit.extend([5, 10, 0, 160]);
        scene.rtp(0, ALICE, &digit);
    }
    let out = talk(&mut scene, 25..60);
    for (slot, wanted) in [(0, 0), (1, 1), (2, 1)] {
        let digits = out
            .packets
            .iter()
            .filter(|(from, _, bytes)| *from == slot && rtp_of(bytes).payload_type == 101);
        let mut begun: Vec<u32> = digits
            .map(|(_, _, bytes)| rtp_of(bytes).timestamp)
            .collect();
        begun.dedup();
        assert_eq!(begun.len(), wanted, "slot {slot}");
    }
}

#[test]
fn orders_that_do_not_fit_change_nothing() {
    let mut scene = Scene::bridged();
    assert_eq!(scene.try_order(mix()), Err(BadOrder::LegUnknown));
    let unmix = MediaCommand::Unmix {
        call: CALL,
        guest_takes: None,
    };
    assert_eq!(scene.try_order(unmix), Err(BadOrder::LegUnknown));
    assert!(scene.rtp(0, ALICE, &tone(0, 0)).forward.is_some());
}

#[test]
fn a_closed_conference_sends_nothing_more() {
    let mut scene = three();
    talk(&mut scene, 0..5);
    scene.order(MediaCommand::Close { call: CALL });
    assert_eq!(scene.pass(Duration::from_secs(5)), Vec::new());
    assert_eq!(scene.relay.deadline(), None);
}

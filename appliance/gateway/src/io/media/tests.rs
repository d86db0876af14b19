//! Real sockets on loopback: both ways, strangers, RTCP, figures, ports that come back, a recorded call.
mod stage;

use super::{MediaConfig, MediaPlane, Reports};
use crate::recorder::RecordingKey;
use media::recording::Ended;
use media::rtp::RtpPacket;
use media::{Law, MediaCommand, MediaReport, PortPair, RecordOrder, Tone};
use messages::fact::Side;
use messages::{CallId, IdMint, RecordingId};
use stage::{KEY, LOCAL, Phone, Stage, UTC, audio, packet, receive, time};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};

fn bridged(stage: &Stage, call: CallId, ports: &[PortPair]) -> [Phone; 2] {
    let caller = Phone::new(call, Side::Caller, ports[0]);
    let callee = Phone::new(call, Side::Callee, ports[1]);
    stage.give(MediaCommand::Set(caller.media()));
    stage.give(MediaCommand::Set(callee.media()));
    stage.give(MediaCommand::Bridge { call });
    obeyed(stage, &caller);
    obeyed(stage, &callee);
    [caller, callee]
}

/// The sound of a tone says that the orders before it were obeyed.
fn obeyed(stage: &Stage, phone: &Phone) {
    let leg = phone.leg;
    stage.give(MediaCommand::Tone {
        leg,
        tone: Tone::Busy,
    });
    loop {
        let (tone, from) = phone.hear();
        assert_eq!(from, phone.at(0));
        let tone = RtpPacket::parse(&tone).unwrap();
        assert_eq!(tone.payload.len(), 160);
        // A later one is of the tone before.
        if tone.header.marker {
            break;
        }
    }
    stage.give(MediaCommand::StopTone { leg });
}

/// The next packet that is no tone.
fn hear_voice(phone: &Phone) -> Vec<u8> {
    loop {
        let (bytes, from) = phone.hear();
        assert_eq!(from, phone.at(0));
        if RtpPacket::parse(&bytes).unwrap().header.ssrc >> 16 != 0x5A4B {
            return bytes;
        }
    }
}

#[test]
fn a_call_passes_both_ways_strangers_do_not_and_the_ports_come_back_clean() {
    let stage = Stage::new(1);
    let ports = stage.plane.ports().to_vec();
    let reported = stage.wait(|report| {
        let MediaReport::Ports(ports) = report else {
            return None;
        };
        Some(ports.clone())
    });
    assert_eq!(reported, ports);
    let call = CallId::from_bytes([1; 16]);
    let [caller, callee] = bridged(&stage, call, &ports);
    for n in 0..20 {
        for (from, to) in [(&caller, &callee), (&callee, &caller)] {
            let sent = packet(from.side, n);
            from.say(&sent);
            assert_eq!(hear_voice(to), sent);
        }
    }
    let stranger = UdpSocket::bind((LOCAL, 0)).unwrap();
    stranger
        .send_to(&packet(Side::Callee, 500), caller.at(0))
        .unwrap();
    caller.say(&packet(Side::Caller, 20));
    assert_eq!(hear_voice(&callee), packet(Side::Caller, 20));
    callee.say(&packet(Side::Callee, 20));
    assert_eq!(hear_voice(&caller), packet(Side::Callee, 20));
    let report = [0x80, 201, 0, 1, 0, 0, 0x10, 0];
    caller.rtcp.send_to(&report, caller.at(1)).unwrap();
    let (passed, from) = receive(&callee.rtcp);
    assert_eq!((&passed[..], from), (&report[..], callee.at(1)));

    stage.give(MediaCommand::Close { call });
    let figures = stage.wait_stats(caller.leg);
    assert_eq!(
        (figures.received, figures.dropped, figures.lost),
        (21, 1, 0)
    );
    assert!(figures.sent >= 22, "voice and tones: {figures:?}");
    let mut free = 0;
    while free < 2 {
        free += stage.wait(|r| matches!(r, MediaReport::PortFree(_)).then_some(1));
    }
    // What comes while nobody listens is not for the next call.
    caller.say(&packet(Side::Caller, 99));
    let next = CallId::from_bytes([2; 16]);
    let [caller, callee] = bridged(&stage, next, &ports);
    caller.say(&packet(Side::Caller, 0));
    assert_eq!(hear_voice(&callee), packet(Side::Caller, 0));
    assert!(stage.plane.counters().read().sent >= 46);
}

#[test]
fn a_recorded_call_is_kept_bit_for_bit_in_its_channels() {
    let stage = Stage::new(2);
    let mut mint = IdMint::new([3; 6]);
    for pair in stage.plane.ports().chunks(2).take(2) {
        let call = mint.call(UTC);
        let recording = mint.recording(UTC);
        let phones = bridged(&stage, call, pair);
        record(&stage, call, recording);
        obeyed(&stage, &phones[0]);
        for n in 0..20 {
            for (from, to) in [(0, 1), (1, 0)] {
                let (from, to) = (&phones[from], &phones[to]);
                from.say(&packet(from.side, n));
                hear_voice(to);
            }
        }
        stage.give(MediaCommand::Close { call });
        let closed = stage.wait_recording_closed();
        let (info, wav) = stage.export(recording);
        assert_eq!((info.segments, info.ended), (closed, Ended::Complete));
        for side in [Side::Caller, Side::Callee] {
            let channel = wav[58..].iter().skip(side.index()).step_by(2);
            let channel: Vec<_> = channel.copied().collect();
            let spoken: Vec<_> = (0..20).flat_map(|n| audio(side, n)).collect();
            let place = channel.windows(spoken.len()).position(|h| h == spoken);
            assert!(place.is_some(), "{side:?}");
        }
    }
    assert_eq!(stage.plane.counters().read().record_dropped, 0);
}

fn record(stage: &Stage, call: CallId, recording: RecordingId) {
    let order = RecordOrder {
        call,
        recording,
        party: None,
        laws: [Law::A; 2],
    };
    let key = RecordingKey {
        recording,
        key: KEY.into(),
        wrapped: vec![1; 40],
    };
    stage.recorder.open(order.clone(), key, (stage.time)());
    stage.give(MediaCommand::Record(order));
}

#[test]
fn a_taken_port_is_left_out_and_none_at_all_is_an_error() {
    let held = UdpSocket::bind((LOCAL, 0)).unwrap();
    let port_first = held.local_addr().unwrap().port() & !1;
    let config = MediaConfig {
        bind: LOCAL,
        port_first,
        port_pairs: 1,
        threads: 1,
    };
    let (reports, _) = Reports::start(drop).unwrap();
    let error = MediaPlane::start(&config, time(), None, &reports)
        .err()
        .unwrap();
    assert_eq!(error.code(), "media_no_port");
    let elsewhere = MediaConfig {
        bind: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        ..config
    };
    let error = MediaPlane::start(&elsewhere, time(), None, &reports)
        .err()
        .unwrap();
    assert_eq!(error.code(), "media_bind");
    assert!(error.to_string().contains("192.0.2.1"), "{error}");
}

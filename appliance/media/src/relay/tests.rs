//! Calls through the relay: what goes where, who is refused, what is said.
mod mixing;
mod scene;
mod secrecy;
mod translation;

use super::{BadOrder, REST, RelayOutput};
use crate::rtp::{RtpHeader, RtpPacket};
use crate::{Formats, Law, LegMedia, MediaCommand, MediaReport, RecordOrder, Tone};
use core::time::Duration;
use messages::fact::{Seat, Side};
use messages::{Moment, RecordingId};
use scene::{ALICE, BOB, CALL, OTHER_CALL, PORTS, STRANGER, Scene, at, leg, media, packet};

fn recording_order() -> RecordOrder {
    RecordOrder {
        call: CALL,
        recording: RecordingId::from_bytes([9; 16]),
        party: None,
        laws: [Law::A; 2],
    }
}

fn rtp_of(bytes: &[u8]) -> RtpHeader {
    RtpPacket::parse(bytes).unwrap().header
}

#[test]
fn packets_go_both_ways_unchanged_from_the_port_that_the_far_end_knows() {
    let mut scene = Scene::bridged();
    let table = [(0, ALICE, 1, BOB), (1, BOB, 0, ALICE)];
    for (slot, from, to_slot, to) in table {
        let sent = packet(8, 1, 7);
        let passage = scene.rtp(slot, from, &sent);
        let forward = passage.forward.unwrap();
        assert_eq!((forward.slot, forward.to), (to_slot, at(to)));
        assert_eq!(forward.bytes, sent);
        assert_eq!(passage.record, None);
    }
    let [caller, callee] = scene.stats();
    assert_eq!((caller.received, caller.sent), (1, 1));
    assert_eq!((callee.received, callee.sent), (1, 1));
}

#[test]
fn digits_and_unknown_payload_types_pass_like_any_other() {
    let mut scene = Scene::bridged();
    for payload_type in [0, 8, 13, 96, 101, 127] {
        let sent = packet(payload_type, 1, 7);
        assert!(
            scene.rtp(0, ALICE, &sent).forward.is_some(),
            "{payload_type}"
        );
    }
}

#[test]
fn digits_are_numbered_as_their_receiver_numbers_them() {
    let mut scene = Scene::bridged();
    let of_bob = |events| {
        MediaCommand::Set(LegMedia {
            formats: Formats::g711(Law::A, events),
            ..media(Side::Callee)
        })
    };
    scene.order(of_bob(Some(96)));
    let numbered = |scene: &mut Scene, slot, from, number| {
        let forward = scene.rtp(slot, from, &packet(number, 1, 7)).forward;
        forward.map(|forward| forward.payload_type())
    };
    assert_eq!(numbered(&mut scene, 0, ALICE, 101), Some(96));
    assert_eq!(numbered(&mut scene, 1, BOB, 96), Some(101));
    assert_eq!(numbered(&mut scene, 0, ALICE, 8), Some(8));
    scene.order(of_bob(Some(101)));
    assert_eq!(numbered(&mut scene, 0, ALICE, 101), Some(101));
    // whoever did not agree on digits gets none
    scene.order(of_bob(None));
    assert_eq!(numbered(&mut scene, 0, ALICE, 101), None);
}

#[test]
fn a_digit_from_beside_the_sound_takes_its_place() {
    let mut scene = Scene::bridged();
    let digit = |digit, leg| MediaCommand::Digit {
        leg,
        digit,
        duration_ms: 100,
    };
    scene.order(digit('7', leg(Side::Callee)));
    let sound = packet(8, 1, 7);
    let passage = scene.rtp(0, ALICE, &sound);
    let instead = passage.forward.unwrap().bytes;
    let read = RtpPacket::parse(&instead).unwrap();
    assert_eq!((read.header.payload_type, read.payload[0]), (101, 7));
    let back = packet(8, 1, 9);
    assert_eq!(scene.rtp(1, BOB, &back).forward.unwrap().bytes, back);
    let refused = scene.try_order(digit('x', leg(Side::Callee)));
    assert_eq!(refused, Err(BadOrder::DigitRefused));
}

#[test]
fn whoever_agreed_not_to_send_is_not_heard() {
    let mut scene = Scene::bridged();
    let quiet = LegMedia {
        from_leg: false,
        ..media(Side::Caller)
    };
    scene.order(MediaCommand::Set(quiet));
    assert_eq!(scene.rtp(0, ALICE, &packet(8, 1, 7)).forward, None);
    assert!(scene.rtp(1, BOB, &packet(8, 1, 9)).forward.is_some());
}

#[test]
fn nothing_passes_before_the_bridge_and_the_first_packet_of_each_leg_is_reported_once() {
    let mut scene = Scene::opened();
    for _ in 0..3 {
        assert_eq!(scene.rtp(0, ALICE, &packet(8, 1, 7)).forward, None);
    }
    let first = MediaReport::FirstPacket {
        leg: leg(Side::Caller),
    };
    assert_eq!(scene.reports(), [first]);
}

#[test]
fn strangers_never_pass_and_never_redirect() {
    let mut scene = Scene::bridged();
    scene.rtp(0, ALICE, &packet(8, 1, 7));
    for ssrc in [7, 8] {
        assert_eq!(scene.rtp(0, STRANGER, &packet(8, 2, ssrc)).forward, None);
    }
    assert_eq!(scene.rtp(0, ALICE, &[0x80; 5]).forward, None);
    let back = scene.rtp(1, BOB, &packet(8, 1, 9)).forward.unwrap();
    assert_eq!(back.to, at(ALICE));
    let [caller, _] = scene.stats();
    assert_eq!((caller.received, caller.dropped), (1, 3));
}

#[test]
fn a_stranger_that_is_first_does_not_lock() {
    let mut scene = Scene::bridged();
    scene.rtp(0, STRANGER, &packet(8, 1, 7));
    let back = scene.rtp(1, BOB, &packet(8, 1, 9)).forward.unwrap();
    assert_eq!(back.to, at(ALICE), "the address of the SDP");
}

#[test]
fn on_hold_nothing_is_sent_to_the_leg_that_holds() {
    let mut scene = Scene::bridged();
    scene.order(MediaCommand::Set(LegMedia {
        to_leg: false,
        ..media(Side::Caller)
    }));
    assert_eq!(scene.rtp(1, BOB, &packet(8, 1, 9)).forward, None);
    assert!(scene.rtp(0, ALICE, &packet(8, 1, 7)).forward.is_some());
    scene.order(MediaCommand::Set(media(Side::Caller)));
    assert!(scene.rtp(1, BOB, &packet(8, 2, 9)).forward.is_some());
}

#[test]
fn a_new_address_in_the_sdp_is_followed_at_once() {
    let mut scene = Scene::bridged();
    scene.rtp(0, ALICE, &packet(8, 1, 7));
    let moved = "10.0.0.77:9000";
    scene.order(MediaCommand::Set(LegMedia {
        remote: Some(at(moved)),
        ..media(Side::Caller)
    }));
    let forward = scene.rtp(1, BOB, &packet(8, 1, 9)).forward.unwrap();
    assert_eq!(forward.to, at(moved));
    assert_eq!(scene.rtp(0, STRANGER, &packet(8, 2, 7)).forward, None);
    assert!(scene.rtp(0, moved, &packet(8, 3, 55)).forward.is_some());
}

#[test]
fn rtcp_is_read_and_passed_to_the_port_above() {
    let mut scene = Scene::bridged();
    scene.rtp(0, ALICE, &packet(8, 1, 0x1111));
    scene.rtp(1, BOB, &packet(8, 1, 0x2222));
    let sent = scene::sender_report(0x1111, 0xAAAA_BBBB);
    let forward = scene.rtcp(0, "10.0.0.5:4001", &sent).unwrap();
    assert_eq!((forward.slot, forward.to), (1, at("10.0.0.9:6001")));
    assert_eq!(forward.bytes, sent);
    scene.pass(Duration::from_millis(80));
    let receiver = scene::receiver_report(0x2222, 0x1111, 0xAAAA_BBBB, 0x0A3D);
    let forward = scene.rtcp(1, "10.0.0.9:6001", &receiver).unwrap();
    assert_eq!((forward.slot, forward.to), (0, at("10.0.0.5:4001")));
    assert_eq!(scene.rtcp(0, STRANGER, &sent), None);
    let [_, callee] = scene.stats();
    assert_eq!((callee.far_lost, callee.far_jitter_us), (3, 4_000));
    assert!(
        (39_900..40_100).contains(&callee.round_trip_us),
        "80 − 40 ms: {callee:?}"
    );
}

#[test]
fn a_tone_sounds_every_20_ms_until_the_first_relayed_packet() {
    let mut scene = Scene::opened();
    let tone = MediaCommand::Tone {
        leg: leg(Side::Caller),
        tone: Tone::Ringback,
    };
    scene.order(tone);
    let sent = scene.pass(Duration::from_millis(990));
    assert_eq!(sent.len(), 50);
    for (n, (slot, to, bytes)) in sent.iter().enumerate() {
        assert_eq!((*slot, *to), (0, at(ALICE)));
        let header = RtpPacket::parse(bytes).unwrap().header;
        assert_eq!((header.sequence as usize, header.payload_type), (n, 8));
    }
    scene.order(MediaCommand::Bridge { call: CALL });
    scene.rtp(1, BOB, &packet(8, 1, 9));
    assert_eq!(scene.pass(Duration::from_secs(1)), []);
}

#[test]
fn a_tone_ends_when_told() {
    let mut scene = Scene::opened();
    let leg = leg(Side::Callee);
    scene.order(MediaCommand::Tone {
        leg,
        tone: Tone::Busy,
    });
    assert_eq!(scene.pass(Duration::from_millis(30)).len(), 2);
    scene.order(MediaCommand::StopTone { leg });
    assert_eq!(scene.pass(Duration::from_secs(1)), []);
}

#[test]
fn recorded_audio_is_handed_out_with_its_channel_and_digits_are_not() {
    let mut scene = Scene::bridged();
    let recording = RecordingId::from_bytes([9; 16]);
    scene.order(MediaCommand::Record(recording_order()));
    for (slot, from) in [(0, ALICE), (1, BOB)] {
        let sent = packet(8, 1, 7);
        let frame = scene.rtp(slot, from, &sent).record.unwrap();
        assert_eq!(usize::from(frame.channel), slot);
        assert_eq!((frame.recording, frame.law), (recording, Law::A));
        assert_eq!(frame.audio, sent[12..]);
    }
    assert_eq!(scene.rtp(0, ALICE, &packet(101, 2, 7)).record, None);
    scene.order(MediaCommand::StopRecording { call: CALL });
    assert_eq!(scene.rtp(0, ALICE, &packet(8, 3, 7)).record, None);
    let over = RelayOutput::RecordingOver { recording };
    assert!(scene.outputs.contains(&over), "{:?}", scene.outputs);
}

#[test]
fn a_recording_of_a_call_that_has_ended_begins_and_is_over() {
    let mut scene = Scene::bridged();
    scene.order(MediaCommand::Close { call: CALL });
    scene.outputs.clear();
    let recording = RecordingId::from_bytes([9; 16]);
    let order = MediaCommand::Record(recording_order());
    assert_eq!(scene.try_order(order), Err(BadOrder::CallUnknown));
    let begun = RelayOutput::RecordingBegun { recording };
    let over = RelayOutput::RecordingOver { recording };
    assert_eq!(scene.outputs, [begun, over]);
}

#[test]
fn a_closed_call_gives_its_last_figures_and_after_a_rest_its_ports() {
    let mut scene = Scene::bridged();
    scene.order(MediaCommand::Close { call: CALL });
    assert_eq!(scene.rtp(0, ALICE, &packet(8, 1, 7)).forward, None);
    let stats = scene.reports();
    assert_eq!(stats.len(), 2, "{stats:?}");
    scene.pass(REST - Duration::from_millis(1));
    assert_eq!(scene.reports(), []);
    let taken = scene.try_order(MediaCommand::Set(LegMedia {
        leg: crate::MediaLeg {
            call: OTHER_CALL,
            seat: Seat::Caller,
        },
        ..media(Side::Caller)
    }));
    assert_eq!(taken, Err(BadOrder::PortTaken));
    scene.pass(Duration::from_millis(2));
    let free: Vec<_> = PORTS[..2]
        .iter()
        .map(|p| MediaReport::PortFree(*p))
        .collect();
    assert_eq!(scene.reports(), free);
    assert!(scene.outputs.contains(&RelayOutput::Leave { slot: 1 }));
    assert_eq!(scene.relay.deadline(), None, "nothing left to wake up for");
}

#[test]
fn orders_that_do_not_fit_are_refused_and_change_nothing() {
    let mut scene = Scene::opened();
    let port = crate::PortPair { rtp: 1 };
    let elsewhere = LegMedia {
        port,
        ..media(Side::Caller)
    };
    let taken = LegMedia {
        port: PORTS[1],
        ..media(Side::Caller)
    };
    let table = [
        (MediaCommand::Set(elsewhere), BadOrder::PortUnknown),
        (MediaCommand::Set(taken), BadOrder::PortTaken),
        (
            MediaCommand::Bridge { call: OTHER_CALL },
            BadOrder::CallUnknown,
        ),
        (
            MediaCommand::Close { call: OTHER_CALL },
            BadOrder::CallUnknown,
        ),
        (
            MediaCommand::StopRecording { call: OTHER_CALL },
            BadOrder::CallUnknown,
        ),
    ];
    for (order, expect) in table {
        assert_eq!(scene.try_order(order), Err(expect));
    }
    scene.order(MediaCommand::Bridge { call: CALL });
    assert!(scene.rtp(0, ALICE, &packet(8, 1, 7)).forward.is_some());
}

#[test]
fn one_way_audio_and_silence_are_reported_with_the_call() {
    let mut scene = Scene::bridged();
    let mut heard = Vec::new();
    for n in 0..200 {
        scene.rtp(0, ALICE, &packet(8, n, 7));
        scene.pass(Duration::from_millis(20));
        heard.extend(scene.reports().into_iter().map(|r| (scene.now, r)));
    }
    let one_way = MediaReport::OneWay {
        call: CALL,
        silent: Side::Callee,
    };
    let (when, _) = heard.iter().find(|(_, r)| *r == one_way).unwrap();
    assert!(when.since(Moment::START) <= Duration::from_secs(3));
    scene.pass(Duration::from_secs(31));
    assert!(
        scene
            .reports()
            .contains(&MediaReport::Silent { call: CALL })
    );
}

#[test]
fn early_media_may_be_silent_and_the_answer_gives_both_their_time() {
    let mut scene = Scene::opened();
    scene.order(MediaCommand::Bridge { call: CALL });
    let quiet = |scene: &mut Scene, millis: u64| {
        let silences = |report: &MediaReport| {
            matches!(
                report,
                MediaReport::OneWay { .. } | MediaReport::Silent { .. }
            )
        };
        let mut said = Vec::new();
        for n in 0..millis / 20 {
            let sequence = u16::try_from(n % 60_000).unwrap();
            scene.rtp(1, BOB, &packet(8, sequence, 9));
            scene.pass(Duration::from_millis(20));
            said.extend(scene.reports().into_iter().filter(silences));
        }
        said
    };
    assert_eq!(quiet(&mut scene, 40_000), [], "an announcement is one-way");
    scene.order(MediaCommand::Watch { call: CALL });
    assert_eq!(quiet(&mut scene, 2_000), []);
    let one_way = MediaReport::OneWay {
        call: CALL,
        silent: Side::Caller,
    };
    assert_eq!(quiet(&mut scene, 1_500), [one_way]);
}

#[test]
fn figures_come_every_five_seconds() {
    let mut scene = Scene::bridged();
    scene.pass(Duration::from_secs(16));
    let stats = scene.reports();
    let count = stats
        .iter()
        .filter(|r| matches!(r, MediaReport::Stats { .. }));
    assert_eq!(count.count(), 6);
}

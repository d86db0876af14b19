//! Legs whose packets are encrypted: what goes out can only be read with the key, what is forged goes nowhere.
use super::scene::{ALICE, BOB, Scene, media, packet, sender_report};
use super::{at, recording_order};
use crate::srtp::{KEY_BYTES_MAX, Srtp, SrtpKey, SrtpKeys, SrtpSuite};
use crate::{LegMedia, MediaCommand};
use messages::fact::Side;

fn keys(seed: u8) -> SrtpKeys {
    SrtpKeys {
        suite: SrtpSuite::Aes128Sha1Tag80,
        ours: SrtpKey([seed; KEY_BYTES_MAX]),
        theirs: SrtpKey([seed + 1; KEY_BYTES_MAX]),
    }
}

/// The far end of a leg with these keys.
fn far_end(keys: SrtpKeys) -> Srtp {
    Srtp::new(SrtpKeys {
        ours: keys.theirs,
        theirs: keys.ours,
        ..keys
    })
}

fn secret(scene: &mut Scene, side: Side, seed: u8) -> Srtp {
    let keys = keys(seed);
    scene.order(MediaCommand::Set(LegMedia {
        keys: Some(keys),
        ..media(side)
    }));
    far_end(keys)
}

#[test]
fn a_secret_leg_and_a_clear_one_hear_each_other() {
    let mut scene = Scene::bridged();
    let mut alice = secret(&mut scene, Side::Caller, 10);
    let spoken = packet(8, 1, 7);
    let sealed = alice.seal_rtp(&spoken).unwrap();
    let forward = scene.rtp(0, ALICE, &sealed).forward.unwrap();
    assert_eq!((forward.to, forward.bytes), (at(BOB), spoken));
    let answer = packet(8, 1, 9);
    let forward = scene.rtp(1, BOB, &answer).forward.unwrap();
    assert_ne!(forward.bytes, answer);
    assert_eq!(alice.open_rtp(&forward.bytes), Some(answer));
}

#[test]
fn two_secret_legs_have_keys_of_their_own_and_the_recording_is_clear_to_its_own_key() {
    let mut scene = Scene::bridged();
    let mut alice = secret(&mut scene, Side::Caller, 10);
    let mut bob = secret(&mut scene, Side::Callee, 20);
    scene.order(MediaCommand::Record(recording_order()));
    let spoken = packet(8, 1, 7);
    let passage = scene.rtp(0, ALICE, &alice.seal_rtp(&spoken).unwrap());
    assert_eq!(passage.record.unwrap().audio, spoken[12..]);
    let forward = passage.forward.unwrap();
    assert_eq!(bob.open_rtp(&forward.bytes), Some(spoken));
}

#[test]
fn what_is_forged_clear_or_repeated_neither_passes_nor_locks() {
    let mut scene = Scene::bridged();
    let mut alice = secret(&mut scene, Side::Caller, 10);
    let elsewhere = "10.0.0.5:4444";
    assert_eq!(scene.rtp(0, elsewhere, &packet(8, 1, 6)).forward, None);
    let back = scene.rtp(1, BOB, &packet(8, 1, 9)).forward.unwrap();
    assert_eq!(back.to, at(ALICE), "a forged packet locked nothing");
    let sealed = alice.seal_rtp(&packet(8, 1, 7)).unwrap();
    assert!(scene.rtp(0, ALICE, &sealed).forward.is_some());
    assert_eq!(scene.rtp(0, ALICE, &sealed).forward, None);
    let [caller, _] = scene.stats();
    assert_eq!((caller.received, caller.dropped), (1, 2));
}

#[test]
fn reports_are_encrypted_too() {
    let mut scene = Scene::bridged();
    let mut alice = secret(&mut scene, Side::Caller, 10);
    let sealed = alice.seal_rtp(&packet(8, 1, 0x1111)).unwrap();
    scene.rtp(0, ALICE, &sealed);
    scene.rtp(1, BOB, &packet(8, 1, 0x2222));
    let report = sender_report(0x2222, 0xAAAA_BBBB);
    let forward = scene.rtcp(1, "10.0.0.9:6001", &report).unwrap();
    assert_ne!(forward.bytes, report);
    assert_eq!(alice.open_rtcp(&forward.bytes), Some(report));
    let report = sender_report(0x1111, 0xAAAA_BBBB);
    let sealed = alice.seal_rtcp(&report).unwrap();
    let forward = scene.rtcp(0, "10.0.0.5:4001", &sealed).unwrap();
    assert_eq!(forward.bytes, report);
    assert_eq!(scene.rtcp(0, "10.0.0.5:4001", &report), None);
}

#[test]
fn a_leg_that_becomes_clear_again_is_heard_in_the_clear() {
    let mut scene = Scene::bridged();
    secret(&mut scene, Side::Caller, 10);
    scene.order(MediaCommand::Set(media(Side::Caller)));
    assert!(scene.rtp(0, ALICE, &packet(8, 1, 7)).forward.is_some());
}

//! Phones that speak different formats, in packets of different lengths, in the clear or encrypted: all hear each other.
use house_tests::baresip::{Baresip, Carried, Plan, Secrecy};
use house_tests::gateway::Gateway;
use std::path::Path;

const PCMA: &str = "PCMA/8000/1";
const PCMU: &str = "PCMU/8000/1";
const G722: &str = "G722/16000/1";
const OPUS: &str = "opus/48000/2";

/// Two phones of which each speaks one format and no other.
fn talk(world: &Path, caller: &Plan<'_>, callee: &Plan<'_>) {
    let folder = |user: &str| {
        let folder = world.join(format!("{user}-{}", caller.codecs.replace('/', "-")));
        std::fs::create_dir_all(&folder).expect("the world takes folders");
        folder
    };
    let mut one = Baresip::registered(&folder("one"), caller);
    let mut other = Baresip::registered(&folder("other"), callee);
    let via = caller.registrar.expect("it registers").0;
    one.dial(callee.user, via);
    one.expect("CALL_ESTABLISHED");
    other.expect("CALL_ESTABLISHED");
    other.expect_tone(caller.tone_hz, 1_500);
    one.expect_tone(callee.tone_hz, 1_500);
    one.press("5");
    assert_eq!(other.expect("CALL_DTMF_START"), "5");
    one.hang_up();
    other.expect("CALL_CLOSED");
}

#[test]
fn phones_that_speak_different_formats_hear_each_other() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    for (codec, other) in [
        (G722, OPUS),
        (OPUS, PCMA),
        (PCMU, G722),
        (PCMA, PCMU),
        (OPUS, OPUS),
    ] {
        let caller = Plan {
            codecs: codec,
            ..Plan::phone("1000", &sip, "pw1000")
        };
        let callee = Plan {
            codecs: other,
            tone_hz: 660.0,
            ..Plan::phone("1001", &sip, "pw1001")
        };
        talk(world.path(), &caller, &callee);
    }
}

#[test]
fn packets_of_10_40_and_60_milliseconds_are_heard_in_another_format() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    for (codec, ptime) in [(OPUS, 60), (PCMU, 10), (G722, 40)] {
        let caller = Plan {
            codecs: codec,
            ptime,
            ..Plan::phone("1000", &sip, "pw1000")
        };
        let callee = Plan {
            codecs: PCMA,
            tone_hz: 660.0,
            ..Plan::phone("1001", &sip, "pw1001")
        };
        talk(world.path(), &caller, &callee);
    }
}

#[test]
fn a_phone_that_demands_encryption_and_one_that_has_none_hear_each_other() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let (sip, tls) = (gateway.sip(), gateway.sip_tls());
    let secret = Plan {
        transport: Carried::Tls,
        secrecy: Secrecy::Demanded,
        ..Plan::phone("1000", &tls, "pw1000")
    };
    let clear = Plan {
        tone_hz: 660.0,
        ..Plan::phone("1001", &sip, "pw1001")
    };
    let mut secret = Baresip::registered(world.path(), &secret);
    let mut clear = Baresip::registered(world.path(), &clear);
    secret.dial("1001", &tls);
    secret.expect("CALL_ESTABLISHED");
    secret.expect_said("SRTP is Enabled");
    clear.expect_tone(440.0, 1_500);
    secret.expect_tone(660.0, 1_500);
    secret.hold();
    secret.resume();
    clear.expect_tone(440.0, 4_000);
    secret.hang_up();
    clear.expect("CALL_CLOSED");
}

#[test]
fn a_phone_on_tls_is_called_with_keys_and_takes_them() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let (sip, tls) = (gateway.sip(), gateway.sip_tls());
    let able = Plan {
        transport: Carried::Tls,
        secrecy: Secrecy::Possible,
        ..Plan::phone("1000", &tls, "pw1000")
    };
    let clear = Plan {
        tone_hz: 660.0,
        ..Plan::phone("1001", &sip, "pw1001")
    };
    let mut able = Baresip::registered(world.path(), &able);
    let mut clear = Baresip::registered(world.path(), &clear);
    clear.dial("1000", &sip);
    clear.expect("CALL_ESTABLISHED");
    able.expect_said("SRTP is Enabled");
    able.expect_tone(660.0, 1_500);
    clear.expect_tone(440.0, 1_500);
    clear.hang_up();
    able.expect("CALL_CLOSED");
}

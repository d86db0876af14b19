//! Phones on desks: registration, calls between them and through the trunk, tones both ways, digits.
use house_tests::baresip::{Answers, Baresip, Plan};
use house_tests::deadline::{PATIENCE, wait_until};
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::tone;

#[test]
fn two_phones_register_call_each_other_and_hear_each_other() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut a = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut b = Baresip::registered(
        world.path(),
        &Plan {
            tone_hz: 660.0,
            answers: Answers::WhenTold,
            ..Plan::phone("1001", &sip, "pw1001")
        },
    );
    a.dial("1001", &sip);
    b.expect("CALL_INCOMING");
    a.expect("CALL_RINGING");
    b.answer();
    a.expect("CALL_ESTABLISHED");
    b.expect("CALL_ESTABLISHED");
    let heard = b.expect_tone(440.0, 1_500);
    assert!(
        tone::best_share(&heard.channels[0], heard.rate, 660.0) < 0.1,
        "nobody hears himself"
    );
    a.expect_tone(660.0, 1_500);
    a.press("5#");
    assert_eq!(b.expect("CALL_DTMF_START"), "5");
    assert_eq!(b.expect("CALL_DTMF_START"), "#");
    b.hang_up();
    a.expect("CALL_CLOSED");
    b.expect("CALL_CLOSED");
    assert!(journal::all_known(&journal::of_branch(&gateway.data_dir())));
}

#[test]
fn a_wrong_password_registers_nothing_and_reaches_nobody() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut thief = Baresip::start(world.path(), &Plan::phone("1000", &sip, "guess"));
    thief.expect_refused();
    thief.dial("1001", &sip);
    // it is refused, or after its fifth wrong answer not heard any more
    let shut_out = || {
        let facts = journal::of_branch(&gateway.data_dir());
        facts.iter().any(|fact| fact.kind == "source_banned")
    };
    wait_until("the thief's call goes nowhere", PATIENCE, || {
        (thief.had("CALL_CLOSED") || shut_out()).then_some(())
    });
    assert!(!thief.had("CALL_ESTABLISHED"));
    let facts = journal::of_branch(&gateway.data_dir());
    assert!(
        facts
            .iter()
            .all(|fact| fact.kind != "phone_bound" && fact.kind != "call_started")
    );
}

#[test]
fn a_phone_calls_a_number_behind_the_trunk_and_both_hear_each_other() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut far = Baresip::start(
        world.path(),
        &Plan::far_end("913800138000", gateway.carrier_port),
    );
    phone.dial("913800138000", &sip);
    phone.expect("CALL_ESTABLISHED");
    far.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 1_500);
    phone.expect_tone(660.0, 1_500);
    phone.press("7");
    assert_eq!(far.expect("CALL_DTMF_START"), "7");
    far.press("*");
    assert_eq!(phone.expect("CALL_DTMF_START"), "*");
    far.hang_up();
    phone.expect("CALL_CLOSED");
}

#[test]
fn phones_without_a_common_codec_are_told_so() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut a = Baresip::registered(
        world.path(),
        &Plan {
            codecs: "PCMA/8000/1",
            ..Plan::phone("1000", &sip, "pw1000")
        },
    );
    let _b = Baresip::registered(
        world.path(),
        &Plan {
            codecs: "GSM/8000/1",
            ..Plan::phone("1001", &sip, "pw1001")
        },
    );
    a.dial("1001", &sip);
    let cause = a.expect("CALL_CLOSED");
    assert!(cause.starts_with("488"), "{cause}");
}

//! The instruments first: what measures the product is measured against itself, without the product.
use house_tests::baresip::{Answers, Baresip, Plan};
use house_tests::sipp::{Run, Sipp};
use house_tests::{port, tone};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the world")
}

/// A phone that belongs to nobody.
fn lonely<'a>(user: &'a str, tone_hz: f64, answers: Answers) -> Plan<'a> {
    Plan {
        registrar: None,
        tone_hz,
        answers,
        port: None,
        ..Plan::phone(user, "", "")
    }
}

#[test]
fn two_baresips_hear_each_others_tones_and_digits() {
    let world = folder();
    let mut a = Baresip::start(world.path(), &lonely("1000", 440.0, Answers::Itself));
    let mut b = Baresip::start(world.path(), &lonely("1001", 660.0, Answers::WhenTold));
    a.dial("1001", &b.address);
    b.expect("CALL_INCOMING");
    assert!(!a.had("CALL_ESTABLISHED"), "nobody has answered yet");
    b.answer();
    a.expect("CALL_ESTABLISHED");
    b.expect("CALL_ESTABLISHED");
    let heard = b.expect_tone(440.0, 2_000);
    assert!(
        tone::best_share(&heard.channels[0], heard.rate, 660.0) < 0.1,
        "no echo"
    );
    a.expect_tone(660.0, 1_000);
    a.press("5#");
    assert_eq!(b.expect("CALL_DTMF_START"), "5");
    assert_eq!(b.expect("CALL_DTMF_START"), "#");
    b.hang_up();
    a.expect("CALL_CLOSED");
}

#[test]
fn sipp_calls_baresip_holds_it_and_gives_up() {
    let world = folder();
    let mut phone = Baresip::start(world.path(), &lonely("1000", 440.0, Answers::Itself));
    for scenario in ["called-in", "held-in"] {
        let mut run = Sipp::start(
            world.path(),
            &Run {
                target: Some(&phone.address),
                more: &["-d", "500"],
                ..Run::of(scenario, "1000", port::free())
            },
        );
        phone.expect("CALL_ESTABLISHED");
        phone.expect("CALL_CLOSED");
        run.expect_success();
    }
    let mut shy = Baresip::start(world.path(), &lonely("1001", 440.0, Answers::WhenTold));
    let mut run = Sipp::start(
        world.path(),
        &Run {
            target: Some(&shy.address),
            ..Run::of("cancelled-in", "1001", port::free())
        },
    );
    shy.expect("CALL_CLOSED");
    run.expect_success();
}

#[test]
fn sipp_answers_baresip_in_every_way_a_carrier_does() {
    let world = folder();
    let mut phone = Baresip::start(world.path(), &lonely("1000", 440.0, Answers::Itself));
    for (scenario, fate) in [("busy", "486"), ("vacant", "404"), ("rings-out", "480")] {
        let carrier = port::free();
        let mut run = Sipp::start(world.path(), &Run::of(scenario, "91380", carrier));
        phone.dial("91380", &format!("127.0.0.1:{carrier}"));
        let cause = phone.expect("CALL_CLOSED");
        assert!(cause.starts_with(fate), "{scenario}: {cause}");
        run.expect_success();
    }
    let carrier = port::free();
    let mut run = Sipp::start(
        world.path(),
        &Run::of("answers-and-is-held", "91380", carrier),
    );
    phone.dial("91380", &format!("127.0.0.1:{carrier}"));
    phone.expect("CALL_ESTABLISHED");
    phone.hold();
    run.expect_message("a=sendonly");
    phone.resume();
    run.expect_messages("INVITE sip:", 3);
    phone.hang_up();
    run.expect_success();
}

#[test]
fn sipp_rings_on_until_baresip_gives_up_and_hangs_up_when_it_is_its_turn() {
    let world = folder();
    let mut phone = Baresip::start(world.path(), &lonely("1000", 440.0, Answers::Itself));
    let carrier = port::free();
    let mut run = Sipp::start(world.path(), &Run::of("rings-on", "91380", carrier));
    phone.dial("91380", &format!("127.0.0.1:{carrier}"));
    phone.expect("CALL_RINGING");
    phone.hang_up();
    run.expect_success();
    let carrier = port::free();
    let mut run = Sipp::start(world.path(), &Run::of("hangs-up", "91380", carrier));
    phone.dial("91380", &format!("127.0.0.1:{carrier}"));
    phone.expect("CALL_ESTABLISHED");
    phone.expect("CALL_CLOSED");
    run.expect_success();
}

//! linphone, a phone with two lines: it holds, gives calls on, and joins the two that it is in.
use house_tests::baresip::{Answers, Baresip, Plan};
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::linphone::Linphone;
use serde_json::json;
use std::path::Path;

fn desk(world: &Path, sip: &str, user: &str, tone_hz: f64, answers: Answers) -> Baresip {
    let password = format!("pw{user}");
    let plan = Plan {
        tone_hz,
        answers,
        ..Plan::phone(user, sip, &password)
    };
    Baresip::registered(world, &plan)
}

/// 1000 at a desk talks with 1001 at a linphone; 1002 answers by itself.
fn office(world: &Path) -> (Gateway, String, Baresip, Linphone, Baresip) {
    let gateway = Gateway::start(world, "wire-01", None);
    let sip = gateway.sip();
    let mut a = desk(world, &sip, "1000", 440.0, Answers::WhenTold);
    let c = desk(world, &sip, "1002", 880.0, Answers::Itself);
    let mut linphone = Linphone::registered(world, "1001", &sip, "pw1001", 660.0);
    a.dial("1001", &sip);
    linphone.take(1);
    a.expect("CALL_ESTABLISHED");
    linphone.sound(1);
    a.expect_tone(660.0, 1_000);
    (gateway, sip, a, linphone, c)
}

#[test]
fn both_calls_of_a_phone_are_joined_by_the_phone_itself() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip, mut a, mut linphone, mut c) = office(world.path());
    let consulted = linphone.dial("1002", &sip);
    c.expect("CALL_ESTABLISHED");
    linphone.expect(consulted, "StreamsRunning");
    linphone.join(1, consulted);
    linphone.expect(1, "Released");
    linphone.expect(consulted, "Released");
    a.expect_tone(880.0, 2_000);
    c.expect_tone(440.0, 1_000);
    a.hang_up();
    c.expect("CALL_CLOSED");
    journal::expect_counts(
        &gateway.data_dir(),
        &[("call_started", 2), ("call_taken", 1), ("call_ended", 2)],
    );
}

#[test]
fn two_calls_of_a_phone_become_one_of_three_and_go_on_when_it_leaves() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip, mut a, mut linphone, mut c) = office(world.path());
    let consulted = linphone.dial("1002", &sip);
    c.expect("CALL_ESTABLISHED");
    linphone.expect(consulted, "StreamsRunning");
    let admin = gateway.page_of("admin");
    let calls = admin.get("/api/v1/calls").json();
    let ids: Vec<&str> = calls["items"]
        .as_array()
        .expect("calls are listed")
        .iter()
        .filter_map(|call| call["id"].as_str())
        .collect();
    let [newer, older] = ids[..] else {
        panic!("two calls are up: {calls}");
    };
    let path = format!("/api/v1/calls/{older}/conference");
    let wish = json!({ "call": newer, "extension": "1001" });
    let answer = admin.post(&path, &wish);
    assert_eq!(answer.status, 202, "{}", answer.body);
    linphone.expect(consulted, "Released");
    linphone.resume(1);
    linphone.expect(1, "StreamsRunning");
    linphone.sound(1);
    a.expect_tones(&[660.0, 880.0]);
    c.expect_tones(&[440.0, 660.0]);
    linphone.hang_up(1);
    a.expect_tones(&[880.0]);
    c.expect_tones(&[440.0]);
    a.hang_up();
    c.expect("CALL_CLOSED");
    journal::expect_counts(
        &gateway.data_dir(),
        &[
            ("call_started", 2),
            ("call_guest_came", 1),
            ("call_guest_left", 1),
            ("call_taken", 1),
            ("call_ended", 2),
        ],
    );
}

#[test]
fn a_phone_gives_its_call_on_without_a_word() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip, mut a, mut linphone, mut c) = office(world.path());
    linphone.transfer(1, "1002", &sip);
    c.expect("CALL_ESTABLISHED");
    linphone.expect(1, "Released");
    a.expect_tone(880.0, 2_000);
    a.hang_up();
    c.expect("CALL_CLOSED");
    journal::expect_counts(&gateway.data_dir(), &[("call_taken", 1), ("call_ended", 1)]);
}

#[test]
fn a_call_is_held_and_goes_on_and_digits_are_heard() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, _, mut a, mut linphone, _c) = office(world.path());
    linphone.pause(1);
    journal::expect_counts(&gateway.data_dir(), &[("call_held", 1)]);
    linphone.resume(1);
    journal::expect_counts(&gateway.data_dir(), &[("call_resumed", 1)]);
    // it has numbered its digits anew, and begins a stream of its own
    linphone.sound(1);
    let before = a.heard().map_or(0, |sound| sound.ms());
    a.expect_tone(660.0, before + 1_000);
    linphone.press('5');
    assert_eq!(a.expect("CALL_DTMF_START"), "5");
    linphone.hang_up(1);
    a.expect("CALL_CLOSED");
}

#[test]
fn digits_beside_the_sound_are_heard_as_digits_of_the_sound() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut a = desk(world.path(), &sip, "1000", 440.0, Answers::Itself);
    let mut linphone = Linphone::with_digits_beside(world.path(), "1001", &sip, "pw1001", 660.0);
    let call = linphone.dial("1000", &sip);
    linphone.expect(call, "StreamsRunning");
    linphone.sound(call);
    a.expect_tone(660.0, 1_000);
    for digit in ['4', '#'] {
        linphone.press(digit);
        assert_eq!(a.expect("CALL_DTMF_START"), digit.to_string());
    }
    linphone.hang_up(call);
    a.expect("CALL_CLOSED");
}

//! Calls that are given on, between desk phones, by the phones themselves and by the API: who is heard afterwards.
use crate::recording::only_recording;
use house_tests::baresip::{Answers, Baresip, Plan};
use house_tests::gateway::Gateway;
use house_tests::page::Page;
use house_tests::{journal, tone, wav};
use serde_json::{Value, json};
use std::path::Path;

fn branch(world: &Path) -> (Gateway, String) {
    let gateway = Gateway::start(world, "wire-01", None);
    let sip = gateway.sip();
    (gateway, sip)
}

/// A phone that sends this tone, with a folder of its own.
fn phone(world: &Path, sip: &str, user: &str, tone_hz: f64, answers: Answers) -> Baresip {
    let place = world.join(format!("{tone_hz}"));
    std::fs::create_dir_all(&place).expect("a folder can be made");
    let password = format!("pw{user}");
    let plan = Plan {
        tone_hz,
        answers,
        ..Plan::phone(user, sip, &password)
    };
    Baresip::registered(&place, &plan)
}

/// The id of the call that is up.
fn open_call(page: &Page) -> String {
    let calls = page.get("/api/v1/calls").json();
    let open = |call: &&Value| call.get("end").is_none();
    let found = calls["items"]
        .as_array()
        .and_then(|all| all.iter().find(open));
    let id = found.and_then(|call| call["id"].as_str());
    id.expect("a call is up").to_owned()
}

/// How a side of the call came to be another's, by the journal.
fn expect_taken(gateway: &Gateway) {
    journal::expect_counts(
        &gateway.data_dir(),
        &[("call_taken", 1), ("call_started", 1)],
    );
}

#[test]
fn a_desk_phone_gives_its_call_on_and_the_new_one_is_heard() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip) = branch(world.path());
    let mut a = phone(world.path(), &sip, "1000", 440.0, Answers::WhenTold);
    let mut b = phone(world.path(), &sip, "1001", 660.0, Answers::Itself);
    let mut c = phone(world.path(), &sip, "1002", 880.0, Answers::Itself);
    a.dial("1001", &sip);
    b.expect("CALL_ESTABLISHED");
    a.expect_tone(660.0, 1_000);
    b.transfer("1002", &sip);
    c.expect("CALL_ESTABLISHED");
    b.expect("CALL_CLOSED");
    a.expect_tone(880.0, 2_000);
    c.expect_tone(440.0, 1_000);
    expect_taken(&gateway);
    a.hang_up();
    c.expect("CALL_CLOSED");
}

#[test]
fn who_waits_for_a_transfer_hears_it_ring_and_the_old_voice_again_where_it_is_refused() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip) = branch(world.path());
    let mut a = phone(world.path(), &sip, "1000", 440.0, Answers::WhenTold);
    let mut b = phone(world.path(), &sip, "1001", 660.0, Answers::Itself);
    let mut c = phone(world.path(), &sip, "1002", 880.0, Answers::WhenTold);
    a.dial("1001", &sip);
    b.expect("CALL_ESTABLISHED");
    a.expect_tone(660.0, 1_000);
    let admin = gateway.page_of("admin");
    let path = format!("/api/v1/calls/{}/transfer", open_call(&admin));
    let answer = admin.post(&path, &json!({ "to": "1002", "extension": "1001" }));
    assert_eq!(answer.status, 202, "{}", answer.body);
    c.expect("CALL_INCOMING");
    let heard = |phone: &Baresip| phone.heard().map_or(0, |sound| sound.ms());
    a.expect_tone(450.0, heard(&a) + 500);
    c.hang_up();
    a.expect_tone(660.0, heard(&a) + 1_500);
    b.hang_up();
    a.expect("CALL_CLOSED");
    journal::expect_counts(&gateway.data_dir(), &[("call_ended", 1), ("call_taken", 0)]);
}

#[test]
fn a_leader_gives_a_call_on_to_a_number_outside_at_the_screen() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip) = branch(world.path());
    let mut a = phone(world.path(), &sip, "1000", 440.0, Answers::WhenTold);
    let mut b = phone(world.path(), &sip, "1001", 660.0, Answers::Itself);
    let outside = Plan {
        tone_hz: 880.0,
        ..Plan::far_end("913800138000", gateway.carrier_port)
    };
    let mut far = Baresip::start(world.path(), &outside);
    a.dial("1001", &sip);
    b.expect("CALL_ESTABLISHED");
    a.expect("CALL_ESTABLISHED");
    let admin = gateway.page_of("admin");
    let path = format!("/api/v1/calls/{}/transfer", open_call(&admin));
    let wish = json!({ "to": "913800138000", "extension": "1001" });
    let answer = admin.post(&path, &wish);
    assert_eq!(answer.status, 202, "{}", answer.body);
    far.expect("CALL_ESTABLISHED");
    b.expect("CALL_CLOSED");
    a.expect_tone(880.0, 2_000);
    far.expect_tone(440.0, 1_000);
    far.hang_up();
    a.expect("CALL_CLOSED");
    expect_taken(&gateway);
}

#[test]
fn a_ringing_call_is_picked_up_by_a_code_at_another_desk() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip) = branch(world.path());
    let mut a = phone(world.path(), &sip, "1000", 440.0, Answers::WhenTold);
    let mut b = phone(world.path(), &sip, "1001", 660.0, Answers::WhenTold);
    let mut c = phone(world.path(), &sip, "1002", 880.0, Answers::WhenTold);
    a.dial("1001", &sip);
    b.expect("CALL_INCOMING");
    c.dial("*81001", &sip);
    c.expect("CALL_ESTABLISHED");
    a.expect("CALL_ESTABLISHED");
    let cause = b.expect("CALL_CLOSED");
    a.expect_tone(880.0, 1_000);
    c.expect_tone(440.0, 1_000);
    expect_taken(&gateway);
    c.hang_up();
    a.expect("CALL_CLOSED");
    assert!(!b.had("CALL_ESTABLISHED"), "{cause}");
}

#[test]
fn calls_are_forwarded_and_a_group_rings_as_the_api_was_told() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip) = branch(world.path());
    let mut a = phone(world.path(), &sip, "1000", 440.0, Answers::WhenTold);
    let b = phone(world.path(), &sip, "1001", 660.0, Answers::Itself);
    let mut c = phone(world.path(), &sip, "1002", 880.0, Answers::Itself);
    let admin = gateway.page_of("admin");
    let handling = json!({
        "do_not_disturb": true, "call_waiting": true, "forward_busy": "1002", "no_answer_s": 20,
    });
    let answer = admin.send("PUT", "/api/v1/phones/1001/handling", &handling);
    assert_eq!(answer.status, 204, "{}", answer.body);
    let mut call = |number: &str| {
        a.dial(number, &sip);
        c.expect("CALL_ESTABLISHED");
        a.expect("CALL_ESTABLISHED");
        a.expect_tone(880.0, 800);
        a.hang_up();
        a.expect("CALL_CLOSED");
        c.expect("CALL_CLOSED");
    };
    call("1001");
    assert!(!b.had("CALL_INCOMING"), "it is not to be disturbed");
    let group = json!({
        "label": "前台", "members": ["1001", "1002"], "strategy": "in_turn", "ring_s": 15,
    });
    let answer = admin.send("PUT", "/api/v1/hunt-groups/1900", &group);
    assert_eq!(answer.status, 204, "{}", answer.body);
    call("1900");
    journal::expect_counts(
        &gateway.data_dir(),
        &[("call_diverted", 1), ("call_answered", 2)],
    );
}

#[test]
fn a_recorded_call_moves_from_one_device_to_the_other_within_a_second() {
    let world = tempfile::tempdir().unwrap();
    let (gateway, sip) = branch(world.path());
    let mut desk = phone(world.path(), &sip, "1000", 440.0, Answers::WhenTold);
    let mut far = Baresip::start(
        world.path(),
        &Plan::far_end("813800138000", gateway.carrier_port),
    );
    desk.dial("813800138000", &sip);
    far.expect_tone(440.0, 1_500);
    let mut other = phone(world.path(), &sip, "1000", 880.0, Answers::Itself);
    let admin = gateway.page_of("admin");
    let path = format!("/api/v1/calls/{}/move", open_call(&admin));
    let answer = admin.post(&path, &json!({ "extension": "1000" }));
    assert_eq!(answer.status, 202, "{}", answer.body);
    other.expect("CALL_ESTABLISHED");
    desk.expect("CALL_CLOSED");
    let before = far.heard().map_or(0, |sound| sound.ms());
    far.expect_tone(880.0, before + 1_500);
    other.expect_tone(660.0, 1_000);
    other.hang_up();
    far.expect("CALL_CLOSED");

    let file = world.path().join("moved.wav");
    let id = only_recording(&gateway);
    gateway.console(&["recording", "export", &id, &file.display().to_string()]);
    let sound = wav::read(&file);
    let gap = gap_ms(&sound.channels[0], sound.rate, [440.0, 880.0]);
    assert!(gap <= 1_000, "{gap} ms without a voice");
    expect_taken(&gateway);
}

/// How long neither tone was heard, from the end of the first one to the beginning of the other.
fn gap_ms(samples: &[i16], rate: u32, [first, then]: [f64; 2]) -> u64 {
    const STEP_MS: u64 = 20;
    let step = usize::try_from(u64::from(rate) * STEP_MS / 1_000).unwrap_or(1);
    let is = |part: &[i16], hz| tone::share(part, rate, hz) > 0.8;
    let parts: Vec<&[i16]> = samples.chunks_exact(step).collect();
    let end = parts.iter().rposition(|part| is(part, first));
    let begin = parts.iter().position(|part| is(part, then));
    let (end, begin) = end.zip(begin).expect("both are heard");
    u64::try_from(begin.saturating_sub(end + 1)).unwrap_or(u64::MAX) * STEP_MS
}

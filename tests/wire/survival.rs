//! kill -9 in the middle of things: what was said to be kept is kept, and the carrier's channels come free.
use crate::recording::only_recording;
use house_tests::baresip::{Baresip, Plan};
use house_tests::deadline::{PATIENCE, wait_until};
use house_tests::gateway::Gateway;
use house_tests::{journal, tone, wav};

#[test]
fn a_killed_gateway_leaves_a_recording_that_plays_and_frees_the_carrier() {
    let world = tempfile::tempdir().unwrap();
    let mut gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut far = Baresip::start(
        world.path(),
        &Plan::far_end("813800138000", gateway.carrier_port),
    );
    phone.dial("813800138000", &sip);
    far.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 8_000);
    let before = journal::of_branch(&gateway.data_dir());

    gateway.kill9();
    gateway.run();

    // The old dialog's BYE: the far end's channel is free.
    far.expect("CALL_CLOSED");
    let after = wait_until(
        "the call and the recording have their ends",
        PATIENCE,
        || {
            let facts = journal::of_branch(&gateway.data_dir());
            let has = |kind: &str| facts.iter().any(|fact| fact.kind == kind);
            (has("call_ended") && has("recording_cut")).then_some(facts)
        },
    );
    assert_eq!(
        after[..before.len()],
        before[..],
        "what stood before still stands"
    );
    gateway.console(&["journal", "verify"]);

    let id = only_recording(&gateway);
    let file = world.path().join("cut.wav");
    let said = gateway.console(&["recording", "export", &id, &file.display().to_string()]);
    assert!(
        said.contains("不完整") && said.contains("not whole"),
        "it says that it was cut: {said}"
    );
    let sound = wav::read(&file);
    assert!(
        sound.ms() >= 3_000,
        "at most the last segments are lost: {} ms",
        sound.ms()
    );
    assert!(tone::best_share(&sound.channels[0], sound.rate, 440.0) > 0.9);
}

#[test]
fn a_stopped_gateway_ends_its_calls_and_comes_back_with_its_phones() {
    let world = tempfile::tempdir().unwrap();
    let mut gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut a = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut b = Baresip::registered(world.path(), &Plan::phone("1001", &sip, "pw1001"));
    a.dial("1001", &sip);
    a.expect("CALL_ESTABLISHED");
    gateway.stop();
    b.expect("CALL_CLOSED");
    gateway.run();
    gateway.console(&["journal", "verify"]);
    // Bindings stand in a table: nobody has to register again first.
    b.dial("1000", &sip);
    b.expect("CALL_ESTABLISHED");
    b.hang_up();
    a.expect("CALL_CLOSED");
}

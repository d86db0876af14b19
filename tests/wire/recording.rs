//! Recordings: each side in its own channel, exported as WAV.
use house_tests::baresip::{Baresip, Plan};
use house_tests::deadline::{PATIENCE, wait_until};
use house_tests::gateway::Gateway;
use house_tests::{journal, tone, wav};

#[test]
fn a_recorded_call_has_the_caller_left_and_the_callee_right() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut far = Baresip::start(
        world.path(),
        &Plan::far_end("813800138000", gateway.carrier_port),
    );
    phone.dial("813800138000", &sip);
    far.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 3_000);
    phone.expect_tone(660.0, 3_000);
    phone.hang_up();
    far.expect("CALL_CLOSED");

    let id = only_recording(&gateway);
    let file = world.path().join("call.wav");
    gateway.console(&["recording", "export", &id, &file.display().to_string()]);
    let sound = wav::read(&file);
    let [caller, callee] = &sound.channels[..] else {
        panic!("{} channels", sound.channels.len());
    };
    assert!(sound.ms() >= 3_000, "{} ms", sound.ms());
    for (channel, own, others) in [(caller, 440.0, 660.0), (callee, 660.0, 440.0)] {
        assert!(
            tone::best_share(channel, sound.rate, own) > 0.9,
            "{own} Hz is in its channel"
        );
        assert!(
            tone::best_share(channel, sound.rate, others) < 0.05,
            "{others} Hz is not"
        );
    }
}

#[test]
fn a_rule_without_recording_records_nothing() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let far = Baresip::start(
        world.path(),
        &Plan::far_end("913800138000", gateway.carrier_port),
    );
    phone.dial("913800138000", &sip);
    phone.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 1_000);
    phone.hang_up();
    phone.expect("CALL_CLOSED");
    wait_until("the call's end is a fact", PATIENCE, || {
        let facts = journal::of_branch(&gateway.data_dir());
        facts
            .iter()
            .any(|fact| fact.kind == "call_ended")
            .then_some(())
    });
    let facts = journal::of_branch(&gateway.data_dir());
    assert!(
        facts
            .iter()
            .all(|fact| !fact.kind.starts_with("recording_"))
    );
}

/// The id of the one recording, once it is closed.
pub(super) fn only_recording(gateway: &Gateway) -> String {
    let page = gateway.page_of("admin");
    wait_until("the recording is closed", PATIENCE, || {
        let list = page.get("/api/v1/recordings").json();
        let one = list["items"].get(0)?.clone();
        let state = one["state"].as_str()?;
        (state != "open").then(|| one["id"].as_str().map(str::to_owned))?
    })
}

//! The disk fills under calls: they go on, nothing is lost in silence, and all comes back without a restart.
use house_tests::baresip::{Baresip, Plan};
use house_tests::deadline::{PATIENCE, wait_until};
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::small_disk::SmallDisk;

const MB: u64 = 1 << 20;

/// The disk's stage as `/healthz` names it; `None` while all is well.
fn stage(gateway: &Gateway) -> Option<String> {
    let health = gateway.page().get("/healthz").json();
    health["codes"]["disk"].as_str().map(str::to_owned)
}

#[track_caller]
fn expect_stage(gateway: &Gateway, expected: Option<&str>) {
    let what = format!("the disk's stage is {expected:?}");
    wait_until(&what, PATIENCE, || {
        (stage(gateway).as_deref() == expected).then_some(())
    });
}

fn count(gateway: &Gateway, kind: &str) -> usize {
    let facts = journal::of_branch(&gateway.data_dir());
    facts.iter().filter(|fact| fact.kind == kind).count()
}

#[test]
#[allow(clippy::too_many_lines)] // one story
fn calls_outlive_a_full_disk_and_everything_comes_back_without_a_restart() {
    let world = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(&world.path().join("wire-01/data"), 64);
    let settings = "ballast_mb = 8\njournal_quota_mb = 8";
    let mut gateway = Gateway::start_on_disk(world.path(), "wire-01", settings);
    let sip = gateway.sip();
    let ballast = gateway.data_dir().join("ballast");
    wait_until("the ballast is made", PATIENCE, || {
        ballast.exists().then_some(())
    });
    let mut talking = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut other = Baresip::registered(world.path(), &Plan::phone("1001", &sip, "pw1001"));
    let mut far = Baresip::start(
        world.path(),
        &Plan::far_end("813800138000", gateway.carrier_port),
    );
    talking.dial("813800138000", &sip);
    far.expect("CALL_ESTABLISHED");
    talking.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 1_000);

    disk.fill_up_to(14 * MB);
    expect_stage(&gateway, Some("ballast_freed"));
    wait_until("the ballast is gone", PATIENCE, || {
        (!ballast.exists()).then_some(())
    });

    disk.fill_up_to(6 * MB);
    expect_stage(&gateway, Some("no_recordings"));
    other.dial("813800138001", &sip);
    assert!(
        other.expect("CALL_CLOSED").contains("503"),
        "its rule wants a recording"
    );

    disk.fill_up_to(0);
    expect_stage(&gateway, Some("no_calls"));
    other.dial("913800138001", &sip);
    assert!(
        other.expect("CALL_CLOSED").contains("503"),
        "the audit cannot be written"
    );
    assert_eq!(gateway.page().status("/healthz"), Some(503));
    far.expect_tone(440.0, 4_000);
    assert!(
        !far.had("CALL_CLOSED") && !talking.had("CALL_CLOSED"),
        "the call goes on"
    );

    disk.clear();
    expect_stage(&gateway, None);
    wait_until("all is well", PATIENCE, || {
        (gateway.page().status("/healthz") == Some(200)).then_some(())
    });
    wait_until("the ballast is made again", PATIENCE, || {
        ballast.exists().then_some(())
    });
    wait_until("the lost recording is said", PATIENCE, || {
        (count(&gateway, "recording_failed") == 1).then_some(())
    });
    talking.hang_up();
    far.expect("CALL_CLOSED");
    other.dial("813800138000", &sip);
    other.expect("CALL_ESTABLISHED");
    far.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 1_000);
    other.hang_up();
    wait_until("the new recording is whole", PATIENCE, || {
        (count(&gateway, "recording_closed") == 1).then_some(())
    });
    assert_eq!(
        count(&gateway, "recording_started"),
        2,
        "each one has its end"
    );
    assert!(count(&gateway, "disk_stage_changed") >= 4);
    gateway.console(&["journal", "verify"]);
    gateway.stop();
}

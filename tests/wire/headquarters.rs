//! What happened in the branch stands at headquarters, byte for byte, whoever was killed in between.
use crate::recording::only_recording;
use house_tests::baresip::{Baresip, Plan};
use house_tests::cloud::Cloud;
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::journal;
use std::path::Path;
use std::time::Duration;

const SYNC: Duration = Duration::from_secs(60);

/// Waits until headquarters has all that the branch has, and compares each byte.
fn expect_same(gateway: &Gateway, cloud: &Cloud) -> usize {
    wait_until("headquarters has every fact", SYNC, || {
        let branch = journal::of_branch(&gateway.data_dir());
        let headquarters = journal::of_headquarters(&cloud.data_dir());
        assert!(headquarters.len() <= branch.len(), "something was doubled");
        (branch.len() == headquarters.len()).then(|| {
            assert_eq!(branch, headquarters);
            branch.len()
        })
    })
}

fn call(phone: &mut Baresip, sip: &str) {
    phone.dial("1001", sip);
    phone.expect("CALL_ESTABLISHED");
    phone.hang_up();
    phone.expect("CALL_CLOSED");
}

/// A customer comes with a file, is called through the trunk, and the call is recorded.
fn recorded_call_to_a_customer(world: &Path, gateway: &Gateway, phone: &mut Baresip) {
    let file = world.join("customers.csv");
    std::fs::write(&file, "name,number,stage\n欧阳测试员,13812345678,lead\n")
        .expect("the world takes files");
    gateway.console(&["import", &file.display().to_string()]);
    let dialled = "813812345678";
    let far = Baresip::start(world, &Plan::far_end(dialled, gateway.carrier_port));
    phone.dial(dialled, &gateway.sip());
    phone.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 1_000);
    phone.hang_up();
    phone.expect("CALL_CLOSED");
    only_recording(gateway);
}

/// Kinds that a test would miss if they were not there.
fn assert_holds(facts: &[journal::Entry], kinds: &[&str]) {
    for kind in kinds {
        assert!(
            facts.iter().any(|fact| fact.kind == *kind),
            "no {kind} among the facts"
        );
    }
}

#[test]
fn a_recorded_trunk_call_and_an_imported_customer_arrive_byte_for_byte() {
    let world = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(world.path());
    let gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    recorded_call_to_a_customer(world.path(), &gateway, &mut phone);
    expect_same(&gateway, &cloud);
    let facts = journal::of_headquarters(&cloud.data_dir());
    let wanted = [
        "customer_imported",
        "call_started",
        "attempt_started",
        "call_answered",
        "recording_started",
        "recording_closed",
        "attempt_ended",
        "call_ended",
    ];
    assert_holds(&facts, &wanted);
    assert!(journal::all_known(&facts));
    for personal in ["欧阳测试员", "13812345678", "12345678"] {
        let shows = |fact: &journal::Entry| {
            let part = personal.as_bytes();
            fact.bytes.windows(part.len()).any(|window| window == part)
        };
        assert!(!facts.iter().any(shows), "{personal} is sealed on its way");
    }
}

#[test]
fn calls_arrive_at_headquarters_byte_for_byte_and_a_killed_cloud_loses_and_doubles_nothing() {
    let world = tempfile::tempdir().unwrap();
    let mut cloud = Cloud::start(world.path());
    let mut gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let sip = gateway.sip();
    let mut a = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let _b = Baresip::registered(world.path(), &Plan::phone("1001", &sip, "pw1001"));
    call(&mut a, &sip);
    let first = expect_same(&gateway, &cloud);

    // In the middle of a call, whose facts are on their way.
    a.dial("1001", &sip);
    a.expect("CALL_ESTABLISHED");
    cloud.kill9();
    a.hang_up();
    a.expect("CALL_CLOSED");
    for _ in 0..2 {
        call(&mut a, &sip);
    }
    cloud.run();
    call(&mut a, &sip);
    let second = expect_same(&gateway, &cloud);
    assert!(second > first + 4, "{second} facts after {first}");

    gateway.kill9();
    gateway.run();
    call(&mut a, &sip);
    assert!(expect_same(&gateway, &cloud) > second);
    gateway.console(&["journal", "verify"]);
}

//! What happened in the branch stands at headquarters, byte for byte, whoever was killed in between.
use house_tests::baresip::{Baresip, Plan};
use house_tests::cloud::Cloud;
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::journal;
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

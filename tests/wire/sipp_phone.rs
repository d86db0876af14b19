//! SIPp as a phone that knows its password, and as a crowd that calls all at once.
use house_tests::baresip::{Answers, Baresip, Plan};
use house_tests::gateway::Gateway;
use house_tests::sipp::{Run, Sipp};
use house_tests::{journal, port};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(50);
/// The crowd: a second's worth of calls, each of which stays until the last one is there.
const CROWD: u32 = 300;
/// Two for each call, and as many again for a slow machine.
const CROWD_PORTS: u16 = 1_300;

#[test]
fn a_phone_registers_with_its_password_and_takes_it_back() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let phone = |password: &str, port: u16| {
        let mut phone = Sipp::start(
            world.path(),
            &Run {
                target: Some(&sip),
                more: &["-au", "1003", "-ap", password],
                ..Run::of("registers", "1003", port)
            },
        );
        phone.ended_well(LONG)
    };
    assert!(phone("pw1003", port::free()));
    assert!(!phone("pw1004", port::free()), "another phone's password");
    let counts = [("phone_bound", 1), ("phone_unbound", 1)];
    journal::expect_counts(&gateway.data_dir(), &counts);
}

#[test]
fn a_phone_that_is_asked_for_its_password_calls_out_and_a_wrong_one_does_not() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let phone = |password: &str| {
        Sipp::start(
            world.path(),
            &Run {
                target: Some(&sip),
                more: &[
                    "-key", "user", "1003", "-au", "1003", "-ap", password, "-d", "300",
                ],
                ..Run::of("calls-out", "91380", port::free())
            },
        )
    };
    // SIPp never tires of a wrong password.
    let mut stranger = phone("pw1004");
    stranger.expect_messages("SIP/2.0 401", 3);
    assert!(!stranger.messages().contains("SIP/2.0 1"), "nothing rings");
    drop(stranger);
    let mut carrier = Sipp::start(
        world.path(),
        &Run::of("answers", "91380", gateway.carrier_port),
    );
    phone("pw1003").expect_success_within(LONG);
    carrier.expect_success_within(LONG);
    let counts = [("call_started", 1), ("call_answered", 1)];
    journal::expect_counts(&gateway.data_dir(), &counts);
}

#[test]
fn three_hundred_calls_in_a_second_are_all_answered_and_all_end() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start_with_ports(world.path(), "wire-01", None, CROWD_PORTS);
    let caller = port::free();
    let branch = gateway.branch_file(&format!("127.0.0.1:{caller}"));
    let branch = branch.replace("concurrent_max = 50", "concurrent_max = 500");
    gateway.apply(&branch.replace("cps_max = 50", "cps_max = 300"));
    let sip = gateway.sip();
    let mut carrier = Sipp::start(
        world.path(),
        &Run {
            calls: CROWD,
            ..Run::of("answers", "91380", gateway.carrier_port)
        },
    );
    let mut crowd = Sipp::start(
        world.path(),
        &Run {
            target: Some(&sip),
            calls: CROWD,
            more: &["-r", "300", "-l", "300", "-d", "2000"],
            ..Run::of("called-in", "91380", caller)
        },
    );
    crowd.expect_success_within(LONG);
    carrier.expect_success_within(LONG);
    let kinds = [
        "call_started",
        "call_answered",
        "call_ended",
        "attempt_ended",
    ];
    let counts = kinds.map(|kind| (kind, CROWD as usize));
    journal::expect_counts(&gateway.data_dir(), &counts);
}

#[test]
fn a_key_with_a_lamp_shows_that_another_phone_rings_talks_and_is_free_again() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut watcher = Sipp::start(
        world.path(),
        &Run {
            target: Some(&sip),
            more: &["-key", "user", "1003", "-au", "1003", "-ap", "pw1003"],
            ..Run::of("watches", "1001", port::free())
        },
    );
    watcher.expect_message("<state>terminated</state>");
    let mut caller = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut watched = Baresip::registered(
        world.path(),
        &Plan {
            answers: Answers::WhenTold,
            ..Plan::phone("1001", &sip, "pw1001")
        },
    );
    caller.dial("1001", &sip);
    watched.expect("CALL_INCOMING");
    watcher.expect_message("<state>early</state>");
    watched.answer();
    caller.expect("CALL_ESTABLISHED");
    watcher.expect_message("<state>confirmed</state>");
    caller.hang_up();
    watcher.expect_success();
}

//! The carrier, played by SIPp: calls in and out, cancelled, busy, unanswered, held; and a line that loses packets.
use house_tests::baresip::{Answers, Baresip, Plan};
use house_tests::deadline::{PATIENCE, wait_until};
use house_tests::gateway::Gateway;
use house_tests::lossy::{Lossy, Rough};
use house_tests::sipp::{Run, Sipp};
use house_tests::{journal, port};
use std::path::Path;
use std::time::Duration;

/// A lost packet costs seconds: timers double from half a second.
const LONG: Duration = Duration::from_secs(50);

#[test]
fn the_carrier_calls_a_phone_holds_it_and_hangs_up() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    for scenario in ["called-in", "held-in"] {
        let mut carrier = Sipp::start(
            world.path(),
            &Run {
                target: Some(&sip),
                more: &["-d", "500"],
                ..Run::of(scenario, "1000", gateway.carrier_port)
            },
        );
        phone.expect("CALL_ESTABLISHED");
        phone.expect("CALL_CLOSED");
        carrier.expect_success();
    }
}

#[test]
fn a_call_that_the_carrier_gives_up_stops_ringing() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(
        world.path(),
        &Plan {
            answers: Answers::WhenTold,
            ..Plan::phone("1001", &sip, "pw1001")
        },
    );
    let mut carrier = Sipp::start(
        world.path(),
        &Run {
            target: Some(&sip),
            ..Run::of("cancelled-in", "1001", gateway.carrier_port)
        },
    );
    phone.expect("CALL_INCOMING");
    phone.expect("CALL_CLOSED");
    carrier.expect_success();
}

#[test]
fn a_stranger_on_another_port_is_not_the_carrier() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    gateway.apply(&gateway.branch_file(&gateway.carrier()));
    let sip = gateway.sip();
    let phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut stranger = Sipp::start(
        world.path(),
        &Run {
            target: Some(&sip),
            ..Run::of("called-in", "1000", port::free())
        },
    );
    assert!(!stranger.ended_well(LONG), "{}", stranger.messages());
    assert!(!phone.had("CALL_INCOMING"));
}

#[test]
fn a_phone_is_told_why_the_carrier_refused() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    for (scenario, fate) in [("busy", "486"), ("vacant", "404"), ("rings-out", "480")] {
        let mut carrier = Sipp::start(
            world.path(),
            &Run::of(scenario, "91380", gateway.carrier_port),
        );
        phone.dial("91380", &sip);
        let cause = phone.expect("CALL_CLOSED");
        assert!(cause.starts_with(fate), "{scenario}: {cause}");
        carrier.expect_success();
    }
    journal::expect_counts(&gateway.data_dir(), &[("call_ended", 3)]);
}

#[test]
fn a_phone_gives_up_holds_and_is_hung_up_on() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));

    let mut carrier = Sipp::start(
        world.path(),
        &Run::of("rings-on", "91380", gateway.carrier_port),
    );
    phone.dial("91380", &sip);
    phone.expect("CALL_RINGING");
    phone.hang_up();
    carrier.expect_success();

    let mut carrier = Sipp::start(
        world.path(),
        &Run::of("answers", "91381", gateway.carrier_port),
    );
    phone.dial("91381", &sip);
    phone.expect("CALL_ESTABLISHED");
    // The media is anchored at the gateway: the carrier is not bothered with a hold.
    let has_fact = |kind: &str| {
        wait_until(kind, PATIENCE, || {
            let facts = journal::of_branch(&gateway.data_dir());
            facts.iter().any(|fact| fact.kind == kind).then_some(())
        });
    };
    phone.hold();
    has_fact("call_held");
    phone.resume();
    has_fact("call_resumed");
    phone.hang_up();
    carrier.expect_success();

    let mut carrier = Sipp::start(
        world.path(),
        &Run::of("hangs-up", "91382", gateway.carrier_port),
    );
    phone.dial("91382", &sip);
    phone.expect("CALL_ESTABLISHED");
    phone.expect("CALL_CLOSED");
    carrier.expect_success();
}

#[test]
fn calls_succeed_over_a_line_that_loses_a_tenth_and_mixes_up_the_rest() {
    const CALLS: u32 = 10;
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    // The line in the middle has ports of its own.
    gateway.apply(&gateway.branch_file("127.0.0.1"));
    let sip = gateway.sip();
    let _phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let rough = Rough {
        loss_percent: 10,
        late_max: Duration::from_millis(200),
        seed: 1,
    };
    let line = Lossy::start(port::free(), sip.parse().unwrap(), rough);
    let mut carrier = Sipp::start(
        world.path(),
        &Run {
            target: Some(&line.address.to_string()),
            calls: CALLS,
            // one after the other: the phone on the desk has one ear
            // what was overtaken comes late and is no reason to give up
            more: &[
                "-d",
                "100",
                "-l",
                "1",
                "-default_behaviors",
                "all,-abortunexp",
            ],
            ..Run::of("called-in", "1000", gateway.carrier_port)
        },
    );
    carrier.expect_success_within(LONG);
    assert!(line.counts().1 > 0, "nothing was lost: nothing was shown");
    // nothing doubled
    let counts = [("call_started", 10), ("call_answered", 10)];
    journal::expect_counts(&gateway.data_dir(), &counts);
}

/// The carrier brings a call to a phone that answers by itself; SIPp checks what it is answered.
fn brings_in(gateway: &Gateway, world: &Path, scenario: &'static str) {
    let sip = gateway.sip();
    let mut carrier = Sipp::start(
        world,
        &Run {
            target: Some(&sip),
            ..Run::of(scenario, "1000", gateway.carrier_port)
        },
    );
    carrier.expect_success();
}

#[test]
fn a_fax_is_refused_with_488_and_the_call_goes_on() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    brings_in(&gateway, world.path(), "fax-in");
    phone.expect("CALL_CLOSED");
    journal::expect_counts(
        &gateway.data_dir(),
        &[("call_answered", 1), ("call_ended", 1)],
    );
}

#[test]
fn a_running_call_is_refreshed_offered_anew_and_told_digits_in_both_forms() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    brings_in(&gateway, world.path(), "within");
    phone.expect("CALL_CLOSED");
}

#[test]
fn a_caller_that_insists_on_reliable_ringing_gets_it() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    brings_in(&gateway, world.path(), "insists-in");
    phone.expect("CALL_CLOSED");
}

#[test]
fn a_phone_sees_the_number_that_the_network_vouches_for() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    brings_in(&gateway, world.path(), "vouched-in");
    let caller = phone.expect("CALL_CLOSED");
    let facts = journal::of_branch(&gateway.data_dir());
    assert!(
        facts.iter().any(|fact| fact.kind == "party_met"),
        "{caller}"
    );
}

//! Several trunks behind one rule, played by SIPp: one dies in the middle of a run, and the others have its calls.
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::sipp::{Run, Sipp};
use house_tests::{journal, port};
use std::path::Path;
use std::time::Duration;

const CALLS: u32 = 600;
const RATE: &str = "40";
/// Tries that may be lost: those that rang on the trunk that died.
const LOST_MAX: usize = CALLS as usize / 100;
const LONG: Duration = Duration::from_secs(60);

fn trunk(name: &str, port: u16) -> String {
    format!(
        "[[trunk]]\nname = \"{name}\"\naddress = \"127.0.0.1:{port}\"\n\
         concurrent_max = 80\ncps_max = 40\n\n"
    )
}

fn far_end(world: &Path, port: u16) -> Sipp {
    let run = Run {
        calls: CALLS,
        ..Run::of("answers", "91380", port)
    };
    Sipp::start(world, &run)
}

#[test]
fn one_of_three_trunks_dies_in_a_run_and_the_others_have_its_calls() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start_with_ports(world.path(), "wire-01", None, 800);
    let caller = port::free();
    let ports = [port::free(), port::free(), port::free()];
    let trunks: String = ["a", "b", "c"]
        .iter()
        .zip(ports)
        .map(|(name, port)| trunk(name, port))
        .collect();
    let branch = gateway.branch_file(&format!("127.0.0.1:{caller}"));
    let branch = branch
        .replace(
            "[[rule]]\nprefix = \"9\"",
            &format!("{trunks}[[rule]]\nprefix = \"9\""),
        )
        .replacen("to = \"trunk:carrier\"", "to = \"trunk:a,b,c\"", 1)
        .replace("concurrent_max = 50", "concurrent_max = 500");
    gateway.apply(&branch);
    let mut ends = ports.map(|port| far_end(world.path(), port));
    let sip = gateway.sip();
    let crowd = Sipp::start(
        world.path(),
        &Run {
            target: Some(&sip),
            calls: CALLS,
            more: &["-r", RATE, "-d", "1000"],
            ..Run::of("called-in", "91380", caller)
        },
    );
    ends[1].expect_messages("SIP/2.0 200 OK", 50);
    ends[1].kill();
    let count = |kind: &str| {
        let facts = journal::of_branch(&gateway.data_dir());
        facts.iter().filter(|fact| fact.kind == kind).count()
    };
    let all = CALLS as usize;
    wait_until("the run is over", LONG, || {
        let over = count("call_started") == all && count("call_ended") >= all - LOST_MAX;
        over.then_some(())
    });
    assert_eq!(count("dial_blocked"), 0);
    assert_eq!(
        count("attempt_started"),
        all,
        "another trunk is no other try"
    );
    let moved = count("attempt_rerouted");
    assert!(moved > 0);
    let lost = all - count("call_answered");
    assert!(lost <= LOST_MAX, "{lost} of {all} are lost, {moved} moved");
    let seen = crowd.messages();
    assert!(!seen.contains("SIP/2.0 503"), "nobody was turned away");
}

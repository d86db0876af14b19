//! Several trunks behind one rule, played by SIPp: one dies in the middle of a run, and the others have its calls.
use house_tests::baresip::{Baresip, Plan};
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

/// The branch with one more trunk, at which it registers, for all that begins with 0.
fn with_login(gateway: &Gateway, port: u16, password: &str) -> String {
    let trunk = format!(
        "[[trunk]]\nname = \"ims\"\naddress = \"127.0.0.1:{port}\"\ndomain = \"ims.carrier.cn\"\n\
         user = \"02012345678\"\nauth_user = \"02012345678@ims.carrier.cn\"\npassword = \"{password}\"\n\
         caller_in = \"preferred\"\n\n[[rule]]\nprefix = \"0\"\nto = \"trunk:ims\"\n\n"
    );
    let branch = gateway.branch_file(&gateway.carrier());
    branch.replacen("[[rule]]", &format!("{trunk}[[rule]]"), 1)
}

#[test]
fn the_gateway_registers_at_a_carrier_and_calls_over_it_with_its_password() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let port = port::free();
    let run = Run {
        calls: 9,
        ..Run::of("registrar", "02012345678", port)
    };
    let mut carrier = Sipp::start(world.path(), &run);
    gateway.apply(&with_login(&gateway, port, "wrong"));
    carrier.expect_message("SIP/2.0 403");
    gateway.apply(&with_login(&gateway, port, "hunter2"));
    let registered = [("trunk_registration_changed", 2)];
    journal::expect_counts(&gateway.data_dir(), &registered);

    let sip = gateway.sip();
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    phone.dial("01088886666", &sip);
    phone.expect("CALL_ESTABLISHED");
    phone.hang_up();
    phone.expect("CALL_CLOSED");
    let seen = carrier.messages();
    for part in [
        "REGISTER sip:ims.carrier.cn SIP/2.0",
        "INVITE sip:01088886666@ims.carrier.cn SIP/2.0",
        "From: <sip:02012345678@ims.carrier.cn>",
        "P-Preferred-Identity: <sip:02012345678@ims.carrier.cn>",
    ] {
        assert!(seen.contains(part), "{part}");
    }
    let trunks = gateway.page_of("admin").get("/api/v1/trunks").json();
    let ims = trunks["items"].as_array().and_then(|all| {
        let mut all = all.iter();
        all.find(|one| one["name"] == "ims").cloned()
    });
    assert_eq!(ims.map(|ims| ims["registered"].clone()), Some(true.into()));
    // the password lies nowhere in clear
    let database = std::fs::read(gateway.data_dir().join("branch.db")).unwrap();
    let log = std::fs::read(gateway.data_dir().join("branch.db-wal")).unwrap_or_default();
    let clear = |bytes: &[u8]| bytes.windows(7).any(|part| part == b"hunter2");
    assert!(!clear(&database) && !clear(&log));
}

#[test]
fn a_test_call_goes_over_the_trunk_that_is_named_and_to_no_number_that_helps_in_need() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let admin = gateway.page_of("admin");
    let mut phone =
        Baresip::registered(world.path(), &Plan::phone("1000", &gateway.sip(), "pw1000"));
    let mut far = Baresip::start(
        world.path(),
        &Plan::far_end("13800138000", gateway.carrier_port),
    );
    let test = |trunk: &str, number: &str| {
        let body = serde_json::json!({ "number": number, "extension": "1000" });
        let answer = admin.post(&format!("/api/v1/trunks/{trunk}/test-call"), &body);
        (
            answer.status,
            answer.json()["code"].as_str().map(str::to_owned),
        )
    };
    let refused = |code: &str| Some(code.to_owned());
    assert_eq!(
        test("nobody", "13800138000"),
        (409, refused("trunk_unknown"))
    );
    assert_eq!(test("carrier", "110"), (403, refused("not_allowed")));
    assert_eq!(test("carrier", "12a"), (422, refused("invalid")));
    // no dial rule begins with 1 for the outside: the trunk is what was asked for
    assert_eq!(test("carrier", "13800138000"), (201, None));
    phone.expect("CALL_ESTABLISHED");
    far.expect("CALL_ESTABLISHED");
    far.hang_up();
    phone.expect("CALL_CLOSED");
    let calls = admin.get("/api/v1/calls").json();
    assert_eq!(calls["items"][0]["purpose"], "self_test");
    assert_eq!(calls["items"][0]["trunk"], "carrier");
}

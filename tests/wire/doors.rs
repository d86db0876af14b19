//! SIPVicious and a guesser of passwords at the doors: they find nothing, are shut out at once, and harm no phone.
use house_tests::deadline::PATIENCE;
use house_tests::gateway::Gateway;
use house_tests::process::Process;
use house_tests::sipp::{Run, Sipp};
use house_tests::{journal, port};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const GUESSER: &str = "127.0.0.67";
const GOOD: &str = "127.0.0.9";
const LONG: Duration = Duration::from_secs(40);

/// What a tool of SIPVicious says of the gateway.
fn vicious(world: &Path, tool: &str, gateway: &Gateway, more: &[&str]) -> String {
    let sip = gateway.sip();
    let (host, port) = sip.rsplit_once(':').expect("an address and a port");
    let mut command = Command::new(tool);
    command.current_dir(world).env("HOME", world);
    command.args(["-p", port]).args(more).arg(host);
    let mut process = Process::start(tool, world, &mut command);
    process.ended(PATIENCE);
    process.said()
}

/// A phone at another address, with a password, for so many calls.
fn phone(
    world: &Path,
    gateway: &Gateway,
    (scenario, calls): (&str, u32),
    at: &str,
    password: &str,
) -> Sipp {
    let sip = gateway.sip();
    let more = [
        "-i", at, "-key", "user", "1003", "-au", "1003", "-ap", password, "-d", "300", "-r", "4",
    ];
    let run = Run {
        target: Some(&sip),
        calls,
        more: &more,
        ..Run::of(scenario, "1003", port::free())
    };
    Sipp::start(world, &run)
}

#[test]
fn nobody_finds_an_extension_or_a_password_and_good_phones_go_on() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    // the carrier is one port of loopback: all others are strangers
    gateway.apply(&gateway.branch_file(&gateway.carrier()));

    // the real extensions are among those that are tried; each answer is like the other, and the tool gives up
    let range = ["-e", "990-1009", "--force"];
    let found = vicious(world.path(), "svwar", &gateway, &range);
    assert!(found.contains("found nothing"), "{found}");
    let found = vicious(
        world.path(),
        "svcrack",
        &gateway,
        &["-u", "1000", "-r", "1000-1010"],
    );
    assert!(
        found.contains("found nothing") || found.contains("no sip response"),
        "{found}"
    );

    // five requests with a wrong answer to the challenge, and it is heard no longer
    let guesser = phone(world.path(), &gateway, ("calls-out", 9), GUESSER, "pw1004");
    journal::expect_counts(&gateway.data_dir(), &[("source_banned", 1)]);
    phone(world.path(), &gateway, ("registers", 1), GOOD, "pw1003").expect_success_within(LONG);
    drop(guesser);
    let admin = gateway.page_of("admin");
    let shut_out = || -> Vec<String> {
        let bans = admin.get("/api/v1/bans").json();
        let items = bans["items"].as_array().cloned().unwrap_or_default();
        let sources = items.iter().filter_map(|ban| ban["source"].as_str());
        sources.map(str::to_owned).collect()
    };
    assert_eq!(shut_out(), [GUESSER]);
    let path = format!("/api/v1/bans/{GUESSER}");
    let nothing = serde_json::Value::Null;
    assert_eq!(admin.send("DELETE", &path, &nothing).status, 202);
    journal::expect_counts(&gateway.data_dir(), &[("source_unbanned", 1)]);
    assert_eq!(shut_out(), Vec::<String>::new());
    assert_eq!(admin.send("DELETE", &path, &nothing).status, 404);
    phone(world.path(), &gateway, ("registers", 1), GUESSER, "pw1003").expect_success_within(LONG);
}

//! What headquarters wants of a branch comes to it over the link and is done: refusals of contact stop a dial, directives
//! and commands are done once, and a headquarters that was put back from a backup gives no number a second meaning.
use house_tests::baresip::{Baresip, Plan};
use house_tests::cloud::Cloud;
use house_tests::deadline::{wait_for, wait_until};
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::page::Page;
use house_tests::sipp::{Run, Sipp};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const SYNC: Duration = Duration::from_secs(60);
const NUMBER: &str = "13812345678";

fn refuse(hq: &Page, refused: bool) {
    let body = json!({"number": NUMBER, "refused": refused, "reason": "asked for it"});
    let answer = hq.post("/api/v1/refusals-of-contact", &body);
    assert_eq!(answer.status, 204, "{}", answer.body);
}

fn let_it_say(hq: &Page, filter: &str) -> u16 {
    let body = json!({"filter": filter, "minutes": 5});
    hq.post("/api/v1/branches/wire-01/log-level", &body).status
}

fn items(hq: &Page, list: &str) -> Vec<Value> {
    let answer = hq.get(&format!("/api/v1/branches/wire-01/{list}")).json();
    answer["items"].as_array().cloned().unwrap_or_default()
}

/// Number, kind and what became of it, the oldest first.
fn directives(hq: &Page) -> Vec<(u64, String, String)> {
    let text = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    let rows = items(hq, "directives").into_iter().rev();
    rows.map(|one| {
        let seq = one["seq"].as_u64().unwrap_or_default();
        (seq, text(&one, "kind"), text(&one, "state"))
    })
    .collect()
}

fn expect_directives(hq: &Page, expected: &[(u64, &str)]) {
    let applied = |(seq, kind): &(u64, &str)| (*seq, (*kind).to_owned(), "applied".to_owned());
    let expected: Vec<_> = expected.iter().map(applied).collect();
    wait_for(&expected, SYNC, || directives(hq));
}

#[test]
fn a_refusal_stops_the_dial_and_a_command_is_answered_once() {
    let world = tempfile::tempdir().expect("a folder");
    let cloud = Cloud::start(world.path());
    let gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let branch_file = gateway.branch_file(&gateway.carrier());
    // mobile numbers go out without a prefix
    gateway.apply(&branch_file.replace("prefix = \"9\"", "prefix = \"13\""));
    let (hq, sip) = (cloud.administrator(), gateway.sip());
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let mut dial = || {
        phone.dial(NUMBER, &sip);
        phone.expect("CALL_CLOSED")
    };
    expect_directives(&hq, &[(1, "field_policy_set")]);
    refuse(&hq, true);
    expect_directives(&hq, &[(1, "field_policy_set"), (2, "dnc_set")]);
    let cause = dial();
    assert!(cause.starts_with("403"), "{cause}");
    journal::expect_counts(&gateway.data_dir(), &[("attempt_started", 0)]);

    refuse(&hq, false);
    let three = [(1, "field_policy_set"), (2, "dnc_set"), (3, "dnc_set")];
    expect_directives(&hq, &three);
    let carrier = Run::of("busy", NUMBER, gateway.carrier_port);
    let mut carrier = Sipp::start(world.path(), &carrier);
    let cause = dial();
    assert!(cause.starts_with("486"), "{cause}");
    carrier.expect_success();

    let asked = hq.post(
        "/api/v1/branches/wire-01/commands",
        &json!({"kind": "verify_journal"}),
    );
    assert_eq!(asked.status, 201, "{}", asked.body);
    let answer = wait_until("the command is answered", SYNC, || {
        let one = items(&hq, "commands").swap_remove(0);
        one["answered"].is_number().then_some(one)
    });
    assert_eq!(answer["code"], "command_done", "{answer}");
}

fn newest_backup(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).expect("the backups' folder");
    let mut names: Vec<_> = files.flatten().map(|file| file.path()).collect();
    names.retain(|path| path.is_file());
    names.sort();
    let newest = names.pop().expect("a backup");
    newest.display().to_string()
}

#[test]
fn headquarters_put_back_from_a_backup_hears_the_rest_again_and_wants_anew() {
    let world = tempfile::tempdir().expect("a folder");
    let mut cloud = Cloud::start(world.path());
    let gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let hq = cloud.administrator();
    gateway.import("欧阳测试员", NUMBER);
    expect_directives(&hq, &[(1, "field_policy_set")]);
    let backups = world.path().join("backups");
    let folder = backups.display().to_string();
    cloud.console(&["backup", &folder]);
    // behind the backup: two directives and a customer that it does not know
    refuse(&hq, true);
    assert_eq!(let_it_say(&hq, "debug"), 204);
    let three = [
        (1, "field_policy_set"),
        (2, "dnc_set"),
        (3, "log_level_set"),
    ];
    expect_directives(&hq, &three);
    gateway.import("上官测试员", "13912345678");
    journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
    cloud.stop();

    std::fs::remove_dir_all(cloud.data_dir()).expect("headquarters' disk is lost");
    cloud.console(&["restore", &newest_backup(&backups)]);
    cloud.run();
    journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
    let hq = cloud.administrator();
    // what all are to have is said again, under numbers that were never given
    let again = [
        (1, "field_policy_set"),
        (2, "passed"),
        (3, "passed"),
        (4, "field_policy_set"),
    ];
    wait_until("the branch is asked anew", SYNC, || {
        let kinds: Vec<_> = directives(&hq)
            .into_iter()
            .map(|(seq, kind, _)| (seq, kind))
            .collect();
        let expected = again.iter().map(|(seq, kind)| (*seq, (*kind).to_owned()));
        (kinds[..again.len().min(kinds.len())] == expected.collect::<Vec<_>>()).then_some(())
    });
    assert_eq!(let_it_say(&hq, "info"), 204);
    wait_until("the newest is applied", SYNC, || {
        let newest = directives(&hq).pop()?;
        (newest.1 == "log_level_set" && newest.0 > 4 && newest.2 == "applied").then_some(())
    });
    // the refusal came back too: from the branch, which has it in its line
    journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
}

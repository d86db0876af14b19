//! Headquarters opens what the policy lets it open, forgets whom the branch forgets, and the branch hears of it; a branch
//! that comes back from a backup takes up its line where it was.
use house_tests::cloud::Cloud;
use house_tests::deadline::wait_for;
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::page::Page;
use serde_json::{Value, json};
use std::time::Duration;

const SYNC: Duration = Duration::from_secs(60);
const WANG: (&str, &str) = ("欧阳测试员", "13812345678");
const LI: (&str, &str) = ("上官测试员", "13912345678");

fn let_see(hq: &Page, name: &str, number: &str) {
    let policy = json!({"name": name, "number": number});
    let answer = hq.send("PUT", "/api/v1/field-policy", &policy);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Name and number of everybody, as headquarters shows them: sorted.
fn shown(hq: &Page) -> Vec<(String, String)> {
    let customers = hq.get("/api/v1/customers").json();
    let text = |one: &Value, field: &str| {
        let value = &one[field];
        let text = value["text"].as_str().or(value["state"].as_str());
        text.unwrap_or_default().to_owned()
    };
    let items = customers["items"].as_array().cloned().unwrap_or_default();
    let mut all: Vec<(String, String)> = items
        .iter()
        .map(|one| (text(one, "name"), text(one, "number")))
        .collect();
    all.sort();
    all
}

fn expect_shown(hq: &Page, expected: &[(&str, &str)]) {
    let mut expected: Vec<(String, String)> = expected
        .iter()
        .map(|(name, number)| ((*name).to_owned(), (*number).to_owned()))
        .collect();
    expected.sort();
    wait_for(&expected, SYNC, || shown(hq));
}

#[test]
fn names_are_shown_as_the_policy_says_and_an_erasure_is_confirmed_by_every_copy_that_can() {
    let world = tempfile::tempdir().expect("a folder");
    let mut cloud = Cloud::start(world.path());
    let gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let hq = cloud.administrator();
    gateway.import(WANG.0, WANG.1);
    expect_shown(&hq, &[("hidden", "hidden")]);
    let_see(&hq, "clear", "masked");
    expect_shown(&hq, &[(WANG.0, "138****5678")]);
    // met later, and over a restart of headquarters
    cloud.kill9();
    gateway.import(LI.0, LI.1);
    cloud.run();
    let hq = cloud.administrator();
    let both = [(WANG.0, "138****5678"), (LI.0, "139****5678")];
    expect_shown(&hq, &both);

    gateway.console(&["erase", "--number", WANG.1, "--reason", "asked for it"]);
    expect_shown(&hq, &[("erased", "erased"), (LI.0, "139****5678")]);
    // the branch's vault, headquarters' tables, headquarters' keys; backups are a matter of days
    journal::expect_counts(&gateway.data_dir(), &[("erasure_confirmed", 3)]);

    let_see(&hq, "never", "never");
    expect_shown(&hq, &[("hidden", "hidden"), ("hidden", "hidden")]);
    let_see(&hq, "masked", "clear");
    expect_shown(&hq, &[("erased", "erased"), ("上****", "13912345678")]);
}

#[test]
fn a_restored_branch_pulls_its_lost_tail_first_and_forgets_whom_it_had_forgotten() {
    let world = tempfile::tempdir().expect("a folder");
    let cloud = Cloud::start(world.path());
    let mut gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let hq = cloud.administrator();
    let_see(&hq, "clear", "clear");
    gateway.import(WANG.0, WANG.1);
    let backup = world.path().join("data.backup").display().to_string();
    let vault = world.path().join("vault.backup").display().to_string();
    gateway.console(&["backup", &backup]);
    gateway.import(LI.0, LI.1);
    gateway.console(&["erase", "--number", WANG.1, "--reason", "asked for it"]);
    journal::expect_counts(&gateway.data_dir(), &[("erasure_confirmed", 3)]);
    // one from before opens no more: its generation is destroyed
    gateway.console(&["backup", "--vault", &vault]);
    let before = journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
    gateway.stop();

    std::fs::remove_dir_all(gateway.data_dir()).expect("the disk is lost");
    gateway.console(&["restore", &backup, "--vault", &vault]);
    gateway.run();
    let after = journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
    assert!(after > before, "{after} facts after {before}");
    let facts = journal::of_branch(&gateway.data_dir());
    let kinds = journal::kinds_after(&facts, before as u64);
    let own = kinds.iter().position(|kind| *kind == "tail_pulled");
    let started = kinds.iter().position(|kind| *kind == "box_started");
    assert!(own.is_some() && own < started, "{kinds:?}");
    let customers = gateway.page_of("admin").get("/api/v1/customers").body;
    assert!(customers.contains(LI.0), "{customers}");
    assert!(!customers.contains(WANG.0), "{customers}");
    expect_shown(&hq, &[("erased", "erased"), (LI.0, LI.1)]);
    gateway.console(&["journal", "verify"]);
}

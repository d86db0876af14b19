//! A machine is lost, with its disk and its keys: another one takes its place from what it left with headquarters.
use house_tests::cloud::Cloud;
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::page::Page;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(600);
const WANG: (&str, &str) = ("欧阳测试员", "13812345678");

/// Many, so that the data are not one piece alone; then one by name.
fn import(world: &Path, gateway: &Gateway, (name, number): (&str, &str), many: u32) {
    let mut rows = format!("name,number,stage\n{name},{number},lead\n");
    for n in 0..many {
        rows.push_str(&format!("客户{n},137{n:08},lead\n"));
    }
    let file = world.join(format!("{number}.csv"));
    std::fs::write(&file, rows).expect("the world takes files");
    gateway.console(&["import", &file.display().to_string()]);
}

fn made(hq: &Page) -> Value {
    let body = json!({"box_id": "wire-01", "purpose": "replace"});
    let answer = hq.post("/api/v1/enrolments", &body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

/// The head of the snapshot that headquarters has, once its generation's erasure is in it.
fn snapshot_behind(hq: &Page, made: i64) -> i64 {
    wait_until("a snapshot", PATIENCE, || {
        let all = hq.get("/api/v1/snapshots").json();
        let one = &all["items"].as_array()?.first()?.clone();
        one["bytes"].as_i64().filter(|bytes| *bytes != made)
    })
}

fn words(made: &Value, key: &Path) -> Vec<String> {
    let word = |name: &str| made[name].as_str().expect("a word").to_owned();
    [
        "recover".to_owned(),
        "--url".to_owned(),
        word("url"),
        "--code".to_owned(),
        word("code"),
        "--fingerprint".to_owned(),
        word("fingerprint"),
        "--recovery-key".to_owned(),
        key.display().to_string(),
    ]
    .to_vec()
}

fn said(gateway: &Gateway, words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = gateway.try_console(&words);
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn another_machine_takes_the_place_of_a_lost_one_and_nobody_erased_comes_back() {
    replace_with(3_000);
}

/// Printed: how long the new machine takes, from its first word to its pages.
#[test]
#[ignore = "a hundred thousand customers: some minutes"]
fn another_machine_takes_over_a_hundred_thousand_customers() {
    replace_with(100_000);
}

/// The disk with data, keys and identity is gone.
fn lose(world: &Path, gateway: &Gateway) {
    let lost = world.join("lost");
    std::fs::create_dir(&lost).expect("a folder");
    for part in ["data", "keys", "certificates"] {
        std::fs::rename(gateway.folder().join(part), lost.join(part)).expect("it is there");
    }
}

/// A recovery key as another headquarters made it.
fn other_headquarters_key(world: &Path) -> PathBuf {
    let folder = world.join("other");
    std::fs::create_dir(&folder).expect("a folder");
    let other = Cloud::start(&folder);
    let key = folder.join("recovery-key.txt");
    other.console(&["recovery-key", "new", "--out", &key.display().to_string()]);
    key
}

fn killed_half_way(gateway: &Gateway, words: &[String]) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut recovering = gateway.begin_console("recovering", &words);
    let folder = gateway.data_dir().join("recovery");
    wait_until("a part of it is here", PATIENCE, || {
        let parts = std::fs::read_dir(&folder).ok()?.flatten();
        let bytes: u64 = parts
            .filter_map(|one| Some(one.metadata().ok()?.len()))
            .sum();
        (bytes > 100_000).then_some(())
    });
    assert!(recovering.is_running(), "{}", recovering.tail());
    recovering.kill9();
}

/// Each is said by its code, and nothing is lost by it.
fn keys_and_codes_that_do_not_fit(world: &Path, gateway: &Gateway, claim: &Value, key: &Path) {
    let foreign = world.join("foreign-key.txt");
    std::fs::write(&foreign, "0000-0000").expect("a file");
    let no_key = said(gateway, &words(claim, &foreign));
    assert!(no_key.contains("snapshot_bad_recovery_key"), "{no_key}");
    let mut guessed = claim.clone();
    guessed["code"] = json!("AAAA-AAAA");
    let no_code = said(gateway, &words(&guessed, key));
    assert!(no_code.contains("enrol_code_wrong"), "{no_code}");
    let other = other_headquarters_key(world);
    let no_fit = said(gateway, &words(claim, &other));
    assert!(no_fit.contains("snapshot_key_does_not_open"), "{no_fit}");
}

fn replace_with(customers: u32) {
    let world = tempfile::tempdir().expect("a folder");
    let cloud = Cloud::start(world.path());
    let key = world.path().join("recovery-key.txt");
    cloud.console(&["recovery-key", "new", "--out", &key.display().to_string()]);
    let mut gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let hq = cloud.administrator();
    import(world.path(), &gateway, WANG, customers);
    let first = snapshot_behind(&hq, 0);
    gateway.console(&["erase", "--number", WANG.1, "--reason", "asked for it"]);
    let second = snapshot_behind(&hq, first);
    assert_ne!(second, first, "a new one follows the vault's change");
    // what happens behind the snapshot comes back from headquarters
    gateway.console(&[
        "user",
        "create",
        "li",
        "--role",
        "agent",
        "--extension",
        "1001",
    ]);
    wait_until("headquarters has every fact", PATIENCE, || {
        let branch = journal::of_branch(&gateway.data_dir());
        (branch == journal::of_headquarters(&cloud.data_dir())).then_some(())
    });
    gateway.kill9();

    lose(world.path(), &gateway);
    let claim = made(&hq);
    keys_and_codes_that_do_not_fit(world.path(), &gateway, &claim, &key);
    // the code is used up by now; the same words go on all the same
    let done = words(&claim, &key);
    killed_half_way(&gateway, &done);
    let begun = Instant::now();
    gateway.console(&done.iter().map(String::as_str).collect::<Vec<_>>());
    let recovered = begun.elapsed();
    let again = said(&gateway, &words(&claim, &key));
    assert!(again.contains("snapshot_not_empty"), "{again}");

    gateway.run();
    let working = begun.elapsed();
    eprintln!("{customers} customers: recovered in {recovered:?}, working after {working:?}");
    wait_until("the line goes on", PATIENCE, || {
        let branch = journal::of_branch(&gateway.data_dir());
        let headquarters = journal::of_headquarters(&cloud.data_dir());
        (branch == headquarters).then_some(())
    });
    let page = gateway.page_of("admin");
    let found = |text: &str| page.get(&format!("/api/v1/customers?q={text}")).body;
    let known = page.get("/api/v1/customers").body;
    assert!(known.contains("客户") && !known.contains(WANG.0), "{known}");
    assert!(!found("%E6%AC%A7%E9%98%B3").contains(WANG.0));
    // phones and users are there as they were
    let phones = page.get("/api/v1/phones").body;
    assert!(phones.contains("1009"), "{phones}");
    let _signed_in = gateway.page_of("li");
    gateway.console(&["journal", "verify"]);
    let breaks = hq.get("/api/v1/breaks").json();
    assert_eq!(breaks["items"], json!([]), "one line from its first fact");
}

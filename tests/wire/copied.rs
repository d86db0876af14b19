//! A copied disk: two machines say that they are one branch. Headquarters sees it, takes from neither, and goes on with
//! the one that a person chooses; both go on working for their phones meanwhile.
use house_tests::cloud::Cloud;
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::page::Page;
use serde_json::{Value, json};
use std::time::Duration;

/// A box that stands still asks again each minute.
const PATIENCE: Duration = Duration::from_secs(100);

fn the_branch(hq: &Page) -> Value {
    hq.get("/api/v1/sync").json()["items"][0].clone()
}

#[test]
fn two_copies_of_one_branch_are_seen_and_the_chosen_one_goes_on() {
    let world = tempfile::tempdir().expect("a folder");
    let cloud = Cloud::start(world.path());
    let mut gateway = Gateway::start(world.path(), "wire-01", Some(&cloud.headquarters()));
    let hq = cloud.administrator();
    gateway.import("欧阳测试员", "13812345678");
    journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
    gateway.stop();
    journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
    let mut copy = gateway.copied(world.path(), "copy");
    gateway.run();
    copy.run();

    wait_until("the copy is seen", PATIENCE, || {
        let branch = the_branch(&hq);
        let troubles = branch["troubles"].as_array()?;
        let seen = troubles.contains(&json!("cloned"));
        (seen && branch["phase"] == "halted").then_some(())
    });
    let both = [gateway.page_of("admin"), copy.page_of("admin")];
    for page in &both {
        wait_until("the box says so itself", PATIENCE, || {
            let link = page.get("/api/v1/system").json()["link"].clone();
            (link["phase"] == "cloned").then_some(())
        });
        assert_eq!(page.status("/healthz"), Some(200));
    }
    // both go on for those who work there, and nothing of it is taken as the branch's word
    let taken = journal::of_headquarters(&cloud.data_dir()).len();
    gateway.import("上官测试员", "13912345678");
    copy.import("东方测试员", "13712345678");
    assert_eq!(journal::of_headquarters(&cloud.data_dir()).len(), taken);
    copy.stop();

    let run = both[0].get("/api/v1/system").json()["boot"].clone();
    let breaks = hq.get("/api/v1/breaks").json();
    let found = breaks["items"].as_array().cloned().unwrap_or_default();
    let one = found.iter().find(|one| one["kind"] == "copied");
    let one = one.unwrap_or_else(|| panic!("no break: {breaks}"));
    let close = format!("/api/v1/branches/wire-01/breaks/{}/close", one["id"]);
    let answer = hq.post(&close, &json!({"reason": "the copy is off", "run": run}));
    assert!(matches!(answer.status, 200 | 204), "{}", answer.body);
    wait_until("all is well", PATIENCE, || {
        let branch = the_branch(&hq);
        (branch["phase"] == "in_sync").then_some(())
    });
    journal::expect_same(&gateway.data_dir(), &cloud.data_dir());
    gateway.console(&["journal", "verify"]);
}

//! Damaged data: the gateway starts nothing but one page that says what to do, and leaves everything as it is.
#![allow(clippy::unwrap_used)]
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::small_disk::SmallDisk;
use rusqlite::Connection;
use std::fs;
use std::net::UdpSocket;
use std::path::Path;

/// Its page, its health, its silence; and that it ends well when it is told to.
#[track_caller]
fn assert_only_the_page(gateway: &mut Gateway, code: &str) {
    gateway.run_until(503);
    let health = gateway.page().get("/healthz").json();
    assert_eq!(health["codes"]["store"].as_str(), Some(code), "{health}");
    for path in ["/", "/customers", "/api/v1/system"] {
        let answer = gateway.page().get(path);
        assert_eq!(answer.status, 503, "{path}");
        assert!(
            answer.body.contains(code) && answer.body.contains("<ol>"),
            "{path}"
        );
    }
    let sip = gateway.sip();
    assert!(UdpSocket::bind(&sip).is_ok(), "nobody listens at {sip}");
    gateway.stop();
    assert!(!gateway.said().contains("panicked"), "{}", gateway.said());
}

fn change(data: &Path, sql: &str) {
    let database = Connection::open(data.join("branch.db")).unwrap();
    database.execute_batch(sql).unwrap();
}

/// One after the other: what is damaged, its code, and that it runs again once it is mended.
#[test]
fn damaged_data_starts_only_a_page_and_runs_again_once_it_is_mended() {
    let world = tempfile::tempdir().unwrap();
    let mut gateway = Gateway::start(world.path(), "wire-01", None);
    gateway.stop();
    let (data, keys) = (gateway.data_dir(), gateway.folder().join("keys"));
    let whole = fs::read(data.join("branch.db")).unwrap();
    let before = journal::of_branch(&data);

    // the last fact is cut off
    change(
        &data,
        "DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)",
    );
    assert_only_the_page(&mut gateway, "journal_tail_lost");
    assert_eq!(
        journal::of_branch(&data).len(),
        before.len() - 1,
        "nothing is journaled"
    );
    restore(&data, &whole);

    // pages are overwritten
    let mut broken = whole.clone();
    for page in broken.chunks_mut(4_096).skip(2).step_by(2) {
        page[..64].fill(0xA5);
    }
    restore(&data, &broken);
    assert_only_the_page(&mut gateway, "store_damaged");
    assert_eq!(
        fs::read(data.join("branch.db")).unwrap(),
        broken,
        "nothing is written"
    );
    restore(&data, &whole);

    for (from, file, code) in [
        (&data, "vault.db", "store_file_missing"),
        (&keys, "vault-1.key", "vault_keys_missing"),
    ] {
        let away = from.join("away");
        fs::rename(from.join(file), &away).unwrap();
        assert_only_the_page(&mut gateway, code);
        assert!(!from.join(file).exists(), "no new {file} is made");
        fs::rename(&away, from.join(file)).unwrap();
    }

    gateway.run();
    gateway.console(&["journal", "verify"]);
    let after = journal::of_branch(&data);
    assert_eq!(after[..before.len()], before[..], "everything is as it was");
    gateway.stop();
}

fn restore(data: &Path, bytes: &[u8]) {
    for log in ["branch.db-wal", "branch.db-shm"] {
        let _none = fs::remove_file(data.join(log));
    }
    fs::write(data.join("branch.db"), bytes).unwrap();
}

#[test]
fn a_full_disk_starts_only_a_page_and_nothing_else_is_needed_once_there_is_room() {
    let world = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(&world.path().join("wire-01/data"), 64);
    let settings = "ballast_mb = 1\njournal_quota_mb = 8";
    let mut gateway = Gateway::start_on_disk(world.path(), "wire-01", settings);
    gateway.stop();
    // what the ballast held is not enough to start on
    disk.fill_up_to(0);
    assert_only_the_page(&mut gateway, "disk_full");
    disk.clear();
    gateway.run();
    gateway.stop();
}

//! Months, state and rebuild, by a running gateway and without one.
use super::PLAN;
use super::bench::Bench;

#[test]
fn a_backup_by_a_running_gateway_is_restored_where_the_data_are_lost() {
    let mut bench = Bench::new();
    bench.apply(&bench.file("branch.toml", PLAN), &[]);
    let folder = bench.folder.path().join("backups");
    std::fs::create_dir(&folder).unwrap();
    bench.start();
    let to = folder.to_str().unwrap();
    let (done, told) = bench.say(&["backup", to]);
    assert!(done && told.contains("written and read again"), "{told}");
    let vault = folder.join("vault");
    assert!(bench.say(&["backup", "--vault", vault.to_str().unwrap()]).0);
    bench.stop();
    let (_, before) = bench.say(&["journal", "verify"]);
    let backup = std::fs::read_dir(&folder).unwrap();
    let backup = backup.map(|entry| entry.unwrap().path());
    let backup = backup.into_iter().find(|path| path.extension().is_some());
    let backup = backup.unwrap();
    let (done, told) = bench.say(&["restore", backup.to_str().unwrap()]);
    assert!(!done && told.contains("[restore_not_empty]"), "{told}");
    std::fs::remove_dir_all(bench.site().data_dir).unwrap();
    let words = [
        "restore",
        backup.to_str().unwrap(),
        "--vault",
        vault.to_str().unwrap(),
    ];
    let (done, told) = bench.say(&words);
    assert!(done, "{told}");
    let (done, after) = bench.say(&["journal", "verify"]);
    assert!(done, "{after}");
    let state = |told: &str| told.rsplit(' ').next().unwrap().to_owned();
    assert_eq!(
        state(&after),
        state(&before),
        "the tables stand as they stood"
    );
    assert!(bench.say(&["journal", "rebuild"]).0);
}

#[test]
fn a_month_is_closed_by_hand_and_the_tables_still_follow_from_the_journal() {
    let mut bench = Bench::new();
    bench.apply(&bench.file("branch.toml", PLAN), &[]);
    assert_eq!(bench.say(&["journal", "months"]), (true, String::new()));
    for runs in [false, true] {
        if runs {
            bench.start();
        }
        let (done, closed) = bench.say(&["journal", "close-month"]);
        assert!(done && closed.lines().count() == 1, "{closed}");
        let (_, months) = bench.say(&["journal", "months"]);
        assert!(months.ends_with(&closed), "{months}");
        let (done, rebuilt) = bench.say(&["journal", "rebuild"]);
        assert!(done && rebuilt.contains("一致 / equal"), "{rebuilt}");
        let (done, verified) = bench.say(&["journal", "verify"]);
        assert!(done, "{verified}");
        let state = verified.rsplit(' ').next().unwrap().trim();
        assert!(rebuilt.contains(state), "{verified}{rebuilt}");
        if runs {
            bench.stop();
        }
    }
    let (done, told) = bench.say(&["journal", "verify"]);
    assert!(done && told.contains("the journal holds"), "{told}");
}

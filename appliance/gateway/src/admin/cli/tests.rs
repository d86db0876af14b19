//! The command line on a folder of its own, and through a running gateway's control socket: the same words, the same answers.
mod bench;
mod export;
mod months;

use super::{AdminCommand, run, site::Tail, words::ImportWords};
use bench::Bench;
use branch_store::CustomerFilter;
use messages::PartyNumber;
use std::fs;

const PLAN: &str = "[policy]\nprofile = \"lab\"\n[[phone]]\nrange = \"1000-1004\"  password = \"pw{user}\"\n[[trunk]]\nname = \"carrier\"  address = \"127.0.0.1:5160\"\n[[rule]]\nprefix = \"9\"  to = \"trunk:carrier\"\n";

#[test]
fn applying_is_told_before_done_once_and_then_nothing_changes() {
    for through_socket in [false, true] {
        let mut bench = Bench::new();
        if through_socket {
            bench.start();
        }
        let file = bench.file("branch.toml", PLAN);
        let (done, dry) = bench.apply(&file, &["--dry-run"]);
        assert!(
            done && dry.contains("+ phone 1000\n") && dry.contains("+ trunk carrier\n"),
            "{dry}"
        );
        let (done, told) = bench.apply(&file, &[]);
        assert_eq!(
            (done, &told),
            (true, &dry),
            "what was told is what was done"
        );
        for more in [&[][..], &["--dry-run"]] {
            let (done, again) = bench.apply(&file, more);
            assert!(done && again.contains("nothing changes"), "{again}");
        }
        bench.stop();
    }
}

#[test]
fn a_wrong_file_is_answered_by_lines_and_changes_nothing() {
    let bench = Bench::new();
    let file = bench.file("branch.toml", &PLAN.replace("trunk:carrier", "trunk:none"));
    let (done, told) = bench.apply(&file, &[]);
    let line = format!("{}:8: rule.to: ", file.display());
    assert!(
        !done && told.contains(&line) && told.contains("[plan_trunk_unknown]"),
        "{told}"
    );
    assert!(!bench.site().data_dir.exists(), "nothing was opened");
}

#[test]
fn an_import_tells_of_every_row_and_twice_is_once() {
    for through_socket in [false, true] {
        let mut bench = Bench::new();
        if through_socket {
            bench.start();
        }
        let mut text = "姓名,电话\n".to_owned();
        for n in 0..450 {
            text.push_str(&format!("客户{n},138001{n:05}\n"));
        }
        text.push_str("坏,12x\n重复,13800100007\n");
        let file = bench.file("customers.csv", &text);
        let (done, told) = bench.say(&["import", file.to_str().unwrap()]);
        assert!(!done, "a bad row is no success");
        assert!(told.contains("452 行 / rows: 新增 / new 450, 已有 / known 0, 文件内重复 / repeated 1, 错误 / bad 1"), "{told}");
        assert!(
            told.contains(":452: ") && told.contains("[number_not_digits]"),
            "{told}"
        );
        assert!(
            told.contains(":453: ") && told.contains("[number_repeated]"),
            "{told}"
        );
        assert!(
            !told.contains("13800100007") && !told.contains("12x"),
            "{told}"
        );
        let errors =
            fs::read_to_string(bench.folder.path().join("customers.csv.errors.csv")).unwrap();
        assert!(errors.contains("坏,12x,452,number_not_digits"), "{errors}");
        let (_, again) = bench.say(&["import", file.to_str().unwrap(), "--batch", "second"]);
        assert!(again.contains("新增 / new 0, 已有 / known 450"), "{again}");
        bench.stop();
    }
}

#[test]
fn a_dry_import_opens_nothing() {
    let bench = Bench::new();
    let file = bench.file("customers.csv", "name,number\nAnna,13800138000\n");
    let words = ImportWords {
        file,
        batch: None,
        errors: None,
        dry_run: true,
    };
    let mut out = Vec::new();
    assert!(run(AdminCommand::Import(words), &bench.site(), &mut out).unwrap());
    assert!(!bench.site().data_dir.exists());
}

#[test]
fn a_number_is_put_on_the_list_and_taken_off_it() {
    let bench = Bench::new();
    let number = "138 0013 8000";
    let add = [
        "dnc",
        "add",
        number,
        "--reason",
        "does not want to be called",
    ];
    for _twice in 0..2 {
        assert!(bench.say(&add).0);
    }
    let store = bench.site().open(Tail::MustFit).unwrap();
    let party = PartyNumber::parse(number).unwrap();
    assert!(store.refuses_contact(&party));
    drop(store);
    let (done, told) = bench.say(&["dnc", "lift", number, "--reason", " "]);
    assert!(!done && told.contains("[reason"), "{told}");
    let lift = ["dnc", "lift", number, "--reason", "asked for a call"];
    assert!(bench.say(&lift).0);
    let store = bench.site().open(Tail::MustFit).unwrap();
    assert!(!store.refuses_contact(&party));
}

#[test]
fn users_are_made_and_get_new_passwords_that_are_shown_once() {
    let bench = Bench::new();
    let (done, told) = bench.say(&["user", "create", "admin", "--role", "admin"]);
    assert!(done && told.contains("shown this once"), "{told}");
    let (done, again) = bench.say(&["user", "create", "admin", "--role", "admin"]);
    assert!(
        !done && again.contains("[user_exists]") && !again.contains("shown"),
        "{again}"
    );
    let (done, reset) = bench.say(&["user", "reset-password", "admin"]);
    assert!(done && reset != told);
    let (done, nobody) = bench.say(&["user", "reset-password", "nobody"]);
    assert!(!done && nobody.contains("[unknown_user]"), "{nobody}");
    let (_, list) = bench.say(&["user", "list"]);
    assert_eq!(list, "admin\tadmin\t-\n");
    let password = reset.rsplit(' ').next().unwrap().trim();
    let store = bench.site().open(Tail::MustFit).unwrap();
    let user = messages::UserName::parse("admin").unwrap();
    let (_, hash) = store
        .reader()
        .unwrap()
        .user_with_hash(&user)
        .unwrap()
        .unwrap();
    let password = messages::command::Secret::new(password.to_owned());
    assert!(portal::password::matches(&password, &hash));
}

#[test]
fn the_journal_is_verified_while_it_runs_and_while_it_rests() {
    let mut bench = Bench::new();
    bench.apply(&bench.file("branch.toml", PLAN), &[]);
    let (done, told) = bench.say(&["journal", "verify"]);
    assert!(
        done && told.contains("the journal holds: 9 facts"),
        "{told}"
    );
    bench.start();
    let (done, running) = bench.say(&["journal", "verify"]);
    assert_eq!((done, running), (true, told));
    bench.stop();
}

#[test]
fn a_cut_tail_is_found_stops_the_gateway_and_is_accepted_only_by_hand() {
    let bench = Bench::new();
    bench.apply(&bench.file("branch.toml", PLAN), &[]);
    let older = bench.folder.path().join("older");
    fs::copy(bench.site().data_dir.join("branch.db"), &older).unwrap();
    bench.say(&["user", "create", "admin", "--role", "admin"]);
    for side in ["branch.db-wal", "branch.db-shm"] {
        let _none = fs::remove_file(bench.site().data_dir.join(side));
    }
    fs::copy(&older, bench.site().data_dir.join("branch.db")).unwrap();
    let (done, told) = bench.say(&["journal", "verify"]);
    assert!(
        !done && told.contains("bad at 10 [journal_cut_off]"),
        "{told}"
    );
    assert!(bench.site().open(Tail::MustFit).is_err());
    let (done, told) = bench.say(&["journal", "accept-tail"]);
    assert!(done && told.contains("behind 9"), "{told}");
    assert!(bench.say(&["journal", "verify"]).0);
    assert!(bench.site().open(Tail::MustFit).is_ok());
}

#[test]
fn what_the_console_imports_is_there_for_the_gateway() {
    let mut bench = Bench::new();
    let file = bench.file("customers.csv", "name,number,stage\nAnna,13800138000,won\n");
    assert!(bench.say(&["import", file.to_str().unwrap()]).0);
    bench.start();
    let (store, _) = bench.running.as_ref().unwrap();
    let page = store
        .reader()
        .unwrap()
        .customers(&CustomerFilter::default(), 10)
        .unwrap();
    assert_eq!(page.rows[0].stage, messages::Stage::Won);
    bench.stop();
}

#[test]
fn a_recording_that_is_not_there_is_refused_and_leaves_no_file() {
    let bench = Bench::new();
    let out = bench.folder.path().join("out.wav");
    for id in ["nonsense", "00000000-0000-7000-8000-000000000000"] {
        let (done, told) = bench.say(&["recording", "export", id, out.to_str().unwrap()]);
        assert!(!done && told.contains("[unknown_recording]"), "{told}");
    }
    assert!(!out.exists() && !out.with_extension("part").exists());
    assert_eq!(bench.say(&["recording", "list"]), (true, String::new()));
}

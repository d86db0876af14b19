//! Nothing personal lies in the data folder in plain text.
use super::stage::Stage;
use messages::command::Command;
use messages::{Direction, PartyNumber, SystemResult};
use std::fs;
use std::path::Path;

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn no_name_and_no_number_lies_in_the_data_folder() {
    let mut stage = Stage::new();
    stage.import(&[
        ("欧阳小芳", "13800138000"),
        ("Annabel Wong", "075588886666"),
    ]);
    let call = stage.start_call("13912345678", Direction::Inbound);
    stage.answer(call);
    stage.end(call, SystemResult::Answered);
    stage
        .store()
        .dialog_opened(1, "INVITE sip:13912345678@carrier")
        .unwrap();
    let number = PartyNumber::parse("13912345678").unwrap();
    let reason = "never again 13912345678".to_owned();
    stage
        .ask(Command::RefuseContact { number, reason })
        .unwrap();
    stage.store().flush();
    let check = |stage: &Stage, when: &str| {
        let found = files(stage.folder.path());
        assert!(found.iter().any(|(name, _)| name.ends_with("branch.db")));
        for (name, bytes) in found {
            for text in [
                "13800138000",
                "欧阳",
                "Annabel",
                "annabel",
                "75588886666",
                "13912345678",
                "3912345678",
            ] {
                assert!(!holds(&bytes, text), "{text} in {name} {when}");
            }
        }
    };
    assert!(stage.data().join("branch.db-wal").exists());
    check(&stage, "while it runs");
    stage.close();
    check(&stage, "when it is closed");
}

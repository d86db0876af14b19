//! A person is forgotten: in every table, list and search, at once and after a restart, and also where a backup comes back.
use super::stage::Stage;
use branch_store::{CustomerFilter, ErasureRow, RecordingFilter, RecordingStatus};
use messages::command::Command;
use messages::fact::{RecordingClosed, RecordingStarted};
use messages::{
    CallId, CustomerId, DataCopy, Direction, PartyId, PartyNumber, Personal, RecordingId, Refusal,
    SystemResult,
};
use std::fs;
use std::path::Path;
use std::time::Duration;

const AT_MOST: Duration = Duration::from_secs(60);
const DAY_MS: i64 = 86_400_000;

fn erase(stage: &Stage, customer: CustomerId, never_call: bool) -> Result<(), Refusal> {
    let command = Command::EraseCustomer {
        customer,
        reason: "asked for it".to_owned(),
        never_call,
    };
    stage.ask(command).map(drop)
}

fn at_rest(stage: &Stage) {
    assert!(stage.store().vault_at_rest(AT_MOST));
}

fn number(text: &str) -> PartyNumber {
    PartyNumber::parse(text).unwrap()
}

fn party_of(stage: &Stage, customer: CustomerId) -> PartyId {
    let reader = stage.store().reader().unwrap();
    reader.customer(customer).unwrap().unwrap().party
}

fn receipt(stage: &Stage, party: PartyId) -> ErasureRow {
    let reader = stage.store().reader().unwrap();
    reader.erasure(party).unwrap().unwrap()
}

/// A recorded call with this number; its recording.
fn recorded_call(stage: &mut Stage, text: &str, id: u8) -> (CallId, RecordingId) {
    let call = stage.start_call(text, Direction::Outbound);
    stage.answer(call);
    let recording = RecordingId::from_bytes([id; 16]);
    let order = branch_store::RecordingKeyOrder {
        recording,
        call,
        owner: branch_store::KeyOwner::Number(number(text)),
    };
    let (told, answer) = std::sync::mpsc::sync_channel(1);
    stage.store().recording_key(
        order,
        Box::new(move |key| told.send(key.map(|key| key.party)).unwrap()),
    );
    let party = answer.recv().unwrap().unwrap();
    stage.happened(RecordingStarted {
        recording,
        call,
        party,
    });
    (call, recording)
}

fn end_recorded(stage: &Stage, call: CallId, recording: RecordingId) {
    stage.end(call, SystemResult::Answered);
    stage.happened(RecordingClosed {
        recording,
        segments: 1,
        last_tag: vec![1; 16],
        duration_ms: 5_000,
        bytes: 9_000,
    });
}

fn found(stage: &Stage, text: &str) -> usize {
    let filter = CustomerFilter {
        text: Some(text.to_owned()),
        whole_numbers: true,
        ..CustomerFilter::default()
    };
    let reader = stage.store().reader().unwrap();
    reader.customers(&filter, 10).unwrap().rows.len()
}

#[test]
fn an_erased_customer_is_nowhere_and_everybody_else_is_as_before() {
    let mut stage = Stage::new();
    let wang = stage.import_one("王小芳", "13800138000");
    let li = stage.import_one("李四", "13900139000");
    let (call, recording) = recorded_call(&mut stage, "13800138000", 1);
    assert_eq!(erase(&stage, wang, false), Err(Refusal::PartyInCall));
    end_recorded(&stage, call, recording);
    let (other_call, other_recording) = recorded_call(&mut stage, "13900139000", 2);
    end_recorded(&stage, other_call, other_recording);
    erase(&stage, wang, false).unwrap();
    for reopened in [false, true] {
        for text in ["王", "8000", "13800138000"] {
            assert_eq!(found(&stage, text), 0, "{text}, reopened: {reopened}");
        }
        assert_eq!(found(&stage, "李四"), 1);
        let reader = stage.store().reader().unwrap();
        let row = reader.customer(wang).unwrap().unwrap();
        assert_eq!(
            (&row.name, &row.number),
            (&Personal::Erased, &Personal::Erased)
        );
        assert!(row.erased.is_some());
        let other = reader.customer(li).unwrap().unwrap();
        assert_eq!(other.name.clear().unwrap().as_str(), "李四");
        let call_row = reader.call(call).unwrap().unwrap();
        assert_eq!(call_row.number, Some(Personal::Erased));
        let recordings = reader.recordings(&RecordingFilter::default(), 10).unwrap();
        let states: Vec<_> = recordings
            .rows
            .iter()
            .map(|row| row.status.code())
            .collect();
        assert_eq!(states, ["closed", "erased"]);
        drop(reader);
        let store = stage.store();
        assert!(store.open_recording_key(recording).unwrap().is_none());
        assert!(store.open_recording_key(other_recording).unwrap().is_some());
        at_rest(&stage);
        if !reopened {
            stage.close();
            stage.open().unwrap();
        }
    }
    assert!(stage.store().verify().unwrap().bad.is_none());
    assert_eq!(erase(&stage, wang, false), Err(Refusal::PartyErased));
}

#[test]
fn the_same_number_is_a_stranger_afterwards_and_never_called_if_it_was_wished() {
    let mut stage = Stage::new();
    let wang = stage.import_one("王小芳", "13800138000");
    let before = party_of(&stage, wang);
    erase(&stage, wang, true).unwrap();
    assert!(stage.store().refuses_contact(&number("13800138000")));
    let call = stage.start_call("13800138000", Direction::Inbound);
    let reader = stage.store().reader().unwrap();
    let row = reader.call(call).unwrap().unwrap();
    assert_ne!(row.party, Some(before));
    assert_eq!(row.customer, None);
}

#[test]
fn a_caller_who_is_no_customer_is_erased_by_the_number() {
    let mut stage = Stage::new();
    let call = stage.start_call("13700137000", Direction::Inbound);
    stage.end(call, SystemResult::NoAnswer);
    let by_number = || Command::EraseNumber {
        number: number("13700137000"),
        reason: "asked for it".to_owned(),
        never_call: false,
    };
    stage.ask(by_number()).unwrap();
    assert_eq!(stage.ask(by_number()), Err(Refusal::UnknownCustomer));
    let reader = stage.store().reader().unwrap();
    assert_eq!(
        reader.call(call).unwrap().unwrap().number,
        Some(Personal::Erased)
    );
}

#[test]
fn the_containers_of_an_erased_person_are_asked_for_until_they_are_gone() {
    let mut stage = Stage::new();
    let wang = stage.import_one("王小芳", "13800138000");
    let (call, recording) = recorded_call(&mut stage, "13800138000", 1);
    end_recorded(&stage, call, recording);
    let to_erase = |stage: &Stage| {
        stage
            .store()
            .reader()
            .unwrap()
            .recordings_to_erase()
            .unwrap()
    };
    assert_eq!(to_erase(&stage), []);
    erase(&stage, wang, false).unwrap();
    assert_eq!(to_erase(&stage), [recording]);
    stage.crash();
    stage.open().unwrap();
    assert_eq!(to_erase(&stage), [recording]);
    stage.store().recordings_erased(vec![recording]).unwrap();
    stage.store().flush();
    assert_eq!(to_erase(&stage), []);
    let reader = stage.store().reader().unwrap();
    let row = reader.recording(recording).unwrap().unwrap();
    assert_eq!(row.status, RecordingStatus::Erased);
}

#[test]
fn a_receipt_names_the_day_and_is_complete_when_each_copy_has_confirmed() {
    let mut stage = Stage::new();
    let wang = stage.import_one("王小芳", "13800138000");
    let party = party_of(&stage, wang);
    let asked = stage.utc();
    erase(&stage, wang, false).unwrap();
    at_rest(&stage);
    let row = receipt(&stage, party);
    assert_eq!(row.asked, asked);
    assert_eq!(row.due().0, asked.0 + 7 * DAY_MS);
    let confirmed = |row: &ErasureRow| -> Vec<DataCopy> {
        let gone = row.copies.iter().filter(|(_, gone)| gone.is_some());
        gone.map(|(copy, _)| *copy).collect()
    };
    assert_eq!(confirmed(&row), [DataCopy::BranchVault]);
    assert_eq!(row.copies.len(), 2, "nothing was ever at headquarters");
    assert_eq!(row.complete(), None);
    stage.close();
    stage.pass_ms(7 * DAY_MS);
    stage.open().unwrap();
    at_rest(&stage);
    let row = receipt(&stage, party);
    assert_eq!(
        confirmed(&row),
        [DataCopy::BranchVault, DataCopy::BranchBackups]
    );
    assert_eq!(row.complete(), Some(stage.utc()));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_backup_that_comes_back_gives_no_erased_person_back() {
    let mut stage = Stage::new();
    let wang = stage.import_one("王小芳", "13800138000");
    let li = stage.import_one("李四", "13900139000");
    let (call, recording) = recorded_call(&mut stage, "13800138000", 1);
    end_recorded(&stage, call, recording);
    let party = party_of(&stage, wang);
    stage.close();
    let aside = stage.folder.path().join("aside");
    copy(&stage.data(), &aside);
    stage.open().unwrap();
    erase(&stage, wang, false).unwrap();
    at_rest(&stage);
    stage.close();
    // everything but the vault, as a backup of the data holds it
    let vault = fs::read(stage.data().join("vault.db")).unwrap();
    fs::remove_dir_all(stage.data()).unwrap();
    copy(&aside, &stage.data());
    fs::write(stage.data().join("vault.db"), vault).unwrap();
    stage.open_with(|config| config.accept_tail = true).unwrap();
    assert_eq!(found(&stage, "王小芳"), 0);
    assert_eq!(found(&stage, "李四"), 1);
    let kinds = stage.kinds_after(0);
    assert_eq!(
        kinds.iter().filter(|kind| *kind == "party_erased").count(),
        1
    );
    let reader = stage.store().reader().unwrap();
    let row = reader.customer(wang).unwrap().unwrap();
    assert_eq!((row.name, row.number), (Personal::Erased, Personal::Erased));
    assert!(reader.customer(li).unwrap().unwrap().name.clear().is_some());
    assert_eq!(reader.recordings_to_erase().unwrap(), [recording]);
    drop(reader);
    assert!(
        stage
            .store()
            .open_recording_key(recording)
            .unwrap()
            .is_none()
    );
    at_rest(&stage);
    assert!(
        receipt(&stage, party).copies[0].1.is_some(),
        "the vault says so again"
    );
}

#[test]
fn a_copy_without_blind_indexes_finds_everybody_again_but_the_erased() {
    let mut stage = Stage::new();
    let wang = stage.import_one("王小芳", "13800138000");
    stage.import_one("李四", "13900139000");
    erase(&stage, wang, false).unwrap();
    at_rest(&stage);
    stage.close();
    let conn = rusqlite::Connection::open(stage.data().join("branch.db")).unwrap();
    conn.execute("UPDATE party SET blind = NULL", []).unwrap();
    drop(conn);
    stage.open().unwrap();
    assert_eq!(found(&stage, "13900139000"), 1);
    assert_eq!(found(&stage, "13800138000"), 0);
}

//! Calls: the tables follow their facts, and the customer knows of the contact.
use super::stage::{START, Stage};
use branch_store::{CallCounts, CallFilter, RecordingFilter, RecordingStatus};
use branch_store::{KeyOwner, RecordingKeyOrder};
use messages::fact::{RecordingClosed, RecordingStarted};
use messages::{Destination, Direction, Extension, PartyNumber, RecordingId, SystemResult, UtcMs};
use std::sync::mpsc::sync_channel;

#[test]
fn the_end_of_a_call_that_had_an_attempt_counts_it_and_an_answered_call_is_contact() {
    let mut stage = Stage::new();
    let customer = stage.import_one("王小芳", "13800138000");
    let state = |stage: &Stage| {
        let reader = stage.store().reader().unwrap();
        let row = reader.customer(customer).unwrap().unwrap();
        (row.attempts, row.last_contact)
    };
    let call = stage.start_call("13800138000", Direction::Outbound);
    stage.end(call, SystemResult::Cancelled);
    assert_eq!(state(&stage), (0, None), "the own phone never answered");
    let call = stage.start_call("13800138000", Direction::Outbound);
    stage.attempt(call);
    stage.pass_ms(1_000);
    stage.end(call, SystemResult::NoAnswer);
    assert_eq!(state(&stage), (1, None));
    let call = stage.start_call("+8613800138000", Direction::Outbound);
    stage.attempt(call);
    stage.answer(call);
    stage.pass_ms(1_000);
    stage.end(call, SystemResult::Answered);
    assert_eq!(state(&stage), (2, Some(UtcMs(START + 2_000))));
    let call = stage.start_call("13800138000", Direction::Inbound);
    stage.answer(call);
    stage.pass_ms(1_000);
    stage.end(call, SystemResult::Answered);
    assert_eq!(state(&stage), (2, Some(UtcMs(START + 3_000))));

    let reader = stage.store().reader().unwrap();
    let filter = CallFilter {
        customer: Some(customer),
        ..CallFilter::default()
    };
    let page = reader.calls(&filter, 10).unwrap();
    assert_eq!(page.rows.len(), 4);
    assert_eq!(page.rows[0].call, call);
    let number = page.rows[0].number.as_ref().unwrap().clear().unwrap();
    assert_eq!(number.to_dial(), "13800138000");
    let filter = CallFilter {
        extension: Extension::parse("1000"),
        ..CallFilter::default()
    };
    assert_eq!(reader.calls(&filter, 2).unwrap().rows.len(), 2);
    let counts = reader.call_counts(UtcMs(START), stage.utc()).unwrap();
    assert_eq!(
        counts,
        CallCounts {
            started: 4,
            answered: 2,
            up: 0,
            recorded: 0
        }
    );
}

#[test]
fn a_new_number_is_met_before_the_call_that_names_it() {
    let mut stage = Stage::new();
    let before = stage.store().head().seq;
    stage.start_call("13800138000", Direction::Inbound);
    stage.start_call("13800138000", Direction::Inbound);
    assert_eq!(
        stage.kinds_after(before),
        ["party_met", "call_started", "call_started"]
    );
}

#[test]
fn a_fact_that_the_tables_cannot_follow_is_kept_and_said() {
    let mut stage = Stage::new();
    let call = stage.start_call("13800138000", Direction::Outbound);
    stage.end(call, SystemResult::NoAnswer);
    let before = stage.store().head().seq;
    stage.end(call, SystemResult::Busy);
    assert_eq!(stage.kinds_after(before), ["call_ended", "rule_skipped"]);
    let row = stage.store().reader().unwrap().call(call).unwrap().unwrap();
    assert_eq!(row.result, Some(SystemResult::NoAnswer));
}

#[test]
fn a_recordings_key_is_durable_before_the_answer_and_opens_after_a_restart() {
    let mut stage = Stage::new();
    let call = stage.start_call("13800138000", Direction::Outbound);
    let key_of = |stage: &Stage, recording, owner| {
        let (answer, answered) = sync_channel(1);
        stage.store().recording_key(
            RecordingKeyOrder {
                recording,
                call,
                owner,
            },
            Box::new(move |key| answer.send(key).unwrap()),
        );
        answered.recv().unwrap().unwrap()
    };
    let outside = RecordingId::from_bytes([1; 16]);
    let inside = RecordingId::from_bytes([2; 16]);
    let number = PartyNumber::parse("13800138000").unwrap();
    let of_party = key_of(&stage, outside, KeyOwner::Number(number));
    let of_box = key_of(&stage, inside, KeyOwner::Box);
    let row = stage.store().reader().unwrap().call(call).unwrap().unwrap();
    assert_eq!(of_party.party, row.party);
    assert_eq!(of_box.party, None);
    stage.happened(RecordingStarted {
        recording: outside,
        call,
        party: of_party.party,
    });
    stage.happened(RecordingClosed {
        recording: outside,
        segments: 3,
        last_tag: vec![7; 16],
        duration_ms: 9_000,
        bytes: 48_000,
    });
    stage.crash();
    stage.open().unwrap();
    for (recording, key) in [(outside, of_party.key), (inside, of_box.key)] {
        assert_eq!(
            stage.store().open_recording_key(recording).unwrap(),
            Some(key)
        );
    }
    let unknown = RecordingId::from_bytes([3; 16]);
    assert_eq!(stage.store().open_recording_key(unknown).unwrap(), None);
    let filter = RecordingFilter {
        extension: Extension::parse("1000"),
        ..RecordingFilter::default()
    };
    let page = stage
        .store()
        .reader()
        .unwrap()
        .recordings(&filter, 10)
        .unwrap();
    assert!(matches!(
        page.rows[0].status,
        RecordingStatus::Closed { segments: 3, .. }
    ));
    assert_eq!(page.rows[0].direction, Some(Direction::Outbound));
}

#[test]
fn what_todays_calls_used_is_known_again_after_a_restart() {
    let mut stage = Stage::new();
    for tried in [true, false] {
        let call = stage.start_call("13800138000", Direction::Outbound);
        if tried {
            stage.attempt(call);
        }
        stage.answer(call);
        stage.pass_ms(60_000);
        stage.end(call, SystemResult::Answered);
    }
    let reader = stage.store().reader().unwrap();
    let spent = reader.spent_since(UtcMs(START)).unwrap();
    let [one] = &spent[..] else {
        panic!("a call that tried nobody outside used nothing: {spent:?}")
    };
    assert_eq!(one.talk_ms, 5_000);
    assert_eq!(one.destination, Some(Destination::Mobile));
    assert_eq!(one.wanted_by, Extension::parse("1000"));
    assert_eq!(reader.spent_since(stage.utc()).unwrap().len(), 0);
}

//! A recording leaves as a WAV, whole and noted, or as much of it as is authentic.
use super::bench::Bench;
use crate::admin::cli::site::Tail;
use crate::recorder::path_of;
use branch_store::{KeyOwner, RecordingKey, RecordingKeyOrder, Store};
use media::Law;
use media::recording::{Closing, ContainerWriter, RecordingHeader};
use messages::fact::{
    Actor, Body, CallStarted, Fact, OutsideParty, RecordingClosed, RecordingCut, RecordingStarted,
};
use messages::{CallId, Direction, IdMint, PartyNumber, Purpose, RecordingId, UtcMs};
use std::fs;
use std::sync::mpsc::sync_channel;

const UTC: UtcMs = UtcMs(1_790_000_000_000);
/// Two channels of one second.
const CONTENT: usize = 16_000;

struct Recorded {
    call: CallId,
    recording: RecordingId,
    key: RecordingKey,
}

fn happened(store: &Store, body: impl Into<Body>) {
    let fact = Fact::new(UTC, true, Actor::System, body);
    store.append(vec![fact]).unwrap();
    store.flush();
}

/// A call and the key of its recording, both durable.
fn begin(store: &Store) -> Recorded {
    let mut mint = IdMint::new([1; 6]);
    let (call, recording) = (mint.call(UTC), mint.recording(UTC));
    let number = PartyNumber::parse("13800138000").unwrap();
    happened(
        store,
        CallStarted {
            call,
            direction: Direction::Outbound,
            purpose: Purpose::Sales,
            extension: None,
            other_extension: None,
            trunk: None,
            outside: Some(OutsideParty::of(number.clone())),
            customer: None,
        },
    );
    let (answer, answered) = sync_channel(1);
    let owner = KeyOwner::Number(number);
    store.recording_key(
        RecordingKeyOrder {
            recording,
            call,
            owner,
        },
        Box::new(move |key| answer.send(key).unwrap()),
    );
    let key = answered.recv().unwrap().unwrap();
    let party = key.party;
    happened(
        store,
        RecordingStarted {
            recording,
            call,
            party,
        },
    );
    Recorded {
        call,
        recording,
        key,
    }
}

/// The container's bytes; `cut`: without its end.
fn write(bench: &Bench, recorded: &Recorded, cut: bool) -> Option<Closing> {
    let header = RecordingHeader {
        recording: recorded.recording,
        part: 1,
        party: recorded.key.party,
        laws: [Law::A; 2],
        start: UTC,
        salt: [3; 32],
        prefix: [4; 7],
        wrapped_key: recorded.key.wrapped.clone(),
    };
    let mut bytes = Vec::new();
    let mut writer =
        ContainerWriter::begin(&header, recorded.key.key.expose(), &mut bytes).unwrap();
    for _ in 0..3 {
        writer.push(&[0x55; CONTENT], &mut bytes);
    }
    let closing = if cut {
        None
    } else {
        Some(writer.finish(&mut bytes))
    };
    let path = path_of(&bench.site().recordings, recorded.recording);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    closing
}

#[test]
fn a_recording_is_exported_whole_and_that_is_noted() {
    for through_socket in [false, true] {
        let mut bench = Bench::new();
        let store = bench.site().open(Tail::MustFit).unwrap();
        let recorded = begin(&store);
        let closing = write(&bench, &recorded, false).unwrap();
        happened(
            &store,
            RecordingClosed {
                recording: recorded.recording,
                segments: closing.segments,
                last_tag: closing.last_tag.to_vec(),
                duration_ms: 3_000,
                bytes: 48_000,
            },
        );
        store.close("test");
        drop(store);
        if through_socket {
            bench.start();
        }
        let out = bench.folder.path().join("out.wav");
        let id = recorded.recording.to_string();
        let (done, told) = bench.say(&["recording", "export", &id, out.to_str().unwrap()]);
        assert!(done && told.starts_with("3 s, 3 "), "{told}");
        let wav = fs::read(&out).unwrap();
        assert!(
            wav.starts_with(b"RIFF") && wav.len() > 3 * CONTENT,
            "{} bytes",
            wav.len()
        );
        assert_eq!(wav[wav.len() - 3 * CONTENT..], [0x55; 3 * CONTENT]);
        let (_, list) = bench.say(&["recording", "list"]);
        assert!(
            list.starts_with(&id) && list.contains("closed\t3 s"),
            "{list}"
        );
        bench.stop();
        let store = bench.site().open(Tail::MustFit).unwrap();
        let last = store.facts_after(store.head().seq - 1, 1, 10_000).unwrap();
        let fact = messages::fact::SealedFact::decode(last[0].1.clone()).unwrap();
        assert_eq!(fact.envelope().kind, "recording_exported");
        assert_eq!(fact.envelope().actor, Actor::Console);
    }
}

#[test]
fn of_a_cut_recording_the_authentic_part_is_exported_and_that_is_said() {
    let bench = Bench::new();
    let store = bench.site().open(Tail::MustFit).unwrap();
    let recorded = begin(&store);
    assert!(recorded.call > CallId::from_bytes([0; 16]));
    write(&bench, &recorded, true);
    let body = RecordingCut {
        recording: recorded.recording,
        segments: 2,
        duration_ms: 2_000,
        bytes: 32_000,
    };
    happened(&store, body);
    store.close("test");
    drop(store);
    let out = bench.folder.path().join("out.wav");
    let id = recorded.recording.to_string();
    let (done, told) = bench.say(&["recording", "export", &id, out.to_str().unwrap()]);
    assert!(
        done && told.contains("cut") && told.contains("not whole"),
        "{told}"
    );
    assert!(fs::read(&out).unwrap().starts_with(b"RIFF"));
}

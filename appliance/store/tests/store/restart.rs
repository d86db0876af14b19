//! Restarts: what was durable is there, what was open is ended and handed out.
use super::stage::Stage;
use branch_store::{BindingKept, LinkCursor, StoreError};
use messages::fact::{AttemptStarted, PhoneBound, RecordingStarted};
use messages::journal::Head;
use messages::{AttemptId, Direction, Extension, RecordingId, SystemResult, TrunkName, UtcMs};

fn bind(stage: &Stage, extension: &str, expires_ms: i64) {
    let extension = Extension::parse(extension).unwrap();
    let source = "127.0.0.1:5062".parse().unwrap();
    stage.happened(PhoneBound {
        extension: extension.clone(),
        source,
        user_agent: "test".to_owned(),
    });
    let kept = BindingKept {
        extension,
        source,
        contact: Some("sip:x@127.0.0.1:5062".to_owned()),
        expires: UtcMs(stage.utc().0 + expires_ms),
    };
    stage.store().binding_kept(kept).unwrap();
}

#[test]
fn a_crash_ends_what_was_open_and_hands_out_what_needs_hands() {
    let mut stage = Stage::new();
    assert!(stage.recovered.clean, "a first start has nothing to clean");
    let call = stage.start_call("13800138000", Direction::Outbound);
    let recording = RecordingId::from_bytes([1; 16]);
    stage.happened(AttemptStarted {
        attempt: AttemptId::from_bytes([2; 16]),
        call,
        trunk: TrunkName::parse("carrier").unwrap(),
        destination: None,
        wanted_by: None,
    });
    stage.answer(call);
    stage.pass_ms(3_000);
    stage.happened(RecordingStarted {
        recording,
        call,
        party: None,
    });
    stage
        .store()
        .dialog_opened(7, "To: <sip:13800138000@carrier>")
        .unwrap();
    bind(&stage, "1000", 60_000);
    bind(&stage, "1001", 1_000);
    let before = stage.store().head().seq;
    stage.crash();
    stage.pass_ms(10_000);
    stage.open().unwrap();

    assert!(!stage.recovered.clean);
    assert_eq!(
        stage.kinds_after(before),
        [
            "box_started",
            "attempt_ended",
            "call_ended",
            "phone_unbound"
        ]
    );
    let row = stage.store().reader().unwrap().call(call).unwrap().unwrap();
    assert_eq!(row.result, Some(SystemResult::Restarted));
    assert_eq!(
        row.talk_ms,
        Some(3_000),
        "as long as there was a sign of life"
    );
    assert_eq!(stage.recovered.recordings.len(), 1);
    assert_eq!(stage.recovered.recordings[0].recording, recording);
    let [dialog] = &stage.recovered.dialogs[..] else {
        panic!("{:?}", stage.recovered.dialogs);
    };
    assert_eq!(dialog.record, "To: <sip:13800138000@carrier>");
    assert_eq!(stage.recovered.bindings.len(), 1);
    let id = dialog.id;
    stage.store().dialog_closed(id).unwrap();
    stage.close();
    stage.open().unwrap();
    assert!(stage.recovered.clean);
    assert!(stage.recovered.dialogs.is_empty());
}

#[test]
fn the_chain_goes_on_over_restarts_and_the_cursor_is_kept() {
    let mut stage = Stage::new();
    let head = stage.store().head();
    let cursor = LinkCursor {
        epoch: 3,
        applied: head,
        safe: 1,
    };
    stage.store().put_link_cursor(cursor).unwrap();
    stage.crash();
    stage.open().unwrap();
    assert_eq!(stage.store().link_cursor(), cursor);
    let facts = stage.store().facts_after(head.seq, 10, 100_000).unwrap();
    let (seq, bytes) = &facts[0];
    assert_eq!(*seq, head.seq + 1);
    let after = stage.store().hash_at(*seq).unwrap().unwrap();
    assert_eq!(head.hash.next(bytes), after);
    let fact = messages::fact::SealedFact::decode(bytes.clone()).unwrap();
    assert_eq!(
        fact.envelope().epoch,
        3,
        "facts carry the epoch that was granted"
    );
}

#[test]
fn a_vault_that_is_older_than_the_journal_stops_the_start() {
    let mut stage = Stage::new();
    stage.import_one("王小芳", "13800138000");
    stage.close();
    let old = std::fs::read(stage.data().join("vault.db")).unwrap();
    let log = std::fs::read(stage.data().join("vault.db-wal")).unwrap_or_default();
    stage.open().unwrap();
    stage.pass_ms(1);
    stage.import_one("李四", "13900138001");
    stage.close();
    std::fs::write(stage.data().join("vault.db"), old).unwrap();
    std::fs::write(stage.data().join("vault.db-wal"), log).unwrap();
    let opened = stage.open();
    assert!(
        matches!(opened, Err(StoreError::VaultIncomplete)),
        "{:?}",
        opened.err()
    );
}

#[test]
fn two_processes_never_share_a_folder() {
    let mut stage = Stage::new();
    let first = stage.store.take();
    assert!(matches!(stage.open(), Err(StoreError::InUse(_))));
    drop(first);
    stage.open().unwrap();
}

#[test]
fn a_lost_tail_a_lost_key_and_a_full_disk_stop_the_start_and_say_so() {
    let mut stage = Stage::new();
    stage.import_one("王小芳", "13800138000");
    stage.close();
    let floor = stage.open_with(|config| config.limits.disk_floor_bytes = u64::MAX);
    assert!(matches!(floor, Err(StoreError::DiskFull { .. })));

    let keys = stage.keys();
    std::fs::rename(keys.join("vault-1.key"), keys.join("elsewhere")).unwrap();
    assert!(matches!(stage.open(), Err(StoreError::VaultKeys(_))));
    std::fs::rename(keys.join("elsewhere"), keys.join("vault-1.key")).unwrap();

    for file in ["branch.db", "vault.db"] {
        let (there, away) = (stage.data().join(file), stage.data().join("away"));
        std::fs::rename(&there, &away).unwrap();
        let missing = stage.open();
        assert!(
            matches!(missing, Err(StoreError::FileMissing(name)) if name == file),
            "{:?}",
            missing.err()
        );
        assert!(!there.exists(), "none is made in its place");
        std::fs::rename(&away, &there).unwrap();
    }

    let conn = rusqlite::Connection::open(stage.data().join("branch.db")).unwrap();
    conn.execute(
        "DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)",
        [],
    )
    .unwrap();
    drop(conn);
    let lost = stage.open();
    assert!(
        matches!(lost, Err(StoreError::TailLost { .. })),
        "{:?}",
        lost.err()
    );
    stage.open_with(|config| config.accept_tail = true).unwrap();
    assert!(stage.store().head() != Head::EMPTY);
}

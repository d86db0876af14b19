//! A disk that cannot be written: facts are kept and tried again, commands are refused, nothing is written twice.
use super::Writer;
use crate::boot::{Parts, assemble};
use crate::config::StoreConfig;
use crate::job::{Job, Proposal};
use crate::month::Ledger;
use crate::soft_keys::SoftKeys;
use crate::verify::verify;
use messages::command::Command;
use messages::fact::{Actor, BoxStopped, Fact};
use messages::{BootId, BoxId, Moment, Now, Refusal, UtcMs};
use sansio::SeededSecrets;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

fn writer(folder: &Path) -> Writer {
    let now = Now {
        mono: Moment::START,
        utc: UtcMs(1),
        utc_trusted: true,
    };
    let box_id = BoxId::parse("sz-01").unwrap();
    let boot = BootId::from_bytes([1; 16]);
    let parts = Parts {
        config: StoreConfig::new(folder.join("data"), box_id, "0.1", boot),
        key_store: Box::new(SoftKeys::open(folder.join("keys")).unwrap()),
        decider: Box::new(crm::Rules),
        clock: Arc::new(move || now),
        secrets: Box::new(SeededSecrets::new(1)),
    };
    assemble(parts).unwrap().0
}

fn facts(count: usize) -> Job {
    let body = BoxStopped {
        reason: "x".repeat(2_000),
    };
    Job::Append(vec![Fact::new(UtcMs(1), true, Actor::System, body); count])
}

#[test]
fn a_full_disk_loses_no_fact_and_refuses_commands() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    writer.write(vec![facts(1)]);
    // the next commit does not fit; a connection that is opened anew has room again
    writer
        .conn
        .pragma_update(None, "max_page_count", 1)
        .unwrap();
    let (answer, answered) = sync_channel(1);
    let proposal = Proposal {
        actor: Actor::System,
        from_ip: None,
        command: Command::NoteSignInFailed { user: None },
        reply: Box::new(move |result| answer.send(result).unwrap()),
    };
    writer.write(vec![facts(100), Job::Propose(Box::new(proposal)), facts(1)]);
    assert_eq!(answered.recv().unwrap(), Err(Refusal::JournalUnavailable));
    assert_eq!(writer.standing.head.seq, 102);
    assert_eq!(
        writer.shared.trouble().journal,
        None,
        "it can be written again"
    );
    let verdict = verify(
        &Ledger::of(&writer.conn, folder.path()).unwrap(),
        &[writer.standing.head],
    )
    .unwrap();
    assert_eq!((verdict.checked, verdict.bad), (102, None));
}

#[test]
fn closing_on_a_full_disk_ends_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    std::fs::rename(folder.path().join("data"), folder.path().join("gone")).unwrap();
    writer
        .conn
        .pragma_update(None, "max_page_count", 1)
        .unwrap();
    writer.shared.queue.close();
    writer.write(vec![facts(100)]);
    assert!(writer.shared.trouble().journal.is_some());
    assert_eq!(writer.standing.head.seq, 0);
}

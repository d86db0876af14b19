//! What comes from headquarters: each directive once, each command at most once, our own lost tail as it was.
use super::stage::Stage;
use branch_store::{
    Begun, DirectiveEffects, Opened, Parts, Purpose, SoftKeys, Store, StoreConfig, TailFact, Taken,
};
use messages::directive::HqSees;
use messages::fact::{DirectiveApplied, FieldPolicyChanged, TenantDncChanged};
use messages::journal::Head;
use messages::lane::{CommandCode, CommandResult, DncChange};
use messages::{BootId, BoxId, CommandId, Moment, Now, PartyNumber, Refusal, SystemResult, UtcMs};
use sansio::SeededSecrets;
use seal::{BlindKey, Key};
use std::path::Path;
use std::sync::Arc;

fn receipt(seq: u64) -> DirectiveApplied {
    DirectiveApplied {
        seq,
        kind: "field_policy_set".to_owned(),
        code: "done".to_owned(),
    }
}

#[test]
fn a_directive_is_in_the_inbox_once_with_its_facts_and_no_other_takes_its_number() {
    let mut stage = Stage::new();
    let facts = |stage: &Stage| {
        let effect = FieldPolicyChanged {
            name: HqSees::Masked,
            number: HqSees::Never,
        };
        vec![stage.fact(receipt(1)), stage.fact(effect)]
    };
    let take = |stage: &Stage, bytes: &[u8]| {
        let facts = facts(stage);
        let effects = DirectiveEffects {
            facts,
            commands: Vec::new(),
        };
        stage.store().take_directive(1, bytes.to_vec(), effects)
    };
    assert_eq!(take(&stage, b"signed"), Ok(Taken::New));
    let head = stage.store().head();
    assert_eq!(take(&stage, b"signed"), Ok(Taken::Known));
    assert_eq!(take(&stage, b"another"), Ok(Taken::Older));
    assert_eq!(stage.store().head(), head, "neither left a fact");
    stage.crash();
    stage.open().unwrap();
    let reader = stage.store().reader().unwrap();
    assert_eq!(reader.directives_upto().unwrap(), 1);
    let sees = reader.field_policy().unwrap();
    assert_eq!((sees.name, sees.number), (HqSees::Masked, HqSees::Never));
}

#[test]
fn a_refusal_of_another_branch_is_known_by_the_tenants_index_after_a_restart_too() {
    let key = BlindKey::new(Key::from_bytes([5; 32]));
    let number = PartyNumber::parse("13800138000").unwrap();
    let mut stage = Stage::over(tempfile::tempdir().unwrap(), 0);
    let with_key = |config: &mut StoreConfig| config.tenant_blind = Some(key.clone());
    stage.open_with(with_key).unwrap();
    let change = |refused| TenantDncChanged {
        changes: vec![DncChange {
            index: key.index(&number).as_bytes().to_vec(),
            refused,
            reason: "asked".to_owned(),
            utc: UtcMs(1),
        }],
    };
    assert!(!stage.store().refuses_contact(&number));
    stage.happened(change(true));
    stage.happened(change(true));
    assert!(stage.store().refuses_contact(&number));
    stage.crash();
    stage.open_with(with_key).unwrap();
    assert!(stage.store().refuses_contact(&number));
    stage.happened(change(false));
    assert!(!stage.store().refuses_contact(&number));
}

#[test]
fn a_command_runs_once_and_its_answer_outlives_a_crash() {
    let mut stage = Stage::new();
    let id = CommandId::from_bytes([3; 16]);
    assert_eq!(stage.store().begin_command(id), Ok(Begun::Run));
    assert_eq!(stage.store().begin_command(id), Ok(Begun::Running));
    stage.crash();
    stage.open().unwrap();
    assert_eq!(
        stage.store().begin_command(id),
        Ok(Begun::Running),
        "never again"
    );
    let result = CommandResult {
        id,
        utc: stage.utc(),
        code: CommandCode::Interrupted,
        detail: "why".to_owned(),
    };
    stage.store().end_command(result, Vec::new()).unwrap();
    let ended = Begun::Ended {
        code: CommandCode::Interrupted,
        detail: "why".to_owned(),
    };
    assert_eq!(stage.store().begin_command(id), Ok(ended));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Nothing is written by opening.
fn opened_quietly(data: &Path, keys: &Path) -> Store {
    let boot = BootId::from_bytes([77; 16]);
    let box_id = BoxId::parse("sz-01").unwrap();
    let mut config = StoreConfig::new(data.to_owned(), box_id, "0.1", boot);
    config.accept_tail = true;
    let parts = Parts {
        config,
        key_store: Box::new(SoftKeys::open(keys.to_owned()).unwrap()),
        decider: Box::new(crm::Rules),
        clock: Arc::new(|| Now {
            mono: Moment::default(),
            utc: UtcMs(0),
            utc_trusted: true,
        }),
        secrets: Box::new(SeededSecrets::new(9)),
    };
    let Opened { store, .. } = Store::open(parts, Purpose::Console).unwrap();
    store
}

#[test]
fn a_lost_tail_comes_back_byte_for_byte_and_the_tables_follow_it_again() {
    let mut stage = Stage::new();
    let first = stage.import_one("王小芳", "13800138000");
    stage.close();
    let old = tempfile::tempdir().unwrap();
    copy(&stage.data(), old.path());
    stage.open().unwrap();
    let second = stage.import_one("李大力", "13900139000");
    let call = stage.start_call("13800138000", messages::Direction::Outbound);
    stage.answer(call);
    stage.end(call, SystemResult::Answered);
    stage.close();
    stage.open().unwrap();
    let whole = stage.store().head();
    let all = stage.store().facts_after(0, 10_000, 100_000_000).unwrap();
    stage.crash();

    let store = opened_quietly(old.path(), &stage.keys());
    let mut head = store.head();
    assert!(head.seq < whole.seq);
    let tail: Vec<TailFact> = all[usize::try_from(head.seq).unwrap()..]
        .iter()
        .map(|(seq, bytes)| {
            let hash = head.hash.next(bytes);
            head = Head { seq: *seq, hash };
            TailFact {
                head,
                bytes: bytes.clone(),
            }
        })
        .collect();
    assert_eq!(
        store.append_tail(tail[1..].to_vec()),
        Err(Refusal::JournalUnavailable),
        "not behind a hole"
    );
    assert_eq!(store.append_tail(tail.clone()), Ok(whole));
    assert_eq!(store.facts_after(0, 10_000, 100_000_000).unwrap(), all);
    assert!(
        store.verify().unwrap().bad.is_none(),
        "the chain goes through"
    );
    let reader = store.reader().unwrap();
    assert!(reader.customer(first).unwrap().is_some());
    assert!(reader.customer(second).unwrap().is_some());
    assert!(
        store.append_tail(tail).is_err(),
        "a second time it fits nowhere"
    );
}

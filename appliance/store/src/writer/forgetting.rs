//! Erasing parties from the vault: whatever step a crash stands behind, the rest is done at the next start, and no old page is left.
use super::Writer;
use crate::boot::{Parts, assemble};
use crate::config::StoreConfig;
use crate::job::Job;
use crate::soft_keys::SoftKeys;
use crate::vault::Step;
use messages::fact::{Actor, Fact, PartyMet};
use messages::{BootId, BoxId, Moment, Now, PartyId, PartyNumber, Personal, UtcMs};
use sansio::SeededSecrets;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Three chunks of a move, the last one not full.
const PARTIES: u32 = 1_200;

fn writer(folder: &Path, seed: u64) -> Writer {
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
        secrets: Box::new(SeededSecrets::new(seed)),
    };
    assemble(parts).unwrap().0
}

fn party(n: u32) -> PartyId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    PartyId::from_bytes(bytes)
}

/// A folder with so many parties, nothing erased yet.
fn met() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path(), 1);
    let facts = (0..PARTIES).map(|n| {
        let body = PartyMet {
            party: party(n),
            number: Personal::Clear(PartyNumber::parse(&format!("138{n:08}")).unwrap()),
        };
        Fact::new(UtcMs(1), true, Actor::System, body)
    });
    writer
        .write_once(vec![Job::Append(facts.collect())])
        .unwrap();
    folder
}

/// As after a kill: what is on disk at this moment.
fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for part in ["data", "keys"] {
        fs::create_dir(to.path().join(part)).unwrap();
        for entry in fs::read_dir(from.join(part)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.path().join(part).join(entry.file_name())).unwrap();
        }
    }
    to
}

/// The rows as they are wrapped now.
fn wrapped(writer: &Writer) -> Vec<Vec<u8>> {
    let mut found = writer
        .vault
        .prepare("SELECT wrapped FROM party_key")
        .unwrap();
    let rows = found.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// How many of these texts lie in a file of the vault, by their first 16 bytes.
fn found_in_files(folder: &Path, texts: &[Vec<u8>]) -> usize {
    let mut windows: BTreeSet<Vec<u8>> = BTreeSet::new();
    for file in ["vault.db", "vault.db-wal"] {
        let bytes = fs::read(folder.join("data").join(file)).unwrap_or_default();
        windows.extend(bytes.windows(16).map(<[u8]>::to_vec));
    }
    texts
        .iter()
        .filter(|text| windows.contains(&text[..16]))
        .count()
}

fn next(writer: &Writer) -> Step {
    writer.vault_work.next(writer.keys.generations().0)
}

/// Steps until there is nothing to do; how many there were.
fn to_rest(writer: &mut Writer) -> usize {
    let mut steps = 0;
    while next(writer) != Step::Rest {
        assert!(writer.step().unwrap(), "nobody else reads");
        steps += 1;
    }
    steps
}

fn holds(writer: &Writer, generation: u32) {
    for n in 0..PARTIES {
        let key = writer.ring.party_key(party(n)).unwrap();
        assert_eq!(key.is_some(), n != 7 && n != 1_100, "party {n}");
    }
    assert_eq!(writer.keys.generations(), (generation, vec![]));
    assert_eq!(writer.key_store.generations().unwrap(), [generation]);
}

#[test]
fn a_crash_behind_any_step_of_an_erasure_ends_in_the_same_vault() {
    let folder = met();
    let gone = [party(7), party(1_100)];
    let steps = {
        let whole = copy(folder.path());
        let mut writer = writer(whole.path(), 2);
        writer.erase(&gone);
        to_rest(&mut writer)
    };
    assert!(steps > 8, "{steps}");
    for stop in 1..=steps {
        let running = copy(folder.path());
        let mut before = writer(running.path(), 2);
        let old = wrapped(&before);
        assert_eq!(found_in_files(running.path(), &old), old.len());
        before.erase(&gone);
        for _ in 0..stop {
            assert!(before.step().unwrap());
        }
        let crashed = copy(running.path());
        drop(before);
        let mut after = writer(crashed.path(), 3);
        to_rest(&mut after);
        holds(&after, 2);
        drop(after);
        let left = found_in_files(crashed.path(), &old);
        assert_eq!(
            left, 0,
            "old wrapped keys in the files, stopped behind step {stop}"
        );
    }
}

#[test]
fn while_a_generation_is_left_every_row_opens_and_new_ones_are_wrapped_by_the_next() {
    let folder = met();
    let mut writer = writer(folder.path(), 2);
    writer.erase(&[party(7), party(1_100)]);
    while next(&writer) != Step::Scrub {
        assert!(writer.step().unwrap());
        writer.ring.let_go();
        for n in [0, 8, 600, 1_199] {
            assert!(writer.ring.party_key(party(n)).unwrap().is_some());
        }
    }
    let (newest, older) = writer.keys.generations();
    assert_eq!((newest, older), (2, vec![1]));
    let body = PartyMet {
        party: party(PARTIES),
        number: Personal::Clear(PartyNumber::parse("95588").unwrap()),
    };
    let fact = Fact::new(UtcMs(1), true, Actor::System, body);
    writer.write_once(vec![Job::Append(vec![fact])]).unwrap();
    to_rest(&mut writer);
    writer.ring.let_go();
    assert!(writer.ring.party_key(party(PARTIES)).unwrap().is_some());
    holds(&writer, 2);
}

#[test]
fn a_vault_that_comes_back_from_a_copy_gives_no_erased_party_back() {
    let folder = met();
    let old = copy(folder.path());
    let mut writer_before = writer(folder.path(), 2);
    writer_before.erase(&[party(7), party(1_100)]);
    to_rest(&mut writer_before);
    drop(writer_before);
    // the old vault together with the old generation's key: as if that had not been destroyed
    for file in ["data/vault.db", "data/vault.db-wal", "keys/vault-1.key"] {
        let _none = fs::remove_file(folder.path().join(file));
        let _none = fs::copy(old.path().join(file), folder.path().join(file));
    }
    let mut restored = writer(folder.path(), 3);
    assert!(
        restored.ring.party_key(party(7)).unwrap().is_none(),
        "before any work is done"
    );
    to_rest(&mut restored);
    holds(&restored, 3);
}

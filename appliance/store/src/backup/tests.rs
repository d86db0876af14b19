//! What is backed up comes back whole or not at all, and never with the keys to it.
use super::{BackupError, Made, restore, vault_backups};
use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::soft_keys::SoftKeys;
use crate::trial::{DAY_MS, Trial};
use messages::UtcMs;
use sansio::{SeededRng, SeededSecrets};
use std::fs;
use std::path::{Path, PathBuf};

fn lived(seed: u64) -> Trial {
    let mut trial = Trial::new();
    let mut rng = SeededRng::new(seed);
    trial.live(&mut rng, 60);
    trial.store().close_month().unwrap();
    trial.live(&mut rng, 60);
    trial
}

fn backup(trial: &Trial, name: &str) -> Made {
    let recordings = trial.data().join("recordings");
    fs::create_dir_all(recordings.join("2026")).unwrap();
    fs::write(recordings.join("2026/one.rec"), b"sealed").unwrap();
    let file = trial.folder.path().join(name);
    let mut secrets = SeededSecrets::new(77);
    trial
        .store()
        .backup(&file, &recordings, &mut secrets)
        .unwrap()
}

fn vault_backup(trial: &Trial, name: &str) -> PathBuf {
    let file = trial.folder.path().join(name);
    let mut secrets = SeededSecrets::new(78);
    trial.store().backup_vault(&file, &mut secrets).unwrap();
    file
}

fn restored(trial: &mut Trial, file: &Path, vault: Option<&Path>) -> Result<(), StoreError> {
    let config: StoreConfig = trial.parts().config;
    let keys = SoftKeys::open(trial.keys()).unwrap();
    let now = trial.utc();
    restore(&config, &keys, file, vault, now).map(drop)
}

/// Everything but the vault is lost.
fn lose_data(trial: &Trial) {
    for entry in fs::read_dir(trial.data()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_file() && !name.starts_with("vault.db") {
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn what_was_backed_up_stands_again_and_the_first_start_says_so() {
    let mut trial = lived(1);
    let made = backup(&trial, "one.zkbak");
    assert_eq!(made.manifest.recordings, [("2026/one.rec".to_owned(), 6)]);
    let (head, state) = trial.store().state().unwrap();
    assert_eq!(made.manifest.head, head);
    trial.live(&mut SeededRng::new(2), 30);
    trial.gone();
    lose_data(&trial);
    restored(&mut trial, &made.file, None).unwrap();
    trial.open().unwrap();
    let facts = trial.store().facts_after(head.seq, 9, 100_000).unwrap();
    let kinds = facts.into_iter().map(|(_, bytes)| {
        let fact = messages::fact::SealedFact::decode(bytes).unwrap();
        fact.envelope().kind.clone()
    });
    assert!(
        kinds
            .collect::<Vec<_>>()
            .contains(&"rule_skipped".to_owned())
    );
    assert_eq!(trial.store().hash_at(head.seq).unwrap(), Some(head.hash));
    assert_eq!(trial.store().verify().unwrap().bad, None);
    let rebuilt = trial.store().rebuild().unwrap();
    assert_eq!(rebuilt.different, Vec::<String>::new());
    assert_ne!(rebuilt.kept.0, [0; 32]);
    let _as_it_was = state;
    trial.crash();
    assert_eq!(
        trial.store().verify().unwrap().bad,
        None,
        "the next start is an ordinary one"
    );
}

#[test]
fn the_vault_is_in_no_backup_of_the_data_and_has_one_of_its_own() {
    let mut trial = lived(3);
    let data = backup(&trial, "data.zkbak");
    assert!(
        data.manifest
            .files
            .iter()
            .all(|part| !part.name.contains("vault"))
    );
    let vault = vault_backup(&trial, "vault.zkbak");
    trial.gone();
    fs::remove_dir_all(trial.data()).unwrap();
    let without = restored(&mut trial, &data.file, None);
    assert!(matches!(
        without,
        Err(StoreError::Backup(BackupError::VaultMissing))
    ));
    let swapped = restored(&mut trial, &vault, Some(&data.file));
    assert!(matches!(
        swapped,
        Err(StoreError::Backup(BackupError::OtherKind))
    ));
    restored(&mut trial, &data.file, Some(&vault)).unwrap();
    trial.open().unwrap();
    let page = trial
        .store()
        .reader()
        .unwrap()
        .customers(&crate::CustomerFilter::default(), 10)
        .unwrap();
    assert!(
        page.rows[0].name.clear().is_some(),
        "the vault opens them again"
    );
}

#[test]
fn a_vaults_backup_is_refused_and_removed_after_seven_days() {
    let mut trial = lived(4);
    let data = backup(&trial, "data.zkbak");
    let vault = vault_backup(&trial, "vault.zkbak");
    let folder = trial.folder.path().to_owned();
    let listed = vault_backups(&folder).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].expires.0 - listed[0].made.0, 7 * DAY_MS);
    let just_before = UtcMs(listed[0].expires.0 - 1);
    let removed = super::remove_expired_vault_backups(&folder, just_before).unwrap();
    assert_eq!(removed, Vec::<PathBuf>::new());
    trial.gone();
    fs::remove_dir_all(trial.data()).unwrap();
    trial.pass_days(7);
    let refused = restored(&mut trial, &data.file, Some(&vault));
    assert!(matches!(
        refused,
        Err(StoreError::Backup(BackupError::Expired))
    ));
    let removed = super::remove_expired_vault_backups(&folder, trial.utc()).unwrap();
    assert_eq!(removed, [vault]);
    assert_eq!(vault_backups(&folder).unwrap(), []);
}

#[test]
fn a_changed_or_cut_backup_restores_nothing() {
    let mut trial = lived(5);
    let made = backup(&trial, "one.zkbak");
    let sound = fs::read(&made.file).unwrap();
    trial.gone();
    lose_data(&trial);
    let mut rng = SeededRng::new(6);
    let len = u64::try_from(sound.len()).unwrap();
    let bad = trial.folder.path().join("bad.zkbak");
    for _ in 0..12 {
        let at = usize::try_from(rng.below(len)).unwrap();
        let mut changed = sound.clone();
        changed[at] ^= 1;
        fs::write(&bad, &changed).unwrap();
        assert!(restored(&mut trial, &bad, None).is_err(), "byte {at}");
        fs::write(&bad, &sound[..at]).unwrap();
        assert!(restored(&mut trial, &bad, None).is_err(), "cut at {at}");
        assert!(!trial.data().join("branch.db").exists());
    }
    restored(&mut trial, &made.file, None).unwrap();
    trial.open().unwrap();
}

#[test]
fn nothing_is_restored_over_data() {
    let mut trial = lived(7);
    let made = backup(&trial, "one.zkbak");
    trial.gone();
    let over = restored(&mut trial, &made.file, None);
    assert!(matches!(
        over,
        Err(StoreError::Backup(BackupError::NotEmpty))
    ));
    trial.open().unwrap();
}

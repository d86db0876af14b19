//! Backups as an operator takes them: online, sealed, read back; and what they are worth when they are put back.
use cloud::backup::{self, BackupError};
use cloud::config::Config;
use hq_store::conformance::story::Story;
use hq_store::{SqliteStore, Store};
use messages::UtcMs;
use portal::Clock;
use portal::clock::HeldClock;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    config: Config,
    clock: Clock,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let config = config(folder.path(), "data");
        fs::create_dir(folder.path().join("pki")).unwrap();
        fs::create_dir(&config.data_dir).unwrap();
        let clock = HeldClock::at(UtcMs(1_763_870_706_000)).clock();
        Self {
            folder,
            config,
            clock,
        }
    }

    fn store(&self) -> SqliteStore {
        open(&self.config)
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    fn take(&self) -> Result<backup::Taken, BackupError> {
        backup::take(&self.config, &self.dir(), &self.clock)
    }

    /// An empty data folder beside the first one, with the same keys.
    fn elsewhere(&self) -> Config {
        config(self.folder.path(), "other")
    }
}

fn config(folder: &Path, data: &str) -> Config {
    let path = folder.display();
    let text = format!(
        "data_dir = \"{path}/{data}\"\n[http]\nlisten = \"127.0.0.1:0\"\n[mqtt]\nlisten = \"127.0.0.1:0\"\n[tls]\ndir = \"{path}/pki\"\n"
    );
    Config::parse(&text, "cloud.toml").unwrap()
}

fn open(config: &Config) -> SqliteStore {
    SqliteStore::open(&config.data_dir.join("hq.db"), "hq").unwrap()
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    entries.map(|entry| name(entry.unwrap())).collect()
}

#[test]
fn a_backup_taken_while_the_store_is_open_makes_safe_what_it_holds_and_comes_back_equal() {
    let place = Place::new();
    let store = place.store();
    let mut story = Story::of("sz-01");
    story.day(9);
    story.facts.push(b"poison".to_vec());
    let held = story.send(&store).applied;
    let taken = place.take().unwrap();
    let one = &taken.manifest.boxes[0];
    assert_eq!((one.box_id.as_str(), one.seq), ("sz-01", held.seq));
    let record = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!((record.applied, record.safe), (held, held.seq));
    assert_eq!(names(&place.dir()), ["hq-20251123T040506Z.zkbak"]);
    assert_eq!(
        store.last_backup().unwrap().unwrap().name,
        "hq-20251123T040506Z.zkbak"
    );
    // What comes later is not in it.
    story.day(2);
    story.send(&store);

    let other = place.elsewhere();
    let manifest = backup::restore(&other, &taken.path, &place.clock).unwrap();
    assert_eq!(manifest, taken.manifest);
    let restored = open(&other);
    let again = restored.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!((again.applied, again.safe), (held, held.seq));
    assert!(restored.walk(&story.box_id).unwrap().is_whole());
    let said = restored.last_restored().unwrap().unwrap();
    assert_eq!(
        (said.taken, said.name.as_str()),
        (manifest.taken(), "hq-20251123T040506Z.zkbak")
    );
    let state = restored.state_hash(&story.box_id).unwrap();
    restored.rebuild().unwrap();
    assert_eq!(restored.state_hash(&story.box_id).unwrap(), state);
    let left: Vec<_> = [&place.config, &other]
        .iter()
        .flat_map(|config| names(&config.data_dir))
        .filter(|name| name.contains("scratch"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn nothing_in_a_backup_reads_in_the_clear_and_its_key_is_not_beside_the_data() {
    let place = Place::new();
    let mut story = Story::of("sz-01");
    story.day(9);
    story.send(&place.store());
    let taken = place.take().unwrap();
    let bytes = fs::read(&taken.path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for word in [
        "SQLite",
        "sz-01",
        "call_started",
        "CREATE TABLE",
        "manifest",
    ] {
        assert!(!text.contains(word), "{word}");
    }
    let key = place.folder.path().join("pki/backup.key");
    for file in [&key, &taken.path] {
        let mode = fs::metadata(file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
    let mut beside = place.config.clone();
    beside.backup.key = Some(place.config.data_dir.join("backup.key"));
    let refused = backup::take(&beside, &place.dir(), &place.clock);
    assert!(
        matches!(refused, Err(BackupError::KeyBesideData(_))),
        "{refused:?}"
    );
}

#[test]
fn a_journal_that_is_not_whole_makes_no_backup_and_nothing_safe() {
    let place = Place::new();
    let store = place.store();
    let mut story = Story::of("sz-01");
    story.day(4);
    story.send(&store);
    let safe = || store.box_record(&story.box_id).unwrap().unwrap().safe;
    let database = place.config.data_dir.join("hq.db");
    let db = rusqlite::Connection::open(database).unwrap();
    db.execute("DELETE FROM journal WHERE seq = 7", []).unwrap();
    let refused = place.take().unwrap_err();
    assert!(
        matches!(refused, BackupError::Broken { seq: 7, .. }),
        "{refused}"
    );
    assert_eq!((safe(), store.last_backup().unwrap()), (0, None));
    assert_eq!(names(&place.dir()), ["hq-20251123T040506Z.zkbak.partial"]);
    let walks = backup::verify_journal(&place.config).unwrap();
    assert_eq!(walks[0].broken_at, Some(7));
}

#[test]
fn what_was_changed_cut_or_sealed_with_another_key_is_not_put_back() {
    let place = Place::new();
    let mut story = Story::of("sz-01");
    story.day(4);
    story.send(&place.store());
    let taken = place.take().unwrap();
    let other = place.elsewhere();
    let good = fs::read(&taken.path).unwrap();
    let bad = place.folder.path().join("bad.zkbak");
    let refused = |bytes: &[u8]| {
        fs::write(&bad, bytes).unwrap();
        let refused = backup::restore(&other, &bad, &place.clock).unwrap_err();
        assert_eq!(names(&other.data_dir), ["lock"], "{refused}");
        refused
    };
    for at in [9, 50, good.len() / 2, good.len() - 1] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        let said = refused(&changed);
        assert!(matches!(said, BackupError::NotAuthentic(_)), "{at}: {said}");
    }
    let cut = refused(&good[..good.len() - 7_000]);
    assert!(matches!(cut, BackupError::NotAuthentic(_)), "{cut}");
    let foreign = refused(b"something else");
    assert!(matches!(foreign, BackupError::NotABackup(_)), "{foreign}");
    let key = place.folder.path().join("pki/backup.key");
    fs::write(&key, [0; 32]).unwrap();
    assert!(matches!(refused(&good), BackupError::NotAuthentic(_)));
    fs::remove_file(&key).unwrap();
    let keyless = backup::restore(&other, &taken.path, &place.clock);
    assert!(matches!(keyless, Err(BackupError::NoKey(_))), "{keyless:?}");
}

#[test]
fn a_backup_is_put_back_into_an_empty_folder_and_for_its_own_tenant_only() {
    let place = Place::new();
    let mut story = Story::of("sz-01");
    story.day(1);
    story.send(&place.store());
    let taken = place.take().unwrap();
    let full = backup::restore(&place.config, &taken.path, &place.clock);
    assert!(matches!(full, Err(BackupError::NotEmpty(_))), "{full:?}");
    let mut foreign = place.elsewhere();
    foreign.tenant = "someone".to_owned();
    let refused = backup::restore(&foreign, &taken.path, &place.clock);
    assert!(
        matches!(refused, Err(BackupError::OtherTenant { .. })),
        "{refused:?}"
    );
    let nothing = backup::take(&place.elsewhere(), &place.dir(), &place.clock);
    assert!(
        matches!(nothing, Err(BackupError::NoDatabase(_))),
        "{nothing:?}"
    );
}

//! The soft key store: files in a folder of their own, readable by the gateway's user only.
//! It keeps keys out of the database and of data backups; it does not protect a whole stolen disk.
use messages::{journal::Head, wire};
use seal::{Key, KeyId, KeyStore, KeyStoreError};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const HEAD: &str = "journal-head";
/// Larger than anything we put.
const FILE_BYTES_MAX: u64 = 4_096;

pub struct SoftKeys {
    folder: PathBuf,
}

impl SoftKeys {
    /// Makes the folder (0700) if it is missing.
    pub fn open(folder: PathBuf) -> Result<Self, KeyStoreError> {
        let made = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        made.map_err(|bad| io(&folder, &bad))?;
        Ok(Self { folder })
    }

    fn path(&self, id: KeyId) -> PathBuf {
        self.folder.join(match id {
            KeyId::Box => "box.key".to_owned(),
            KeyId::Blind => "blind.key".to_owned(),
            KeyId::Vault { generation } => format!("vault-{generation}.key"),
        })
    }

    /// All or nothing: a temporary file, synced, then renamed; then the folder is synced.
    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), KeyStoreError> {
        let new = path.with_extension("new");
        let written = (|| {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&new, path)?;
            File::open(&self.folder)?.sync_all()
        })();
        written.map_err(|bad| io(path, &bad))
    }
}

impl KeyStore for SoftKeys {
    fn key(&self, id: KeyId) -> Result<Option<Key>, KeyStoreError> {
        let Some(bytes) = read(&self.path(id))? else {
            return Ok(None);
        };
        Key::from_slice(&bytes)
            .map(Some)
            .ok_or(KeyStoreError::Damaged("a key"))
    }

    fn put_key(&mut self, id: KeyId, key: &Key) -> Result<(), KeyStoreError> {
        let path = self.path(id);
        if path.exists() {
            return Err(KeyStoreError::Io(format!("{} exists", path.display())));
        }
        self.put(&path, key.expose())
    }

    fn destroy_key(&mut self, id: KeyId) -> Result<(), KeyStoreError> {
        let path = self.path(id);
        let destroyed = (|| {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            file.write_all(&[0; Key::LEN])?;
            file.sync_all()?;
            fs::remove_file(&path)?;
            File::open(&self.folder)?.sync_all()
        })();
        destroyed.map_err(|bad| io(&path, &bad))
    }

    fn newest_generation(&self) -> Result<Option<u32>, KeyStoreError> {
        let entries = fs::read_dir(&self.folder).map_err(|bad| io(&self.folder, &bad))?;
        let generations = entries.filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let number = name
                .to_str()?
                .strip_prefix("vault-")?
                .strip_suffix(".key")?;
            number.parse().ok()
        });
        Ok(generations.max())
    }

    fn head(&self) -> Result<Option<Head>, KeyStoreError> {
        let Some(bytes) = read(&self.folder.join(HEAD))? else {
            return Ok(None);
        };
        wire::decode(&bytes)
            .map(Some)
            .or(Err(KeyStoreError::Damaged("the journal's head")))
    }

    fn put_head(&mut self, head: Head) -> Result<(), KeyStoreError> {
        let bytes = wire::encode(&head).map_err(|bad| KeyStoreError::Io(bad.to_string()))?;
        self.put(&self.folder.join(HEAD), &bytes)
    }
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(bad) if bad.kind() == ErrorKind::NotFound => return Ok(None),
        Err(bad) => return Err(io(path, &bad)),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    file.take(FILE_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(|bad| io(path, &bad))?;
    Ok(Some(bytes))
}

fn io(path: &Path, bad: &std::io::Error) -> KeyStoreError {
    KeyStoreError::Io(format!("{}: {bad}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::SoftKeys;
    use messages::journal::{ChainHash, Head};
    use seal::{Key, KeyId, KeyStore as _};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn keys_are_kept_privately_never_overwritten_and_gone_when_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = SoftKeys::open(folder.path().join("keys")).unwrap();
        let id = KeyId::Vault { generation: 3 };
        assert!(keys.key(id).unwrap().is_none());
        let key = Key::from_bytes([7; 32]);
        keys.put_key(id, &key).unwrap();
        assert!(keys.put_key(id, &Key::from_bytes([8; 32])).is_err());
        assert_eq!(keys.key(id).unwrap(), Some(key));
        assert_eq!(keys.newest_generation().unwrap(), Some(3));
        let file = folder.path().join("keys/vault-3.key");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        keys.destroy_key(id).unwrap();
        assert!(keys.key(id).unwrap().is_none());
    }

    #[test]
    fn the_head_that_was_put_last_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = SoftKeys::open(folder.path().to_owned()).unwrap();
        assert_eq!(keys.head().unwrap(), None);
        for seq in 1..4 {
            let head = Head {
                seq,
                hash: ChainHash([9; 32]),
            };
            keys.put_head(head).unwrap();
            assert_eq!(keys.head().unwrap(), Some(head));
        }
    }
}

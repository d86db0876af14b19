//! The soft key store: files in a folder of their own, readable by the gateway's user only.
//! It keeps keys out of the database and of data backups; it does not protect a whole stolen disk.
use crate::folder;
use messages::{PartyId, journal::Head, wire};
use seal::{Key, KeyId, KeyStore, KeyStoreError};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const HEAD: &str = "journal-head";
/// 16 bytes for each party.
const ERASED: &str = "erased-parties";
/// Larger than any key or head.
const FILE_BYTES_MAX: u64 = 4_096;
/// Room for four million parties.
const ERASED_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub struct SoftKeys {
    folder: PathBuf,
}

impl SoftKeys {
    /// Makes the folder (0700) if it is missing.
    pub fn open(folder: PathBuf) -> Result<Self, KeyStoreError> {
        folder::make(&folder).map_err(|bad| io(&folder, &bad))?;
        Ok(Self { folder })
    }

    fn path(&self, id: KeyId) -> PathBuf {
        self.folder.join(match id {
            KeyId::Box => "box.key".to_owned(),
            KeyId::Blind => "blind.key".to_owned(),
            KeyId::Headquarters => "headquarters.key".to_owned(),
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
        let Some(bytes) = read(&self.path(id), FILE_BYTES_MAX)? else {
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
            let mut file = match OpenOptions::new().write(true).open(&path) {
                Ok(file) => file,
                Err(bad) if bad.kind() == ErrorKind::NotFound => return Ok(()),
                Err(bad) => return Err(bad),
            };
            file.write_all(&[0; Key::LEN])?;
            file.sync_all()?;
            fs::remove_file(&path)?;
            File::open(&self.folder)?.sync_all()
        })();
        destroyed.map_err(|bad| io(&path, &bad))
    }

    fn generations(&self) -> Result<Vec<u32>, KeyStoreError> {
        let entries = fs::read_dir(&self.folder).map_err(|bad| io(&self.folder, &bad))?;
        let mut generations: Vec<u32> = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name();
                let number = name
                    .to_str()?
                    .strip_prefix("vault-")?
                    .strip_suffix(".key")?;
                number.parse().ok()
            })
            .collect();
        generations.sort_unstable();
        Ok(generations)
    }

    fn erased(&self) -> Result<Vec<PartyId>, KeyStoreError> {
        let bytes = read(&self.folder.join(ERASED), ERASED_BYTES_MAX)?;
        let bytes = bytes.unwrap_or_default();
        let (parties, rest) = bytes.as_chunks::<16>();
        if !rest.is_empty() {
            return Err(KeyStoreError::Damaged("the list of erased parties"));
        }
        Ok(parties.iter().copied().map(PartyId::from_bytes).collect())
    }

    fn put_erased(&mut self, parties: &[PartyId]) -> Result<(), KeyStoreError> {
        let mut all = self.erased()?;
        let known = all.len();
        for party in parties {
            if !all.contains(party) {
                all.push(*party);
            }
        }
        if all.len() == known {
            return Ok(());
        }
        let bytes: Vec<u8> = all.iter().flat_map(PartyId::as_bytes).copied().collect();
        self.put(&self.folder.join(ERASED), &bytes)
    }

    fn head(&self) -> Result<Option<Head>, KeyStoreError> {
        let Some(bytes) = read(&self.folder.join(HEAD), FILE_BYTES_MAX)? else {
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

fn read(path: &Path, bytes_max: u64) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(bad) if bad.kind() == ErrorKind::NotFound => return Ok(None),
        Err(bad) => return Err(io(path, &bad)),
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    file.take(bytes_max)
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
    use messages::PartyId;
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
        keys.put_key(KeyId::Vault { generation: 20 }, &Key::from_bytes([9; 32]))
            .unwrap();
        assert_eq!(keys.generations().unwrap(), [3, 20]);
        let file = folder.path().join("keys/vault-3.key");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        for _twice in 0..2 {
            keys.destroy_key(id).unwrap();
            assert!(keys.key(id).unwrap().is_none());
        }
    }

    #[test]
    fn erased_parties_stay_on_the_list_each_of_them_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = SoftKeys::open(folder.path().to_owned()).unwrap();
        assert_eq!(keys.erased().unwrap(), []);
        let party = |byte| PartyId::from_bytes([byte; 16]);
        keys.put_erased(&[party(1), party(2)]).unwrap();
        keys.put_erased(&[party(2), party(3)]).unwrap();
        assert_eq!(keys.erased().unwrap(), [party(1), party(2), party(3)]);
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

//! Headquarters' own secret, from which every box's key is derived: a file in the keys' folder, made at the first start.
use sansio::Secrets;
use seal::{HqMaster, Key};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use zeroize::Zeroizing;

const FILE: &str = "hq-master.key";

/// The operating system's generator.
pub struct OsSecrets;

impl Secrets for OsSecrets {
    /// A service without randomness must not run on: everything that it would make could be guessed.
    #[allow(clippy::expect_used)]
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// Losing this file makes every key unreadable that boxes were given; it belongs into a safe, not into a backup of data.
pub fn open_or_make(keys_dir: &Path) -> io::Result<HqMaster> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(keys_dir)?;
    let path = keys_dir.join(FILE);
    match File::open(&path) {
        Ok(file) => {
            let mut bytes = Zeroizing::new(Vec::with_capacity(Key::LEN + 1));
            file.take(Key::LEN as u64 + 1).read_to_end(&mut bytes)?;
            let key = Key::from_slice(&bytes).ok_or(ErrorKind::InvalidData)?;
            Ok(HqMaster::new(key))
        }
        Err(bad) if bad.kind() == ErrorKind::NotFound => make(keys_dir, &path),
        Err(bad) => Err(bad),
    }
}

fn make(keys_dir: &Path, path: &Path) -> io::Result<HqMaster> {
    let key = Key::random(&mut OsSecrets);
    let new = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(key.expose())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(keys_dir)?.sync_all()?;
    Ok(HqMaster::new(key))
}

#[cfg(test)]
mod tests {
    use super::open_or_make;
    use messages::BoxId;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_secret_is_made_once_and_for_the_service_alone() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("keys");
        let box_id = BoxId::parse("sz-01").unwrap();
        let key = || open_or_make(&dir).unwrap().of_box(&box_id);
        assert_eq!(key().key(), key().key());
        let mode = dir.join("hq-master.key").metadata().unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
}

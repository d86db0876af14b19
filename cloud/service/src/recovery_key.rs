//! The recovery key of headquarters: its public half lies in the authority's folder, its private half is written once, for a safe.
use crate::hq_master::OsSecrets;
use identity::whole_file;
use seal::{RecoveryKey, RecoveryPublic};
use std::fs;
use std::path::{Path, PathBuf};
use thiserror::Error;

const PUBLIC: &str = "recovery.pub";

#[derive(Debug, Error)]
pub enum RecoveryKeyError {
    /// Another one would leave snapshots that only the old one opens.
    #[error(
        "a recovery key is there already ({0}); with --replace the branches make new snapshots for the new one, and have to be \
         enrolled again to believe it"
    )]
    There(String),
    #[error("{path}: {why}")]
    File { path: PathBuf, why: std::io::Error },
    #[error(transparent)]
    Identity(#[from] identity::IdentityError),
}

/// As it stands now: a new one counts without a restart.
#[must_use]
pub fn public(dir: &Path) -> Option<RecoveryPublic> {
    let bytes = fs::read(dir.join(PUBLIC)).ok()?;
    RecoveryPublic::from_bytes(bytes.try_into().ok()?)
}

/// Makes one: the private half goes into `out` (0600, it must not exist), the public half stays. Hands back what people compare.
pub fn make(dir: &Path, out: &Path, replace: bool) -> Result<String, RecoveryKeyError> {
    if let Some(there) = public(dir).filter(|_there| !replace) {
        return Err(RecoveryKeyError::There(there.fingerprint()));
    }
    let bad = |path: &Path| {
        let path = path.to_owned();
        move |why| RecoveryKeyError::File { path, why }
    };
    if out.exists() {
        return Err(bad(out)(std::io::ErrorKind::AlreadyExists.into()));
    }
    fs::create_dir_all(dir).map_err(bad(dir))?;
    let key = RecoveryKey::random(&mut OsSecrets);
    let public = key.public();
    let mut text = key.to_text();
    text.push('\n');
    whole_file::write(out, text.as_bytes(), whole_file::PRIVATE)?;
    whole_file::write(&dir.join(PUBLIC), public.as_bytes(), 0o644)?;
    Ok(public.fingerprint())
}

#[cfg(test)]
mod tests {
    use super::{RecoveryKeyError, make, public};
    use seal::RecoveryKey;
    use std::fs;

    #[test]
    fn it_is_made_once_and_its_private_half_is_nowhere_but_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let (dir, out) = (folder.path().join("pki"), folder.path().join("safe.txt"));
        assert_eq!(public(&dir), None);
        let told = make(&dir, &out, false).unwrap();
        let key = RecoveryKey::parse(&fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!(public(&dir), Some(key.public()));
        assert_eq!(told, key.public().fingerprint());
        let second = make(&dir, &folder.path().join("other.txt"), false);
        assert!(matches!(second, Err(RecoveryKeyError::There(_))));
        let over = make(&dir, &out, true);
        assert!(matches!(over, Err(RecoveryKeyError::File { .. })));
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
    }
}

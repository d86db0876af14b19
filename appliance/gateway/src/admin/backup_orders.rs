//! Orders about backups: the data or the vault, into a file or under a name of its time in a folder.
use super::execute::{Carried, Host, failed};
use super::order::Report;
use crate::secrets::OsSecrets;
use branch_store::{MadeBackup, StoreError};
use messages::UtcMs;
use std::path::{Path, PathBuf};

/// How the names of backups end.
const ENDING: &str = ".zkbak";

/// Which of the two is backed up. They never lie in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Data,
    Vault,
}

pub(super) fn back_up(host: &Host, to: &Path, vault: bool) -> Carried {
    let what = if vault { What::Vault } else { What::Data };
    let now = UtcMs(jiff::Timestamp::now().as_millisecond());
    let file = if to.is_dir() {
        named(to, what, now)
    } else {
        to.to_owned()
    };
    let made = make(host, what, &file).map_err(|bad| failed(&bad))?;
    Ok(Report::BackedUp {
        file: made.file,
        bytes: made.bytes,
        upto: made.manifest.head.seq,
        recordings: made.manifest.recordings.len() as u64,
    })
}

pub(crate) fn make(host: &Host, what: What, file: &Path) -> Result<MadeBackup, StoreError> {
    let mut secrets = OsSecrets;
    match what {
        What::Data => host.store.backup(file, &host.recordings, &mut secrets),
        What::Vault => host.store.backup_vault(file, &mut secrets),
    }
}

/// `branch-20261125T140000Z.zkbak`, `vault-…`: names sort by time.
pub(crate) fn named(folder: &Path, what: What, at: UtcMs) -> PathBuf {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let time = time.strftime("%Y%m%dT%H%M%SZ");
    folder.join(format!("{}{time}{ENDING}", front(what)))
}

/// The data's backups in a folder, oldest first.
pub(crate) fn of_data(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let ours = |name: &str| name.starts_with(front(What::Data)) && name.ends_with(ENDING);
        if name.is_some_and(ours) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

const fn front(what: What) -> &'static str {
    match what {
        What::Data => "branch-",
        What::Vault => "vault-",
    }
}

#[cfg(test)]
mod tests {
    use super::{What, named, of_data};
    use messages::UtcMs;

    #[test]
    fn names_sort_by_time_and_vaults_are_not_taken_for_data() {
        let folder = tempfile::tempdir().unwrap();
        let at = |hours: i64| UtcMs(1_793_462_400_000 + hours * 3_600_000);
        let paths = [5, 0, 30].map(|hours| named(folder.path(), What::Data, at(hours)));
        for path in &paths {
            std::fs::write(path, b"").unwrap();
        }
        std::fs::write(named(folder.path(), What::Vault, at(1)), b"").unwrap();
        let [later, first, last] = paths;
        assert!(
            first.ends_with("branch-20261031T160000Z.zkbak"),
            "{first:?}"
        );
        assert_eq!(of_data(folder.path()).unwrap(), [first, later, last]);
    }
}

//! A part of a snapshot on its way here, piece by piece: what has come already is not asked for again.
use super::SnapshotError;
use super::error::at;
use identity::whole_file;
use messages::snapshot::{Snapshot, SnapshotKind, SnapshotPart, SnapshotRead};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

pub(super) struct Coming {
    part: SnapshotPart,
    pub(super) path: PathBuf,
}

impl Coming {
    /// Named by its hash: a newer snapshot does not go on where an older one stopped.
    pub(super) fn of(
        folder: &Path,
        snapshot: &Snapshot,
        kind: SnapshotKind,
    ) -> Result<Self, SnapshotError> {
        let part = snapshot.part(kind).ok_or(SnapshotError::Nothing)?.clone();
        let head = part.sha256[..8].iter();
        let name: String = head.map(|byte| format!("{byte:02x}")).collect();
        let path = folder.join(name);
        Ok(Self { part, path })
    }

    /// `read` asks headquarters for one piece.
    pub(super) async fn fetch(
        &self,
        read: impl AsyncFn(SnapshotRead) -> Result<Vec<u8>, SnapshotError>,
    ) -> Result<(), SnapshotError> {
        let (part, path) = (&self.part, &self.path);
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(at(path))?;
        let mut have = file.metadata().map_err(at(path))?.len();
        while have < part.bytes {
            let (sha256, offset) = (part.sha256, have);
            let bytes = read(SnapshotRead { sha256, offset }).await?;
            if bytes.is_empty() {
                return Err(SnapshotError::BadAnswer);
            }
            file.write_all(&bytes).map_err(at(path))?;
            have += bytes.len() as u64;
        }
        file.sync_all().map_err(at(path))?;
        let (_, sha256) = whole_file::measure(path).map_err(at(path))?;
        if sha256 == part.sha256 {
            return Ok(());
        }
        fs::remove_file(path).map_err(at(path))?;
        Err(SnapshotError::BadAnswer)
    }
}

#[cfg(test)]
mod tests {
    use super::Coming;
    use crate::snapshot::SnapshotError;
    use messages::snapshot::{SnapshotKind, SnapshotPart, SnapshotRead};
    use sha2::{Digest as _, Sha256};
    use std::cell::RefCell;
    use std::path::Path;

    const PIECE: usize = 1_000;

    fn coming(folder: &Path, whole: &[u8]) -> Coming {
        let part = SnapshotPart {
            kind: SnapshotKind::Data,
            bytes: whole.len() as u64,
            sha256: Sha256::digest(whole).into(),
        };
        let path = folder.join("part");
        Coming { part, path }
    }

    /// Headquarters, whose line breaks behind so many answers; and what it was asked for.
    struct Line<'a> {
        whole: &'a [u8],
        answers: RefCell<usize>,
        asked: RefCell<Vec<u64>>,
    }

    impl Line<'_> {
        fn read(&self, ask: SnapshotRead) -> Result<Vec<u8>, SnapshotError> {
            self.asked.borrow_mut().push(ask.offset);
            let mut left = self.answers.borrow_mut();
            *left = left.checked_sub(1).ok_or(SnapshotError::BadAnswer)?;
            let from = usize::try_from(ask.offset).unwrap();
            let upto = self.whole.len().min(from + PIECE);
            Ok(self.whole[from..upto].to_vec())
        }
    }

    #[tokio::test]
    async fn a_line_that_breaks_goes_on_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let whole: Vec<u8> = (0..4_500_u32).flat_map(u32::to_be_bytes).collect();
        let coming = coming(folder.path(), &whole);
        let mut asked: Vec<u64> = Vec::new();
        let mut broken = 0;
        loop {
            let line = Line {
                whole: &whole,
                answers: RefCell::new(7),
                asked: RefCell::default(),
            };
            let done = coming.fetch(async |ask| line.read(ask)).await;
            asked.extend(line.asked.borrow()[..7.min(line.asked.borrow().len())].iter());
            match done {
                Ok(()) => break,
                Err(_) => broken += 1,
            }
        }
        assert_eq!(broken, 2);
        let each_once: Vec<u64> = (0..18).map(|n| n * PIECE as u64).collect();
        assert_eq!(asked, each_once);
        assert_eq!(std::fs::read(&coming.path).unwrap(), whole);
    }

    #[tokio::test]
    async fn what_is_not_what_its_hash_says_is_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let coming = coming(folder.path(), b"what was promised");
        let done = coming.fetch(async |_| Ok(b"what then did come".to_vec()));
        assert!(matches!(done.await, Err(SnapshotError::BadAnswer)));
        assert!(!coming.path.exists());
        let nothing = coming.fetch(async |_| Ok(Vec::new())).await;
        assert!(nothing.is_err());
    }
}

//! A file that only holds room: removed when the disk fills, made again when there is room.
use rustix::fs::{FallocateFlags, fallocate};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

const NAME: &str = "ballast";
/// What `st_blocks` counts (stat(2)).
const BLOCK_BYTES: u64 = 512;
const DEFAULT_MAX: u64 = 256 << 20;

#[derive(Clone, Debug)]
pub(super) struct Ballast {
    path: PathBuf,
    /// What it is to hold; 0: there is none.
    pub(super) bytes: u64,
}

/// The disk below a folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Space {
    pub(super) total_bytes: u64,
    /// For this process.
    pub(super) free_bytes: u64,
}

impl Space {
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let disk = rustix::fs::statvfs(folder)?;
        Ok(Self {
            total_bytes: disk.f_blocks.saturating_mul(disk.f_frsize),
            free_bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
        })
    }
}

impl Ballast {
    /// `mb`: as configured; the smaller of 256 MB and 1 % of the disk where it is not named.
    pub(super) fn new(folder: &Path, mb: Option<u64>, space: Space) -> Self {
        let bytes = mb.map_or_else(|| DEFAULT_MAX.min(space.total_bytes / 100), |mb| mb << 20);
        Self {
            path: folder.join(NAME),
            bytes,
        }
    }

    /// Room that it holds at this moment.
    pub(super) fn held_bytes(&self) -> u64 {
        let held = self.path.metadata();
        held.map_or(0, |held| held.blocks().saturating_mul(BLOCK_BYTES))
    }

    pub(super) fn is_whole(&self) -> bool {
        self.held_bytes() >= self.bytes
    }

    /// All of it, or nothing.
    pub(super) fn make(&self) -> io::Result<()> {
        let made = self.fill();
        if made.is_err() {
            self.free()?;
        }
        made
    }

    fn fill(&self) -> io::Result<()> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.path)?;
        fallocate(&file, FallocateFlags::empty(), 0, self.bytes)?;
        file.sync_all()
    }

    /// Gives its room back; durable, so that a restart finds it given back.
    pub(super) fn free(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Ok(()) => {}
            Err(gone) if gone.kind() == ErrorKind::NotFound => return Ok(()),
            Err(bad) => return Err(bad),
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ballast, Space};

    #[test]
    fn it_holds_its_room_until_it_is_freed() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::of(folder.path()).unwrap();
        assert!(space.free_bytes <= space.total_bytes);
        let ballast = Ballast::new(folder.path(), Some(3), space);
        assert_eq!((ballast.held_bytes(), ballast.is_whole()), (0, false));
        ballast.make().unwrap();
        assert!(ballast.is_whole());
        assert!(ballast.held_bytes() >= 3 << 20);
        for _twice in 0..2 {
            ballast.free().unwrap();
            assert_eq!(ballast.held_bytes(), 0);
        }
    }

    #[test]
    fn a_ballast_that_does_not_fit_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::of(folder.path()).unwrap();
        let mb = (space.free_bytes >> 20) + 1_024;
        let ballast = Ballast::new(folder.path(), Some(mb), space);
        assert!(ballast.make().is_err());
        assert_eq!(ballast.held_bytes(), 0);
    }

    #[test]
    fn a_small_disk_has_a_small_ballast() {
        let space = Space {
            total_bytes: 8 << 30,
            free_bytes: 0,
        };
        let ballast = Ballast::new(std::path::Path::new("x"), None, space);
        assert_eq!(ballast.bytes, (8 << 30) / 100);
    }
}

//! A small disk in memory, mounted for one test; needs root.
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const CHUNK: usize = 64 * 1024;

/// Unmounted on drop.
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// # Panics
    /// Where it cannot be mounted, with the reason.
    #[must_use]
    pub fn mount(folder: &Path, mb: u32) -> Self {
        std::fs::create_dir_all(folder).expect("the mount point can be made");
        let output = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={mb}m,mode=0700"),
                "tmpfs",
            ])
            .arg(folder)
            .output()
            .expect("mount is installed");
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "a small disk cannot be mounted (root is needed): {why}"
        );
        Self {
            folder: folder.to_owned(),
        }
    }

    #[must_use]
    pub fn free_bytes(&self) -> u64 {
        let disk = rustix::fs::statvfs(&self.folder).expect("the disk can be looked at");
        disk.f_bavail * disk.f_frsize
    }

    /// Somebody else's file takes room until so much is left; 0: until a write fails.
    pub fn fill_up_to(&self, left_bytes: u64) {
        let mut file = self.filler();
        let chunk = vec![7; CHUNK];
        while self.free_bytes() > left_bytes {
            let more = usize::try_from(self.free_bytes() - left_bytes).unwrap_or(CHUNK);
            if file.write_all(&chunk[..more.min(CHUNK)]).is_err() {
                return;
            }
        }
    }

    /// Somebody else's file is gone.
    pub fn clear(&self) {
        std::fs::remove_file(self.folder.join("filler")).expect("the filler is there");
    }

    fn filler(&self) -> File {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("filler"));
        file.expect("a file can be made")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that still runs keeps its files until it ends.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

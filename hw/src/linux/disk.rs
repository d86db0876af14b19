//! The space that the data folder has.
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Space {
    pub(super) used_bytes: u64,
    /// What this process may fill: the blocks kept back for root do not count.
    pub(super) total_bytes: u64,
}

/// `None` where the folder cannot be asked.
pub(super) fn space(folder: &Path) -> Option<Space> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    let used_bytes = bytes(stat.f_blocks.saturating_sub(stat.f_bfree));
    Some(Space {
        used_bytes,
        total_bytes: used_bytes.saturating_add(bytes(stat.f_bavail)),
    })
}

#[cfg(test)]
mod tests {
    use super::space;
    use std::path::Path;

    #[test]
    fn used_and_free_add_up_and_a_missing_folder_has_no_space() {
        let here = space(Path::new(".")).unwrap();
        assert!(here.total_bytes > 0 && here.used_bytes <= here.total_bytes);
        assert_eq!(space(Path::new("no-such-folder/at-all")), None);
    }
}

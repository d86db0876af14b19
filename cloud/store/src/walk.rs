//! Looking after the journal: the chain of each box walked again, and the backups that cover it.
use messages::{BoxId, UtcMs, journal::Head};

/// The chain of one box, walked from its first fact over journal and dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    pub box_id: BoxId,
    /// Where the box's record says that the journal ends.
    pub claimed: Head,
    /// How far every fact stands in its place with the bytes that came.
    pub proved: Head,
    /// The first seq that is missing, doubled, or not what it was; none: whole up to what is claimed.
    pub broken_at: Option<u64>,
}

impl Walk {
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.broken_at.is_none()
    }
}

/// A backup of the whole database that was read back and found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupRecord {
    /// Everything up to then is in it.
    pub taken: UtcMs,
    pub verified: UtcMs,
    /// Its file, without the folder.
    pub name: String,
    pub bytes: u64,
}

/// This database was put back from a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredRecord {
    pub restored: UtcMs,
    /// When the backup was taken.
    pub taken: UtcMs,
    pub name: String,
}

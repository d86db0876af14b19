//! What the disk has done to the store in this run, for health and figures.

/// Counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiskFaults {
    /// Commits that failed; what they held was written again or refused.
    pub commits_failed: u64,
    /// Times that the files were opened anew because a handle had failed.
    pub reopened: u64,
    /// Checkpoints that failed; the log keeps what they were to move.
    pub checkpoints_failed: u64,
}

/// What is wrong just now, by its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Keeps the journal from being written.
    pub journal: Option<&'static str>,
    /// Keeps the log from being moved into the database.
    pub checkpoint: Option<&'static str>,
}

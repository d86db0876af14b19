//! How far the appliance has given up things for want of room on its disk.
use serde::{Deserialize, Serialize};

/// In the order in which things are given up; what stands at the end is what the branch lives by.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum DiskStage {
    #[default]
    Ample,
    /// The file that only holds room was removed.
    BallastFreed,
    /// What can be made again was removed: write-ahead logs are emptied as often as it goes.
    Lean,
    /// No recording begins; where a rule wants one, nobody is dialled.
    NoRecordings,
    /// No call begins but emergencies; running recordings end. What is left is for the journal.
    NoCalls,
}

impl DiskStage {
    pub const ALL: [Self; 5] = [
        Self::Ample,
        Self::BallastFreed,
        Self::Lean,
        Self::NoRecordings,
        Self::NoCalls,
    ];

    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ample => "ample",
            Self::BallastFreed => "ballast_freed",
            Self::Lean => "lean",
            Self::NoRecordings => "no_recordings",
            Self::NoCalls => "no_calls",
        }
    }

    #[must_use]
    pub const fn takes_recordings(self) -> bool {
        match self {
            Self::Ample | Self::BallastFreed | Self::Lean => true,
            Self::NoRecordings | Self::NoCalls => false,
        }
    }

    #[must_use]
    pub const fn takes_calls(self) -> bool {
        match self {
            Self::Ample | Self::BallastFreed | Self::Lean | Self::NoRecordings => true,
            Self::NoCalls => false,
        }
    }
}

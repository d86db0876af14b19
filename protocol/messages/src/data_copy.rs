//! The copies of a person's data: each of them must confirm before an erasure is complete.
use crate::UtcMs;
use serde::{Deserialize, Serialize};

/// Where something of a person may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataCopy {
    /// The branch's tables and its vault.
    BranchVault,
    /// Backups of the branch's vault.
    BranchBackups,
    /// What headquarters shows.
    HqTables,
    /// The keys that headquarters was given.
    HqKeys,
    /// Backups of those keys.
    HqBackups,
}

impl DataCopy {
    pub const ALL: [Self; 5] = [
        Self::BranchVault,
        Self::BranchBackups,
        Self::HqTables,
        Self::HqKeys,
        Self::HqBackups,
    ];

    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BranchVault => "branch_vault",
            Self::BranchBackups => "branch_backups",
            Self::HqTables => "hq_tables",
            Self::HqKeys => "hq_keys",
            Self::HqBackups => "hq_backups",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Kept at headquarters: nothing is there of a branch that never had a link.
    #[must_use]
    pub const fn is_of_headquarters(self) -> bool {
        match self {
            Self::BranchVault | Self::BranchBackups => false,
            Self::HqTables | Self::HqKeys | Self::HqBackups => true,
        }
    }
}

/// Backups of keys, on either side, are not kept longer than this.
pub const KEY_BACKUP_DAYS_MAX: i64 = 7;

const DAY_MS: i64 = 86_400_000;

/// From then on no backup of keys is left that was made before `asked`: what an erasure's receipt names.
#[must_use]
pub const fn backups_gone(asked: UtcMs) -> UtcMs {
    UtcMs(asked.0.saturating_add(KEY_BACKUP_DAYS_MAX * DAY_MS))
}

/// Erasures asked for at this time or before are in no backup any more that is left at `now`.
#[must_use]
pub const fn asked_before_backups(now: UtcMs) -> UtcMs {
    UtcMs(now.0.saturating_sub(KEY_BACKUP_DAYS_MAX * DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::{DataCopy, asked_before_backups, backups_gone};
    use crate::UtcMs;

    #[test]
    fn codes_read_back_and_the_receipt_names_the_day_of_the_last_backup() {
        for copy in DataCopy::ALL {
            assert_eq!(DataCopy::parse(copy.code()), Some(copy));
        }
        assert_eq!(backups_gone(UtcMs(1_000)), UtcMs(1_000 + 604_800_000));
        assert_eq!(
            asked_before_backups(backups_gone(UtcMs(1_000))),
            UtcMs(1_000)
        );
    }
}

//! What can be wrong with a backup, each with a stable code.
use thiserror::Error;

#[derive(Debug, Error)]
pub enum BackupError {
    #[error("this is no backup of an appliance")]
    NotABackup,
    #[error("this backup is of another kind: data and vault are kept apart")]
    OtherKind,
    /// Cut, changed, or sealed by another appliance's key.
    #[error("the backup does not open: it was changed or cut, or is another appliance's")]
    NotAuthentic,
    #[error("the backup is not what its list says: {0}")]
    NotWhole(String),
    #[error("data lie here already: a backup is restored into an empty folder")]
    NotEmpty,
    #[error("without its vault nothing of the restored data could be opened")]
    VaultMissing,
    #[error("the vault's backup is older than it may be")]
    Expired,
}

impl BackupError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotABackup => "backup_not_one",
            Self::OtherKind => "backup_other_kind",
            Self::NotAuthentic => "backup_not_authentic",
            Self::NotWhole(_) => "backup_not_whole",
            Self::NotEmpty => "restore_not_empty",
            Self::VaultMissing => "restore_without_vault",
            Self::Expired => "vault_backup_expired",
        }
    }
}

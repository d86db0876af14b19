//! Why a snapshot is not left, or not read, each with a stable code.
use crate::enroll::EnrollError;
use branch_store::StoreError;
use messages::snapshot::SnapshotRefused;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum SnapshotError {
    #[error(transparent)]
    Reached(#[from] EnrollError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{path}: {why}")]
    File { path: PathBuf, why: io::Error },
    #[error("headquarters has no recovery key yet")]
    NoRecoveryKey,
    #[error(
        "headquarters shows another recovery key than at the enrolment: enrol again if that is meant"
    )]
    OtherRecoveryKey,
    #[error("the recovery key cannot be read: a sign is wrong or missing")]
    BadRecoveryKey,
    #[error("this recovery key does not open the snapshot of this box")]
    KeyDoesNotOpen,
    #[error("headquarters has no snapshot of this box")]
    Nothing,
    #[error("data_dir or keys_dir holds a branch already")]
    NotEmpty,
    #[error("headquarters does not take it: {}", .0.code())]
    Refused(SnapshotRefused),
    #[error("what headquarters says is not understood")]
    BadAnswer,
}

impl SnapshotError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reached(bad) => bad.code(),
            Self::Store(bad) => bad.code(),
            Self::File { .. } => "snapshot_file",
            Self::NoRecoveryKey => "snapshot_no_recovery_key",
            Self::OtherRecoveryKey => "snapshot_other_recovery_key",
            Self::BadRecoveryKey => "snapshot_bad_recovery_key",
            Self::KeyDoesNotOpen => "snapshot_key_does_not_open",
            Self::Nothing => "snapshot_none",
            Self::NotEmpty => "snapshot_not_empty",
            Self::Refused(why) => why.code(),
            Self::BadAnswer => "snapshot_bad_answer",
        }
    }
}

pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> SnapshotError {
    let path = path.to_owned();
    move |why| SnapshotError::File { path, why }
}

//! What can go wrong with certificates, each with a stable code.
use std::path::PathBuf;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum EnrollError {
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not what it should be: {why}")]
    Unreadable { path: PathBuf, why: String },
    #[error("only the signing within one machine is built in: name --dev and --hq-dir")]
    NeedsDev,
    #[error("{0:?} is not a box id: letters, digits, - _ . and at most 63 of them")]
    BadBoxId(String),
    #[error("{0:?} cannot be a name in a certificate")]
    BadHost(String),
    #[error("the certificate could not be made: {0}")]
    Make(String),
}

impl EnrollError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "enroll_file",
            Self::Unreadable { .. } => "enroll_unreadable",
            Self::NeedsDev => "enroll_needs_dev",
            Self::BadBoxId(_) => "enroll_bad_box_id",
            Self::BadHost(_) => "enroll_bad_host",
            Self::Make(_) => "enroll_make",
        }
    }
}

pub(super) fn make(bad: rcgen::Error) -> EnrollError {
    EnrollError::Make(bad.to_string())
}

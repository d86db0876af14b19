//! What can go wrong with certificates and their files, each with a stable code.
use std::path::PathBuf;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum IdentityError {
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not what it should be: {why}")]
    Unreadable { path: PathBuf, why: String },
    #[error("{0:?} cannot be a name in a certificate")]
    BadHost(String),
    #[error("the request for a certificate is not a valid one: {0}")]
    BadRequest(String),
    #[error("the request does not name the box {0} alone")]
    OtherName(String),
    #[error("the request's key is not of the one kind in use: ECDSA on P-256")]
    KeyKind,
    #[error("the certificate could not be made: {0}")]
    Make(String),
}

impl IdentityError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "identity_file",
            Self::Unreadable { .. } => "identity_unreadable",
            Self::BadHost(_) => "identity_bad_host",
            Self::BadRequest(_) => "identity_bad_request",
            Self::OtherName(_) => "identity_other_name",
            Self::KeyKind => "identity_key_kind",
            Self::Make(_) => "identity_make",
        }
    }
}

#[must_use]
pub fn make(bad: rcgen::Error) -> IdentityError {
    IdentityError::Make(bad.to_string())
}

//! Why an appliance got no identity, each with a stable code.
use identity::IdentityError;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum EnrollError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("only the signing within one machine is built in: name --dev and --hq-dir")]
    NeedsDev,
    #[error("{0:?} is not a box id: letters, digits, - _ . and at most 63 of them")]
    BadBoxId(String),
}

impl EnrollError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Identity(bad) => bad.code(),
            Self::NeedsDev => "enroll_needs_dev",
            Self::BadBoxId(_) => "enroll_bad_box_id",
        }
    }
}

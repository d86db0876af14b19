//! What can go wrong between the service and its database.
use thiserror::Error;

/// The world's trouble: nothing was changed by the call that returned it.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("the database said: {0}")]
    Database(String),
    #[error("the schema could not be brought up to date: {0}")]
    Migration(String),
    /// All readers, or the writer, were busy for longer than a caller should wait.
    #[error("the store is busy")]
    Busy,
    #[error("the store is closed")]
    Closed,
    /// A stored value is not one of ours: the file was changed by something else, or by a newer version.
    #[error("a stored {0} cannot be read")]
    Foreign(&'static str),
    /// Pages or indexes of the file do not hold together.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The key cannot be used, or what is wanted cannot be encoded.
    #[error("the directive could not be signed")]
    NotSigned,
    /// This store came out of a backup, and the branch has not said since what its inbox has.
    #[error("the branch has not said what its inbox has")]
    InboxUnsure,
    #[error("no such box")]
    UnknownBox,
    #[error("no such dead letter")]
    UnknownDeadLetter,
    #[error("no such user")]
    UnknownUser,
    #[error("no such open enrolment")]
    UnknownEnrolment,
    #[error("this user exists")]
    UserExists,
}

impl StoreError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "store_database",
            Self::Migration(_) => "store_migration",
            Self::Busy => "store_busy",
            Self::Closed => "store_closed",
            Self::Foreign(_) => "store_foreign_value",
            Self::Damaged(_) => "store_damaged",
            Self::NotSigned => "directive_not_signed",
            Self::InboxUnsure => "inbox_unsure",
            Self::UnknownBox => "unknown_box",
            Self::UnknownDeadLetter => "unknown_dead_letter",
            Self::UnknownUser => "unknown_user",
            Self::UnknownEnrolment => "unknown_enrolment",
            Self::UserExists => "user_exists",
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(bad: rusqlite::Error) -> Self {
        Self::Database(bad.to_string())
    }
}

//! Somebody who signs in at headquarters.
use messages::{
    BoxId, UserName, UtcMs,
    command::{Role, Secret},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRecord {
    pub user: UserName,
    pub role: Role,
    /// An argon2id hash in PHC form.
    pub password_hash: Secret,
    pub created: UtcMs,
    /// When the password was last set: older sessions are over.
    pub changed: UtcMs,
    pub locked_until: Option<UtcMs>,
}

/// What people do at headquarters and that is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    UserCreated,
    PasswordReset,
    SignedIn,
    SignInFailed,
    LockedOut { until: UtcMs },
    SignedOut,
    DeadLettersRetried { box_id: BoxId },
}

impl Deed {
    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UserCreated => "user_created",
            Self::PasswordReset => "user_password_reset",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::LockedOut { .. } => "user_locked_out",
            Self::SignedOut => "signed_out",
            Self::DeadLettersRetried { .. } => "dead_letters_retried",
        }
    }

    /// What it was done to: `branch:sz-01`.
    #[must_use]
    pub fn about(&self) -> Option<String> {
        match self {
            Self::DeadLettersRetried { box_id } => Some(format!("branch:{box_id}")),
            Self::UserCreated
            | Self::PasswordReset
            | Self::SignedIn
            | Self::SignInFailed
            | Self::LockedOut { .. }
            | Self::SignedOut => None,
        }
    }
}

/// One line of headquarters' own audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub utc: UtcMs,
    /// `None`: the name given is no user's.
    pub user: Option<UserName>,
    pub what: String,
    pub about: Option<String>,
    pub from_ip: Option<String>,
}

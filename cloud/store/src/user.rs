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
    LockedOut {
        until: UtcMs,
    },
    SignedOut,
    DeadLettersRetried {
        box_id: BoxId,
    },
    EnrolmentMade {
        box_id: BoxId,
    },
    EnrolmentCancelled {
        box_id: BoxId,
    },
    /// A wrong code for a box with an open enrolment.
    EnrolmentFailed {
        box_id: BoxId,
    },
    EnrolmentLocked {
        box_id: BoxId,
    },
    EnrolmentUsed {
        box_id: BoxId,
    },
    CertificateRenewed {
        box_id: BoxId,
    },
    CertificateRevoked {
        box_id: BoxId,
    },
    FieldPolicySet {
        version: u64,
    },
    DncChanged {
        numbers: usize,
    },
    DirectiveIssued {
        box_id: BoxId,
        seq: u64,
    },
    CommandIssued {
        box_id: BoxId,
        kind: String,
    },
    /// Of two runs of a copied box one was chosen.
    BoxReleased {
        box_id: BoxId,
    },
    /// Somebody has looked at an old tail or a gap.
    BreakClosed {
        box_id: BoxId,
    },
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
            Self::EnrolmentMade { .. } => "enrolment_made",
            Self::EnrolmentCancelled { .. } => "enrolment_cancelled",
            Self::EnrolmentFailed { .. } => "enrolment_failed",
            Self::EnrolmentLocked { .. } => "enrolment_locked",
            Self::EnrolmentUsed { .. } => "enrolment_used",
            Self::CertificateRenewed { .. } => "certificate_renewed",
            Self::CertificateRevoked { .. } => "certificate_revoked",
            Self::FieldPolicySet { .. } => "field_policy_set",
            Self::DncChanged { .. } => "dnc_changed",
            Self::DirectiveIssued { .. } => "directive_issued",
            Self::CommandIssued { .. } => "command_issued",
            Self::BoxReleased { .. } => "box_released",
            Self::BreakClosed { .. } => "break_closed",
        }
    }

    /// What it was done to: `branch:sz-01`.
    #[must_use]
    pub fn about(&self) -> Option<String> {
        match self {
            Self::DeadLettersRetried { box_id }
            | Self::EnrolmentMade { box_id }
            | Self::EnrolmentCancelled { box_id }
            | Self::EnrolmentFailed { box_id }
            | Self::EnrolmentLocked { box_id }
            | Self::EnrolmentUsed { box_id }
            | Self::CertificateRenewed { box_id }
            | Self::CertificateRevoked { box_id }
            | Self::BoxReleased { box_id }
            | Self::BreakClosed { box_id } => Some(format!("branch:{box_id}")),
            Self::FieldPolicySet { version } => Some(format!("field_policy:{version}")),
            Self::DncChanged { numbers } => Some(format!("numbers:{numbers}")),
            Self::DirectiveIssued { box_id, seq } => {
                Some(format!("branch:{box_id} directive:{seq}"))
            }
            Self::CommandIssued { box_id, kind } => Some(format!("branch:{box_id} {kind}")),
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

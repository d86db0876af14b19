//! Why an appliance got no identity, each with a stable code, and the field of the form that it belongs to.
use super::https::HttpsError;
use identity::IdentityError;
use messages::enrolment::NotEnrolled;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum EnrollError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(
        "name --url, --code and --fingerprint as headquarters shows them, or --dev and --hq-dir"
    )]
    NothingNamed,
    #[error("{0:?} is not a box id: letters, digits, - _ . and at most 63 of them")]
    BadBoxId(String),
    #[error("{0:?} is not https://host or https://host:port")]
    BadUrl(String),
    #[error("a code has eight letters and digits")]
    BadCode,
    #[error("a fingerprint has 64 hexadecimal digits")]
    BadFingerprint,
    #[error("the server at this address has another fingerprint: nothing was sent to it")]
    OtherFingerprint,
    #[error(
        "the server's certificate is not good at the time of this appliance's clock: is the clock right?"
    )]
    Clock,
    #[error("headquarters cannot be reached: {0}")]
    Unreachable(String),
    #[error("no trusted connection to headquarters: {0}")]
    Tls(String),
    #[error("headquarters gives no identity: {}", .0.code())]
    Refused(NotEnrolled, Option<u64>),
    #[error("what answers at this address is not headquarters of this kind ({0})")]
    BadAnswer(String),
    #[error("gateway.toml is needed for what is not named: {0}")]
    Config(String),
    #[error("another enrolment of this appliance is under way")]
    UnderWay,
}

impl EnrollError {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Identity(bad) => bad.code(),
            Self::NothingNamed => "enroll_nothing_named",
            Self::BadBoxId(_) => "enroll_bad_box_id",
            Self::BadUrl(_) => "enroll_bad_url",
            Self::BadCode => "enroll_bad_code",
            Self::BadFingerprint => "enroll_bad_fingerprint",
            Self::OtherFingerprint => "enroll_other_fingerprint",
            Self::Clock => "enroll_clock",
            Self::Unreachable(_) => "enroll_unreachable",
            Self::Tls(_) => "enroll_tls",
            Self::Refused(why, _) => why.code(),
            Self::BadAnswer(_) => "enroll_bad_answer",
            Self::Config(_) => "enroll_config",
            Self::UnderWay => "enroll_under_way",
        }
    }

    /// What the person has to look at again.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadUrl(_) | Self::Unreachable(_) | Self::BadAnswer(_) => Some("/url"),
            Self::BadCode
            | Self::Refused(
                NotEnrolled::CodeWrong | NotEnrolled::CodeExpired | NotEnrolled::CodeLocked,
                _,
            ) => Some("/code"),
            Self::BadFingerprint | Self::OtherFingerprint => Some("/fingerprint"),
            Self::Refused(
                NotEnrolled::SourceLocked
                | NotEnrolled::RequestBad
                | NotEnrolled::TooMany
                | NotEnrolled::Unavailable,
                _,
            )
            | Self::Identity(_)
            | Self::NothingNamed
            | Self::BadBoxId(_)
            | Self::Clock
            | Self::Tls(_)
            | Self::Config(_)
            | Self::UnderWay => None,
        }
    }
}

impl From<HttpsError> for EnrollError {
    fn from(bad: HttpsError) -> Self {
        match bad {
            HttpsError::Unreachable(why) => Self::Unreachable(why),
            HttpsError::OtherFingerprint => Self::OtherFingerprint,
            HttpsError::Clock => Self::Clock,
            HttpsError::Tls(why) => Self::Tls(why),
            HttpsError::Broken(why) => Self::BadAnswer(why),
        }
    }
}

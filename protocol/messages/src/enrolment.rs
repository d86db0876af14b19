//! What a box and headquarters say to each other when the box gets its identity: CBOR over HTTPS.
use crate::BoxId;
use serde::{Deserialize, Serialize};

/// Where a box without a certificate asks for one.
pub const ENROL_PATH: &str = "/boxes/v1/enrol";
/// Where a box with a certificate asks for the next one.
pub const RENEW_PATH: &str = "/boxes/v1/renew";
/// The media type of both.
pub const CBOR: &str = "application/cbor";
/// Larger than any of these messages.
pub const MESSAGE_BYTES_MAX: usize = 32 * 1024;

/// A certificate's number within its authority, as lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Serial(String);

impl Serial {
    /// At most 20 octets (RFC 5280, 4.1.2.2), perhaps behind a zero.
    const DIGITS_MAX: usize = 42;

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=Self::DIGITS_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for Serial {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sent only after the authority's fingerprint was found to be the one that people read out.
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolAsk {
    pub box_id: BoxId,
    pub code: String,
    /// PEM (PKCS #10), naming the box and nothing else.
    pub request: String,
    pub version: String,
}

/// An identity, and what goes with it. Keys are 32 bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolGranted {
    pub tenant: String,
    /// PEM.
    pub certificate: String,
    /// PEM.
    pub authority: String,
    /// `host:port`
    pub broker: String,
    /// Blind indexes that all branches share.
    #[serde(with = "serde_bytes")]
    pub tenant_blind: [u8; 32],
    /// Wraps what headquarters may open: of this box alone.
    #[serde(with = "serde_bytes")]
    pub hq_key: [u8; 32],
    /// Verifies headquarters' directives (Ed25519); none: headquarters signs none yet.
    #[serde(default, with = "serde_bytes")]
    pub directive_key: Option<Vec<u8>>,
    /// The public half of the recovery key; none: headquarters has none yet.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Option::is_none")]
    pub recovery_key: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenewAsk {
    pub request: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenewGranted {
    pub certificate: String,
}

impl core::fmt::Debug for EnrolAsk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "EnrolAsk({})", self.box_id)
    }
}

impl core::fmt::Debug for EnrolGranted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "EnrolGranted({}, {})", self.tenant, self.broker)
    }
}

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $case:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$note])* $case,)*
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$case,)*];

            /// Stable; also the key of its text in the UI.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$case => $code,)*
                }
            }

            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

coded! {
    /// Why headquarters gives no identity.
    NotEnrolled {
        /// No open enrolment of this box has this code.
        CodeWrong = "enrol_code_wrong",
        CodeExpired = "enrol_code_expired",
        /// Too many wrong codes: a new one has to be made.
        CodeLocked = "enrol_code_locked",
        /// Too many wrong codes from this address.
        SourceLocked = "enrol_source_locked",
        /// The message or the request in it is not a good one.
        RequestBad = "enrol_request_bad",
        /// More certificates of this box are good than one box needs.
        TooMany = "enrol_too_many",
        /// Headquarters cannot write now, or is asked too much.
        Unavailable = "enrol_unavailable",
    }
}

coded! {
    /// What an enrolment is for.
    EnrolPurpose {
        Join = "join",
        /// A new machine takes the place of a lost one.
        Replace = "replace",
    }
}

coded! {
    /// Where an enrolment stands.
    EnrolState {
        Open = "open",
        Used = "used",
        Cancelled = "cancelled",
        /// Another one was made for the same box.
        Replaced = "replaced",
        Locked = "locked",
        Expired = "expired",
    }
}

coded! {
    /// Where headquarters knows a certificate from.
    CertificateOrigin {
        Enrolment = "enrolment",
        Renewal = "renewal",
        /// Signed with headquarters' key beside this service, and seen at a connection.
        Elsewhere = "elsewhere",
    }
}

#[cfg(test)]
mod tests {
    use super::{EnrolAsk, EnrolGranted, NotEnrolled, Serial};
    use crate::{BoxId, wire};

    #[test]
    fn messages_come_back_as_they_were_said_and_show_no_secret() {
        let granted = EnrolGranted {
            tenant: "hq".to_owned(),
            certificate: "c".to_owned(),
            authority: "a".to_owned(),
            broker: "localhost:8883".to_owned(),
            tenant_blind: [1; 32],
            hq_key: [2; 32],
            directive_key: Some(vec![3; 32]),
            recovery_key: None,
        };
        let bytes = wire::encode(&granted).unwrap();
        assert_eq!(wire::decode::<EnrolGranted>(&bytes).unwrap(), granted);
        assert_eq!(format!("{granted:?}"), "EnrolGranted(hq, localhost:8883)");
        let ask = EnrolAsk {
            box_id: BoxId::parse("sz-01").unwrap(),
            code: "ABCD2345".to_owned(),
            request: "r".to_owned(),
            version: "1".to_owned(),
        };
        assert_eq!(format!("{ask:?}"), "EnrolAsk(sz-01)");
    }

    #[test]
    fn codes_are_read_back_and_foreign_texts_are_none() {
        for one in NotEnrolled::ALL {
            assert_eq!(NotEnrolled::parse(one.code()), Some(*one));
        }
        assert_eq!(NotEnrolled::parse("x"), None);
        assert!(Serial::parse("00ab").is_some());
        for bad in ["", "AB", "g", &"a".repeat(43)] {
            assert!(Serial::parse(bad).is_none(), "{bad}");
        }
    }
}

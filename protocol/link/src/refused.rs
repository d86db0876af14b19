//! Why the cloud does not take a message, each with a stable code.
use thiserror::Error;

/// A batch or a HELLO that was not taken. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("facts before this batch are missing")]
    Gap,
    #[error("the chain does not fit what the cloud holds")]
    Hash,
    #[error("two copies of this box are alive")]
    Quarantined,
    #[error("not the protocol: {0}")]
    Protocol(ProtocolFault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProtocolFault {
    #[error("not a message of this lane")]
    Undecodable,
    #[error("a protocol version that is not spoken here")]
    Version,
    #[error("the message names another box")]
    OtherBox,
    #[error("no HELLO came before")]
    NotGreeted,
    #[error("another epoch")]
    Epoch,
    #[error("the numbers of the header do not fit the facts")]
    Count,
    #[error("larger than the limit")]
    TooLarge,
    #[error("the payload does not open within its bound")]
    Compression,
}

impl Refused {
    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gap => "link_gap",
            Self::Hash => "link_hash",
            Self::Quarantined => "link_quarantined",
            Self::Protocol(fault) => fault.code(),
        }
    }
}

impl ProtocolFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Undecodable => "link_undecodable",
            Self::Version => "link_version",
            Self::OtherBox => "link_other_box",
            Self::NotGreeted => "link_not_greeted",
            Self::Epoch => "link_epoch",
            Self::Count => "link_count",
            Self::TooLarge => "link_too_large",
            Self::Compression => "link_compression",
        }
    }
}

impl From<ProtocolFault> for Refused {
    fn from(fault: ProtocolFault) -> Self {
        Self::Protocol(fault)
    }
}

//! Request methods.

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    Invite,
    Ack,
    Bye,
    Cancel,
    Options,
    Register,
    Info,
    Update,
    /// Acknowledges a provisional answer (RFC 3262).
    Prack,
    /// Sends a peer elsewhere: a transfer (RFC 3515).
    Refer,
    /// Tells what became of a REFER; only sent.
    Notify,
    /// Asks to be told: where its configuration is (RFC 6665).
    Subscribe,
    /// Known to SIP, not offered here: answered 405.
    NotOffered(&'static str),
    /// Known to nobody: answered 501.
    Unknown(String),
}

/// What Allow says.
pub(crate) const ALLOW: &str =
    "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, INFO, UPDATE, PRACK, REFER, SUBSCRIBE";

const NOT_OFFERED: [&str; 2] = ["MESSAGE", "PUBLISH"];

impl Method {
    /// Methods are case-sensitive.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "INVITE" => Self::Invite,
            "ACK" => Self::Ack,
            "BYE" => Self::Bye,
            "CANCEL" => Self::Cancel,
            "OPTIONS" => Self::Options,
            "REGISTER" => Self::Register,
            "INFO" => Self::Info,
            "UPDATE" => Self::Update,
            "PRACK" => Self::Prack,
            "REFER" => Self::Refer,
            "NOTIFY" => Self::Notify,
            "SUBSCRIBE" => Self::Subscribe,
            other => NOT_OFFERED
                .into_iter()
                .find(|one| *one == other)
                .map_or_else(|| Self::Unknown(other.to_owned()), Self::NotOffered),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Invite => "INVITE",
            Self::Ack => "ACK",
            Self::Bye => "BYE",
            Self::Cancel => "CANCEL",
            Self::Options => "OPTIONS",
            Self::Register => "REGISTER",
            Self::Info => "INFO",
            Self::Update => "UPDATE",
            Self::Prack => "PRACK",
            Self::Refer => "REFER",
            Self::Notify => "NOTIFY",
            Self::Subscribe => "SUBSCRIBE",
            Self::NotOffered(text) => text,
            Self::Unknown(text) => text,
        }
    }
}

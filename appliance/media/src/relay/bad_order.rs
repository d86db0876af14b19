//! Orders that do not fit what the relay knows: the orderer's mistake, said and not obeyed.
use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadOrder {
    #[error("the port is not in the pool")]
    PortUnknown,
    #[error("the port serves another leg, or rests")]
    PortTaken,
    #[error("no such leg is open")]
    LegUnknown,
    #[error("no such call is open")]
    CallUnknown,
    #[error("it is no digit, or too many wait")]
    DigitRefused,
}

impl BadOrder {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PortUnknown => "media_port_unknown",
            Self::PortTaken => "media_port_taken",
            Self::LegUnknown => "media_leg_unknown",
            Self::CallUnknown => "media_call_unknown",
            Self::DigitRefused => "media_digit_refused",
        }
    }
}

//! Why a message is not well formed, and what is answered.
use super::Name;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    StartLine,
    HeaderSyntax,
    TooManyHeaders,
    HeadNotEnded,
    ContentLength,
    Missing(Name),
    Repeated(Name),
    Bad(Name),
    MethodMismatch,
    BadRequestUri,
    /// 505
    Version,
    /// 501
    UnknownMethod,
    /// 416
    Scheme,
}

impl Fault {
    pub(crate) const fn code(self) -> u16 {
        match self {
            Self::Version => 505,
            Self::UnknownMethod => 501,
            Self::Scheme => 416,
            Self::StartLine
            | Self::HeaderSyntax
            | Self::TooManyHeaders
            | Self::HeadNotEnded
            | Self::ContentLength
            | Self::Missing(_)
            | Self::Repeated(_)
            | Self::Bad(_)
            | Self::MethodMismatch
            | Self::BadRequestUri => 400,
        }
    }

    /// The reason phrase: tells the peer's engineer what to look at.
    pub(crate) fn phrase(self) -> String {
        match self {
            Self::StartLine => "Bad Request Line".to_owned(),
            Self::HeaderSyntax => "Bad Header Syntax".to_owned(),
            Self::TooManyHeaders => "Too Many Headers".to_owned(),
            Self::HeadNotEnded => "Headers Not Ended".to_owned(),
            Self::ContentLength => "Bad Content-Length".to_owned(),
            Self::Missing(name) => format!("Missing {}", name.text()),
            Self::Repeated(name) => format!("Repeated {}", name.text()),
            Self::Bad(name) => format!("Bad {}", name.text()),
            Self::MethodMismatch => "Method And CSeq Differ".to_owned(),
            Self::BadRequestUri => "Bad Request-URI".to_owned(),
            Self::Version | Self::UnknownMethod | Self::Scheme => {
                super::phrase::of(self.code()).to_owned()
            }
        }
    }
}

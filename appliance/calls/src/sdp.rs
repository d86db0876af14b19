//! Session descriptions, as far as an anchored audio call needs them (RFC 8866, RFC 3264).
mod print;
mod read;

use std::net::{IpAddr, SocketAddr};

pub use read::BadSdp;

/// Longer descriptions are refused.
pub const SDP_BYTES_MAX: usize = 16 * 1024;

/// What one side said about its media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Every m-line in order: an answer must have as many.
    pub lines: Vec<MediaLine>,
    /// Which of them is the audio that we carry.
    pub audio: Option<Audio>,
}

/// An m-line, as far as it must be repeated when it is turned down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaLine {
    pub kind: String,
    pub protocol: String,
    pub formats: Vec<String>,
}

/// The audio stream of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audio {
    /// Its place among the m-lines.
    pub line: usize,
    /// Where its peer wants the packets; `None` for port 0 or an address that cannot be sent to.
    pub remote: Option<SocketAddr>,
    /// In the order of preference; only those that we carry.
    pub formats: Vec<Format>,
    pub way: Way,
    /// Packet time in ms, where it is named.
    pub ptime: Option<u16>,
}

/// A payload that passes through unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    pub payload: u8,
    pub kind: FormatKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatKind {
    /// PCMA/8000
    ALaw,
    /// PCMU/8000
    MuLaw,
    /// telephone-event/8000 (RFC 4733)
    Events,
}

/// Which way the audio flows, as the side that says it sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

/// Our own description, to be printed.
#[derive(Clone, Debug)]
pub struct Local<'a> {
    pub address: IpAddr,
    pub port: u16,
    /// Session id: one for each leg.
    pub session: u64,
    /// Grows with each description of the leg.
    pub version: u64,
    pub formats: &'a [Format],
    pub way: Way,
    pub ptime: Option<u16>,
}

impl Description {
    pub fn read(bytes: &[u8]) -> Result<Self, BadSdp> {
        read::read(bytes)
    }
}

impl Local<'_> {
    /// An offer with one audio line.
    #[must_use]
    pub fn offer(&self) -> bytes::Bytes {
        print::offer(self)
    }

    /// An answer: the offer's lines in their order, all but the audio turned down.
    #[must_use]
    pub fn answer(&self, to: &Description) -> bytes::Bytes {
        print::answer(self, to)
    }
}

impl Format {
    /// What we offer where nobody has said anything yet.
    pub const OURS: [Self; 3] = [
        Self {
            payload: 8,
            kind: FormatKind::ALaw,
        },
        Self {
            payload: 0,
            kind: FormatKind::MuLaw,
        },
        Self {
            payload: 101,
            kind: FormatKind::Events,
        },
    ];
}

impl FormatKind {
    /// Speech, as against signals that need speech beside them.
    #[must_use]
    pub const fn is_speech(self) -> bool {
        match self {
            Self::ALaw | Self::MuLaw => true,
            Self::Events => false,
        }
    }
}

/// The first speech format: what the side prefers.
#[must_use]
pub fn speech(formats: &[Format]) -> Option<FormatKind> {
    formats
        .iter()
        .map(|format| format.kind)
        .find(|kind| kind.is_speech())
}

impl Way {
    /// Does the side that said this want to hear?
    #[must_use]
    pub const fn hears(self) -> bool {
        match self {
            Self::SendRecv | Self::RecvOnly => true,
            Self::SendOnly | Self::Inactive => false,
        }
    }

    /// Does the side that said this send?
    #[must_use]
    pub const fn sends(self) -> bool {
        match self {
            Self::SendRecv | Self::SendOnly => true,
            Self::RecvOnly | Self::Inactive => false,
        }
    }

    /// The answer that takes up all that was offered (RFC 3264 §6.1).
    #[must_use]
    pub const fn answered(self) -> Self {
        match self {
            Self::SendRecv => Self::SendRecv,
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }
}

#[cfg(test)]
mod tests;

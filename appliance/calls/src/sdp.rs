//! Session descriptions, as far as an anchored audio call needs them (RFC 8866, RFC 3264).
mod crypto;
mod print;
mod read;

use messages::command::SpeechCodec;
use std::net::{IpAddr, SocketAddr};

pub use crypto::{Crypto, MasterKey, Suite};
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
    /// Packets have to be encrypted (RTP/SAVP).
    pub secret: bool,
    /// The keys that it offers (RFC 4568), the dearest first; only those that we understand.
    pub cryptos: Vec<Crypto>,
}

/// A payload format, as one side numbers it.
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
    /// G722/8000 (RFC 3551 §4.5.2)
    G722,
    /// opus/48000/2 (RFC 7587)
    Opus,
    /// G729/8000; it is only passed on
    G729,
    /// CN/8000 (RFC 3389)
    Comfort,
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
    /// An offer insists on encryption.
    pub secret: bool,
    /// Our keys: all that we offer, or the one that was chosen.
    pub cryptos: &'a [Crypto],
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
    /// What we offer where nobody has said anything yet: what a trunk speaks first, so that nothing has to be decoded.
    pub const OURS: [Self; 6] = [
        Self::new(8, FormatKind::ALaw),
        Self::new(0, FormatKind::MuLaw),
        Self::new(9, FormatKind::G722),
        Self::new(111, FormatKind::Opus),
        Self::new(13, FormatKind::Comfort),
        Self::new(101, FormatKind::Events),
    ];

    #[must_use]
    pub const fn new(payload: u8, kind: FormatKind) -> Self {
        Self { payload, kind }
    }
}

impl FormatKind {
    /// Speech, as against signals that need speech beside them.
    #[must_use]
    pub const fn is_speech(self) -> bool {
        match self {
            Self::ALaw | Self::MuLaw | Self::G722 | Self::Opus | Self::G729 => true,
            Self::Comfort | Self::Events => false,
        }
    }

    /// One of these, or no speech at all.
    #[must_use]
    pub fn is_among(self, codecs: &[SpeechCodec]) -> bool {
        let codec = match self {
            Self::ALaw => SpeechCodec::Pcma,
            Self::MuLaw => SpeechCodec::Pcmu,
            Self::G722 => SpeechCodec::G722,
            Self::Opus => SpeechCodec::Opus,
            Self::G729 => SpeechCodec::G729,
            Self::Comfort | Self::Events => return true,
        };
        codecs.contains(&codec)
    }

    /// Speech that can become another kind of speech.
    #[must_use]
    pub const fn is_decoded(self) -> bool {
        match self {
            Self::ALaw | Self::MuLaw | Self::G722 | Self::Opus => true,
            Self::G729 | Self::Comfort | Self::Events => false,
        }
    }
}

/// Can two who take these hear each other, passed on or decoded?
#[must_use]
pub fn can_talk(one: &[Format], other: &[Format]) -> bool {
    let speech = |formats: &[Format]| -> Vec<FormatKind> {
        let kinds = formats.iter().map(|format| format.kind);
        kinds.filter(|kind| kind.is_speech()).collect()
    };
    let (one, other) = (speech(one), speech(other));
    let common = one.iter().any(|kind| other.contains(kind));
    common
        || (one.iter().any(|kind| kind.is_decoded()) && other.iter().any(|kind| kind.is_decoded()))
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

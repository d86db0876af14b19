//! RTP packets as they lie on the wire (RFC 3550 §5.1), read without copying and without trust.
use thiserror::Error;

/// Bytes of the fixed header.
pub const HEADER_BYTES: usize = 12;

/// A packet's header fields and where its content lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    pub header: RtpHeader,
    /// What is left after contributing sources, extension and padding.
    pub payload: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpHeader {
    pub marker: bool,
    /// 0–127
    pub payload_type: u8,
    pub sequence: u16,
    /// In samples of the payload's clock: 8,000 a second for G.711.
    pub timestamp: u32,
    pub ssrc: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotRtp {
    #[error("shorter than its own header says")]
    Short,
    #[error("not version 2")]
    Version,
    #[error("payload type in the range of RTCP")]
    Rtcp,
    #[error("more padding than content")]
    Padding,
}

impl NotRtp {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Short => "rtp_short",
            Self::Version => "rtp_version",
            Self::Rtcp => "rtp_is_rtcp",
            Self::Padding => "rtp_padding",
        }
    }
}

/// True for RTCP that shares the port of RTP (RFC 5761 §4).
#[must_use]
pub fn is_rtcp(bytes: &[u8]) -> bool {
    bytes.len() >= 8 && bytes[0] >> 6 == 2 && (192..=223).contains(&bytes[1])
}

impl<'a> RtpPacket<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NotRtp> {
        let (Some(fixed), Some(rest)) = (
            bytes.first_chunk::<HEADER_BYTES>(),
            bytes.get(HEADER_BYTES..),
        ) else {
            return Err(NotRtp::Short);
        };
        if fixed[0] >> 6 != 2 {
            return Err(NotRtp::Version);
        }
        if is_rtcp(bytes) {
            return Err(NotRtp::Rtcp);
        }
        let sources = usize::from(fixed[0] & 0x0F) * 4;
        let mut payload = rest.get(sources..).ok_or(NotRtp::Short)?;
        if fixed[0] & 0x10 != 0 {
            payload = after_extension(payload)?;
        }
        if fixed[0] & 0x20 != 0 {
            payload = before_padding(payload)?;
        }
        Ok(Self {
            header: RtpHeader::of(fixed),
            payload,
        })
    }
}

/// The extension: 2 bytes profile, 2 bytes length in 32-bit words, that many words (RFC 3550 §5.3.1).
fn after_extension(bytes: &[u8]) -> Result<&[u8], NotRtp> {
    let head = bytes.first_chunk::<4>().ok_or(NotRtp::Short)?;
    let words = usize::from(u16::from_be_bytes([head[2], head[3]]));
    bytes.get(4 + words * 4..).ok_or(NotRtp::Short)
}

/// The last byte counts the padding, itself included.
fn before_padding(bytes: &[u8]) -> Result<&[u8], NotRtp> {
    let padding = usize::from(*bytes.last().ok_or(NotRtp::Padding)?);
    if padding == 0 || padding > bytes.len() {
        return Err(NotRtp::Padding);
    }
    Ok(&bytes[..bytes.len() - padding])
}

impl RtpHeader {
    fn of(fixed: &[u8; HEADER_BYTES]) -> Self {
        let [_, second, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] = *fixed;
        Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
        }
    }

    /// The fixed header: version 2, no padding, extension or sources.
    #[must_use]
    pub fn bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0] = 0x80;
        bytes[1] = (u8::from(self.marker) << 7) | (self.payload_type & 0x7F);
        bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        bytes[8..].copy_from_slice(&self.ssrc.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests;

//! The clear head of a container: what it is, whose, and the wrapped key; bound to every segment.
use super::ContainerError;
use crate::Law;
use messages::{PartyId, RecordingId, UtcMs};
use seal::stream::{PREFIX_BYTES, SALT_BYTES, SegmentCipher};

const MAGIC: &[u8; 7] = b"ZKHUREC";
const VERSION: u8 = 1;
/// Everything before the wrapped key.
const FIXED_BYTES: usize = 96;
const WRAPPED_KEY_MAX_BYTES: usize = 512;
/// No header is longer.
pub const HEADER_MAX_BYTES: usize = FIXED_BYTES + WRAPPED_KEY_MAX_BYTES;

/// Layout, integers big endian: magic 7 · version 1 · header length 2 · part 2 · recording id 16 · 1 if there is a
/// party, else 0 · party id 16 · payload types of caller and callee 2 · start 8 · salt 32 · nonce prefix 7 ·
/// length of the wrapped key 2 · wrapped key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingHeader {
    pub recording: RecordingId,
    /// 1, 2, …: a container is never opened again for writing.
    pub part: u16,
    /// Whose key wraps the recording's key.
    pub party: Option<PartyId>,
    /// Of caller and callee.
    pub laws: [Law; 2],
    pub start: UtcMs,
    /// Random for each container.
    pub salt: [u8; SALT_BYTES],
    /// Random for each container.
    pub prefix: [u8; PREFIX_BYTES],
    pub wrapped_key: Vec<u8>,
}

impl RecordingHeader {
    pub fn bytes(&self) -> Result<Vec<u8>, ContainerError> {
        let wrapped = self.wrapped_key.len();
        if wrapped > WRAPPED_KEY_MAX_BYTES {
            return Err(ContainerError::WrappedKeyTooLong(wrapped));
        }
        let two = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        let party = self.party.map_or([0; 16], |party| *party.as_bytes());
        let parts: [&[u8]; 13] = [
            MAGIC,
            &[VERSION],
            &two(FIXED_BYTES + wrapped),
            &self.part.to_be_bytes(),
            self.recording.as_bytes(),
            &[u8::from(self.party.is_some())],
            &party,
            &self.laws.map(Law::payload_type),
            &self.start.0.to_be_bytes(),
            &self.salt,
            &self.prefix,
            &two(wrapped),
            &self.wrapped_key,
        ];
        Ok(parts.concat())
    }

    /// Reads a header from a container's first bytes; hands back also how many of them it takes.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), ContainerError> {
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] {
            return Err(ContainerError::NotARecording);
        }
        let mut fields = Fields(&bytes[known..]);
        let [version] = fields.take()?;
        if version != VERSION {
            return Err(ContainerError::Version(version));
        }
        let length = usize::from(u16::from_be_bytes(fields.take()?));
        let header = Self {
            part: u16::from_be_bytes(fields.take()?),
            recording: RecordingId::from_bytes(fields.take()?),
            party: fields.party()?,
            laws: [fields.law()?, fields.law()?],
            start: UtcMs(i64::from_be_bytes(fields.take()?)),
            salt: fields.take()?,
            prefix: fields.take()?,
            wrapped_key: fields.wrapped_key()?,
        };
        if length != FIXED_BYTES + header.wrapped_key.len() {
            return Err(ContainerError::NotARecording);
        }
        Ok((header, length))
    }

    /// The cipher of the segments behind this header; `bytes` are the header as it stands in the file.
    #[must_use]
    pub fn cipher(&self, key: &[u8; 32], bytes: &[u8]) -> SegmentCipher {
        SegmentCipher::derive(key, &self.salt, self.prefix, bytes)
    }
}

/// What of the header is not read yet.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ContainerError> {
        let (taken, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(ContainerError::HeaderCut)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn party(&mut self) -> Result<Option<PartyId>, ContainerError> {
        let ([known], id) = (self.take()?, self.take()?);
        match known {
            0 => Ok(None),
            1 => Ok(Some(PartyId::from_bytes(id))),
            _ => Err(ContainerError::NotARecording),
        }
    }

    fn law(&mut self) -> Result<Law, ContainerError> {
        let [payload_type] = self.take()?;
        Law::of_payload_type(payload_type).ok_or(ContainerError::NotARecording)
    }

    fn wrapped_key(&mut self) -> Result<Vec<u8>, ContainerError> {
        let length = usize::from(u16::from_be_bytes(self.take()?));
        if length > WRAPPED_KEY_MAX_BYTES {
            return Err(ContainerError::WrappedKeyTooLong(length));
        }
        let wrapped = self.0.get(..length).ok_or(ContainerError::HeaderCut)?;
        Ok(wrapped.to_vec())
    }
}

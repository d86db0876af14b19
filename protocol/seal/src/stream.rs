//! A long secret in segments: AES-256-GCM, key by HKDF-SHA256 per stream, layout as Tink's AES256-GCM-HKDF streaming.
//!
//! Key of the stream = HKDF-SHA256(input key, salt, info = bound header bytes). Nonce of a segment =
//! 7 bytes prefix ‖ 4 bytes index (big endian) ‖ 1 byte: 1 for the last segment, else 0. No further associated data:
//! the header is bound through the key, the order and the end through the nonce.
use aes_gcm::{
    Aes256Gcm, Key, KeyInit, Nonce, Tag,
    aead::{AeadInOut, inout::InOutBuf},
};
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

mod file;

pub use file::{OpeningReader, SealingWriter};

/// Bytes of a full segment as stored: 16 KiB.
pub const SEGMENT_BYTES: usize = 16 * 1024;
/// Bytes of the tag at a segment's end.
pub const TAG_BYTES: usize = 16;
/// Bytes of plain content in a full segment.
pub const PLAIN_BYTES: usize = SEGMENT_BYTES - TAG_BYTES;
pub const SALT_BYTES: usize = 32;
pub const PREFIX_BYTES: usize = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StreamError {
    /// Not sealed with this key, under this header, at this place of the stream.
    #[error("the segment is not authentic")]
    NotAuthentic,
    #[error("more than {PLAIN_BYTES} bytes in one segment")]
    TooLong,
}

impl StreamError {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAuthentic => "segment_not_authentic",
            Self::TooLong => "segment_too_long",
        }
    }
}

/// Where a segment stands in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub index: u32,
    pub last: bool,
}

/// Seals and opens the segments of one stream.
pub struct SegmentCipher {
    cipher: Aes256Gcm,
    prefix: [u8; PREFIX_BYTES],
}

impl core::fmt::Debug for SegmentCipher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SegmentCipher(…)")
    }
}

impl SegmentCipher {
    /// `salt` and `prefix` are random for each stream; `bound` are the clear bytes that must not change.
    #[must_use]
    pub fn derive(
        key: &[u8; 32],
        salt: &[u8; SALT_BYTES],
        prefix: [u8; PREFIX_BYTES],
        bound: &[u8],
    ) -> Self {
        let mut derived = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(Some(salt), key)
            .expand(bound, derived.as_mut_slice())
            .expect("32 bytes are within HKDF's limit");
        let key: &Key<Aes256Gcm> = (&*derived).into();
        Self {
            cipher: Aes256Gcm::new(key),
            prefix,
        }
    }

    /// Seals `segment` in place and hands back its tag, which is stored behind it.
    pub fn seal(&self, place: Place, segment: &mut [u8]) -> Result<[u8; TAG_BYTES], StreamError> {
        if segment.len() > PLAIN_BYTES {
            return Err(StreamError::TooLong);
        }
        self.cipher
            .encrypt_inout_detached(&self.nonce(place), &[], InOutBuf::from(segment))
            .map(Into::into)
            .map_err(|aes_gcm::Error| StreamError::TooLong)
    }

    /// Opens `segment` (content and tag) in place; the content is what is handed back.
    /// What is not authentic is wiped.
    pub fn open<'a>(
        &self,
        place: Place,
        segment: &'a mut [u8],
    ) -> Result<&'a mut [u8], StreamError> {
        if segment.len() < TAG_BYTES || segment.len() > SEGMENT_BYTES {
            return Err(StreamError::NotAuthentic);
        }
        let (content, tag) = segment.split_at_mut(segment.len() - TAG_BYTES);
        let tag = Tag::try_from(&*tag).map_err(|_short| StreamError::NotAuthentic)?;
        let buffer = InOutBuf::from(&mut *content);
        if self
            .cipher
            .decrypt_inout_detached(&self.nonce(place), &[], buffer, &tag)
            .is_err()
        {
            content.fill(0);
            return Err(StreamError::NotAuthentic);
        }
        Ok(content)
    }

    fn nonce(&self, place: Place) -> Nonce<aes_gcm::aead::consts::U12> {
        let mut nonce = [0; 12];
        nonce[..PREFIX_BYTES].copy_from_slice(&self.prefix);
        nonce[PREFIX_BYTES..11].copy_from_slice(&place.index.to_be_bytes());
        nonce[11] = u8::from(place.last);
        nonce.into()
    }
}

#[cfg(test)]
mod tests;

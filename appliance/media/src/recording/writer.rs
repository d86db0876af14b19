//! Content in, sealed segments out. Nothing is ever written twice under one nonce.
use super::{ContainerError, RecordingHeader, duration_ms};
use seal::stream::{PLAIN_BYTES, Place, SegmentCipher, TAG_BYTES};

/// Turns content into a container's bytes.
#[derive(Debug)]
pub struct ContainerWriter {
    cipher: SegmentCipher,
    /// Index of the segment that is being filled.
    index: u32,
    /// Its content so far. A full one waits for the byte after it: only then it is known not to be the last.
    content: Vec<u8>,
    content_total: u64,
    bytes_total: u64,
}

/// What is known of a container that was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    pub segments: u32,
    pub last_tag: [u8; TAG_BYTES],
}

impl ContainerWriter {
    /// Puts the header's bytes on `out`.
    pub fn begin(
        header: &RecordingHeader,
        key: &[u8; 32],
        out: &mut Vec<u8>,
    ) -> Result<Self, ContainerError> {
        let bytes = header.bytes()?;
        out.extend_from_slice(&bytes);
        Ok(Self {
            cipher: header.cipher(key, &bytes),
            index: 0,
            content: Vec::with_capacity(PLAIN_BYTES),
            content_total: 0,
            bytes_total: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        })
    }

    /// Takes content; whole segments are put on `out`.
    pub fn push(&mut self, mut content: &[u8], out: &mut Vec<u8>) {
        while !content.is_empty() {
            if self.content.len() == PLAIN_BYTES {
                self.seal(false, out);
            }
            let room = content.len().min(PLAIN_BYTES - self.content.len());
            let (now, later) = content.split_at(room);
            self.content.extend_from_slice(now);
            self.content_total += u64::try_from(room).unwrap_or(0);
            content = later;
        }
    }

    /// Puts the last segment on `out`.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Closing {
        let last_tag = self.seal(true, out);
        Closing {
            segments: self.index,
            last_tag,
        }
    }

    /// Length of the content so far.
    #[must_use]
    pub const fn duration_ms(&self) -> u64 {
        duration_ms(self.content_total)
    }

    /// Bytes handed out so far, the header included.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes_total
    }

    fn seal(&mut self, last: bool, out: &mut Vec<u8>) -> [u8; TAG_BYTES] {
        let place = Place {
            index: self.index,
            last,
        };
        let tag = self
            .cipher
            .seal(place, &mut self.content)
            .expect("the content is at most one segment");
        out.extend_from_slice(&self.content);
        out.extend_from_slice(&tag);
        let sealed = self.content.len() + TAG_BYTES;
        self.bytes_total += u64::try_from(sealed).unwrap_or(0);
        self.content.clear();
        self.index = self
            .index
            .checked_add(1)
            .expect("a recording ends long before its segments are used up");
        tag
    }
}

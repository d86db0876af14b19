//! A container read back: what is authentic, from any place, and how it ended.
use super::{Closing, ContainerError, HEADER_MAX_BYTES, RecordingHeader, duration_ms};
use seal::stream::{PLAIN_BYTES, Place, SEGMENT_BYTES, SegmentCipher, TAG_BYTES};
use std::io::{Read, Seek, SeekFrom};

/// How a container ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its last segment is there.
    Complete,
    /// Its end is missing: the process or the machine stopped. What is before plays.
    Cut,
    /// Bytes were changed, moved or taken away. What is before plays.
    Tampered,
}

impl Ended {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cut => "cut",
            Self::Tampered => "tampered",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingInfo {
    pub duration_ms: u64,
    /// Authentic segments from the start on.
    pub segments: u32,
    /// Bytes of the header and of those segments.
    pub bytes: u64,
    pub ended: Ended,
}

/// Opens segments as they are asked for; keeps the last one.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    header: RecordingHeader,
    cipher: SegmentCipher,
    /// Where the first segment begins.
    body: u64,
    body_bytes: u64,
    segments: u32,
    content_bytes: u64,
    ended: Ended,
    /// The segment at the end is sealed as the last one.
    has_last: bool,
    open: Option<(u32, Vec<u8>)>,
}

impl<R: Read + Seek> Reader<R> {
    /// The header alone: whose key opens this container?
    pub fn header_of(source: &mut R) -> Result<RecordingHeader, ContainerError> {
        header_bytes(source).map(|(header, _)| header)
    }

    /// Opens a container. One that ends as it should costs one segment; any other is read through.
    /// `closing` is what the journal says of its end: with it, a missing end was taken away.
    pub fn open(
        mut source: R,
        key: &[u8; 32],
        closing: Option<&Closing>,
    ) -> Result<Self, ContainerError> {
        let length = source.seek(SeekFrom::End(0))?;
        let (header, bytes) = header_bytes(&mut source)?;
        let body = as_u64(bytes.len());
        let mut reader = Self {
            cipher: header.cipher(key, &bytes),
            source,
            header,
            body,
            body_bytes: length.saturating_sub(body),
            segments: 0,
            content_bytes: 0,
            ended: Ended::Cut,
            has_last: false,
            open: None,
        };
        reader.find_end(closing)?;
        Ok(reader)
    }

    #[must_use]
    pub const fn header(&self) -> &RecordingHeader {
        &self.header
    }

    /// Bytes of content: two for each frame.
    #[must_use]
    pub const fn content_bytes(&self) -> u64 {
        self.content_bytes
    }

    #[must_use]
    pub fn info(&self) -> RecordingInfo {
        let tags = u64::from(self.segments) * as_u64(TAG_BYTES);
        RecordingInfo {
            duration_ms: duration_ms(self.content_bytes),
            segments: self.segments,
            bytes: self.body + self.content_bytes + tags,
            ended: self.ended,
        }
    }

    /// Reads every segment; what follows a forged one is no longer part of the recording.
    pub fn verify(&mut self) -> Result<RecordingInfo, ContainerError> {
        for index in 0..self.segments {
            match self.load(index) {
                Ok(()) => {}
                Err(ContainerError::NotAuthentic(_)) => {
                    self.keep(index);
                    self.ended = Ended::Tampered;
                    break;
                }
                Err(other) => return Err(other),
            }
        }
        Ok(self.info())
    }

    /// Content from byte `at` on; fewer bytes than asked for only at the end.
    pub fn read_at(&mut self, at: u64, out: &mut [u8]) -> Result<usize, ContainerError> {
        let mut done = 0;
        while done < out.len() {
            let place = at.saturating_add(as_u64(done));
            if place >= self.content_bytes {
                break;
            }
            let index = u32::try_from(place / as_u64(PLAIN_BYTES)).unwrap_or(u32::MAX);
            self.load(index)?;
            let Some((_, content)) = &self.open else {
                break;
            };
            let from = usize::try_from(place % as_u64(PLAIN_BYTES)).unwrap_or(0);
            let part = &content[from.min(content.len())..];
            let count = part.len().min(out.len() - done);
            if count == 0 {
                break;
            }
            out[done..done + count].copy_from_slice(&part[..count]);
            done += count;
        }
        Ok(done)
    }

    fn find_end(&mut self, closing: Option<&Closing>) -> Result<(), ContainerError> {
        let pieces = self.body_bytes.div_ceil(as_u64(SEGMENT_BYTES));
        let Ok(pieces) = u32::try_from(pieces) else {
            return Err(ContainerError::NotARecording);
        };
        if let Some(last) = pieces.checked_sub(1) {
            let mut piece = self.piece(last)?;
            let tag = piece.last_chunk::<TAG_BYTES>().copied();
            let place = Place {
                index: last,
                last: true,
            };
            if let Ok(content) = self.cipher.open(place, &mut piece) {
                self.segments = pieces;
                self.has_last = true;
                self.content_bytes = plain_bytes(last) + as_u64(content.len());
                let expected = closing.is_none_or(|closing| {
                    closing.segments == pieces && Some(closing.last_tag) == tag
                });
                self.ended = if expected {
                    Ended::Complete
                } else {
                    Ended::Tampered
                };
                return Ok(());
            }
        }
        self.find_prefix(pieces, closing.is_some())
    }

    /// The last segment is missing or wrong: everything is read from the start up to where it goes wrong.
    fn find_prefix(&mut self, pieces: u32, closed: bool) -> Result<(), ContainerError> {
        self.ended = Ended::Cut;
        let mut authentic = 0;
        while authentic < pieces {
            match self.load(authentic) {
                Ok(()) => authentic += 1,
                Err(ContainerError::NotAuthentic(_)) => break,
                Err(other) => return Err(other),
            }
        }
        self.keep(authentic);
        // A torn write is the last piece; what is wrong before it was made wrong.
        if closed || authentic + 1 < pieces {
            self.ended = Ended::Tampered;
        }
        Ok(())
    }

    fn keep(&mut self, segments: u32) {
        self.segments = segments;
        self.has_last = false;
        self.content_bytes = plain_bytes(segments);
        self.open = None;
    }

    fn load(&mut self, index: u32) -> Result<(), ContainerError> {
        if self.open.as_ref().is_some_and(|(open, _)| *open == index) {
            return Ok(());
        }
        self.open = None;
        let mut piece = self.piece(index)?;
        let place = Place {
            index,
            last: self.has_last && index + 1 == self.segments,
        };
        let content = self.cipher.open(place, &mut piece);
        let count = content
            .map_err(|_forged| ContainerError::NotAuthentic(index))?
            .len();
        piece.truncate(count);
        self.open = Some((index, piece));
        Ok(())
    }

    fn piece(&mut self, index: u32) -> Result<Vec<u8>, ContainerError> {
        let from = u64::from(index) * as_u64(SEGMENT_BYTES);
        let size = self.body_bytes.saturating_sub(from);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let mut piece = vec![0; size.min(SEGMENT_BYTES)];
        self.source.seek(SeekFrom::Start(self.body + from))?;
        self.source.read_exact(&mut piece)?;
        Ok(piece)
    }
}

fn header_bytes<R: Read + Seek>(
    source: &mut R,
) -> Result<(RecordingHeader, Vec<u8>), ContainerError> {
    source.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::with_capacity(HEADER_MAX_BYTES);
    let limit = as_u64(HEADER_MAX_BYTES);
    source.by_ref().take(limit).read_to_end(&mut bytes)?;
    let (header, length) = RecordingHeader::parse(&bytes)?;
    bytes.truncate(length);
    Ok((header, bytes))
}

/// Content bytes of `segments` full segments.
const fn plain_bytes(segments: u32) -> u64 {
    segments as u64 * PLAIN_BYTES as u64
}

const fn as_u64(size: usize) -> u64 {
    size as u64
}

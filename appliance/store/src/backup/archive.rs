//! The sealed file: a clear header, then segments of 16 KiB (`seal::stream`), bound to the header and to their places.
//!
//! Header: `ZKHBACK1` ‖ kind (1) ‖ when it was made (8, ms UTC, big endian) ‖ salt (32) ‖ nonce prefix (7).
use super::{BackupError, Kind};
use crate::error::StoreError;
use messages::UtcMs;
use sansio::Secrets;
use seal::Key;
use seal::stream::{PLAIN_BYTES, PREFIX_BYTES, Place, SALT_BYTES, SEGMENT_BYTES, SegmentCipher};
use std::io::{self, Read, Write};

const MAGIC: &[u8; 8] = b"ZKHBACK1";
const BOUND_BYTES: usize = 8 + 1 + 8;

/// What stands in clear in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) made: UtcMs,
}

impl Header {
    fn bound(self) -> [u8; BOUND_BYTES] {
        let mut bytes = [0; BOUND_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8] = self.kind.byte();
        bytes[9..].copy_from_slice(&self.made.0.to_be_bytes());
        bytes
    }

    pub(super) fn read(from: &mut impl Read) -> Result<Self, StoreError> {
        let mut bytes = [0; BOUND_BYTES];
        from.read_exact(&mut bytes)
            .map_err(|_short| BackupError::NotABackup)?;
        let [magic @ .., _, _, _, _, _, _, _, _, _] = &bytes;
        let kind = Kind::parse(bytes[8]).filter(|_kind| magic == MAGIC);
        let kind = kind.ok_or(BackupError::NotABackup)?;
        let mut made = [0; 8];
        made.copy_from_slice(&bytes[9..]);
        Ok(Self {
            kind,
            made: UtcMs(i64::from_be_bytes(made)),
        })
    }
}

pub(super) struct SealedWriter<W: Write> {
    to: W,
    cipher: SegmentCipher,
    index: u32,
    segment: Vec<u8>,
}

impl<W: Write> SealedWriter<W> {
    pub(super) fn begin(
        mut to: W,
        header: Header,
        key: &Key,
        secrets: &mut dyn Secrets,
    ) -> io::Result<Self> {
        let mut salt = [0; SALT_BYTES];
        let mut prefix = [0; PREFIX_BYTES];
        secrets.fill(&mut salt);
        secrets.fill(&mut prefix);
        to.write_all(&header.bound())?;
        to.write_all(&salt)?;
        to.write_all(&prefix)?;
        Ok(Self {
            to,
            cipher: SegmentCipher::derive(key.expose(), &salt, prefix, &header.bound()),
            index: 0,
            segment: Vec::with_capacity(SEGMENT_BYTES),
        })
    }

    /// The last segment says that it is the last: a file cut at a segment's end does not open.
    pub(super) fn end(mut self) -> io::Result<W> {
        self.put(true)?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        let place = Place {
            index: self.index,
            last,
        };
        let tag = self.cipher.seal(place, &mut self.segment);
        let tag = tag.map_err(io::Error::other)?;
        self.to.write_all(&self.segment)?;
        self.to.write_all(&tag)?;
        self.segment.clear();
        self.index = self
            .index
            .checked_add(1)
            .ok_or_else(|| io::Error::other("too long"))?;
        Ok(())
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.segment.len() == PLAIN_BYTES {
            self.put(false)?;
        }
        let taken = bytes.len().min(PLAIN_BYTES - self.segment.len());
        self.segment.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives out authentic bytes only; what is not is an error of kind `InvalidData`.
pub(super) struct SealedReader<R: Read> {
    from: R,
    cipher: SegmentCipher,
    index: u32,
    /// The segment that was read ahead, sealed: whether it is the last shows only behind it.
    ahead: Vec<u8>,
    open: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> SealedReader<R> {
    /// Behind the header.
    pub(super) fn begin(mut from: R, header: Header, key: &Key) -> io::Result<Self> {
        let mut salt = [0; SALT_BYTES];
        let mut prefix = [0; PREFIX_BYTES];
        from.read_exact(&mut salt)?;
        from.read_exact(&mut prefix)?;
        let ahead = segment(&mut from)?;
        Ok(Self {
            from,
            cipher: SegmentCipher::derive(key.expose(), &salt, prefix, &header.bound()),
            index: 0,
            ahead,
            open: Vec::new(),
            given: 0,
            ended: false,
        })
    }

    fn next(&mut self) -> io::Result<()> {
        let behind = segment(&mut self.from)?;
        let last = behind.is_empty();
        let mut sealed = core::mem::replace(&mut self.ahead, behind);
        let place = Place {
            index: self.index,
            last,
        };
        let opened = self.cipher.open(place, &mut sealed);
        let len = opened.map_err(forged)?.len();
        sealed.truncate(len);
        self.open = sealed;
        self.given = 0;
        self.index = self.index.wrapping_add(1);
        self.ended = last;
        Ok(())
    }
}

fn forged(bad: seal::stream::StreamError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, bad)
}

fn segment(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(SEGMENT_BYTES);
    from.take(SEGMENT_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl<R: Read> Read for SealedReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.open.len() {
            if self.ended {
                return Ok(0);
            }
            self.next()?;
        }
        let rest = &self.open[self.given..];
        let taken = rest.len().min(into.len());
        into[..taken].copy_from_slice(&rest[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

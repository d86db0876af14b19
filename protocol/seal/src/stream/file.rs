//! A stream of any length, sealed on its way into a writer and opened on its way out of a reader.
//! A file that was cut, changed, lengthened or put together from two does not open to its end.
use super::{PLAIN_BYTES, Place, SEGMENT_BYTES, SegmentCipher};
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

/// Seals what is written. Only [`SealingWriter::finish`] makes the stream complete.
pub struct SealingWriter<W> {
    into: W,
    cipher: SegmentCipher,
    plain: Zeroizing<Vec<u8>>,
    index: u32,
}

impl<W: Write> SealingWriter<W> {
    pub fn new(into: W, cipher: SegmentCipher) -> Self {
        Self {
            into,
            cipher,
            plain: Zeroizing::new(Vec::with_capacity(PLAIN_BYTES)),
            index: 0,
        }
    }

    /// Seals the last segment, and hands back what was written into.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.into.flush()?;
        Ok(self.into)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let index = self.index;
        let tag = self
            .cipher
            .seal(Place { index, last }, &mut self.plain)
            .map_err(io::Error::other)?;
        self.into.write_all(&self.plain)?;
        self.into.write_all(&tag)?;
        self.plain.clear();
        self.index = index.checked_add(1).ok_or_else(too_long)?;
        Ok(())
    }
}

fn too_long() -> io::Error {
    io::Error::other("more segments than a stream can hold")
}

impl<W: Write> Write for SealingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full segment waits: it could be the last one.
        if self.plain.len() == PLAIN_BYTES && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PLAIN_BYTES - self.plain.len());
        self.plain.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

/// Opens what is read. An end that is not the stream's own is an error, not an end.
pub struct OpeningReader<R> {
    from: R,
    cipher: SegmentCipher,
    /// The next segment as stored: the one behind it tells whether it is the last.
    next: Vec<u8>,
    plain: Zeroizing<Vec<u8>>,
    read: usize,
    index: u32,
    ended: bool,
}

impl<R: Read> OpeningReader<R> {
    pub fn new(mut from: R, cipher: SegmentCipher) -> io::Result<Self> {
        let next = segment(&mut from)?;
        Ok(Self {
            from,
            cipher,
            next,
            plain: Zeroizing::new(Vec::new()),
            read: 0,
            index: 0,
            ended: false,
        })
    }

    fn open(&mut self) -> io::Result<()> {
        let behind = if self.next.len() == SEGMENT_BYTES {
            segment(&mut self.from)?
        } else {
            Vec::new()
        };
        let place = Place {
            index: self.index,
            last: behind.is_empty(),
        };
        let mut stored = std::mem::replace(&mut self.next, behind);
        let content = self.cipher.open(place, &mut stored);
        let content = content.map_err(|bad| io::Error::new(io::ErrorKind::InvalidData, bad))?;
        self.plain = Zeroizing::new(content.to_vec());
        self.read = 0;
        self.ended = place.last;
        self.index = self.index.wrapping_add(1);
        Ok(())
    }
}

/// As much of a stored segment as there is.
fn segment(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(SEGMENT_BYTES);
    let most = u64::try_from(SEGMENT_BYTES).unwrap_or(u64::MAX);
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl<R: Read> Read for OpeningReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.plain.len() && !self.ended {
            self.open()?;
        }
        let rest = &self.plain[self.read..];
        let taken = rest.len().min(into.len());
        into[..taken].copy_from_slice(&rest[..taken]);
        self.read += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::{OpeningReader, SealingWriter};
    use crate::stream::{PLAIN_BYTES, SEGMENT_BYTES, SegmentCipher};
    use std::io::{self, Read as _, Write as _};

    fn cipher(key: u8) -> SegmentCipher {
        SegmentCipher::derive(&[key; 32], &[1; 32], [2; 7], b"test")
    }

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut writer = SealingWriter::new(Vec::new(), cipher(7));
        // In pieces that fit no segment.
        for piece in plain.chunks(1_009) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap()
    }

    fn opened(stored: &[u8], key: u8) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        OpeningReader::new(stored, cipher(key))?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn a_stream_of_any_length_reads_back() {
        for length in [
            0,
            1,
            PLAIN_BYTES - 1,
            PLAIN_BYTES,
            PLAIN_BYTES + 1,
            3 * PLAIN_BYTES,
        ] {
            let plain: Vec<u8> = (0..=250).cycle().take(length).collect();
            assert_eq!(opened(&sealed(&plain), 7).unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn what_was_cut_changed_lengthened_or_reordered_does_not_open_to_its_end() {
        let plain = vec![9; 3 * PLAIN_BYTES + 5];
        let good = sealed(&plain);
        assert!(opened(&good, 8).is_err(), "another key");
        for cut in [
            0,
            1,
            SEGMENT_BYTES - 1,
            SEGMENT_BYTES,
            3 * SEGMENT_BYTES,
            good.len() - 1,
        ] {
            assert!(opened(&good[..cut], 7).is_err(), "cut at {cut}");
        }
        for at in (0..good.len()).step_by(SEGMENT_BYTES / 2) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(opened(&bad, 7).is_err(), "flipped at {at}");
        }
        let mut longer = good.clone();
        longer.push(0);
        assert!(opened(&longer, 7).is_err());
        let mut turned = good.clone();
        turned[..2 * SEGMENT_BYTES].rotate_left(SEGMENT_BYTES);
        assert!(opened(&turned, 7).is_err());
    }
}

//! The bytes on the control socket, bounded on both sides.
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, BufRead, Read, Write};

/// A branch file of 1 MiB, escaped as JSON, and something around it.
const LINE_BYTES_MAX: u64 = 8 * 1024 * 1024;
const PIECE_BYTES_MAX: usize = 64 * 1024;

/// What the server sends: audio pieces, then the report.
pub(super) const PIECE: u8 = b'p';
pub(super) const REPORT: u8 = b'r';

pub(super) fn write_line<T: Serialize>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

/// `None` at the end of the stream.
pub(super) fn read_line<T: DeserializeOwned>(input: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    input.take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a line without an end",
        ));
    }
    Ok(Some(serde_json::from_slice(&line)?))
}

/// Sends what is written to it as pieces.
pub(super) struct Pieces<'a>(pub(super) &'a mut dyn Write);

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = &bytes[..bytes.len().min(PIECE_BYTES_MAX)];
        let len = u32::try_from(piece.len()).unwrap_or(0);
        self.0.write_all(&[PIECE])?;
        self.0.write_all(&len.to_be_bytes())?;
        self.0.write_all(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Copies one piece.
pub(super) fn read_piece(input: &mut impl Read, out: &mut dyn Write) -> io::Result<()> {
    let mut len = [0; 4];
    input.read_exact(&mut len)?;
    let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
    if len > PIECE_BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a piece that is too long",
        ));
    }
    let mut piece = vec![0; len];
    input.read_exact(&mut piece)?;
    out.write_all(&piece)
}

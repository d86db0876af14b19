//! Recordings read back: for the player, for export, and after a crash.
use super::tree::path_of;
use media::recording::{Closing, ContainerError, Reader, RecordingHeader, RecordingInfo};
use media::wav::{Wav, WavForm};
use messages::RecordingId;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use thiserror::Error;

/// Bytes of a WAV handed on at once.
const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Debug, Error)]
pub enum PlaybackError {
    #[error(transparent)]
    Container(#[from] ContainerError),
    #[error("the WAV cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

impl PlaybackError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Container(error) => error.code(),
            Self::Write(_) => "recording_export_write",
        }
    }
}

/// The clear head: whose key opens it, and how that is wrapped.
pub fn header_of(dir: &Path, recording: RecordingId) -> Result<RecordingHeader, ContainerError> {
    Reader::header_of(&mut file(dir, recording)?)
}

/// Opens a recording as a WAV; any part of it can be read without the rest.
/// `closing`: what the journal says of its end, if it does.
pub fn open(
    dir: &Path,
    recording: RecordingId,
    key: &[u8; 32],
    closing: Option<&Closing>,
    form: WavForm,
) -> Result<Wav<File>, ContainerError> {
    let reader = Reader::open(file(dir, recording)?, key, closing)?;
    Ok(Wav::new(reader, form))
}

/// Writes everything that is authentic as one WAV; every segment is checked first.
pub fn export(
    dir: &Path,
    recording: RecordingId,
    key: &[u8; 32],
    closing: Option<&Closing>,
    form: WavForm,
    out: &mut dyn Write,
) -> Result<RecordingInfo, PlaybackError> {
    let mut reader = Reader::open(file(dir, recording)?, key, closing)?;
    let info = reader.verify()?;
    let mut wav = Wav::new(reader, form);
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut at = 0_u64;
    loop {
        let count = wav.read_at(at, &mut chunk)?;
        if count == 0 {
            out.flush()?;
            return Ok(info);
        }
        out.write_all(&chunk[..count])?;
        at += u64::try_from(count).unwrap_or(0);
    }
}

/// What is left of a recording whose process ended: segments, duration and bytes for `RecordingCut`.
pub fn recovered(path: &Path, key: &[u8; 32]) -> Result<RecordingInfo, ContainerError> {
    Reader::open(File::open(path)?, key, None)?.verify()
}

fn file(dir: &Path, recording: RecordingId) -> Result<File, ContainerError> {
    Ok(File::open(path_of(dir, recording))?)
}

//! A recording as a stereo WAV, any part of which can be had without the rest.
use crate::Law;
use crate::recording::{ContainerError, Reader, RecordingInfo};
use std::io::{Read, Seek};

const RATE: u32 = 8_000;
const CHANNELS: u16 = 2;
/// Frames converted at once.
const CHUNK_FRAMES: usize = 2_048;

/// What the samples of the WAV are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WavForm {
    /// The very bytes that came in, where both channels have one law; 16-bit linear otherwise.
    AsRecorded,
    /// 16-bit linear.
    Linear,
}

/// RIFF format tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Linear,
    G711(Law),
}

impl Format {
    const fn tag(self) -> u16 {
        match self {
            Self::Linear => 1,
            Self::G711(Law::A) => 6,
            Self::G711(Law::Mu) => 7,
        }
    }

    /// Bytes of one sample of one channel.
    const fn width(self) -> u16 {
        match self {
            Self::Linear => 2,
            Self::G711(_) => 1,
        }
    }
}

/// The caller is on the left, the callee on the right; 8 kHz.
#[derive(Debug)]
pub struct Wav<R> {
    reader: Reader<R>,
    format: Format,
    head: Vec<u8>,
    data_bytes: u64,
}

impl<R: Read + Seek> Wav<R> {
    #[must_use]
    pub fn new(reader: Reader<R>, form: WavForm) -> Self {
        let [caller, callee] = reader.header().laws;
        let format = match form {
            WavForm::AsRecorded if caller == callee => Format::G711(caller),
            WavForm::AsRecorded | WavForm::Linear => Format::Linear,
        };
        let data_bytes = reader.content_bytes() * u64::from(format.width());
        Self {
            reader,
            format,
            head: head(format, data_bytes),
            data_bytes,
        }
    }

    #[must_use]
    pub fn info(&self) -> RecordingInfo {
        self.reader.info()
    }

    /// Bytes of the whole file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.head_bytes() + self.data_bytes
    }

    /// The file from byte `at` on; fewer bytes than asked for only at its end.
    pub fn read_at(&mut self, at: u64, out: &mut [u8]) -> Result<usize, ContainerError> {
        let mut done = 0;
        if at < self.head_bytes() {
            let from = usize::try_from(at).unwrap_or(usize::MAX);
            let part = &self.head[from.min(self.head.len())..];
            done = part.len().min(out.len());
            out[..done].copy_from_slice(&part[..done]);
        }
        let reached = at.saturating_add(u64::try_from(done).unwrap_or(0));
        let place = reached - self.head_bytes().min(reached);
        let rest = &mut out[done..];
        let count = match self.format {
            Format::G711(_) => self.reader.read_at(place, rest)?,
            Format::Linear => self.linear_at(place, rest)?,
        };
        Ok(done + count)
    }

    /// Samples of two bytes, each of one byte of content.
    fn linear_at(&mut self, at: u64, out: &mut [u8]) -> Result<usize, ContainerError> {
        let laws = self.reader.header().laws;
        let mut content = [0; CHUNK_FRAMES * 2];
        let mut done = 0;
        while done < out.len() {
            let place = at.saturating_add(u64::try_from(done).unwrap_or(0));
            let skip = usize::from(place % 2 == 1);
            let wanted = (out.len() - done + skip).div_ceil(2).min(content.len());
            let got = self.reader.read_at(place / 2, &mut content[..wanted])?;
            if got == 0 {
                break;
            }
            let odd = usize::from((place / 2) % 2 == 1);
            let samples = content[..got].iter().enumerate().flat_map(|(n, byte)| {
                let law = laws[(n + odd) % 2];
                law.decode(*byte).to_le_bytes()
            });
            for (to, from) in out[done..].iter_mut().zip(samples.skip(skip)) {
                *to = from;
                done += 1;
            }
        }
        Ok(done)
    }

    fn head_bytes(&self) -> u64 {
        u64::try_from(self.head.len()).unwrap_or(0)
    }
}

/// RIFF, `fmt `, for compressed formats `fact`, and the head of `data`. Sizes beyond 4 GiB are written as the greatest.
fn head(format: Format, data_bytes: u64) -> Vec<u8> {
    let width = format.width();
    let frame = CHANNELS * width;
    let frames = data_bytes / u64::from(frame);
    let mut chunks = Vec::with_capacity(64);
    chunks.extend_from_slice(b"WAVEfmt ");
    let extended = matches!(format, Format::G711(_));
    let size: u32 = if extended { 18 } else { 16 };
    chunks.extend_from_slice(&size.to_le_bytes());
    chunks.extend_from_slice(&format.tag().to_le_bytes());
    chunks.extend_from_slice(&CHANNELS.to_le_bytes());
    chunks.extend_from_slice(&RATE.to_le_bytes());
    chunks.extend_from_slice(&(RATE * u32::from(frame)).to_le_bytes());
    chunks.extend_from_slice(&frame.to_le_bytes());
    chunks.extend_from_slice(&(width * 8).to_le_bytes());
    if extended {
        chunks.extend_from_slice(&0_u16.to_le_bytes());
        chunks.extend_from_slice(b"fact");
        chunks.extend_from_slice(&4_u32.to_le_bytes());
        chunks.extend_from_slice(&riff_size(frames).to_le_bytes());
    }
    chunks.extend_from_slice(b"data");
    chunks.extend_from_slice(&riff_size(data_bytes).to_le_bytes());
    let all = u64::try_from(chunks.len()).unwrap_or(0) + data_bytes;
    let mut head = b"RIFF".to_vec();
    head.extend_from_slice(&riff_size(all).to_le_bytes());
    head.extend_from_slice(&chunks);
    head
}

fn riff_size(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

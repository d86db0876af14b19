//! WAV files: what a peer plays and what it heard, channel by channel.
use std::path::Path;

/// Sound as it was heard: one row of samples for each channel.
#[derive(Clone, Debug)]
pub struct Sound {
    pub rate: u32,
    pub channels: Vec<Vec<i16>>,
}

impl Sound {
    /// Length in milliseconds.
    #[must_use]
    pub fn ms(&self) -> u64 {
        let samples = self.channels.first().map_or(0, Vec::len);
        u64::try_from(samples).unwrap_or(u64::MAX) * 1_000 / u64::from(self.rate)
    }
}

/// What the samples of a file are (RIFF format tags).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Linear,
    ALaw,
    MuLaw,
}

/// Reads 16-bit PCM or G.711, also from a file that is still being written: what its header does not cover yet is
/// read as well. `None` where there is no sound yet.
#[must_use]
pub fn read_growing(path: &Path) -> Option<Sound> {
    let bytes = std::fs::read(path).ok()?;
    let format = chunk(&bytes, *b"fmt ")?;
    let data = chunk(&bytes, *b"data")?;
    let half = |at: usize| Some(u16::from_le_bytes(format.get(at..at + 2)?.try_into().ok()?));
    let form = match (half(0)?, half(14)?) {
        (1, 16) => Form::Linear,
        (6, 8) => Form::ALaw,
        (7, 8) => Form::MuLaw,
        _ => return None,
    };
    let samples: Vec<i16> = match form {
        Form::Linear => data
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
        Form::ALaw => data.iter().map(|byte| a_law(*byte)).collect(),
        Form::MuLaw => data.iter().map(|byte| mu_law(*byte)).collect(),
    };
    let count = usize::from(half(2)?);
    let channels = (0..count).map(|channel| {
        samples
            .iter()
            .skip(channel)
            .step_by(count)
            .copied()
            .collect()
    });
    Some(Sound {
        rate: u32::from_le_bytes(format.get(4..8)?.try_into().ok()?),
        channels: channels.collect(),
    })
}

/// Reads a finished file.
///
/// # Panics
/// Where it is no sound.
#[must_use]
pub fn read(path: &Path) -> Sound {
    read_growing(path).unwrap_or_else(|| panic!("{} is no sound", path.display()))
}

/// From the chunk's first byte to the end of the file; the sound is the last chunk of all files here.
fn chunk(bytes: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let at = bytes.windows(4).position(|four| four == name)?;
    bytes.get(at + 8..)
}

/// ITU-T G.711, A-law: the even bits are inverted.
#[must_use]
pub fn a_law(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let mantissa = i16::from(code & 0x0f) << 4;
    let level = match (code >> 4) & 7 {
        0 => mantissa + 8,
        segment => (mantissa + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 { -level } else { level }
}

/// ITU-T G.711, µ-law: all bits are inverted.
#[must_use]
pub fn mu_law(byte: u8) -> i16 {
    let code = !byte;
    let level = (((i16::from(code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
    if code & 0x80 == 0 { level } else { -level }
}

/// Writes one channel.
///
/// # Panics
/// Where the disk does not take it.
pub fn write(path: &Path, rate: u32, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("the file can be made");
    for sample in samples {
        writer
            .write_sample(*sample)
            .expect("the file takes a sample");
    }
    writer.finalize().expect("the file closes");
}

#[cfg(test)]
mod tests {
    use super::{a_law, mu_law, read, read_growing, write};

    #[test]
    fn both_laws_span_their_range_and_know_silence() {
        assert_eq!((a_law(0xd5), a_law(0x55)), (8, -8));
        assert_eq!((a_law(0xaa), a_law(0x2a)), (32_256, -32_256));
        assert_eq!(
            (mu_law(0xff), mu_law(0x80), mu_law(0x00)),
            (0, 32_124, -32_124)
        );
    }

    #[test]
    fn what_was_written_is_read_whole_or_growing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        write(&path, 8_000, &[1, -2, 3, -4]);
        assert_eq!(read(&path).channels, [[1, -2, 3, -4]]);
        let cut = std::fs::read(&path).unwrap();
        std::fs::write(&path, &cut[..cut.len() - 3]).unwrap();
        assert_eq!(read_growing(&path).unwrap().channels, [[1, -2]]);
    }
}

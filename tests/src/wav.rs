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

/// Reads 16-bit PCM, also from a file that is still being written: what its header does not cover yet is read as well.
#[must_use]
pub fn read_growing(path: &Path) -> Option<Sound> {
    let bytes = std::fs::read(path).ok()?;
    let data = bytes.windows(4).position(|four| four == b"data")? + 8;
    let rate = u32::from_le_bytes(bytes.get(24..28)?.try_into().ok()?);
    let count = usize::from(u16::from_le_bytes(bytes.get(22..24)?.try_into().ok()?));
    let samples: Vec<i16> = bytes
        .get(data..)?
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let channels = (0..count).map(|channel| {
        samples
            .iter()
            .skip(channel)
            .step_by(count)
            .copied()
            .collect()
    });
    Some(Sound {
        rate,
        channels: channels.collect(),
    })
}

/// Reads a finished file strictly.
///
/// # Panics
/// Where it is no WAV of 16-bit samples.
#[must_use]
pub fn read(path: &Path) -> Sound {
    let mut reader =
        hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = reader.spec();
    let samples: Vec<i16> = reader
        .samples::<i16>()
        .collect::<Result<_, _>>()
        .expect("16-bit samples");
    let count = usize::from(spec.channels);
    let channels = (0..count).map(|channel| {
        samples
            .iter()
            .skip(channel)
            .step_by(count)
            .copied()
            .collect()
    });
    Sound {
        rate: spec.sample_rate,
        channels: channels.collect(),
    }
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
    use super::{read, read_growing, write};

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

//! What a carrier says of a number that does not exist: a spoken announcement, from a WAV file of A-law at 8 kHz.
use crate::audio::FRAME;
use media::Law;
use std::path::Path;
use std::sync::Arc;

/// “您好，您拨打的号码是空号，请核实后再拨。” in a synthetic voice; `sound/make.sh` made it.
const VACANT: &[u8] = include_bytes!("../sound/vacant.wav");
/// A-law in a WAV file's `fmt ` chunk.
const A_LAW: u16 = 6;
const RATE: u32 = 8_000;

/// One announcement; clones share the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement(Arc<[u8]>);

impl Announcement {
    /// The one that is built in.
    pub fn vacant() -> anyhow::Result<Self> {
        Self::parse(VACANT)
    }

    /// One of a laboratory's own; the error names the file.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let named = |error| anyhow::anyhow!("{}: {error}", file.display());
        let bytes = std::fs::read(file).map_err(|error| named(error.into()))?;
        Self::parse(&bytes).map_err(named)
    }

    fn parse(wav: &[u8]) -> anyhow::Result<Self> {
        let wave = Wave::parse(wav).ok_or_else(|| anyhow::anyhow!("no WAV file"))?;
        anyhow::ensure!(
            (wave.format, wave.channels, wave.rate) == (A_LAW, 1, RATE) && !wave.data.is_empty(),
            "an announcement is one channel of A-law at 8 kHz"
        );
        Ok(Self(wave.data.into()))
    }

    /// How long it takes to be said once.
    #[must_use]
    pub fn millis(&self) -> u64 {
        self.0.len() as u64 / 8
    }

    /// 20 ms of it, from its beginning on; silence behind its end.
    #[must_use]
    pub fn frame(&self, number: u64) -> [u8; FRAME] {
        let mut frame = [Law::A.fill(); FRAME];
        let from = usize::try_from(number)
            .unwrap_or(usize::MAX)
            .saturating_mul(FRAME);
        let part = self.0.get(from..).unwrap_or_default();
        let length = part.len().min(FRAME);
        frame[..length].copy_from_slice(&part[..length]);
        frame
    }
}

/// What a WAV file says of itself, and its samples.
pub(crate) struct Wave<'a> {
    /// 1: linear, 6: A-law, 7: µ-law.
    pub(crate) format: u16,
    channels: u16,
    rate: u32,
    pub(crate) data: &'a [u8],
}

impl<'a> Wave<'a> {
    pub(crate) fn parse(wav: &'a [u8]) -> Option<Self> {
        let mut head = None;
        let mut at = 12;
        loop {
            let name = wav.get(at..at + 4)?;
            let length = u32::from_le_bytes(wav.get(at + 4..at + 8)?.try_into().ok()?);
            let length = usize::try_from(length).ok()?;
            let body = wav.get(at + 8..)?;
            match name {
                b"fmt " => head = Some(body.get(..8)?),
                b"data" => return Self::of(head?, &body[..length.min(body.len())]),
                _ => {}
            }
            at += 8 + length + length % 2;
        }
    }

    fn of(head: &[u8], data: &'a [u8]) -> Option<Self> {
        Some(Self {
            format: u16::from_le_bytes(head.get(..2)?.try_into().ok()?),
            channels: u16::from_le_bytes(head.get(2..4)?.try_into().ok()?),
            rate: u32::from_le_bytes(head.get(4..8)?.try_into().ok()?),
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Announcement;
    use media::Law;

    #[test]
    fn the_built_in_announcement_speaks_for_some_seconds_and_then_is_silent() {
        let said = Announcement::vacant().unwrap();
        assert!(
            (2_000..8_000).contains(&said.millis()),
            "{} ms",
            said.millis()
        );
        let loud = |frame: u64| {
            let frame = said.frame(frame);
            frame
                .iter()
                .any(|byte| Law::A.decode(*byte).unsigned_abs() > 1_000)
        };
        let frames = said.millis() / 20;
        let spoken = (0..frames).filter(|frame| loud(*frame)).count() as u64;
        assert!(spoken * 2 > frames, "{spoken} of {frames} frames");
        assert!((frames + 1..frames + 50).all(|frame| !loud(frame)));
    }

    #[test]
    fn what_is_no_announcement_is_refused() {
        assert!(Announcement::parse(b"RIFF").is_err());
        let mut stereo = super::VACANT.to_vec();
        stereo[22] = 2;
        assert!(Announcement::parse(&stereo).is_err());
    }
}

//! What is recorded of a leg that does not speak G.711: decoded as it comes, in A-law.
use crate::coder::{Decoder, Rate};
use crate::hearing::SourceTime;
use crate::rtp::RtpHeader;
use crate::{Codec, Law};

#[derive(Debug)]
pub(crate) struct Taping {
    decoder: Decoder,
    time: SourceTime,
    audio: Vec<u8>,
}

impl Taping {
    /// `None` for what cannot be decoded.
    pub(crate) fn new(codec: Codec) -> Option<Self> {
        Some(Self {
            decoder: Decoder::new(codec, Rate::Narrow)?,
            time: SourceTime::default(),
            audio: Vec::new(),
        })
    }

    pub(crate) const fn codec(&self) -> Codec {
        self.decoder.codec()
    }

    /// The same sound as `LAW` holds it, with its time in samples of 8 kHz.
    pub(crate) fn take(&mut self, header: &RtpHeader, payload: &[u8]) -> (RtpHeader, &[u8]) {
        let clock = self.decoder.codec().clock();
        let timestamp = self.time.samples(header.timestamp, clock, Rate::Narrow);
        let samples = self.decoder.decode(payload);
        self.audio.clear();
        self.audio
            .extend(samples.iter().map(|sample| Self::LAW.encode(*sample)));
        let header = RtpHeader {
            timestamp,
            ..*header
        };
        (header, &self.audio)
    }

    pub(crate) const LAW: Law = Law::A;
}

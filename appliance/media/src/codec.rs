//! The speech formats that a leg can agree on, and how it numbers them.
use crate::Law;

/// A leg agrees on this many kinds of speech at most.
pub const SPEECH_MAX: usize = 5;
/// Milliseconds of sound in a packet where nothing else was agreed (RFC 3551 §4.2).
pub const PTIME_MS: u8 = 20;

/// A speech format (RFC 3551 §4.5, RFC 7587).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    G711(Law),
    G722,
    Opus,
    /// Passes from one leg to another that takes it too; it is never decoded.
    G729,
}

impl Codec {
    /// Ticks of its RTP clock in a second. G.722 counts as if it had 8,000 samples (RFC 3551 §4.5.2).
    #[must_use]
    pub const fn clock(self) -> u32 {
        match self {
            Self::G711(_) | Self::G722 | Self::G729 => 8_000,
            Self::Opus => 48_000,
        }
    }

    /// It holds sound above 4 kHz.
    #[must_use]
    pub const fn is_wide(self) -> bool {
        match self {
            Self::G722 | Self::Opus => true,
            Self::G711(_) | Self::G729 => false,
        }
    }

    #[must_use]
    pub const fn can_be_decoded(self) -> bool {
        match self {
            Self::G711(_) | Self::G722 | Self::Opus => true,
            Self::G729 => false,
        }
    }

    /// How long a payload sounds, in ticks of the RTP clock; 0 where it says no length.
    #[must_use]
    pub fn ticks(self, payload: &[u8]) -> u32 {
        let bytes = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        match self {
            Self::G711(_) | Self::G722 => bytes,
            // frames of 10 bytes and 10 ms
            Self::G729 => bytes / 10 * 80,
            Self::Opus => opus_ticks(payload),
        }
    }
}

/// The length of an Opus packet by its first bytes (RFC 6716 §3.1, §3.2).
fn opus_ticks(payload: &[u8]) -> u32 {
    let Some(toc) = payload.first() else {
        return 0;
    };
    let configuration = toc >> 3;
    let frame: u32 = match (configuration, configuration & 3) {
        (0..=11, 0) => 480,
        (0..=11, 1) => 960,
        (0..=11, 2) => 1_920,
        (0..=11, _) => 2_880,
        (12..=15, size) => 480 << (size & 1),
        (_, size) => 120 << size,
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => payload.get(1).map_or(0, |count| u32::from(count & 0x3F)),
    };
    frame * frames
}

/// A speech format and the payload type that a leg gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub payload_type: u8,
    pub codec: Codec,
}

/// What a leg agreed on. Each side of a call has its own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// What it wants to hear, the dearest first; nothing behind the first `None`.
    pub speech: [Option<Numbered>; SPEECH_MAX],
    /// Digits (RFC 4733).
    pub events: Option<u8>,
    /// Milliseconds of sound in each packet that the gateway makes for it: 10–60.
    pub ptime_ms: u8,
}

impl Default for Formats {
    fn default() -> Self {
        Self {
            speech: [None; SPEECH_MAX],
            events: None,
            ptime_ms: PTIME_MS,
        }
    }
}

impl Formats {
    /// One law at its static number, and digits.
    #[must_use]
    pub fn g711(law: Law, events: Option<u8>) -> Self {
        let numbered = Numbered {
            payload_type: law.payload_type(),
            codec: Codec::G711(law),
        };
        Self {
            events,
            ..Self::of(&[numbered])
        }
    }

    /// Those formats in that order; the ones beyond the most are left out.
    #[must_use]
    pub fn of(speech: &[Numbered]) -> Self {
        let mut all = Self::default();
        for (place, one) in all.speech.iter_mut().zip(speech) {
            *place = Some(*one);
        }
        all
    }

    /// What is spoken to the leg where the gateway itself speaks.
    #[must_use]
    pub fn spoken(&self) -> Option<Numbered> {
        let mut speech = self.speech.iter().flatten();
        speech.find(|one| one.codec.can_be_decoded()).copied()
    }

    /// What a packet of this number holds. G.711 is understood at its static numbers even where nobody named it.
    #[must_use]
    pub fn codec(&self, payload_type: u8) -> Option<Codec> {
        let mut speech = self.speech.iter().flatten();
        let named = speech.find(|one| one.payload_type == payload_type);
        named.map(|one| one.codec).or_else(|| {
            let taken = self.events == Some(payload_type);
            Law::of_payload_type(payload_type)
                .filter(|_| !taken)
                .map(Codec::G711)
        })
    }

    /// The leg's number for a codec.
    #[must_use]
    pub fn number(&self, codec: Codec) -> Option<u8> {
        let mut speech = self.speech.iter().flatten();
        let named = speech.find(|one| one.codec == codec);
        named.map(|one| one.payload_type)
    }

    /// What each of the two will send first, the other one takes: packets pass as they are.
    #[must_use]
    pub fn fit(&self, other: &Self) -> bool {
        let takes = |listener: &Self, speaker: &Self| match speaker.speech[0] {
            Some(first) => listener.number(first.codec).is_some(),
            None => true,
        };
        let unknown = self.speech[0].is_none() || other.speech[0].is_none();
        unknown || (takes(self, other) && takes(other, self))
    }
}

#[cfg(test)]
mod tests {
    use super::{Codec, Formats, Numbered};
    use crate::Law;

    const OPUS: Numbered = Numbered {
        payload_type: 111,
        codec: Codec::Opus,
    };
    const PCMA: Numbered = Numbered {
        payload_type: 8,
        codec: Codec::G711(Law::A),
    };

    #[test]
    fn the_length_of_a_packet_follows_from_its_bytes() {
        let table: [(Codec, &[u8], u32); 9] = [
            (Codec::G711(Law::A), &[0; 240], 240),
            (Codec::G722, &[0; 160], 160),
            (Codec::G729, &[0; 20], 160),
            // SILK wideband 20 ms, one frame
            (Codec::Opus, &[9 << 3], 960),
            // SILK wideband 60 ms
            (Codec::Opus, &[11 << 3], 2_880),
            // hybrid 10 ms, two frames
            (Codec::Opus, &[(12 << 3) | 1], 960),
            // CELT 2.5 ms, six frames
            (Codec::Opus, &[(28 << 3) | 3, 6], 720),
            (Codec::Opus, &[3], 0),
            (Codec::Opus, &[], 0),
        ];
        for (codec, payload, ticks) in table {
            assert_eq!(codec.ticks(payload), ticks, "{codec:?} {payload:?}");
        }
    }

    #[test]
    fn packets_pass_where_each_takes_what_the_other_sends_first() {
        let both = Formats::of(&[OPUS, PCMA]);
        let pcma = Formats::of(&[PCMA]);
        let table = [
            (both, both, true),
            (pcma, pcma, true),
            (both, pcma, false),
            (Formats::of(&[PCMA, OPUS]), pcma, true),
            (Formats::of(&[OPUS]), pcma, false),
            (Formats::default(), pcma, true),
        ];
        for (one, other, expected) in table {
            assert_eq!(one.fit(&other), expected, "{one:?} {other:?}");
            assert_eq!(other.fit(&one), expected, "{other:?} {one:?}");
        }
    }

    #[test]
    fn g711_is_understood_at_its_static_numbers_unless_they_mean_digits() {
        let opus = Formats::of(&[OPUS]);
        assert_eq!(opus.codec(8), Some(Codec::G711(Law::A)));
        assert_eq!(opus.codec(111), Some(Codec::Opus));
        assert_eq!(opus.codec(110), None);
        let odd = Formats {
            events: Some(8),
            ..opus
        };
        assert_eq!(odd.codec(8), None);
    }
}

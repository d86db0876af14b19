//! The gateway's own tones: 450 Hz at −10 dBm0, in cadence, as one RTP packet every 20 ms.
use crate::rtp::{HEADER_BYTES, RtpHeader};
use crate::{Codec, Tone};
use core::time::Duration;
use messages::Moment;

/// Samples, bytes and microseconds of one packet.
pub const FRAME_SAMPLES: usize = 160;
pub const FRAME: Duration = Duration::from_millis(20);
/// Bytes of one tone packet.
pub const TONE_PACKET_BYTES: usize = HEADER_BYTES + FRAME_SAMPLES;

/// Peak of −10 dBm0, where full scale is +3.14 dBm0 (G.711 §4).
const PEAK: f64 = 7_218.0;
const HERTZ: f64 = 450.0;
const SAMPLES_PER_SECOND: f64 = 8_000.0;

/// One period of 160 samples: 9 waves of 450 Hz, which end where they began.
#[derive(Clone, Debug)]
pub struct Waves {
    a_law: [u8; FRAME_SAMPLES],
    mu_law: [u8; FRAME_SAMPLES],
}

impl Default for Waves {
    fn default() -> Self {
        Self {
            a_law: wave(Codec::ALaw),
            mu_law: wave(Codec::MuLaw),
        }
    }
}

#[allow(clippy::cast_possible_truncation)]
fn wave(codec: Codec) -> [u8; FRAME_SAMPLES] {
    let mut index = 0.0;
    core::array::from_fn(|_| {
        let angle = core::f64::consts::TAU * HERTZ * index / SAMPLES_PER_SECOND;
        index += 1.0;
        codec.encode((PEAK * angle.sin()).round() as i16)
    })
}

impl Waves {
    const fn of(&self, codec: Codec) -> &[u8; FRAME_SAMPLES] {
        match codec {
            Codec::ALaw => &self.a_law,
            Codec::MuLaw => &self.mu_law,
        }
    }
}

impl Tone {
    /// Samples on and off, again and again.
    const fn cadence(self) -> (u32, u32) {
        match self {
            Self::Ringback => (8_000, 32_000),
            Self::Busy => (2_800, 2_800),
        }
    }
}

/// A tone on its way to one leg.
#[derive(Clone, Debug)]
pub struct ToneStream {
    tone: Tone,
    codec: Codec,
    next: RtpHeader,
    /// Samples since the start.
    position: u64,
    pub due: Moment,
}

impl ToneStream {
    #[must_use]
    pub const fn new(tone: Tone, codec: Codec, ssrc: u32, now: Moment) -> Self {
        Self {
            tone,
            codec,
            next: RtpHeader {
                marker: true,
                payload_type: codec.payload_type(),
                sequence: 0,
                timestamp: 0,
                ssrc,
            },
            position: 0,
            due: now,
        }
    }

    /// Writes the next packet; the one after it is due 20 ms later.
    /// What is more than 100 ms overdue is left out: its time passes in sequence and timestamp.
    pub fn write(&mut self, waves: &Waves, now: Moment, packet: &mut [u8; TONE_PACKET_BYTES]) {
        while now.since(self.due) > FRAME * 5 {
            self.pass();
        }
        packet[..HEADER_BYTES].copy_from_slice(&self.next.bytes());
        let (on, off) = self.tone.cadence();
        let wave = waves.of(self.codec);
        let places = (self.position..).zip(wave);
        for (byte, (at, sounding)) in packet[HEADER_BYTES..].iter_mut().zip(places) {
            let audible = at % u64::from(on + off) < u64::from(on);
            *byte = if audible {
                *sounding
            } else {
                self.codec.fill()
            };
        }
        self.next.marker = false;
        self.pass();
    }

    fn pass(&mut self) {
        self.position += 160;
        self.next.sequence = self.next.sequence.wrapping_add(1);
        self.next.timestamp = self.next.timestamp.wrapping_add(160);
        self.due = self.due + FRAME;
    }
}

#[cfg(test)]
mod tests {
    use super::{FRAME, TONE_PACKET_BYTES, ToneStream, Waves};
    use crate::rtp::RtpPacket;
    use crate::{Codec, Tone};
    use messages::Moment;

    fn stream(tone: Tone, codec: Codec, packets: usize) -> Vec<u8> {
        let waves = Waves::default();
        let mut now = Moment::START;
        let mut tone = ToneStream::new(tone, codec, 7, now);
        let mut audio = Vec::new();
        for n in 0..packets {
            let mut bytes = [0; TONE_PACKET_BYTES];
            tone.write(&waves, now, &mut bytes);
            now = now + FRAME;
            assert_eq!(tone.due, now);
            let packet = RtpPacket::parse(&bytes).unwrap();
            assert_eq!(usize::from(packet.header.sequence), n);
            assert_eq!(packet.header.timestamp as usize, n * 160);
            assert_eq!(packet.header.marker, n == 0);
            audio.extend_from_slice(packet.payload);
        }
        audio
    }

    fn power_at(hertz: f64, codec: Codec, audio: &[u8]) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, byte) in audio.iter().enumerate() {
            let angle = std::f64::consts::TAU * hertz * n as f64 / 8_000.0;
            re += f64::from(codec.decode(*byte)) * angle.cos();
            im += f64::from(codec.decode(*byte)) * angle.sin();
        }
        (re * re + im * im).sqrt() * 2.0 / audio.len() as f64
    }

    #[test]
    fn ringback_is_one_second_of_450_hertz_and_four_of_silence() {
        for codec in [Codec::ALaw, Codec::MuLaw] {
            let audio = stream(Tone::Ringback, codec, 300);
            let peak = power_at(450.0, codec, &audio[..8_000]);
            assert!((7_000.0..7_400.0).contains(&peak), "{peak}");
            assert!(power_at(700.0, codec, &audio[..8_000]) < 50.0);
            assert!(audio[8_000..40_000].iter().all(|b| *b == codec.fill()));
            assert_eq!(audio[..8_000], audio[40_000..]);
        }
    }

    #[test]
    fn busy_changes_every_350_milliseconds_in_the_middle_of_a_packet() {
        let audio = stream(Tone::Busy, Codec::ALaw, 70);
        assert!(audio[2_800..5_600].iter().all(|b| *b == 0xD5));
        assert_ne!(audio[5_601], 0xD5);
        assert!(power_at(450.0, Codec::ALaw, &audio[5_600..8_400]) > 7_000.0);
    }

    #[test]
    fn a_late_beat_leaves_packets_out_and_keeps_the_time() {
        let waves = Waves::default();
        let mut tone = ToneStream::new(Tone::Busy, Codec::MuLaw, 7, Moment::START);
        let late = Moment::START + FRAME * 50;
        let mut bytes = [0; TONE_PACKET_BYTES];
        tone.write(&waves, late, &mut bytes);
        let header = RtpPacket::parse(&bytes).unwrap().header;
        assert_eq!((header.sequence, header.timestamp), (45, 45 * 160));
        assert_eq!(tone.due, Moment::START + FRAME * 46);
    }
}

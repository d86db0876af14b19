//! What the gateway itself says to a leg: tones, and what was decoded of others, in the leg's own format.
use crate::coder::{Encoder, Rate};
use crate::digits::Digits;
use crate::rtp::{HEADER_BYTES, RtpHeader};
use crate::{Codec, Formats, Law, Numbered};

#[derive(Debug)]
pub(crate) struct Speaker {
    /// Of the next packet.
    header: RtpHeader,
    voice: Option<Voice>,
}

#[derive(Debug)]
struct Voice {
    format: Numbered,
    rate: Rate,
    encoder: Encoder,
    /// Samples that do not fill a packet yet.
    pending: Vec<i16>,
    packet: Vec<u8>,
}

impl Speaker {
    /// A source of its own for each leg; nobody needs it to be hard to guess.
    pub(crate) const fn new(port: u16) -> Self {
        Self {
            header: RtpHeader {
                marker: true,
                payload_type: 0,
                sequence: 0,
                timestamp: 0,
                ssrc: 0x5A4B_0000 | port as u32,
            },
            voice: None,
        }
    }

    /// What comes next begins after a silence (RFC 3551 §4.1).
    pub(crate) const fn begin_anew(&mut self) {
        self.header.marker = true;
    }

    /// So many frames of 20 ms are left out: their time passes.
    pub(crate) const fn pass_over(&mut self, frames: u16) {
        let ticks = match &self.voice {
            Some(voice) => voice.format.codec.clock() / 50,
            None => 160,
        };
        self.header.sequence = self.header.sequence.wrapping_add(frames);
        self.header.timestamp = self.header.timestamp.wrapping_add(ticks * frames as u32);
    }

    /// Says some samples; whole packets go to `send`, digits that wait take the place of some.
    pub(crate) fn say(
        &mut self,
        formats: &Formats,
        rate: Rate,
        samples: &[i16],
        digits: &mut Digits,
        send: &mut dyn FnMut(&[u8]),
    ) {
        let Some(voice) = voice_of(&mut self.voice, formats, rate) else {
            return;
        };
        let codec = voice.format.codec;
        let ms = packet_ms(codec, formats.ptime_ms);
        let size = rate.samples(ms.into());
        let ticks = codec.clock() / 1_000 * u32::from(ms);
        voice.pending.extend_from_slice(samples);
        let whole = voice.pending.len() / size * size;
        for samples in voice.pending[..whole].chunks_exact(size) {
            let mut header = self.header;
            header.payload_type = voice.format.payload_type;
            self.header.marker = false;
            self.header.sequence = header.sequence.wrapping_add(1);
            self.header.timestamp = header.timestamp.wrapping_add(ticks);
            let digit = formats
                .events
                .and_then(|events| digits.instead(&header, events, codec.clock(), ticks));
            if let Some(digit) = digit {
                send(&digit);
                continue;
            }
            voice.packet.clear();
            voice.packet.extend_from_slice(&header.bytes());
            voice
                .packet
                .extend_from_slice(voice.encoder.encode(samples));
            if voice.packet.len() > HEADER_BYTES {
                send(&voice.packet);
            }
        }
        voice.pending.drain(..whole);
    }
}

/// The voice in the leg's format; PCMA where nothing is known of it.
fn voice_of<'a>(
    voice: &'a mut Option<Voice>,
    formats: &Formats,
    rate: Rate,
) -> Option<&'a mut Voice> {
    let format = formats.spoken().unwrap_or(Numbered {
        payload_type: Law::A.payload_type(),
        codec: Codec::G711(Law::A),
    });
    if voice
        .as_ref()
        .is_none_or(|voice| (voice.format, voice.rate) != (format, rate))
    {
        *voice = Encoder::new(format.codec, rate).map(|encoder| Voice {
            format,
            rate,
            encoder,
            pending: Vec::new(),
            packet: Vec::new(),
        });
    }
    voice.as_mut()
}

/// Milliseconds of one packet; Opus has not every length (RFC 6716 §2.1.4).
const fn packet_ms(codec: Codec, wanted: u8) -> u8 {
    match (codec, wanted) {
        (Codec::Opus, 20..=39) => 20,
        (Codec::Opus, 40..=59) => 40,
        (_, ..10) => 10,
        (_, 60..) => 60,
        (Codec::Opus, _) => 10,
        (_, wanted) => wanted / 10 * 10,
    }
}

#[cfg(test)]
mod tests {
    use super::Speaker;
    use crate::coder::Rate;
    use crate::digits::Digits;
    use crate::rtp::RtpPacket;
    use crate::{Codec, Formats, Law, Numbered};

    fn said(codec: Codec, ptime_ms: u8, rate: Rate, frames: usize) -> Vec<(u16, u32, u32)> {
        let mut speaker = Speaker::new(20_000);
        let formats = Formats {
            ptime_ms,
            ..Formats::of(&[Numbered {
                payload_type: 99,
                codec,
            }])
        };
        let mut said = Vec::new();
        for _ in 0..frames {
            let frame = vec![1_000; rate.samples(20)];
            let mut digits = Digits::default();
            speaker.say(&formats, rate, &frame, &mut digits, &mut |packet| {
                let packet = RtpPacket::parse(packet).unwrap();
                assert_eq!(packet.header.payload_type, 99);
                assert_eq!(packet.header.marker, said.is_empty());
                let ticks = codec.ticks(packet.payload);
                said.push((packet.header.sequence, packet.header.timestamp, ticks));
            });
        }
        said
    }

    #[test]
    fn packets_are_as_long_as_the_leg_wants_them_and_follow_each_other_without_a_hole() {
        let codecs = [
            Codec::G711(Law::A),
            Codec::G711(Law::Mu),
            Codec::G722,
            Codec::Opus,
        ];
        for codec in codecs {
            for rate in [Rate::Narrow, Rate::Wide] {
                for ptime in [10, 20, 30, 40, 50, 60] {
                    let packets = said(codec, ptime, rate, 30);
                    let mut next = 0;
                    for (n, (sequence, timestamp, ticks)) in packets.iter().enumerate() {
                        assert_eq!(usize::from(*sequence), n);
                        assert_eq!(*timestamp, next, "{codec:?} {rate:?} {ptime}");
                        next = timestamp + ticks;
                    }
                    assert_eq!(
                        next,
                        codec.clock() * 600 / 1_000,
                        "{codec:?} {rate:?} {ptime}"
                    );
                    let each = next / u32::try_from(packets.len()).unwrap();
                    let ms = each * 1_000 / codec.clock();
                    let opus = [10, 20, 20, 40, 40, 60][usize::from(ptime / 10) - 1];
                    let expected = if codec == Codec::Opus {
                        opus
                    } else {
                        u32::from(ptime)
                    };
                    assert_eq!(ms, expected, "{codec:?} {ptime}");
                }
            }
        }
    }
}

//! Digits that came beside the sound (INFO), on their way to one leg: each takes the place of packets of sound (RFC 4733 §2.5).
use crate::rtp::{HEADER_BYTES, RtpHeader};
use std::collections::VecDeque;

/// Bytes of a packet that carries a digit.
pub(crate) const DIGIT_PACKET_BYTES: usize = HEADER_BYTES + 4;
/// Digits that wait for their turn; somebody who sends more is not pressing keys.
const WAITING_MAX: usize = 32;
/// The end of a digit is said so often (§2.5.1.4).
const ENDS: u8 = 3;
/// Packets of sound between two digits: 40 ms at least.
const PAUSE: u8 = 2;
/// −10 dBm0
const VOLUME: u8 = 10;
const END: u8 = 0x80;
/// D is the last digit (§3.2).
const DIGIT_EVENT_MAX: u8 = 15;
const SAMPLES_PER_MS: u16 = 8;

#[derive(Clone, Copy, Debug)]
struct Digit {
    /// 0–9, 10 `*`, 11 `#`, 12–15 A–D
    event: u8,
    samples: u16,
}

#[derive(Clone, Copy, Debug)]
struct Sounding {
    digit: Digit,
    began: u32,
    ends_said: u8,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Digits {
    waiting: VecDeque<Digit>,
    sounding: Option<Sounding>,
    pause: u8,
}

impl Digits {
    /// False: it is no digit, or too many wait.
    pub(crate) fn press(&mut self, digit: char, duration_ms: u16) -> bool {
        let event = match digit.to_ascii_uppercase() {
            digit @ '0'..='9' => digit as u8 - b'0',
            '*' => 10,
            '#' => 11,
            letter @ 'A'..='D' => letter as u8 - b'A' + 12,
            _ => return false,
        };
        self.press_event(event, duration_ms)
    }

    /// The same, by its number (RFC 4733 §3.2). Events that are no digits are let go.
    pub(crate) fn press_event(&mut self, event: u8, duration_ms: u16) -> bool {
        if event > DIGIT_EVENT_MAX || self.waiting.len() >= WAITING_MAX {
            return false;
        }
        let samples = duration_ms.clamp(40, 5_000).saturating_mul(SAMPLES_PER_MS);
        self.waiting.push_back(Digit { event, samples });
        true
    }

    /// What goes in the place of this packet of sound, which lasts so many ticks of its clock.
    pub(crate) fn instead(
        &mut self,
        sound: &RtpHeader,
        payload_type: u8,
        clock: u32,
        ticks: u32,
    ) -> Option<[u8; DIGIT_PACKET_BYTES]> {
        if self.sounding.is_none() && self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        let begins = self.sounding.is_none();
        let mut now = match self.sounding {
            Some(now) => now,
            None => Sounding {
                digit: self.waiting.pop_front()?,
                began: sound.timestamp,
                ends_said: 0,
            },
        };
        let passed = sound
            .timestamp
            .wrapping_sub(now.began)
            .saturating_add(ticks);
        // digits count in samples of 8 kHz beside any codec
        let passed = passed / (clock / 8_000).max(1);
        let over = passed >= u32::from(now.digit.samples);
        let duration = if over {
            now.digit.samples
        } else {
            u16::try_from(passed).unwrap_or(now.digit.samples)
        };
        let header = RtpHeader {
            marker: begins,
            payload_type,
            timestamp: now.began,
            ..*sound
        };
        let mut packet = [0; DIGIT_PACKET_BYTES];
        packet[..HEADER_BYTES].copy_from_slice(&header.bytes());
        let [high, low] = duration.to_be_bytes();
        let end = if over { END } else { 0 };
        packet[HEADER_BYTES..].copy_from_slice(&[now.digit.event, end | VOLUME, high, low]);
        now.ends_said += u8::from(over);
        self.sounding = (now.ends_said < ENDS).then_some(now);
        if self.sounding.is_none() {
            self.pause = PAUSE;
        }
        Some(packet)
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;
    use crate::rtp::{HEADER_BYTES, RtpHeader};

    fn sound(sequence: u16) -> RtpHeader {
        RtpHeader {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp: 1_000 + u32::from(sequence) * 160,
            ssrc: 7,
        }
    }

    #[test]
    fn a_digit_takes_the_place_of_sound_for_its_time_and_says_its_end_three_times() {
        let mut digits = Digits::default();
        assert_eq!(digits.instead(&sound(0), 101, 8_000, 160), None);
        assert!(digits.press('#', 60));
        let mut said = Vec::new();
        for sequence in 1..8 {
            let Some(packet) = digits.instead(&sound(sequence), 101, 8_000, 160) else {
                said.push(None);
                continue;
            };
            let expected = RtpHeader {
                marker: sequence == 1,
                payload_type: 101,
                timestamp: 1_160,
                ..sound(sequence)
            };
            assert_eq!(packet[..HEADER_BYTES], expected.bytes());
            let [event, flags, high, low] = packet[HEADER_BYTES..] else {
                panic!("four bytes");
            };
            assert_eq!((event, flags & 0x3F), (11, 10));
            said.push(Some((flags >> 7, u16::from_be_bytes([high, low]))));
        }
        let digit = [(0, 160), (0, 320), (1, 480), (1, 480), (1, 480)].map(Some);
        assert_eq!(said[..5], digit);
        assert_eq!(said[5..], [None, None]);
    }

    #[test]
    fn digits_come_one_after_the_other_with_sound_between_them() {
        let mut digits = Digits::default();
        for digit in ['1', 'd', '*'] {
            assert!(digits.press(digit, 40));
        }
        assert!(!digits.press('x', 40));
        let events: Vec<Option<u8>> = (0..16)
            .map(|sequence| digits.instead(&sound(sequence), 101, 8_000, 160))
            .map(|packet| packet.map(|packet| packet[HEADER_BYTES]))
            .collect();
        let (one, d, star) = (Some(1), Some(15), Some(10));
        let expected = [
            one, one, one, one, None, None, d, d, d, d, None, None, star, star, star, star,
        ];
        assert_eq!(events, expected);
    }

    #[test]
    fn nobody_presses_keys_without_end() {
        let mut digits = Digits::default();
        let taken = (0..100).filter(|_| digits.press('5', 100)).count();
        assert_eq!(taken, 32);
    }
}

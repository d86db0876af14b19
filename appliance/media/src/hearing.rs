//! What is heard of a leg whose sound is decoded: its packets in, 20 ms of samples out.
use crate::coder::{Decoder, Rate};
use crate::comfort::Noise;
use crate::playout::Playout;
use crate::{Codec, Law};
use std::collections::VecDeque;

/// Packets that wait to be decoded: at 10 ms each, 320 ms.
const WAITING_MAX: usize = 32;

#[derive(Debug)]
pub(crate) struct Hearing {
    rate: Rate,
    playout: Playout,
    decoder: Option<Decoder>,
    /// What can only be decoded in its order, and is not due; the earliest first.
    waiting: VecDeque<Waiting>,
    time: SourceTime,
}

#[derive(Debug)]
struct Waiting {
    at: u32,
    payload: Vec<u8>,
}

impl Hearing {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            playout: Playout::new(rate),
            decoder: None,
            waiting: VecDeque::new(),
            time: SourceTime::default(),
        }
    }

    /// Another source: its time is its own.
    pub(crate) fn restart(&mut self) {
        self.playout.restart();
        self.waiting.clear();
        self.decoder = None;
    }

    /// One packet of sound.
    pub(crate) fn hear(&mut self, codec: Codec, timestamp: u32, payload: &[u8]) {
        if self.decoder.as_ref().map(Decoder::codec) != Some(codec) {
            let other_clock = |decoder: &Decoder| decoder.codec().clock() != codec.clock();
            if self.decoder.as_ref().is_some_and(other_clock) {
                self.playout.restart();
            }
            self.waiting.clear();
            self.decoder = Decoder::new(codec, self.rate);
        }
        let at = self.time.samples(timestamp, codec.clock(), self.rate);
        let length = scaled(codec.ticks(payload), codec.clock(), self.rate);
        if !self.playout.expect(at, length) {
            return;
        }
        if matches!(codec, Codec::G711(_)) && self.rate == Rate::Narrow {
            return self.decode(at, payload);
        }
        let behind = |waits: &Waiting| at.wrapping_sub(waits.at).cast_signed() >= 0;
        let place = self.waiting.iter().rposition(behind).map_or(0, |at| at + 1);
        let payload = payload.to_vec();
        self.waiting.insert(place, Waiting { at, payload });
        if self.waiting.len() > WAITING_MAX {
            self.decode_first();
        }
    }

    /// The source is silent on purpose (RFC 3389).
    pub(crate) fn fall_silent(&mut self, timestamp: u32, payload: &[u8]) {
        // it counts in samples of 8 kHz beside any codec but Opus, which has silence of its own
        let clock = Codec::G711(Law::A).clock();
        let at = self.time.samples(timestamp, clock, self.rate);
        self.playout.fall_silent(at, Noise::of(payload));
    }

    /// The next 20 ms; false where nothing is to be heard.
    pub(crate) fn take(&mut self, frame: &mut [i16]) -> bool {
        while let (Some(first), Some(wanted)) =
            (self.waiting.front(), self.playout.wanted_to(frame.len()))
        {
            if wanted.wrapping_sub(first.at).cast_signed() <= 0 {
                break;
            }
            self.decode_first();
        }
        self.playout.take(frame)
    }

    fn decode_first(&mut self) {
        if let Some(Waiting { at, payload }) = self.waiting.pop_front() {
            self.decode(at, &payload);
        }
    }

    fn decode(&mut self, at: u32, payload: &[u8]) {
        if let Some(decoder) = &mut self.decoder {
            self.playout.fill(at, decoder.decode(payload));
        }
    }
}

/// A source's timestamps, counted on beyond their 32 bits, as samples of another rate.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SourceTime {
    last: Option<(u32, u64)>,
}

impl SourceTime {
    pub(crate) fn samples(&mut self, timestamp: u32, clock: u32, rate: Rate) -> u32 {
        let counted = match self.last {
            None => (1 << 40) + u64::from(timestamp),
            Some((last, counted)) => {
                let passed = timestamp.wrapping_sub(last).cast_signed();
                counted.wrapping_add_signed(passed.into())
            }
        };
        self.last = Some((timestamp, counted));
        let samples = counted.wrapping_mul(rate.hertz().into()) / u64::from(clock);
        #[allow(clippy::cast_possible_truncation)]
        let low = samples as u32;
        low
    }
}

fn scaled(ticks: u32, clock: u32, rate: Rate) -> u32 {
    let samples = u64::from(ticks) * u64::from(rate.hertz()) / u64::from(clock);
    u32::try_from(samples).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

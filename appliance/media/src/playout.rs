//! The jitter buffer of a leg whose sound is decoded: 20 ms at a time, in time order, what is missing made up.
//! A late packet makes everything later; what lies ready for long without need is played away.
use crate::coder::Rate;
use crate::comfort::Noise;
use crate::conceal::Concealment;

// In samples of 8 kHz; at a higher rate there are that many more.

/// Samples kept: half a second.
const RING: usize = 4_096;
/// So much is waited for at first, and after each new beginning: 40 ms.
const START: u32 = 320;
/// A packet that comes later than this (200 ms) is not waited for.
const LATE_MAX: i32 = 1_600;
/// One that is further ahead has another clock.
const AHEAD_MAX: i32 = 3_200;
/// Delays grow and shrink by 10 ms.
const STEP: u32 = 80;
/// More than this left (50 ms) through a whole watch is more than the network asks for.
const SPARE_MAX: i32 = 400;

/// So many in a row with another clock, and it is the source's.
const STRAYS: u8 = 3;
/// Frames of a watch: 2 s.
const WATCH: u16 = 100;

#[derive(Clone, Debug)]
pub(crate) struct Playout {
    scale: u32,
    ring: Box<[Option<i16>]>,
    clock: Option<Clock>,
    conceal: Concealment,
    /// The source is silent on purpose from this place on.
    silence: Option<(u32, Noise)>,
    strays: u8,
    watched: u16,
    least_spare: i32,
}

/// The source's time, in samples.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// The sample that is played next.
    next: u32,
    /// Behind the newest one that came.
    end: u32,
}

impl Playout {
    pub(crate) fn new(rate: Rate) -> Self {
        let scale = rate.scale();
        Self {
            scale,
            ring: vec![None; RING * scale as usize].into_boxed_slice(),
            clock: None,
            conceal: Concealment::new(rate),
            silence: None,
            strays: 0,
            watched: 0,
            least_spare: i32::MAX,
        }
    }

    /// Another source: its clock is its own.
    pub(crate) fn restart(&mut self) {
        self.clock = None;
        self.silence = None;
        self.strays = 0;
        self.ring.fill(None);
    }

    /// Makes room for so many samples from a place on; they may be filled in until they are played.
    /// False: they belong nowhere.
    pub(crate) fn expect(&mut self, at: u32, length: u32) -> bool {
        if length > self.scaled(AHEAD_MAX).cast_unsigned() {
            return false;
        }
        let scale = self.scale;
        let Some(clock) = self.clock_for(at) else {
            return false;
        };
        clock.make_room_for(at, scale);
        let end = at.wrapping_add(length);
        if ahead(end, clock.end) > 0 {
            clock.end = end;
        }
        true
    }

    /// Fills in what was expected; what has been played by now is left out.
    pub(crate) fn fill(&mut self, at: u32, sound: &[i16]) {
        let Some(clock) = self.clock else {
            return;
        };
        for (offset, sample) in (0..).zip(sound) {
            let at = at.wrapping_add(offset);
            if ahead(at, clock.next) >= 0 {
                let place = self.place(at);
                self.ring[place] = Some(*sample);
            }
        }
    }

    /// From this place on the source is silent on purpose, until sound comes again.
    pub(crate) fn fall_silent(&mut self, at: u32, noise: Noise) {
        if self.expect(at, 0) {
            self.silence = Some((at, noise));
        }
    }

    /// What is expected before this place has to be filled in before the next `take`.
    pub(crate) fn wanted_to(&self, frame: usize) -> Option<u32> {
        let frame = u32::try_from(frame).ok()?;
        // a step may be played away
        let most = frame + STEP * self.scale;
        Some(self.clock?.next.wrapping_add(most))
    }

    /// The next samples; false while nothing has come for so long that nothing can be made up.
    pub(crate) fn take(&mut self, frame: &mut [i16]) -> bool {
        if self.clock.is_none() {
            return false;
        }
        let skip = self.spare_for_long(frame.len());
        let step = (STEP * self.scale) as usize;
        let mut sounds = false;
        for (at, place) in frame.iter_mut().enumerate() {
            let sample = if skip && at < step {
                self.blended(at, step)
            } else {
                self.next()
            };
            sounds |= sample.is_some();
            *place = sample.unwrap_or_default();
        }
        sounds
    }

    fn next(&mut self) -> Option<i16> {
        let clock = self.clock.as_mut()?;
        let at = clock.next;
        clock.next = at.wrapping_add(1);
        let place = self.place(at);
        let sample = self.ring[place].take();
        let sample = self.or_silence(at, sample);
        self.conceal.pass(sample)
    }

    fn or_silence(&mut self, at: u32, sample: Option<i16>) -> Option<i16> {
        let Some((from, noise)) = &mut self.silence else {
            return sample;
        };
        if ahead(at, *from) < 0 {
            return sample;
        }
        if sample.is_some() {
            self.silence = None;
            return sample;
        }
        Some(noise.next())
    }

    /// A step is played away: its samples pass into those behind it.
    fn blended(&mut self, at: usize, step: usize) -> Option<i16> {
        let clock = self.clock.as_mut()?;
        let place = clock.next;
        clock.next = clock.next.wrapping_add(1);
        let behind = self.place(place.wrapping_add(STEP * self.scale));
        let place = self.place(place);
        let (old, new) = (self.ring[place].take(), self.ring[behind]);
        let sample = match (old, new) {
            (Some(old), Some(new)) => Some(blend(old, new, at, step)),
            (old, new) => new.or(old),
        };
        if at + 1 == step {
            self.forget(step);
        }
        self.conceal.pass(sample)
    }

    fn forget(&mut self, step: usize) {
        for _ in 0..step {
            let Some(clock) = &mut self.clock else {
                return;
            };
            let at = clock.next;
            clock.next = at.wrapping_add(1);
            let place = self.place(at);
            self.ring[place] = None;
        }
    }

    /// True once at the end of a watch in which more was ready than is needed.
    fn spare_for_long(&mut self, frame: usize) -> bool {
        let (Some(clock), Ok(frame)) = (self.clock, i32::try_from(frame)) else {
            return false;
        };
        let after_this = ahead(clock.end, clock.next) - frame;
        self.least_spare = self.least_spare.min(after_this);
        self.watched += 1;
        if self.watched < WATCH {
            return false;
        }
        self.watched = 0;
        let least = core::mem::replace(&mut self.least_spare, i32::MAX);
        least > self.scaled(SPARE_MAX)
    }

    /// The clock that a packet fits to; `None`: the packet belongs nowhere.
    fn clock_for(&mut self, timestamp: u32) -> Option<&mut Clock> {
        let near = self.scaled(-LATE_MAX)..=self.scaled(AHEAD_MAX);
        let fits = self
            .clock
            .is_none_or(|clock| near.contains(&ahead(timestamp, clock.next)));
        if fits {
            self.strays = 0;
        } else {
            self.strays += 1;
            if self.strays < STRAYS {
                return None;
            }
            self.restart();
        }
        let start = START * self.scale;
        Some(self.clock.get_or_insert(Clock {
            next: timestamp.wrapping_sub(start),
            end: timestamp,
        }))
    }

    const fn scaled(&self, samples: i32) -> i32 {
        samples * self.scale.cast_signed()
    }

    fn place(&self, at: u32) -> usize {
        at as usize % self.ring.len()
    }
}

impl Clock {
    /// What comes late is played all the same: from now on everything is played later.
    const fn make_room_for(&mut self, timestamp: u32, scale: u32) {
        let late = ahead(self.next, timestamp);
        let step = STEP * scale;
        if late > 0 {
            let steps = late.cast_unsigned().div_ceil(step);
            self.next = self.next.wrapping_sub(steps * step);
        }
        if ahead(self.end, self.next) > AHEAD_MAX * scale.cast_signed() {
            self.next = self.end.wrapping_sub(START * scale);
        }
    }
}

const fn ahead(one: u32, of: u32) -> i32 {
    one.wrapping_sub(of).cast_signed()
}

/// From `old` at 0 to `new` at a step's end.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
const fn blend(old: i16, new: i16, at: usize, of: usize) -> i16 {
    let (share, whole) = (at as i32, of as i32);
    ((old as i32 * (whole - share) + new as i32 * share) / whole) as i16
}

#[cfg(test)]
mod tests;

//! The jitter buffer of a leg whose sound is decoded: 20 ms at a time, in time order, what is missing made up.
//! A late packet makes everything later; what lies ready for long without need is played away.
use crate::Codec;
use crate::conceal::Concealment;
use crate::tone::FRAME_SAMPLES;

/// Samples kept: half a second.
const RING: usize = 4_096;
/// So much is waited for at first, and after each new beginning: 40 ms.
const START: u32 = 320;
/// A packet that comes later than this (200 ms) is not waited for.
const LATE_MAX: i32 = 1_600;
/// One that is further ahead has another clock.
const AHEAD_MAX: i32 = 3_200;
/// So many in a row with another clock, and it is the source's.
const STRAYS: u8 = 3;
/// Delays grow and shrink by 10 ms.
const STEP: u32 = 80;
/// More than this left (50 ms) through a whole watch is more than the network asks for.
const SPARE_MAX: i32 = 400;
/// Frames of a watch: 2 s.
const WATCH: u16 = 100;

#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
const FRAME_SAMPLES_I32: i32 = FRAME_SAMPLES as i32;

pub(crate) type Frame = [i16; FRAME_SAMPLES];

#[derive(Clone, Debug)]
pub(crate) struct Playout {
    ring: Box<[Option<i16>; RING]>,
    clock: Option<Clock>,
    conceal: Concealment,
    strays: u8,
    watched: u16,
    least_spare: i32,
}

/// The source's timestamps.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// The sample that is played next.
    next: u32,
    /// Behind the newest one that came.
    end: u32,
}

impl Default for Playout {
    fn default() -> Self {
        Self {
            ring: Box::new([None; RING]),
            clock: None,
            conceal: Concealment::default(),
            strays: 0,
            watched: 0,
            least_spare: i32::MAX,
        }
    }
}

impl Playout {
    /// Another source: its clock is its own.
    pub(crate) fn restart(&mut self) {
        self.clock = None;
        self.strays = 0;
        self.ring.fill(None);
    }

    /// One packet of sound.
    pub(crate) fn put(&mut self, timestamp: u32, codec: Codec, sound: &[u8]) {
        let Ok(length) = u32::try_from(sound.len()) else {
            return;
        };
        if length > AHEAD_MAX.cast_unsigned() {
            return;
        }
        let Some(clock) = self.clock_for(timestamp) else {
            return;
        };
        clock.make_room_for(timestamp);
        let end = timestamp.wrapping_add(length);
        if ahead(end, clock.end) > 0 {
            clock.end = end;
        }
        for (at, byte) in (0..length).zip(sound) {
            self.ring[place(timestamp.wrapping_add(at))] = Some(codec.decode(*byte));
        }
    }

    /// The next 20 ms; `None` while nothing has come for so long that nothing can be made up.
    pub(crate) fn take(&mut self) -> Option<Frame> {
        self.clock?;
        let skip = self.spare_for_long();
        let mut sounds = false;
        let frame = core::array::from_fn(|at| {
            let sample = if skip && at < STEP as usize {
                self.blended(at)
            } else {
                self.next()
            };
            sounds |= sample.is_some();
            sample.unwrap_or_default()
        });
        sounds.then_some(frame)
    }

    fn next(&mut self) -> Option<i16> {
        let clock = self.clock.as_mut()?;
        let sample = self.ring[place(clock.next)].take();
        clock.next = clock.next.wrapping_add(1);
        self.conceal.pass(sample)
    }

    /// A step is played away: its samples pass into those behind it.
    fn blended(&mut self, at: usize) -> Option<i16> {
        let clock = self.clock.as_mut()?;
        let old = self.ring[place(clock.next)].take();
        let new = self.ring[place(clock.next.wrapping_add(STEP))];
        clock.next = clock.next.wrapping_add(1);
        let sample = match (old, new) {
            (Some(old), Some(new)) => Some(blend(old, new, at)),
            (old, new) => new.or(old),
        };
        if at + 1 == STEP as usize {
            self.forget_step();
        }
        self.conceal.pass(sample)
    }

    fn forget_step(&mut self) {
        let Some(clock) = &mut self.clock else {
            return;
        };
        for _ in 0..STEP {
            self.ring[place(clock.next)] = None;
            clock.next = clock.next.wrapping_add(1);
        }
    }

    /// True once at the end of a watch in which more was ready than is needed.
    fn spare_for_long(&mut self) -> bool {
        let Some(clock) = self.clock else {
            return false;
        };
        let after_this = ahead(clock.end, clock.next) - FRAME_SAMPLES_I32;
        self.least_spare = self.least_spare.min(after_this);
        self.watched += 1;
        if self.watched < WATCH {
            return false;
        }
        self.watched = 0;
        let least = core::mem::replace(&mut self.least_spare, i32::MAX);
        least > SPARE_MAX
    }

    /// The clock that a packet fits to; `None`: the packet belongs nowhere.
    fn clock_for(&mut self, timestamp: u32) -> Option<&mut Clock> {
        let fits = self
            .clock
            .is_none_or(|clock| (-LATE_MAX..=AHEAD_MAX).contains(&ahead(timestamp, clock.next)));
        if fits {
            self.strays = 0;
        } else {
            self.strays += 1;
            if self.strays < STRAYS {
                return None;
            }
            self.restart();
        }
        Some(self.clock.get_or_insert(Clock {
            next: timestamp.wrapping_sub(START),
            end: timestamp,
        }))
    }
}

impl Clock {
    /// What comes late is played all the same: from now on everything is played later.
    const fn make_room_for(&mut self, timestamp: u32) {
        let late = ahead(self.next, timestamp);
        if late > 0 {
            let steps = late.cast_unsigned().div_ceil(STEP);
            self.next = self.next.wrapping_sub(steps * STEP);
        }
        if ahead(self.end, self.next) > AHEAD_MAX {
            self.next = self.end.wrapping_sub(START);
        }
    }
}

const fn ahead(one: u32, of: u32) -> i32 {
    one.wrapping_sub(of).cast_signed()
}

const fn place(timestamp: u32) -> usize {
    timestamp as usize % RING
}

/// From `old` at 0 to `new` at a step's end.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
const fn blend(old: i16, new: i16, at: usize) -> i16 {
    let (share, whole) = (at as i32, STEP as i32);
    ((old as i32 * (whole - share) + new as i32 * share) / whole) as i16
}

#[cfg(test)]
mod tests;

//! Where each packet's audio belongs: by its RTP timestamp, both channels aligned by arrival, gaps kept in time.
//! After a stall longer than the window the channel goes on a little later: no audio that came is left out for its time.

use crate::rtp::RtpHeader;
use crate::{Law, RecordFrame};
use core::time::Duration;
use messages::Moment;

/// A packet that comes this late still finds its place.
pub const WINDOW: Duration = Duration::from_millis(200);

/// Frames of `WINDOW`.
const WINDOW_FRAMES: i64 = 1_600;
/// A source whose clock runs this far ahead of arrival has set its timestamps anew. One second.
const AHEAD_FRAMES_MAX: i64 = 8_000;
/// One that is this far behind stood still, or has set its timestamps anew. Three seconds.
const BEHIND_FRAMES_MAX: i64 = 24_000;
/// A talk spurt begins where it arrives, unless its timestamp says nearly the same. 60 ms.
const NEARLY_FRAMES: i64 = 480;
/// What comes in order but too late goes on this much before its arrival: half the window, so that what follows has
/// room both ways.
const RESUME_FRAMES: i64 = 800;
/// How long a slow clock is watched before the channel is moved.
const DRIFT_OVER: Duration = Duration::from_secs(5);
/// Frames handed out at once when nothing came for long. Half a second.
const SILENCE_FRAMES: i64 = 4_000;
/// Microseconds of one frame.
const FRAME_US: u128 = 125;

/// What became of one packet's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    Kept,
    /// Its time has been handed out as silence; it is lost to the recording.
    TooLate,
}

/// Both channels between "handed out" and "still open".
#[derive(Clone, Debug)]
pub struct Timeline {
    start: Moment,
    fill: [u8; 2],
    laws: [Law; 2],
    /// Frames handed out.
    done: i64,
    /// Interleaved content from frame `done` on.
    open: Vec<u8>,
    channels: [Channel; 2],
}

#[derive(Clone, Debug, Default)]
struct Channel {
    source: Option<Source>,
    /// Behind the last frame of audio.
    end: i64,
    drift: Option<Drift>,
}

/// Frame and timestamp that belong together.
#[derive(Clone, Copy, Debug)]
struct Source {
    ssrc: u32,
    timestamp: u32,
    frame: i64,
}

/// The most punctual packet since `since`: frames ahead of its arrival (negative: behind).
#[derive(Clone, Copy, Debug)]
struct Drift {
    since: Moment,
    best: i64,
}

impl Timeline {
    /// Frame 0 is at `start`.
    #[must_use]
    pub fn new(start: Moment, laws: [Law; 2]) -> Self {
        Self {
            start,
            fill: laws.map(Law::fill),
            laws,
            done: 0,
            open: Vec::new(),
            channels: <[Channel; 2]>::default(),
        }
    }

    /// Puts one packet's audio where it belongs. Time that has passed by then is handed out first.
    pub fn place(
        &mut self,
        arrival: Moment,
        frame: &RecordFrame<'_>,
        out: &mut dyn FnMut(&[u8]),
    ) -> Placed {
        self.advance(arrival, out);
        let index = usize::from(frame.channel & 1);
        let arrived = self.frame_at(arrival);
        let length = i64::try_from(frame.audio.len()).unwrap_or(i64::MAX);
        let Some(at) = self.channels[index].locate(arrival, arrived, self.done, &frame.header)
        else {
            return Placed::TooLate;
        };
        if at < self.done || at + length > arrived + 2 * AHEAD_FRAMES_MAX {
            return Placed::TooLate;
        }
        self.reach(at + length);
        let offset = usize::try_from((at - self.done) * 2).unwrap_or(0) + index;
        let own = self.laws[index];
        let places = self.open[offset..].iter_mut().step_by(2);
        for (place, byte) in places.zip(frame.audio) {
            *place = frame.law.convert(*byte, own);
        }
        let channel = &mut self.channels[index];
        channel.end = channel.end.max(at + length);
        Placed::Kept
    }

    /// Hands out what can no longer change at `now`.
    pub fn advance(&mut self, now: Moment, out: &mut dyn FnMut(&[u8])) {
        let settled = self.frame_at(now) - WINDOW_FRAMES;
        while self.done < settled {
            let upto = settled.min(self.done + SILENCE_FRAMES);
            self.reach(upto);
            self.hand_out(upto, out);
        }
    }

    /// Hands out everything; the recording ends at `now`, or with its last audio if that is later.
    pub fn finish(&mut self, now: Moment, out: &mut dyn FnMut(&[u8])) {
        self.advance(now, out);
        let [caller, callee] = [0, 1].map(|index| self.channels[index].end);
        let end = self.frame_at(now).max(caller).max(callee);
        self.reach(end);
        self.hand_out(end, out);
    }

    fn hand_out(&mut self, upto: i64, out: &mut dyn FnMut(&[u8])) {
        let bytes = usize::try_from((upto - self.done) * 2).unwrap_or(0);
        out(&self.open[..bytes]);
        self.open.drain(..bytes);
        self.done = upto.max(self.done);
    }

    /// Fills with silence up to frame `end`.
    fn reach(&mut self, end: i64) {
        let wanted = usize::try_from((end - self.done) * 2).unwrap_or(0);
        while self.open.len() < wanted {
            self.open.extend_from_slice(&self.fill);
        }
    }

    fn frame_at(&self, at: Moment) -> i64 {
        let frames = at.since(self.start).as_micros() / FRAME_US;
        i64::try_from(frames).unwrap_or(i64::MAX / 8)
    }
}

impl Channel {
    /// The frame where a packet begins; `None` if that time was handed out and what followed it has its place.
    fn locate(&mut self, now: Moment, arrived: i64, done: i64, header: &RtpHeader) -> Option<i64> {
        let fresh = self.end.max(arrived).max(done);
        let same = self.source.filter(|source| source.ssrc == header.ssrc);
        let Some(source) = same else {
            return Some(self.anchor(now, fresh, header));
        };
        let passed = header
            .timestamp
            .wrapping_sub(source.timestamp)
            .cast_signed();
        let mut at = source.frame + i64::from(passed);
        if self.slow_by(now, at - arrived) {
            at = self.anchor(now, at + NEARLY_FRAMES, header);
        }
        let ahead = at - arrived;
        let new_clock = !(-BEHIND_FRAMES_MAX..=AHEAD_FRAMES_MAX).contains(&ahead);
        let new_spurt = header.marker && ahead.abs() > NEARLY_FRAMES;
        if new_clock || new_spurt {
            return Some(self.anchor(now, fresh, header));
        }
        if at < done {
            let resumed = self.end.max(done).max(arrived - RESUME_FRAMES);
            return (passed > 0).then(|| self.anchor(now, resumed, header));
        }
        if passed > 0 {
            self.source = Some(Source {
                ssrc: header.ssrc,
                timestamp: header.timestamp,
                frame: at,
            });
        }
        Some(at)
    }

    fn anchor(&mut self, now: Moment, frame: i64, header: &RtpHeader) -> i64 {
        self.source = Some(Source {
            ssrc: header.ssrc,
            timestamp: header.timestamp,
            frame,
        });
        self.drift = Some(Drift {
            since: now,
            best: i64::MIN,
        });
        frame
    }

    /// True once in `DRIFT_OVER`, if even the most punctual packet of that time was well behind.
    fn slow_by(&mut self, now: Moment, ahead: i64) -> bool {
        let Some(drift) = self.drift.as_mut() else {
            return false;
        };
        drift.best = drift.best.max(ahead);
        if now.since(drift.since) < DRIFT_OVER {
            return false;
        }
        let slow = drift.best < -NEARLY_FRAMES;
        *drift = Drift {
            since: now,
            best: i64::MIN,
        };
        slow
    }
}

#[cfg(test)]
mod tests;

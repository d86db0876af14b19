//! The way of audio from the media threads to the recorder: bounded; what finds no room is counted and becomes a gap.
use media::rtp::RtpHeader;
use media::{Law, RecordFrame};
use messages::{Moment, RecordingId};
use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{SyncSender, TrySendError};

/// A longer packet is sent in parts.
pub(crate) const PART_BYTES: usize = 160;
/// Beginnings and ends of recordings that wait for room.
const NOTES_MAX: usize = 65_536;

/// The giving end; cheap to clone.
#[derive(Clone)]
pub struct RecorderFeed(SyncSender<Tap>);

impl RecorderFeed {
    pub(crate) const fn new(sender: SyncSender<Tap>) -> Self {
        Self(sender)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Tap {
    Frame(TapFrame),
    /// Frames of this recording may come from now on.
    Begun {
        recording: RecordingId,
    },
    /// No further frames of this recording come.
    Over {
        recording: RecordingId,
        at: Moment,
        lost_before: u32,
    },
}

/// Up to 20 ms of one channel, without allocation.
#[derive(Clone, Debug)]
pub(crate) struct TapFrame {
    pub recording: RecordingId,
    pub at: Moment,
    pub channel: u8,
    pub law: Law,
    pub header: RtpHeader,
    /// Frames of this recording that found no room just before.
    pub lost_before: u32,
    pub length: u8,
    pub audio: [u8; PART_BYTES],
}

impl TapFrame {
    pub(crate) fn frame(&self) -> RecordFrame<'_> {
        RecordFrame {
            recording: self.recording,
            channel: self.channel,
            law: self.law,
            header: self.header,
            audio: &self.audio[..usize::from(self.length).min(PART_BYTES)],
        }
    }
}

/// What must not be lost.
#[derive(Clone, Copy, Debug)]
enum Note {
    Begun(RecordingId),
    Over(RecordingId, Moment),
}

/// A media thread's own end: it never waits.
pub struct FeedWriter {
    feed: Option<RecorderFeed>,
    lost: BTreeMap<RecordingId, u32>,
    notes: VecDeque<Note>,
    dropped: u64,
}

impl FeedWriter {
    #[must_use]
    pub const fn new(feed: Option<RecorderFeed>) -> Self {
        Self {
            feed,
            lost: BTreeMap::new(),
            notes: VecDeque::new(),
            dropped: 0,
        }
    }

    /// Gives one packet's audio.
    pub fn frame(&mut self, at: Moment, frame: &RecordFrame<'_>) {
        let mut header = frame.header;
        for part in frame.audio.chunks(PART_BYTES) {
            let mut audio = [0; PART_BYTES];
            audio[..part.len()].copy_from_slice(part);
            let length = u8::try_from(part.len()).unwrap_or(u8::MAX);
            self.part(TapFrame {
                recording: frame.recording,
                at,
                channel: frame.channel,
                law: frame.law,
                header,
                lost_before: 0,
                length,
                audio,
            });
            header.timestamp = header.timestamp.wrapping_add(u32::from(length));
            header.marker = false;
        }
    }

    /// Says that a recording begins.
    pub fn begun(&mut self, recording: RecordingId) {
        self.note(Note::Begun(recording));
    }

    /// Says that a recording is over.
    pub fn over(&mut self, recording: RecordingId, at: Moment) {
        self.note(Note::Over(recording, at));
    }

    /// Tries again what must not be lost, in its order.
    pub fn retry(&mut self) {
        let Some(RecorderFeed(sender)) = &self.feed else {
            self.notes.clear();
            return;
        };
        while let Some(note) = self.notes.front() {
            let (recording, tap) = match *note {
                Note::Begun(recording) => (recording, Tap::Begun { recording }),
                Note::Over(recording, at) => {
                    let lost_before = self.lost.get(&recording).copied().unwrap_or(0);
                    let over = Tap::Over {
                        recording,
                        at,
                        lost_before,
                    };
                    (recording, over)
                }
            };
            let over = matches!(tap, Tap::Over { .. });
            if let Err(TrySendError::Full(_)) = sender.try_send(tap) {
                return;
            }
            if over {
                self.lost.remove(&recording);
            }
            self.notes.pop_front();
        }
    }

    /// Frames that found no room since the last time.
    pub const fn take_dropped(&mut self) -> u64 {
        core::mem::replace(&mut self.dropped, 0)
    }

    fn note(&mut self, note: Note) {
        if self.notes.len() < NOTES_MAX {
            self.notes.push_back(note);
        }
        self.retry();
    }

    fn part(&mut self, mut frame: TapFrame) {
        let Some(RecorderFeed(sender)) = &self.feed else {
            return;
        };
        let recording = frame.recording;
        if !self.lost.is_empty() {
            frame.lost_before = self.lost.get(&recording).copied().unwrap_or(0);
        }
        let counted = frame.lost_before > 0;
        match sender.try_send(Tap::Frame(frame)) {
            Ok(()) if counted => {
                self.lost.remove(&recording);
            }
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.dropped += 1;
                *self.lost.entry(recording).or_default() += 1;
            }
        }
    }
}

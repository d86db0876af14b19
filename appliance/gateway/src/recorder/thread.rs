//! The recorder's thread: takes frames in beats, seals them, writes whole segments. It never syncs.
use super::feed::Tap;
use super::open_recording::{OpenRecording, file_code};
use super::sync_round::{SyncOrder, Syncs};
use super::tree::path_of;
use super::{Opening, RecorderOrder, Tell, Ways};
use crate::io::media::TellTime;
use media::RecorderReport;
use messages::{Moment, RecordingId};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks while something is recorded.
const BEAT: Duration = Duration::from_millis(20);
/// Between two looks while nothing is.
const IDLE: Duration = Duration::from_millis(500);
/// Recordings that were opened and have not begun.
const WAITING_MAX: usize = 4_096;
/// A call may end while its recording's key is made: then the recording never begins.
const WAITING_FOR: Duration = Duration::from_secs(30);
/// Frames taken in one beat before what came of them is written.
const FRAMES_MAX: usize = 65_536;

pub(super) fn start(
    dir: PathBuf,
    time: TellTime,
    tell: Tell,
    ways: Ways,
    syncs: Syncs,
) -> io::Result<JoinHandle<()>> {
    let desk = Desk {
        dir,
        time,
        tell,
        ways,
        syncs,
        waiting: BTreeMap::new(),
        open: BTreeMap::new(),
        stopping: false,
    };
    let thread = std::thread::Builder::new().name("recorder".to_owned());
    thread.spawn(move || desk.run())
}

struct Desk {
    dir: PathBuf,
    time: TellTime,
    tell: Tell,
    ways: Ways,
    syncs: Syncs,
    /// Opened by order; their files are made when they begin.
    waiting: BTreeMap<RecordingId, Box<Opening>>,
    open: BTreeMap<RecordingId, OpenRecording>,
    stopping: bool,
}

impl Desk {
    fn run(mut self) {
        while !self.stopping {
            let idle = self.open.is_empty() && self.waiting.is_empty();
            let wait = if idle { IDLE } else { BEAT };
            match self.ways.inbox.recv_timeout(wait) {
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.stopping = true,
            }
            self.beat();
        }
        self.close_all();
    }

    fn obey(&mut self, order: RecorderOrder) {
        match order {
            RecorderOrder::Open(opening) => self.await_begin(opening),
            RecorderOrder::GiveUp => self.give_up(),
            RecorderOrder::Stop => self.stopping = true,
        }
    }

    /// What is sealed is written, as far as it goes: it plays up to here.
    fn give_up(&mut self) {
        for (id, mut recording) in core::mem::take(&mut self.open) {
            if recording.broken() {
                continue;
            }
            if let Err(error) = recording.write() {
                tracing::debug!(recording = %id, %error, "the last of a recording was not written");
            }
            (self.tell)(recording.failed("recording_disk_full"));
            self.syncs.give(SyncOrder::GivenUp { recording: id });
        }
        for (recording, opening) in core::mem::take(&mut self.waiting) {
            (self.tell)(RecorderReport::Failed {
                call: opening.order.call,
                recording,
                code: "recording_disk_full",
            });
        }
    }

    fn obey_all(&mut self) {
        while let Ok(order) = self.ways.inbox.try_recv() {
            self.obey(order);
        }
    }

    fn await_begin(&mut self, opening: Box<Opening>) {
        if self.waiting.len() < WAITING_MAX {
            self.waiting.insert(opening.order.recording, opening);
        } else {
            (self.tell)(RecorderReport::Failed {
                call: opening.order.call,
                recording: opening.order.recording,
                code: "recorder_behind",
            });
        }
    }

    /// The recording of this frame or note, if it was opened, has its file from now on.
    fn begin(&mut self, id: RecordingId) {
        if self.open.contains_key(&id) {
            return;
        }
        // The order was given before the first frame.
        self.obey_all();
        if let Some(opening) = self.waiting.remove(&id) {
            self.create(&opening);
        }
    }

    fn create(&mut self, opening: &Opening) {
        let id = opening.order.recording;
        let path = path_of(&self.dir, id);
        match OpenRecording::create(&path, opening) {
            Ok(recording) => {
                let opened = SyncOrder::Opened {
                    recording: recording.order.clone(),
                    file: Arc::clone(&recording.file),
                    path,
                };
                self.syncs.give(opened);
                self.open.insert(id, recording);
            }
            Err(error) => {
                tracing::warn!(recording = %id, %error, "a recording cannot be opened");
                (self.tell)(RecorderReport::Failed {
                    call: opening.order.call,
                    recording: id,
                    code: error.code(),
                });
            }
        }
    }

    fn beat(&mut self) {
        // The time is read first: no frame that is still on its way may be older by more than the window.
        let now = (self.time)().mono;
        for _ in 0..FRAMES_MAX {
            let Ok(tap) = self.ways.frames.try_recv() else {
                self.advance(now);
                break;
            };
            self.take(tap);
        }
        self.write(now);
        self.waiting
            .retain(|_, opening| now.since(opening.now.mono) < WAITING_FOR);
    }

    fn take(&mut self, tap: Tap) {
        let id = match &tap {
            Tap::Frame(frame) => frame.recording,
            Tap::Begun { recording } | Tap::Over { recording, .. } => *recording,
        };
        self.begin(id);
        match tap {
            Tap::Begun { .. } => {}
            Tap::Frame(frame) => {
                if let Some(recording) = self.open.get_mut(&id) {
                    recording.take(&frame);
                }
            }
            Tap::Over {
                at, lost_before, ..
            } => self.close(id, at, lost_before),
        }
    }

    fn advance(&mut self, now: Moment) {
        for recording in self.open.values_mut() {
            recording.advance(now);
        }
    }

    fn write(&mut self, now: Moment) {
        let (tell, syncs) = (&self.tell, &self.syncs);
        self.open.retain(|id, recording| {
            if recording.broken() {
                return false;
            }
            if let Some(gap) = recording.gap(now, false) {
                tell(gap);
            }
            let Err(error) = recording.write() else {
                return true;
            };
            tracing::warn!(recording = %id, %error, "a recording cannot be written");
            tell(recording.failed(file_code(&error)));
            syncs.give(SyncOrder::GivenUp { recording: *id });
            false
        });
    }

    fn close(&mut self, id: RecordingId, at: Moment, lost_before: u32) {
        let Some(mut recording) = self.open.remove(&id) else {
            return;
        };
        if recording.broken() {
            return;
        }
        let closed = recording.finish(at, lost_before);
        if let Some(gap) = recording.gap(at, true) {
            (self.tell)(gap);
        }
        match recording.write() {
            Ok(()) => self.syncs.give(SyncOrder::Finished {
                recording: id,
                report: closed,
            }),
            Err(error) => {
                tracing::warn!(recording = %id, %error, "a recording cannot be finished");
                (self.tell)(recording.failed(file_code(&error)));
                self.syncs.give(SyncOrder::GivenUp { recording: id });
            }
        }
    }

    fn close_all(&mut self) {
        self.obey_all();
        self.beat();
        let now = (self.time)().mono;
        let open: Vec<_> = self.open.keys().copied().collect();
        for id in open {
            self.close(id, now, 0);
        }
        self.syncs.give(SyncOrder::Stop);
    }
}

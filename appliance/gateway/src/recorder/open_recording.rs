//! One recording while it is written: timeline, sealing, file.
use super::Opening;
use super::feed::TapFrame;
use media::recording::{
    Closing, ContainerError, ContainerWriter, Placed, RecordingHeader, Timeline,
};
use media::{RecordOrder, RecorderReport};
use messages::Moment;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use thiserror::Error;

/// Gaps are told at most this often.
const GAP_EVERY: Duration = Duration::from_secs(1);

/// A container's file, shared with the thread that syncs it.
#[derive(Debug)]
pub(crate) struct ContainerFile {
    pub file: File,
    /// A sync failed: what the kernel holds of this file is not to be trusted any more.
    pub broken: AtomicBool,
}

#[derive(Debug, Error)]
pub(crate) enum OpenError {
    #[error("{0}")]
    File(#[from] io::Error),
    #[error("{0}")]
    Container(#[from] ContainerError),
    #[error("no randomness")]
    Random,
}

impl OpenError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::File(error) => file_code(error),
            Self::Container(error) => error.code(),
            Self::Random => "recording_no_random",
        }
    }
}

/// Failures at a file that ask for something to be done by somebody.
const FILE_CODES: [(io::ErrorKind, &str); 5] = [
    (io::ErrorKind::StorageFull, "recording_disk_full"),
    (io::ErrorKind::QuotaExceeded, "recording_disk_full"),
    (io::ErrorKind::PermissionDenied, "recording_not_permitted"),
    (io::ErrorKind::ReadOnlyFilesystem, "recording_not_permitted"),
    (io::ErrorKind::AlreadyExists, "recording_exists"),
];

/// The code of a failure at a file.
pub(crate) fn file_code(error: &io::Error) -> &'static str {
    let known = FILE_CODES.iter().find(|(kind, _)| *kind == error.kind());
    known.map_or("recording_disk_error", |(_, code)| code)
}

#[derive(Debug)]
pub(crate) struct OpenRecording {
    pub order: RecordOrder,
    pub file: Arc<ContainerFile>,
    start: Moment,
    timeline: Timeline,
    container: ContainerWriter,
    /// Sealed, not yet written.
    out: Vec<u8>,
    lost_frames: u32,
    lost_since: Moment,
    gap_told: Option<Moment>,
}

impl OpenRecording {
    /// Makes folder and file, writes the head.
    pub(crate) fn create(path: &Path, opening: &Opening) -> Result<Self, OpenError> {
        let order = opening.order.clone();
        let mut salt = [0; 32];
        let mut prefix = [0; 7];
        getrandom::fill(&mut salt).map_err(|_no_source| OpenError::Random)?;
        getrandom::fill(&mut prefix).map_err(|_no_source| OpenError::Random)?;
        let header = RecordingHeader {
            recording: order.recording,
            part: 1,
            party: order.party,
            laws: order.laws,
            start: opening.now.utc,
            salt,
            prefix,
            wrapped_key: opening.key.wrapped.clone(),
        };
        let mut out = Vec::new();
        let container = ContainerWriter::begin(&header, &opening.key.key, &mut out)?;
        if let Some(folder) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(&out)?;
        out.clear();
        let start = opening.now.mono;
        Ok(Self {
            timeline: Timeline::new(start, order.laws),
            order,
            file: Arc::new(ContainerFile {
                file,
                broken: AtomicBool::new(false),
            }),
            start,
            container,
            out,
            lost_frames: 0,
            lost_since: start,
            gap_told: None,
        })
    }

    /// One frame of one channel.
    pub(crate) fn take(&mut self, tap: &TapFrame) {
        self.lose(tap.at, tap.lost_before);
        let (container, out) = (&mut self.container, &mut self.out);
        let placed = self.timeline.place(tap.at, &tap.frame(), &mut |content| {
            container.push(content, out);
        });
        match placed {
            Placed::Kept => {}
            Placed::TooLate => self.lose(tap.at, 1),
        }
    }

    /// Time has passed.
    pub(crate) fn advance(&mut self, now: Moment) {
        let (container, out) = (&mut self.container, &mut self.out);
        self.timeline
            .advance(now, &mut |content| container.push(content, out));
    }

    /// A sync failed, and that was told: nothing more is to be written.
    pub(crate) fn broken(&self) -> bool {
        self.file.broken.load(Ordering::Acquire)
    }

    /// Writes what is sealed. It goes to the kernel, not yet to the disk.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            (&self.file.file).write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    /// Seals the end; to be written.
    pub(crate) fn finish(&mut self, now: Moment, lost_before: u32) -> RecorderReport {
        self.lose(now, lost_before);
        let (container, out) = (&mut self.container, &mut self.out);
        self.timeline
            .finish(now, &mut |content| container.push(content, out));
        let Closing { segments, last_tag } = self.container.finish(&mut self.out);
        RecorderReport::Closed {
            recording: self.order.recording,
            segments,
            last_tag: last_tag.to_vec(),
            duration_ms: self.container.duration_ms(),
            bytes: self.container.bytes(),
        }
    }

    /// A gap that is to be told, at most once a second; at the end, what is left.
    pub(crate) fn gap(&mut self, now: Moment, end: bool) -> Option<RecorderReport> {
        let told_lately = self
            .gap_told
            .is_some_and(|told| now.since(told) < GAP_EVERY);
        if self.lost_frames == 0 || (told_lately && !end) {
            return None;
        }
        self.gap_told = Some(now);
        let at = self.lost_since.since(self.start).as_millis();
        Some(RecorderReport::Gap {
            recording: self.order.recording,
            at_ms: u64::try_from(at).unwrap_or(u64::MAX),
            lost_frames: core::mem::take(&mut self.lost_frames),
        })
    }

    pub(crate) fn failed(&self, code: &'static str) -> RecorderReport {
        RecorderReport::Failed {
            call: self.order.call,
            recording: self.order.recording,
            code,
        }
    }

    fn lose(&mut self, at: Moment, frames: u32) {
        if frames > 0 && self.lost_frames == 0 {
            self.lost_since = at;
        }
        self.lost_frames = self.lost_frames.saturating_add(frames);
    }
}

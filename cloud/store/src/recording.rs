//! A recording as headquarters lists it: that it exists and how long it is; the sound stays on the appliance.
use crate::PageLimit;
use messages::{BoxId, CallId, RecordingId, UtcMs};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingRecord {
    pub box_id: BoxId,
    pub recording: RecordingId,
    pub call: CallId,
    pub started: UtcMs,
    pub state: RecordingState,
    pub segments: u32,
    pub duration_ms: u64,
    pub size_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingState {
    Open,
    Closed,
    /// The process ended with it open; what is on disk plays.
    Cut,
    Failed,
    /// Its person was erased: the container is off the disk.
    Erased,
}

impl RecordingState {
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Closed,
        Self::Cut,
        Self::Failed,
        Self::Erased,
    ];

    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Cut => "cut",
            Self::Failed => "failed",
            Self::Erased => "erased",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Which recordings, newest first.
#[derive(Clone, Debug, Default)]
pub struct RecordingQuery {
    pub box_id: Option<BoxId>,
    pub after: Option<RecordingCursor>,
    pub limit: PageLimit,
}

/// The last row of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingCursor {
    pub started: UtcMs,
    pub box_id: BoxId,
    pub recording: RecordingId,
}

impl RecordingRecord {
    #[must_use]
    pub fn cursor(&self) -> RecordingCursor {
        RecordingCursor {
            started: self.started,
            box_id: self.box_id.clone(),
            recording: self.recording,
        }
    }
}

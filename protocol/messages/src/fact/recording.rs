//! Facts about recordings. What a recording says is in its container; here is that it exists and what became of it.
use crate::{CallId, PartyId, RecordingId, UserName};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingStarted {
    pub recording: RecordingId,
    pub call: CallId,
    /// Whose key wraps the recording's key; none for a call inside the branch.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub party: Option<PartyId>,
}

/// Audio that came in and could not be kept (the recorder was behind); the time stays in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingGap {
    pub recording: RecordingId,
    pub at_ms: u64,
    pub lost_frames: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingClosed {
    pub recording: RecordingId,
    pub segments: u32,
    /// Tag of the last segment: tells a cut from a forgery.
    #[serde(with = "serde_bytes")]
    pub last_tag: Vec<u8>,
    pub duration_ms: u64,
    pub bytes: u64,
}

/// The process ended with the recording open; the segments on disk play.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingCut {
    pub recording: RecordingId,
    pub segments: u32,
    pub duration_ms: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingFailed {
    pub recording: RecordingId,
    pub call: CallId,
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingPlayed {
    pub recording: RecordingId,
    pub by: UserName,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingExported {
    pub recording: RecordingId,
}

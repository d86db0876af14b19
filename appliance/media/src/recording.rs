//! The recording container: a clear header, then both channels as interleaved G.711 in sealed segments.
//!
//! The content is what a stereo WAV holds: one byte of the caller, one of the callee, 8,000 times a second. So a
//! place in time, in the WAV and in the container follow from each other by arithmetic, and each payload byte is kept.
mod error;
mod header;
mod reader;
mod timeline;
mod writer;

pub use error::ContainerError;
pub use header::{HEADER_MAX_BYTES, RecordingHeader};
pub use reader::{Ended, Reader, RecordingInfo};
pub use timeline::{Placed, Timeline, WINDOW};
pub use writer::{Closing, ContainerWriter};

/// Frames (one byte of each channel) in a second.
pub const FRAMES_PER_SECOND: u64 = 8_000;
/// Bytes of one frame.
pub const FRAME_BYTES: u64 = 2;

/// Milliseconds of `bytes` of content.
#[must_use]
pub const fn duration_ms(bytes: u64) -> u64 {
    bytes / FRAME_BYTES / (FRAMES_PER_SECOND / 1_000)
}

#[cfg(test)]
mod tests;

//! Why a container cannot be made or read.
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ContainerError {
    #[error("not a recording")]
    NotARecording,
    #[error("a recording of version {0}, which this release does not know")]
    Version(u8),
    #[error("the recording ends in its header")]
    HeaderCut,
    #[error("a wrapped key of {0} bytes is too long")]
    WrappedKeyTooLong(usize),
    #[error("segment {0} is not authentic")]
    NotAuthentic(u32),
    #[error("the recording cannot be read: {0}")]
    Read(#[from] std::io::Error),
}

impl ContainerError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotARecording => "recording_not_one",
            Self::Version(_) => "recording_version",
            Self::HeaderCut => "recording_header_cut",
            Self::WrappedKeyTooLong(_) => "recording_key_too_long",
            Self::NotAuthentic(_) => "recording_not_authentic",
            Self::Read(_) => "recording_unreadable",
        }
    }
}

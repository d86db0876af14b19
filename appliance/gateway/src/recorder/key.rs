//! A recording's data key, with what is kept of it in the container's head.
use messages::RecordingId;
use zeroize::Zeroizing;

/// Random for each recording; durable in the vault before the first segment is written.
#[derive(Clone)]
pub struct RecordingKey {
    pub recording: RecordingId,
    pub key: Zeroizing<[u8; 32]>,
    /// The key as wrapped by the party's key: at most 512 bytes.
    pub wrapped: Vec<u8>,
}

impl core::fmt::Debug for RecordingKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RecordingKey({})", self.recording)
    }
}

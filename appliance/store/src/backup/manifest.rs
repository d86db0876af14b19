//! What a backup says of itself, in front of its files: whose it is, how far it goes, what it holds, which recordings there were.
use super::BackupError;
use crate::error::StoreError;
use messages::journal::Head;
use messages::{BoxId, UtcMs, wire};
use std::io::{Read, Write};

/// Of a million recordings and more.
const BYTES_MAX: u32 = 256 * 1024 * 1024;
const VERSION: u8 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub box_id: BoxId,
    pub made: UtcMs,
    /// The last fact in it.
    pub head: Head,
    /// In the order in which their bytes follow.
    pub files: Vec<Part>,
    /// Names and sizes. The recordings themselves are sealed already, and are copied as they lie.
    pub recordings: Vec<(String, u64)>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub bytes: u64,
    pub sha256: [u8; 32],
}

type Wire = (
    u8,
    BoxId,
    UtcMs,
    Head,
    Vec<(String, u64, [u8; 32])>,
    Vec<(String, u64)>,
);

impl Manifest {
    pub(super) fn write(&self, to: &mut impl Write) -> Result<(), StoreError> {
        let files = self.files.iter();
        let files = files.map(|part| (part.name.clone(), part.bytes, part.sha256));
        let wire: Wire = (
            VERSION,
            self.box_id.clone(),
            self.made,
            self.head,
            files.collect(),
            self.recordings.clone(),
        );
        let bytes = wire::encode(&wire).map_err(|bad| StoreError::Row(bad.to_string()))?;
        let len = u32::try_from(bytes.len())
            .ok()
            .filter(|len| *len <= BYTES_MAX);
        let len = len.ok_or_else(|| BackupError::NotWhole("too many recordings".to_owned()))?;
        let written = to
            .write_all(&len.to_be_bytes())
            .and_then(|()| to.write_all(&bytes));
        written.map_err(super::make::sealing)
    }

    pub(super) fn read(from: &mut impl Read) -> Result<Self, StoreError> {
        let mut len = [0; 4];
        from.read_exact(&mut len).map_err(super::make::opening)?;
        let len = u32::from_be_bytes(len);
        if len > BYTES_MAX {
            return Err(BackupError::NotWhole("its list is too long".to_owned()).into());
        }
        let mut bytes = Vec::new();
        let read = from.take(u64::from(len)).read_to_end(&mut bytes);
        read.map_err(super::make::opening)?;
        let (version, box_id, made, head, files, recordings): Wire =
            wire::decode(&bytes).map_err(|bad| BackupError::NotWhole(bad.to_string()))?;
        if version != VERSION {
            return Err(BackupError::NotWhole(format!("version {version}")).into());
        }
        let files = files.into_iter();
        Ok(Self {
            box_id,
            made,
            head,
            files: files
                .map(|(name, bytes, sha256)| Part {
                    name,
                    bytes,
                    sha256,
                })
                .collect(),
            recordings,
        })
    }
}

//! What a box leaves with headquarters so that another machine can take its place: sealed parts, sent and read in pieces, CBOR
//! over HTTPS with the box's certificate. Headquarters can open none of them.
use crate::UtcMs;
use serde::{Deserialize, Serialize};

/// Under what terms snapshots are taken, and what is there of this box.
pub const TERMS_PATH: &str = "/boxes/v1/snapshot/terms";
/// A new snapshot begins, or goes on.
pub const OFFER_PATH: &str = "/boxes/v1/snapshot/offer";
/// A piece of one of its parts.
pub const PIECE_PATH: &str = "/boxes/v1/snapshot/piece";
/// A piece, the other way.
pub const READ_PATH: &str = "/boxes/v1/snapshot/read";

pub const PIECE_BYTES_MAX: usize = 1024 * 1024;
/// A piece with what is around it.
pub const PIECE_MESSAGE_BYTES_MAX: usize = PIECE_BYTES_MAX + 1024;
/// Of one part: some ten million facts.
pub const PART_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotKind {
    /// The appliance's keys, sealed to the recovery key.
    Keys,
    /// The vault's backup.
    Vault,
    /// Journal and tables.
    Data,
}

impl SnapshotKind {
    pub const ALL: [Self; 3] = [Self::Keys, Self::Vault, Self::Data];
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPart {
    pub kind: SnapshotKind,
    pub bytes: u64,
    #[serde(with = "serde_bytes")]
    pub sha256: [u8; 32],
}

/// One of each kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub made: UtcMs,
    /// The last fact that the data hold.
    pub head: u64,
    /// Of the vault: an erasure begins a new one, and what is older opens no more.
    pub generation: u32,
    pub parts: Vec<SnapshotPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTerms {
    /// The public half of the recovery key; none: nobody has made one yet, and no snapshot is taken.
    #[serde(default, with = "serde_bytes")]
    pub recovery_key: Option<Vec<u8>>,
    /// The last whole one.
    #[serde(default)]
    pub newest: Option<Snapshot>,
}

/// How far each part of the offered snapshot is here, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotStands {
    pub have: Vec<u64>,
    /// All of it is here, checked, and what was before it is gone.
    pub whole: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPiece {
    #[serde(with = "serde_bytes")]
    pub sha256: [u8; 32],
    pub offset: u64,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRead {
    #[serde(with = "serde_bytes")]
    pub sha256: [u8; 32],
    pub offset: u64,
}

impl Snapshot {
    #[must_use]
    pub fn part(&self, kind: SnapshotKind) -> Option<&SnapshotPart> {
        self.parts.iter().find(|part| part.kind == kind)
    }

    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// One part of each kind, each of a size that fits.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.parts.len() == SnapshotKind::ALL.len()
            && SnapshotKind::ALL
                .iter()
                .all(|kind| self.part(*kind).is_some())
            && self
                .parts
                .iter()
                .all(|part| (1..=PART_BYTES_MAX).contains(&part.bytes))
    }
}

/// Why headquarters does not do what a box asks of its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotRefused {
    /// Not one of each kind, or too large.
    Unfit,
    /// No such part was offered, or is there.
    UnknownPart,
    /// The piece does not begin where the part ends.
    Offset,
    /// The part is not what its hash says; it begins anew.
    Damaged,
    /// The disk is full, or does not work.
    Unavailable,
}

impl SnapshotRefused {
    pub const ALL: &[Self] = &[
        Self::Unfit,
        Self::UnknownPart,
        Self::Offset,
        Self::Damaged,
        Self::Unavailable,
    ];

    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unfit => "snapshot_unfit",
            Self::UnknownPart => "snapshot_unknown_part",
            Self::Offset => "snapshot_offset",
            Self::Damaged => "snapshot_damaged",
            Self::Unavailable => "snapshot_unavailable",
        }
    }
}

//! What stands at the head of a backup: what it is, of when, and how far each box goes in it.
use hq_store::{BoxRecord, Walk};
use messages::{
    BoxId, UtcMs,
    journal::{ChainHash, Head},
};
use serde::{Deserialize, Serialize};

/// The form of backups that this version writes and reads.
pub(super) const FORMAT: u16 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u16,
    /// The version that wrote it.
    pub version: String,
    pub tenant: String,
    /// Everything up to then is in it.
    pub taken: i64,
    /// Bytes of the database behind the manifest.
    pub database_bytes: u64,
    pub boxes: Vec<BackedUpBox>,
}

/// The head of one box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUpBox {
    pub box_id: String,
    pub epoch: u32,
    pub seq: u64,
    /// 64 hexadecimal digits.
    pub hash: String,
}

impl Manifest {
    #[must_use]
    pub const fn taken(&self) -> UtcMs {
        UtcMs(self.taken)
    }

    /// The heads, where they are what heads look like.
    pub(super) fn heads(&self) -> Option<Vec<(BoxId, Head)>> {
        self.boxes.iter().map(BackedUpBox::head).collect()
    }

    /// Every box was walked to the head that stands here, and no other box is there.
    pub(super) fn is_of(&self, walks: &[Walk]) -> bool {
        let proved: Vec<_> = walks
            .iter()
            .map(|walk| (walk.box_id.clone(), walk.proved))
            .collect();
        self.heads() == Some(proved)
    }
}

impl BackedUpBox {
    pub(super) fn of(record: &BoxRecord) -> Self {
        Self {
            box_id: record.id.to_string(),
            epoch: record.epoch,
            seq: record.applied.seq,
            hash: hex::encode(record.applied.hash.0),
        }
    }

    fn head(&self) -> Option<(BoxId, Head)> {
        let bytes = hex::decode(&self.hash).ok()?;
        let head = Head {
            seq: self.seq,
            hash: ChainHash::from_slice(&bytes)?,
        };
        Some((BoxId::parse(&self.box_id)?, head))
    }
}

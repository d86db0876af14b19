//! A restored box pulls its lost tail back: the cloud reads its own journal and sends the same bytes.
use super::CloudEnd;
use crate::{
    batch::{CannotPack, pack_batch},
    refused::{ProtocolFault, Refused},
};
use messages::{
    journal::Head,
    lane::{BATCH_BYTES_MAX, BATCH_FACTS_MAX, Pull},
    wire,
};

/// Read the facts behind `after` from the journal, up to the limits, and hand them to `tail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulled {
    pub after: Head,
    pub count_max: usize,
    pub bytes_max: usize,
}

impl CloudEnd {
    /// Reads a message of the pull lane. The store has to hold `after` with just this hash.
    pub fn pull(&self, bytes: &[u8]) -> Result<Pulled, Refused> {
        let pull: Pull = wire::decode(bytes).map_err(|_bad| ProtocolFault::Undecodable)?;
        if self.book.quarantined {
            return Err(Refused::Quarantined);
        }
        if pull.epoch != self.book.epoch {
            return Err(ProtocolFault::Epoch.into());
        }
        let upto = pull.upto.min(self.book.applied.seq);
        let missing = upto.saturating_sub(pull.after.seq);
        if missing == 0 {
            return Err(ProtocolFault::Count.into());
        }
        Ok(Pulled {
            after: pull.after,
            count_max: usize::try_from(missing)
                .map_or(BATCH_FACTS_MAX, |all| all.min(BATCH_FACTS_MAX)),
            bytes_max: BATCH_BYTES_MAX,
        })
    }

    /// The answer, for the tail lane.
    pub fn tail(&self, after: Head, facts: &[Vec<u8>]) -> Result<Vec<u8>, CannotPack> {
        pack_batch(self.book.epoch, after, facts).map(|(message, _)| message)
    }
}

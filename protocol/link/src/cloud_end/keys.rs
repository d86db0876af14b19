//! Offers of keys against the book: in order, each batch once, opaque.
use super::CloudEnd;
use crate::{
    batch::BATCH_MESSAGE_BYTES_MAX,
    refused::{ProtocolFault, Refused},
};
use messages::{
    journal::ChainHash,
    lane::{BATCH_KEYS_MAX, KeyAck, KeyBatch, KeyOffer, OfferedKey, WRAPPED_KEY_BYTES_MAX},
    wire,
};

/// What to do with a batch of offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysJudged {
    /// Keep these and `upto` in one transaction, then call `keys_kept`.
    Keep {
        offers: Vec<KeyOffer>,
        upto: u64,
        /// Fingerprint of the last offer.
        last: Option<ChainHash>,
    },
    /// Nothing new, or offers before it are missing: say where the book stands.
    Tell { ack: Vec<u8> },
}

impl CloudEnd {
    /// Judges a message of the keys lane.
    pub fn keys(&self, bytes: &[u8]) -> Result<KeysJudged, Refused> {
        if bytes.len() > BATCH_MESSAGE_BYTES_MAX {
            return Err(ProtocolFault::TooLarge.into());
        }
        let batch: KeyBatch = wire::decode(bytes).map_err(|_bad| ProtocolFault::Undecodable)?;
        if self.book.quarantined {
            return Err(Refused::Quarantined);
        }
        if batch.epoch != self.book.epoch {
            return Err(ProtocolFault::Epoch.into());
        }
        let too_long = |offer: &KeyOffer| match &offer.key {
            OfferedKey::Wrapped(bytes) => bytes.len() > WRAPPED_KEY_BYTES_MAX,
            OfferedKey::Gone => false,
        };
        let count = batch.offers.len();
        if batch.first == 0
            || !(1..=BATCH_KEYS_MAX).contains(&count)
            || batch.offers.iter().any(too_long)
        {
            return Err(ProtocolFault::Count.into());
        }
        let upto = batch
            .first
            .saturating_add(u64::try_from(count).unwrap_or(0))
            - 1;
        let kept = if batch.anew { 0 } else { self.book.keys };
        if batch.first > kept + 1 || upto <= kept {
            return Ok(KeysJudged::Tell {
                ack: self.keys_ack()?,
            });
        }
        let known = usize::try_from(kept + 1 - batch.first).unwrap_or(0);
        let last = batch.offers.last().map(KeyOffer::fingerprint);
        let offers = batch.offers.into_iter().skip(known).collect();
        Ok(KeysJudged::Keep { offers, upto, last })
    }

    /// The store keeps all offers up to `upto`; hands back the message for the key-ack lane.
    pub fn keys_kept(&mut self, upto: u64, last: Option<ChainHash>) -> Result<Vec<u8>, Refused> {
        (self.book.keys, self.book.keys_last) = (upto, last);
        self.keys_ack()
    }

    fn keys_ack(&self) -> Result<Vec<u8>, Refused> {
        let ack = KeyAck {
            epoch: self.book.epoch,
            upto: self.book.keys,
        };
        wire::encode(&ack).map_err(super::not_encodable)
    }
}

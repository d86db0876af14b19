//! Batches of facts against the book: the chain has to pass through the cursor.
use super::{Arrived, CloudEnd};
use crate::{
    batch::{BATCH_MESSAGE_BYTES_MAX, chained, unpack_payload},
    book::Finding,
    refused::{ProtocolFault, Refused},
};
use messages::{
    UtcMs,
    journal::Head,
    lane::{BATCH_FACTS_MAX, Batch, Lane, PROTOCOL, Verdict, schema_fits},
    wire,
};

/// What to do with a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// Write these facts and move the cursor to `head` in one transaction, then call `committed`.
    Apply {
        facts: Vec<Arrived>,
        head: Head,
        form: Form,
    },
    /// All of it stands already: send `ack` again.
    Skip { ack: Vec<u8> },
    /// Write nothing; send `reply` if there is one, so that the box knows.
    Refuse {
        why: Refused,
        reply: Option<(Lane, Vec<u8>)>,
    },
}

/// How facts are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Read and applied; what cannot be goes to dead-letter.
    Read,
    /// Kept as bytes until this cloud can read them; the book says `raw` from here on.
    Raw { schema: u16 },
}

impl CloudEnd {
    /// Judges a message of the facts lane against the book.
    #[must_use]
    pub fn batch(&self, bytes: &[u8], utc: UtcMs) -> Judged {
        match self.judge(bytes) {
            Ok(Some((facts, head, form))) => Judged::Apply { facts, head, form },
            Ok(None) => Judged::Skip {
                ack: self.ack().unwrap_or_default(),
            },
            Err(why) => Judged::Refuse {
                why,
                reply: self.reply_to(why, utc),
            },
        }
    }

    /// The facts behind the cursor, if the batch has any.
    fn judge(&self, bytes: &[u8]) -> Result<Option<(Vec<Arrived>, Head, Form)>, Refused> {
        if bytes.len() > BATCH_MESSAGE_BYTES_MAX {
            return Err(ProtocolFault::TooLarge.into());
        }
        let batch: Batch = wire::decode(bytes).map_err(|_bad| ProtocolFault::Undecodable)?;
        if self.book.quarantined {
            return Err(Refused::Quarantined);
        }
        self.check_header(&batch)?;
        let cursor = self.book.applied;
        if batch.last <= cursor.seq {
            return Ok(None);
        }
        if batch.prev_seq > cursor.seq {
            return Err(Refused::Gap);
        }
        let facts = unpack_payload(batch.codec, &batch.payload)?;
        let (facts, head) = chained(&batch, facts, cursor)?;
        let form = if self.book.raw || !schema_fits(batch.schema) {
            Form::Raw {
                schema: batch.schema,
            }
        } else {
            Form::Read
        };
        Ok(Some((facts, head, form)))
    }

    fn check_header(&self, batch: &Batch) -> Result<(), ProtocolFault> {
        if batch.protocol != PROTOCOL {
            return Err(ProtocolFault::Version);
        }
        if self.book.epoch == 0 {
            return Err(ProtocolFault::NotGreeted);
        }
        if batch.epoch != self.book.epoch {
            return Err(ProtocolFault::Epoch);
        }
        let count = batch.last.saturating_sub(batch.prev_seq);
        let count_max = u64::try_from(BATCH_FACTS_MAX).unwrap_or(u64::MAX);
        if batch.prev_seq.checked_add(1) != Some(batch.first) || !(1..=count_max).contains(&count) {
            return Err(ProtocolFault::Count);
        }
        Ok(())
    }

    fn reply_to(&self, why: Refused, utc: UtcMs) -> Option<(Lane, Vec<u8>)> {
        let verdict = match why {
            Refused::Gap | Refused::Protocol(ProtocolFault::Epoch) => {
                return self.ack().ok().map(|ack| (Lane::Ack, ack));
            }
            Refused::Hash => Verdict::Diverged,
            Refused::Quarantined => Verdict::Cloned,
            Refused::Protocol(_) => return None,
        };
        let welcome = self.welcome(self.book.boot?, &Finding::of(verdict), utc);
        let bytes = wire::encode(&welcome).ok()?;
        Some((Lane::Welcome, bytes))
    }
}

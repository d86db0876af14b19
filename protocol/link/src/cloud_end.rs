//! The cloud's end of one box's link: what to write, what to pass over, what to refuse. It writes nothing itself.
use crate::{
    batch::{BATCH_MESSAGE_BYTES_MAX, unpack_payload},
    book::CloudBook,
    refused::{ProtocolFault, Refused},
};
use messages::{
    BootId, BoxId, UtcMs,
    fact::SealedFact,
    journal::{ChainHash, Head},
    lane::{Ack, BATCH_FACTS_MAX, Batch, Hello, Lane, PROTOCOL, Verdict, Welcome},
    wire::{self, WireError},
};
use thiserror::Error;

/// Made from the stored book for each message or kept beside it: it holds nothing else.
#[derive(Clone, Debug)]
pub struct CloudEnd {
    box_id: BoxId,
    book: CloudBook,
}

/// A HELLO was understood. Store `book`, then send `welcome` in the lane of that name.
#[derive(Clone, Debug, PartialEq)]
pub struct Greeted {
    pub hello: Hello,
    pub verdict: Verdict,
    pub book: CloudBook,
    pub welcome: Vec<u8>,
    /// The box's clock minus ours.
    pub clock_offset_ms: i64,
}

/// What to do with a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// Write these facts and move the cursor to `head` in one transaction, then call `committed`.
    Apply { facts: Vec<Arrived>, head: Head },
    /// All of it stands already: send `ack` again.
    Skip { ack: Vec<u8> },
    /// Write nothing; send `reply` if there is one, so that the box knows.
    Refuse {
        why: Refused,
        reply: Option<(Lane, Vec<u8>)>,
    },
}

/// One fact whose place in the chain is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its seq and the chain's hash behind it.
    pub head: Head,
    pub bytes: Vec<u8>,
}

/// The bytes are the box's, but they cannot be applied: they belong in the dead-letter table, and the cursor moves on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    #[error("not a fact: {0}")]
    NotAFact(String),
    #[error("the fact names another box")]
    OtherBox,
    #[error("the fact names another seq")]
    OtherSeq,
}

impl Unreadable {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAFact(_) => "fact_undecodable",
            Self::OtherBox => "fact_other_box",
            Self::OtherSeq => "fact_other_seq",
        }
    }
}

impl Arrived {
    /// Reads the envelope. The bytes stay what they are.
    pub fn open(&self, box_id: &BoxId) -> Result<SealedFact, Unreadable> {
        let fact = SealedFact::decode(self.bytes.clone())
            .map_err(|bad| Unreadable::NotAFact(bad.to_string()))?;
        if fact.envelope().box_id != *box_id {
            return Err(Unreadable::OtherBox);
        }
        if fact.envelope().seq != self.head.seq {
            return Err(Unreadable::OtherSeq);
        }
        Ok(fact)
    }
}

impl CloudEnd {
    #[must_use]
    pub const fn new(box_id: BoxId, book: CloudBook) -> Self {
        Self { box_id, book }
    }

    #[must_use]
    pub const fn book(&self) -> &CloudBook {
        &self.book
    }

    /// Reads a HELLO. The new book counts from here on; it has to be stored before the WELCOME goes out.
    pub fn hello(&mut self, bytes: &[u8], utc: UtcMs) -> Result<Greeted, Refused> {
        let hello: Hello = wire::decode(bytes).map_err(|_bad| ProtocolFault::Undecodable)?;
        if hello.protocol != PROTOCOL {
            return Err(ProtocolFault::Version.into());
        }
        if hello.box_id != self.box_id {
            return Err(ProtocolFault::OtherBox.into());
        }
        let (verdict, book) = self.book.greeted(&hello);
        self.book = book;
        let welcome =
            wire::encode(&self.welcome(hello.boot, verdict, utc)).map_err(not_encodable)?;
        Ok(Greeted {
            clock_offset_ms: hello.utc.0.saturating_sub(utc.0),
            hello,
            verdict,
            book,
            welcome,
        })
    }

    fn welcome(&self, boot: BootId, verdict: Verdict, utc: UtcMs) -> Welcome {
        Welcome {
            protocol: PROTOCOL,
            boot,
            epoch: self.book.epoch,
            verdict,
            applied: self.book.applied,
            safe: self.book.safe,
            utc,
            wanted: Vec::new(),
            go_on: None,
            prove: None,
            window: None,
            keys: None,
            upgrade: false,
        }
    }

    /// Judges a message of the facts lane against the book.
    #[must_use]
    pub fn batch(&self, bytes: &[u8], utc: UtcMs) -> Judged {
        match self.judge(bytes) {
            Ok(Some((facts, head))) => Judged::Apply { facts, head },
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
    fn judge(&self, bytes: &[u8]) -> Result<Option<(Vec<Arrived>, Head)>, Refused> {
        if bytes.len() > BATCH_MESSAGE_BYTES_MAX {
            return Err(ProtocolFault::TooLarge.into());
        }
        let batch: Batch = wire::decode(bytes).map_err(|_bad| ProtocolFault::Undecodable)?;
        self.check_header(&batch)?;
        let cursor = self.book.applied;
        if batch.last <= cursor.seq {
            return Ok(None);
        }
        if batch.prev_seq > cursor.seq {
            return Err(Refused::Gap);
        }
        let facts = unpack_payload(batch.codec, &batch.payload)?;
        let count = batch.last - batch.prev_seq;
        if u64::try_from(facts.len()) != Ok(count) {
            return Err(ProtocolFault::Count.into());
        }
        let before = Head {
            seq: batch.prev_seq,
            hash: batch.hash_before,
        };
        self.chained(before, batch.hash_after, facts).map(Some)
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

    /// Walks the chain over the bytes; it has to pass through the cursor and to end where the header says.
    fn chained(
        &self,
        before: Head,
        hash_after: ChainHash,
        facts: Vec<Vec<u8>>,
    ) -> Result<(Vec<Arrived>, Head), Refused> {
        let cursor = self.book.applied;
        let mut head = before;
        let mut passed = head == cursor;
        let mut fresh = Vec::with_capacity(facts.len());
        for bytes in facts {
            head = Head {
                seq: head.seq + 1,
                hash: head.hash.next(&bytes),
            };
            passed |= head == cursor;
            if head.seq > cursor.seq {
                fresh.push(Arrived { head, bytes });
            }
        }
        if passed && head.hash == hash_after {
            Ok((fresh, head))
        } else {
            Err(Refused::Hash)
        }
    }

    fn reply_to(&self, why: Refused, utc: UtcMs) -> Option<(Lane, Vec<u8>)> {
        match why {
            Refused::Gap => self.ack().ok().map(|ack| (Lane::Ack, ack)),
            Refused::Hash => {
                let welcome = self.welcome(self.book.boot?, Verdict::Diverged, utc);
                let bytes = wire::encode(&welcome).ok()?;
                Some((Lane::Welcome, bytes))
            }
            Refused::Protocol(_) => None,
        }
    }

    /// The store has committed up to `applied`; hands back the ACK to send.
    pub fn committed(&mut self, applied: Head, safe: u64) -> Result<Vec<u8>, Refused> {
        self.book.applied = applied;
        self.book.safe = safe.min(applied.seq);
        self.ack()
    }

    /// What stands, as a message of the ack lane.
    pub fn ack(&self) -> Result<Vec<u8>, Refused> {
        wire::encode(&Ack {
            epoch: self.book.epoch,
            applied: self.book.applied,
            safe: self.book.safe,
            window: None,
        })
        .map_err(not_encodable)
    }
}

fn not_encodable(_bad: WireError) -> Refused {
    ProtocolFault::Undecodable.into()
}

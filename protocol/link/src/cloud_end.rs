//! The cloud's end of one box's link: what to write, what to pass over, what to refuse. It writes nothing itself.
mod arrived;
mod facts;
mod keys;
mod tail;

pub use arrived::{Arrived, Unreadable};
pub use facts::{Form, Judged};
pub use keys::KeysJudged;
pub use tail::Pulled;

use crate::{
    batch::BATCH_MESSAGE_BYTES_MAX,
    book::{CloudBook, Consequence, Finding},
    refused::{ProtocolFault, Refused},
};
use messages::{
    BootId, BoxId, UtcMs,
    journal::{ChainHash, Head},
    lane::{
        Ack, CommandResult, DNC_CHANGES_MAX, DirectiveAck, Hello, PROTOCOL, Urgent, Verdict,
        Welcome, schema_fits,
    },
    wire::{self, WireError},
};

/// A clock further off than this is shown as wrong.
pub const CLOCK_OFF_MS_MAX: u64 = 5 * 60 * 1_000;

/// Made from the stored book for each message or kept beside it: it holds nothing else.
#[derive(Clone, Debug)]
pub struct CloudEnd {
    box_id: BoxId,
    book: CloudBook,
    window: Option<u16>,
}

/// A HELLO was understood. Do what `consequence` says and store `book` in one transaction, then send `welcome` in the
/// lane of that name.
#[derive(Clone, Debug, PartialEq)]
pub struct Greeted {
    pub hello: Hello,
    pub verdict: Verdict,
    pub consequence: Consequence,
    pub book: CloudBook,
    pub welcome: Vec<u8>,
    /// The box's clock minus ours. Its facts count whatever this says.
    pub clock_offset_ms: i64,
    /// Its facts can only be kept as bytes: one of both needs an upgrade.
    pub upgrade: bool,
}

impl Greeted {
    #[must_use]
    pub const fn clock_is_off(&self) -> bool {
        self.clock_offset_ms.unsigned_abs() > CLOCK_OFF_MS_MAX
    }
}

impl CloudEnd {
    #[must_use]
    pub const fn new(box_id: BoxId, book: CloudBook) -> Self {
        Self {
            box_id,
            book,
            window: None,
        }
    }

    /// How many batches the box may have on their way: fewer while the store is busy.
    #[must_use]
    pub fn with_window(self, batches: u16) -> Self {
        Self {
            window: Some(batches),
            ..self
        }
    }

    #[must_use]
    pub const fn book(&self) -> &CloudBook {
        &self.book
    }

    /// Reads a HELLO. The new book counts from here on; it has to be stored before the WELCOME goes out.
    /// `hash_at`: the chain behind a fact as the cloud holds it; `None` where it does not.
    pub fn hello(
        &mut self,
        bytes: &[u8],
        utc: UtcMs,
        hash_at: impl Fn(u64) -> Option<ChainHash>,
    ) -> Result<Greeted, Refused> {
        let hello: Hello = wire::decode(bytes).map_err(|_bad| ProtocolFault::Undecodable)?;
        if hello.protocol != PROTOCOL {
            return Err(ProtocolFault::Version.into());
        }
        if hello.box_id != self.box_id {
            return Err(ProtocolFault::OtherBox.into());
        }
        let (finding, book) = self.book.greeted(&hello, hash_at);
        self.book = book;
        let upgrade = !schema_fits(hello.schema);
        let welcome = Welcome {
            upgrade,
            ..self.welcome(hello.boot, &finding, utc)
        };
        Ok(Greeted {
            clock_offset_ms: hello.utc.0.saturating_sub(utc.0),
            hello,
            verdict: finding.verdict,
            consequence: finding.consequence,
            book,
            welcome: wire::encode(&welcome).map_err(not_encodable)?,
            upgrade,
        })
    }

    fn welcome(&self, boot: BootId, finding: &Finding, utc: UtcMs) -> Welcome {
        Welcome {
            protocol: PROTOCOL,
            boot,
            epoch: self.book.epoch,
            verdict: finding.verdict,
            applied: self.book.applied,
            safe: self.book.safe,
            utc,
            wanted: finding.wanted.clone(),
            go_on: finding.go_on,
            prove: finding.prove,
            window: self.window,
            keys: Some(self.book.keys),
            keys_last: self.book.keys_last,
            upgrade: false,
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
            window: self.window,
        })
        .map_err(not_encodable)
    }
}

/// A message of the urgent lane. What it says twice changes nothing.
pub fn read_urgent(bytes: &[u8]) -> Result<Urgent, Refused> {
    let urgent: Urgent = wire::decode(within(bytes)?).map_err(|_bad| ProtocolFault::Undecodable)?;
    if urgent.changes.len() > DNC_CHANGES_MAX {
        return Err(ProtocolFault::Count.into());
    }
    Ok(urgent)
}

/// A message of the result lane.
pub fn read_result(bytes: &[u8]) -> Result<CommandResult, Refused> {
    wire::decode(within(bytes)?).map_err(|_bad| ProtocolFault::Undecodable.into())
}

/// A message of the directives' ack lane.
pub fn read_directive_ack(bytes: &[u8]) -> Result<DirectiveAck, Refused> {
    wire::decode(within(bytes)?).map_err(|_bad| ProtocolFault::Undecodable.into())
}

fn within(bytes: &[u8]) -> Result<&[u8], Refused> {
    if bytes.len() > BATCH_MESSAGE_BYTES_MAX {
        return Err(ProtocolFault::TooLarge.into());
    }
    Ok(bytes)
}

fn not_encodable(_bad: WireError) -> Refused {
    ProtocolFault::Undecodable.into()
}

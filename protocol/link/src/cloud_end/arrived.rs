//! A fact that has arrived: its place in the chain is proved, its meaning is not read yet.
use messages::{BoxId, fact::SealedFact, journal::Head};
use thiserror::Error;

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

//! What comes in from a box: its greeting, its facts, and the record that says how far they are applied.
use crate::line::LineMove;
use messages::{
    BootId, BoxId, UtcMs,
    journal::{ChainHash, Head},
};

/// A box as headquarters knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxRecord {
    pub id: BoxId,
    /// What people call the branch; its id until somebody named it.
    pub name: String,
    /// 0 until the first WELCOME.
    pub epoch: u32,
    pub applied: Head,
    pub safe: u64,
    /// The last seq of the box's own journal, as it last said.
    pub head_seq: u64,
    /// The run that said HELLO last, and the one before it.
    pub boot: Option<BootId>,
    pub boot_before: Option<BootId>,
    pub version: String,
    pub first_seen: UtcMs,
    pub last_seen: UtcMs,
    /// When the last applied fact happened, by the box's clock.
    pub fact_utc: Option<UtcMs>,
    /// The box's clock minus ours, in ms.
    pub clock_offset_ms: i64,
    /// Facts that could not be applied.
    pub dead_letters: u64,
    /// Facts that wait as bytes until this headquarters can read them: all that come behind them wait as well.
    pub raw: u64,
    /// The seq behind which the present epoch began.
    pub epoch_from: u64,
    /// How often the run before the present one seemed to come back.
    pub suspected: u32,
    /// Two copies are alive: nothing is taken of either until a person has chosen one.
    pub quarantined: bool,
    pub link_up: bool,
    pub link_changed: UtcMs,
    /// A stable code, and when.
    pub last_error: Option<(String, UtcMs)>,
}

impl BoxRecord {
    /// Facts that the box has and headquarters has not.
    #[must_use]
    pub const fn lag_facts(&self) -> u64 {
        self.head_seq.saturating_sub(self.applied.seq)
    }

    /// The moment for which what is shown of this branch is complete:
    /// when it was last heard of if nothing is outstanding, else the last applied fact.
    #[must_use]
    pub fn as_of(&self) -> Option<UtcMs> {
        if self.lag_facts() == 0 {
            Some(self.last_seen)
        } else {
            self.fact_utc
        }
    }
}

/// What a HELLO said and what was decided about it.
#[derive(Clone, Debug)]
pub struct Greeting {
    pub box_id: BoxId,
    pub boot: Option<BootId>,
    pub boot_before: Option<BootId>,
    pub version: String,
    pub head_seq: u64,
    /// The epoch that the WELCOME grants.
    pub epoch: u32,
    pub line: LineMove,
    pub clock_offset_ms: i64,
    pub received: UtcMs,
    /// The code of a verdict other than "resume": shown until the box is well again.
    pub trouble: Option<&'static str>,
}

/// Contiguous facts behind `before`, as they came.
#[derive(Clone, Debug)]
pub struct FactBatch {
    pub box_id: BoxId,
    pub epoch: u32,
    /// The schema, where its facts are only kept as bytes.
    pub raw: Option<u16>,
    pub before: Head,
    pub facts: Vec<Vec<u8>>,
    /// Where the chain stands behind the last one.
    pub after: Head,
    pub received: UtcMs,
}

/// What became of a batch: where the cursor stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ingested {
    pub applied: Head,
    pub safe: u64,
    pub epoch: u32,
    /// Facts of this batch that were new.
    pub fresh: u32,
    /// How many of those went to the dead letters.
    pub dead: u32,
}

/// Why a batch does not fit behind the cursor. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Facts between the cursor and the batch are missing.
    Gap { applied: Head },
    /// The batch continues another history than the one that is here.
    Fork { applied: Head },
    /// The bytes do not give the hash that the batch names, or their number is not that of its seqs.
    Broken { applied: Head },
    /// The batch is of an epoch that is over, or was never granted.
    Epoch { applied: Head, epoch: u32 },
}

impl Unfit {
    /// Stable; shown as the box's last error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gap { .. } => "batch_gap",
            Self::Fork { .. } => "batch_fork",
            Self::Broken { .. } => "batch_broken",
            Self::Epoch { .. } => "batch_epoch",
        }
    }
}

/// One journalled fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    pub epoch: u32,
    pub seq: u64,
    pub utc: UtcMs,
    pub kind: String,
    pub bytes: Vec<u8>,
    pub hash: ChainHash,
}

/// A fact of a batch and where the chain stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<'a> {
    pub head: Head,
    pub bytes: &'a [u8],
}

impl FactBatch {
    /// The facts behind the cursor; none if all of them are here already.
    /// The chain is walked again: what is stored is what was proved.
    pub fn behind(&self, cursor: Head, epoch: u32) -> Result<Vec<Placed<'_>>, Unfit> {
        let count = u64::try_from(self.facts.len()).unwrap_or(u64::MAX);
        if self.before.seq.checked_add(count) != Some(self.after.seq) {
            return Err(Unfit::Broken { applied: cursor });
        }
        if self.after.seq <= cursor.seq {
            return Ok(Vec::new());
        }
        if self.epoch != epoch {
            return Err(Unfit::Epoch {
                applied: cursor,
                epoch,
            });
        }
        if self.before.seq > cursor.seq {
            return Err(Unfit::Gap { applied: cursor });
        }
        let mut head = self.before;
        let mut through_cursor = head == cursor;
        let mut fresh = Vec::with_capacity(self.facts.len());
        for bytes in &self.facts {
            head = Head {
                seq: head.seq + 1,
                hash: head.hash.next(bytes),
            };
            through_cursor |= head == cursor;
            if head.seq > cursor.seq {
                fresh.push(Placed { head, bytes });
            }
        }
        if !through_cursor {
            Err(Unfit::Fork { applied: cursor })
        } else if head != self.after {
            Err(Unfit::Broken { applied: cursor })
        } else {
            Ok(fresh)
        }
    }
}

//! A box's line, the one history that counts: what breaks it is kept, shown, and closed by a person.
use crate::PageLimit;
use messages::{
    BootId, BoxId, UserName, UtcMs,
    journal::{ChainHash, Head},
};
use std::net::IpAddr;

/// What a greeting changes of the line, beside the run that said it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineMove {
    /// The seq behind which the present epoch began.
    pub epoch_from: u64,
    /// How often the run before the present one seemed to come back.
    pub suspected: u32,
    /// Two copies are alive: nothing is taken of either.
    pub quarantined: bool,
    pub change: LineChange,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineChange {
    #[default]
    GoesOn,
    /// The box goes on from `at`: what stands behind it, up to `upto`, becomes an old tail.
    OldTail { at: Head, upto: u64, epoch: u32 },
    /// The box no longer keeps the facts from `first` to before `go_on`: they never come, and the line goes on there.
    Gap { first: u64, go_on: Head },
    /// Two copies of the box are alive.
    Copied,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakKind {
    OldTail,
    Gap,
    Copied,
}

impl BreakKind {
    pub const ALL: [Self; 3] = [Self::OldTail, Self::Gap, Self::Copied];

    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OldTail => "old_tail",
            Self::Gap => "gap",
            Self::Copied => "copied",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// One break of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineBreak {
    pub box_id: BoxId,
    /// Counted for each box, from 1.
    pub id: u64,
    pub kind: BreakKind,
    pub noted: UtcMs,
    pub epoch: u32,
    /// The facts that it is about; 0 and 0 for a copied box.
    pub first: u64,
    pub last: u64,
    /// The two runs of a copied box: the newer one first.
    pub runs: Option<(BootId, BootId)>,
    pub closed: Option<Closed>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub at: UtcMs,
    pub by: UserName,
    pub reason: String,
}

/// Open ones first, the newest of them first.
#[derive(Clone, Debug, Default)]
pub struct BreakQuery {
    pub box_id: Option<BoxId>,
    pub limit: PageLimit,
}

/// Somebody has looked at a break. A copied box is released for one of its two runs.
#[derive(Clone, Debug)]
pub struct CloseBreak {
    pub box_id: BoxId,
    pub id: u64,
    /// For a copied box alone: the run that goes on.
    pub run: Option<BootId>,
    pub reason: String,
    pub by: UserName,
    pub from_ip: Option<IpAddr>,
    pub at: UtcMs,
}

/// Why a break is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotClosed {
    Unknown,
    Already,
    /// It is none of the two runs, or one is not asked for.
    OtherRun,
}

/// A fact of a line wherever it stands: applied, set aside, or waiting as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFact {
    pub head: Head,
    pub epoch: u32,
    pub bytes: Vec<u8>,
}

/// How facts that waited as bytes were taken up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawTaken {
    pub applied: u64,
    /// Set aside, each with its reason.
    pub dead: u64,
    /// Still of a schema that is not read here.
    pub left: u64,
}

pub(crate) const fn hash_of(change: LineChange) -> Option<ChainHash> {
    match change {
        LineChange::Gap { go_on, .. } => Some(go_on.hash),
        LineChange::GoesOn | LineChange::OldTail { .. } | LineChange::Copied => None,
    }
}

//! Is the journal what it was? The chain is recomputed from the sealed bytes and compared with heads that are kept elsewhere.
use crate::column::{count, int};
use crate::database;
use crate::error::StoreError;
use crate::month::{Ledger, Month, Source};
use crate::writer::person;
use messages::fact::{Body, SealedFact};
use messages::journal::{ChainHash, Head};
use rusqlite::{Connection, Row};
use seal::KeyStore;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The first fact that is kept: 1 as long as no month was let go.
    pub first: u64,
    /// Facts that hold, from the first one on.
    pub checked: u64,
    /// The last fact that holds.
    pub head: Head,
    pub bad: Option<Bad>,
}

/// The first place that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad {
    pub seq: u64,
    pub why: BadWhy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadWhy {
    /// The fact is not there, and later ones are.
    Missing,
    /// Bytes or columns were changed, or facts changed places.
    Changed,
    /// The journal ends before a head that is known elsewhere.
    CutOff,
    /// The chain holds in itself, but is another one than the head that is known elsewhere.
    Rewritten,
}

impl BadWhy {
    pub const ALL: [Self; 4] = [Self::Missing, Self::Changed, Self::CutOff, Self::Rewritten];

    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "fact_missing",
            Self::Changed => "fact_changed",
            Self::CutOff => "journal_cut_off",
            Self::Rewritten => "journal_rewritten",
        }
    }
}

/// Looks at the files of a gateway that does not run, against the key store's head.
pub fn verify_folder(folder: &Path, key_store: &dyn KeyStore) -> Result<Verdict, StoreError> {
    let conn = database::open_reader(&folder.join("branch.db"))?;
    let mut heads = Vec::new();
    heads.extend(key_store.head()?);
    heads.push(crate::boot::link_cursor(&conn)?.applied);
    verify(&Ledger::of(&conn, folder)?, &heads)
}

/// From the first fact that is kept to the last, through all files. Heads of seq 0 say nothing.
pub(crate) fn verify(ledger: &Ledger<'_>, known: &[Head]) -> Result<Verdict, StoreError> {
    let start = start(ledger);
    let mut walk = Walk::behind(start);
    let mut bad = known
        .iter()
        .find(|one| one.seq == start.seq && one.hash != start.hash)
        .map(|one| Bad {
            seq: one.seq,
            why: BadWhy::Rewritten,
        });
    for source in ledger.sources() {
        if bad.is_none() {
            bad = match source {
                Source::Month(month, last) => walk_month(&mut walk, ledger, month, last, known)?,
                Source::Hot => {
                    walk_rows(&mut walk, ledger.hot(), (ledger.hot_first, u64::MAX), known)?
                }
            };
        }
    }
    Ok(Verdict {
        first: start.seq + 1,
        checked: walk.head.seq - start.seq,
        head: walk.head,
        bad: bad
            .or_else(|| walk.not_said(start))
            .or_else(|| cut_off(walk.head, known)),
    })
}

/// What lies before the first fact that is kept: nothing, or months that were let go.
fn start(ledger: &Ledger<'_>) -> Head {
    let gone = ledger
        .months
        .iter()
        .take_while(|month| month.pruned.is_some());
    gone.last().map_or(Head::EMPTY, Month::head)
}

fn walk_month(
    walk: &mut Walk,
    ledger: &Ledger<'_>,
    month: &Month,
    last: u64,
    known: &[Head],
) -> Result<Option<Bad>, StoreError> {
    let conn = match ledger.open(month) {
        Ok(conn) => conn,
        Err(unreadable) => {
            tracing::warn!(
                month = month.label,
                "a month's file does not open: {unreadable}"
            );
            return Ok(Some(walk.bad(BadWhy::Missing)));
        }
    };
    if let Some(bad) = walk_rows(walk, &conn, (0, last), known)? {
        return Ok(Some(bad));
    }
    if walk.head.seq < last {
        return Ok(Some(walk.bad(BadWhy::Missing)));
    }
    let other = last == month.last && walk.head.hash != month.hash;
    Ok(other.then_some(Bad {
        seq: last,
        why: BadWhy::Rewritten,
    }))
}

/// A file that is damaged beneath its rows is bad at the fact that could not be read.
fn walk_rows(
    walk: &mut Walk,
    conn: &Connection,
    (first, last): (u64, u64),
    known: &[Head],
) -> Result<Option<Bad>, StoreError> {
    let walked = (|| {
        let mut found = conn.prepare(ROWS)?;
        let mut rows = found.query([int(first), int(last)])?;
        while let Some(row) = rows.next()? {
            if let Err(bad) = walk.step(&read_row(row)?, known) {
                return Ok(Some(bad));
            }
        }
        Ok::<_, rusqlite::Error>(None)
    })();
    match walked {
        Err(bad) if is_damage(&bad) => Ok(Some(walk.bad(BadWhy::Changed))),
        other => Ok(other?),
    }
}

fn is_damage(bad: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(
        bad.sqlite_error_code(),
        Some(DatabaseCorrupt | NotADatabase)
    )
}

/// Facts of a range, in the order in which they are walked.
pub(crate) const ROWS: &str = "SELECT seq, hash, bytes, utc, kind, person, subject FROM journal
    WHERE seq BETWEEN ? AND ? ORDER BY seq";

/// One row; a value of a wrong kind is read as an empty one, which does not fit.
pub(crate) struct RawFact {
    seq: i64,
    hash: Vec<u8>,
    bytes: Vec<u8>,
    utc: i64,
    kind: String,
    person: Option<String>,
    subject: Option<String>,
}

pub(crate) fn read_row(row: &Row<'_>) -> rusqlite::Result<RawFact> {
    Ok(RawFact {
        seq: row.get(0)?,
        hash: row.get(1).unwrap_or_default(),
        bytes: row.get(2).unwrap_or_default(),
        utc: row.get(3).unwrap_or_default(),
        kind: row.get(4).unwrap_or_default(),
        person: row.get(5).unwrap_or_default(),
        subject: row.get(6).unwrap_or_default(),
    })
}

/// Along the chain, link by link.
pub(crate) struct Walk {
    /// The last fact that holds.
    pub(crate) head: Head,
    /// What facts on the way say of the months before: where they ended, and which were let go.
    ends: BTreeMap<u64, ChainHash>,
    let_go: BTreeSet<u64>,
}

impl Walk {
    pub(crate) const fn behind(head: Head) -> Self {
        Self {
            head,
            ends: BTreeMap::new(),
            let_go: BTreeSet::new(),
        }
    }

    /// One link behind the last one.
    pub(crate) fn step(&mut self, row: &RawFact, known: &[Head]) -> Result<(), Bad> {
        let seq = self.head.seq + 1;
        if row.seq != int(seq) {
            return Err(self.bad(BadWhy::Missing));
        }
        let hash = self.head.hash.next(&row.bytes);
        if row.hash != hash.0 {
            return Err(self.bad(BadWhy::Changed));
        }
        let Some(fact) = SealedFact::decode(row.bytes.clone())
            .ok()
            .filter(|fact| columns_fit(row, fact, seq))
        else {
            return Err(self.bad(BadWhy::Changed));
        };
        let head = Head { seq, hash };
        if known.iter().any(|one| one.seq == seq && one.hash != hash) {
            return Err(self.bad(BadWhy::Rewritten));
        }
        self.hear(&fact);
        self.head = head;
        Ok(())
    }

    #[allow(clippy::wildcard_enum_match_arm)] // the others say nothing of months
    fn hear(&mut self, fact: &SealedFact) {
        if !matches!(fact.envelope().kind.as_str(), "checkpoint" | "month_pruned") {
            return;
        }
        match fact.body() {
            Ok(Some(Body::Checkpoint(said))) => {
                self.ends.insert(said.seq, said.chain_head);
            }
            Ok(Some(Body::MonthPruned(said))) => {
                self.let_go.insert(said.last);
            }
            _ => {}
        }
    }

    /// Facts before `start` are gone: the chain itself has to say so, and where it stood.
    fn not_said(&self, start: Head) -> Option<Bad> {
        let said = start.seq == 0
            || (self.let_go.contains(&start.seq) && self.ends.get(&start.seq) == Some(&start.hash));
        (!said).then_some(Bad {
            seq: start.seq,
            why: BadWhy::Missing,
        })
    }

    const fn bad(&self, why: BadWhy) -> Bad {
        Bad {
            seq: self.head.seq + 1,
            why,
        }
    }
}

/// The searchable columns say what the sealed bytes say.
fn columns_fit(row: &RawFact, fact: &SealedFact, seq: u64) -> bool {
    let envelope = fact.envelope();
    envelope.seq == seq
        && row.utc == envelope.utc.0
        && row.kind == envelope.kind
        && row.person == person(&envelope.actor)
        && row.subject == envelope.subject
}

fn cut_off(head: Head, known: &[Head]) -> Option<Bad> {
    let beyond = known.iter().any(|one| one.seq > head.seq);
    beyond.then_some(Bad {
        seq: head.seq + 1,
        why: BadWhy::CutOff,
    })
}

/// The chain over the last `facts` facts of the hot file, cheap enough for every start.
pub(crate) fn verify_tail(ledger: &Ledger<'_>, facts: u64) -> Result<(), StoreError> {
    let conn = ledger.hot();
    let head = crate::journal::head(conn)?;
    let before_hot = ledger.hot_first - 1;
    let first = head.seq.saturating_sub(facts).max(before_hot);
    let mut hash = ledger
        .hash_at(first)?
        .ok_or(StoreError::ChainBroken(first))?;
    let mut found =
        conn.prepare("SELECT seq, hash, bytes FROM journal WHERE seq > ? ORDER BY seq")?;
    let mut rows = found.query([int(first)])?;
    let mut expected = first;
    while let Some(row) = rows.next()? {
        expected += 1;
        let bytes: Vec<u8> = row.get(2)?;
        hash = hash.next(&bytes);
        if count(row, 0)? != expected || row.get::<_, Vec<u8>>(1)? != hash.0 {
            return Err(StoreError::ChainBroken(expected));
        }
    }
    Ok(())
}

#[cfg(test)]
mod filed;
#[cfg(test)]
mod tests;

//! Is the journal what it was? The chain is recomputed from the sealed bytes and compared with heads that are kept elsewhere.
use crate::column::count;
use crate::database;
use crate::error::StoreError;
use crate::writer::person;
use messages::fact::SealedFact;
use messages::journal::{ChainHash, Head};
use rusqlite::{Connection, Row};
use seal::KeyStore;
use std::path::Path;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
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

/// Looks at the file of a gateway that does not run, against the key store's head.
pub fn verify_folder(folder: &Path, key_store: &dyn KeyStore) -> Result<Verdict, StoreError> {
    let conn = database::open_reader(&folder.join("branch.db"))?;
    let mut heads = Vec::new();
    heads.extend(key_store.head()?);
    heads.push(crate::boot::link_cursor(&conn)?.applied);
    verify(&conn, &heads)
}

/// From the first fact to the last. Heads of seq 0 say nothing.
pub(crate) fn verify(conn: &Connection, known: &[Head]) -> Result<Verdict, StoreError> {
    let mut found = conn
        .prepare("SELECT seq, hash, bytes, utc, kind, person, subject FROM journal ORDER BY seq")?;
    let mut rows = found.query([])?;
    let mut head = Head::EMPTY;
    let mut bad = None;
    while let Some(row) = rows.next()? {
        match link(row, head, known)? {
            Ok(next) => head = next,
            Err(broken) => {
                bad = Some(broken);
                break;
            }
        }
    }
    Ok(Verdict {
        checked: head.seq,
        head,
        bad: bad.or_else(|| cut_off(head, known)),
    })
}

/// One link of the chain behind `before`.
fn link(row: &Row<'_>, before: Head, known: &[Head]) -> Result<Result<Head, Bad>, StoreError> {
    let expected = before.seq + 1;
    let bad = |why| Err(Bad { seq: expected, why });
    let stored: i64 = row.get(0)?;
    if stored != crate::column::int(expected) {
        return Ok(bad(BadWhy::Missing));
    }
    let bytes: Vec<u8> = row.get(2)?;
    let hash = before.hash.next(&bytes);
    if row.get::<_, Vec<u8>>(1)? != hash.0 {
        return Ok(bad(BadWhy::Changed));
    }
    let fits = SealedFact::decode(bytes).is_ok_and(|fact| columns_fit(row, &fact, expected));
    if !fits {
        return Ok(bad(BadWhy::Changed));
    }
    let head = Head {
        seq: expected,
        hash,
    };
    if known
        .iter()
        .any(|one| one.seq == head.seq && one.hash != head.hash)
    {
        return Ok(bad(BadWhy::Rewritten));
    }
    Ok(Ok(head))
}

/// The searchable columns say what the sealed bytes say.
fn columns_fit(row: &Row<'_>, fact: &SealedFact, seq: u64) -> bool {
    let envelope = fact.envelope();
    let same = || {
        let utc: i64 = row.get(3)?;
        let kind: String = row.get(4)?;
        let who: Option<String> = row.get(5)?;
        let subject: Option<String> = row.get(6)?;
        Ok::<_, rusqlite::Error>(
            utc == envelope.utc.0
                && kind == envelope.kind
                && who == person(&envelope.actor)
                && subject == envelope.subject,
        )
    };
    envelope.seq == seq && same().unwrap_or(false)
}

fn cut_off(head: Head, known: &[Head]) -> Option<Bad> {
    let beyond = known.iter().any(|one| one.seq > head.seq);
    beyond.then_some(Bad {
        seq: head.seq + 1,
        why: BadWhy::CutOff,
    })
}

/// The chain over the last `facts` facts, cheap enough for every start.
pub(crate) fn verify_tail(conn: &Connection, facts: u64) -> Result<(), StoreError> {
    let head = crate::journal::head(conn)?;
    let first = head.seq.saturating_sub(facts);
    let mut hash = crate::journal::hash_at(conn, first)?.unwrap_or(ChainHash::START);
    let mut found =
        conn.prepare("SELECT seq, hash, bytes FROM journal WHERE seq > ? ORDER BY seq")?;
    let mut rows = found.query([crate::column::int(first)])?;
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
mod tests;

//! The facts as they lie in the databases of a branch and of headquarters, read from outside while both run.
use crate::deadline::{PATIENCE, wait_until};
use messages::fact::Body;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// A branch that comes back first waits a little, and then has much to say.
const SYNC: Duration = Duration::from_secs(60);

/// One fact: its place, its kind, its very bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub seq: u64,
    pub kind: String,
    pub bytes: Vec<u8>,
}

/// All facts in a branch's data folder, in order.
#[must_use]
pub fn of_branch(data: &Path) -> Vec<Entry> {
    read(
        &data.join("branch.db"),
        "SELECT seq, kind, bytes FROM journal ORDER BY seq",
    )
}

/// Waits until the branch has so many facts of each kind, and no more: a commit comes a moment behind what it tells of.
#[track_caller]
pub fn expect_counts(data: &Path, expected: &[(&str, usize)]) {
    let counts = || {
        let facts = of_branch(data);
        let count = |kind: &str| facts.iter().filter(|fact| fact.kind == kind).count();
        expected
            .iter()
            .map(|(kind, _)| count(kind))
            .collect::<Vec<_>>()
    };
    let wanted: Vec<usize> = expected.iter().map(|(_, count)| *count).collect();
    let reached = wait_until(&format!("{expected:?}"), PATIENCE, || {
        let now = counts();
        now.iter()
            .zip(&wanted)
            .all(|(now, wanted)| now >= wanted)
            .then_some(now)
    });
    assert_eq!(reached, wanted, "{expected:?}");
}

/// Waits until headquarters has all that the branch has, byte for byte, and says how many facts that is.
#[track_caller]
pub fn expect_same(branch: &Path, headquarters: &Path) -> usize {
    wait_until("headquarters has every fact", SYNC, || {
        let (ours, theirs) = (of_branch(branch), of_headquarters(headquarters));
        (ours == theirs).then_some(ours.len())
    })
}

/// All facts of all branches in headquarters' data folder, in order.
#[must_use]
pub fn of_headquarters(data: &Path) -> Vec<Entry> {
    read(
        &data.join("hq.db"),
        "SELECT seq, kind, bytes FROM journal ORDER BY box, epoch, seq",
    )
}

fn read(file: &Path, query: &str) -> Vec<Entry> {
    let attempt = || -> rusqlite::Result<Vec<Entry>> {
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        database.busy_timeout(Duration::from_secs(5))?;
        let mut statement = database.prepare(query)?;
        let rows = statement.query_map([], |row| {
            Ok(Entry {
                seq: row.get::<_, i64>(0)?.unsigned_abs(),
                kind: row.get(1)?,
                bytes: row.get(2)?,
            })
        })?;
        rows.collect()
    };
    attempt().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The kinds, in order, of the facts behind `after`.
#[must_use]
pub fn kinds_after(entries: &[Entry], after: u64) -> Vec<&str> {
    let behind = entries.iter().filter(|entry| entry.seq > after);
    behind.map(|entry| entry.kind.as_str()).collect()
}

/// Is every kind one that this version knows?
#[must_use]
pub fn all_known(entries: &[Entry]) -> bool {
    entries
        .iter()
        .all(|entry| Body::KINDS.contains(&entry.kind.as_str()))
}

//! The one writer: a thread that takes what waits, does it in one transaction, and tells each caller once it is durable.
use super::open;
use crate::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Callers that may wait; the next one waits for a place.
const WAITING_MAX: usize = 256;
/// Works of one transaction.
const GROUP_MAX: usize = 64;

/// A piece of work, and how its caller is told: after the commit, or why there was none.
type Work = Box<dyn FnOnce(&Connection) -> Tell + Send>;
type Tell = Box<dyn FnOnce(Result<(), String>) + Send>;

pub(super) struct Writer {
    /// `None` only while dropping.
    works: Option<SyncSender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(path: PathBuf, db: Connection) -> Result<Self, StoreError> {
        let (works, waiting) = sync_channel(WAITING_MAX);
        let thread = Builder::new()
            .name("hq-writer".to_owned())
            .spawn(move || write_all(&path, db, &waiting))
            .map_err(|bad| StoreError::Database(bad.to_string()))?;
        Ok(Self {
            works: Some(works),
            thread: Some(thread),
        })
    }

    /// Does `work` in a savepoint of the next transaction: an error of it undoes it alone.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = sync_channel(1);
        let work: Work = Box::new(move |db| {
            let result = in_savepoint(db, work);
            Box::new(move |committed: Result<(), String>| {
                let told = match committed {
                    Ok(()) => result,
                    Err(why) => Err(StoreError::Database(why)),
                };
                // A caller that has gone away is not waited for.
                let _gone = answer.send(told);
            })
        });
        let works = self.works.as_ref().ok_or(StoreError::Closed)?;
        works.send(work).map_err(|_closed| StoreError::Closed)?;
        answered.recv().map_err(|_dropped| StoreError::Busy)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.works = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer had panicked");
        }
    }
}

fn write_all(path: &std::path::Path, mut db: Connection, waiting: &Receiver<Work>) {
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        group.extend(waiting.try_iter().take(GROUP_MAX - 1));
        let committed = write_group(&db, group);
        if committed.is_err() {
            match open::reopen_for_writing(path) {
                Ok(fresh) => db = fresh,
                Err(bad) => tracing::warn!(%bad, "the database cannot be opened again"),
            }
        }
    }
}

/// One transaction. Everybody is told the same about the commit.
fn write_group(db: &Connection, group: Vec<Work>) -> Result<(), ()> {
    let mut tells = Vec::with_capacity(group.len());
    let committed = commit(db, group, &mut tells);
    if let Err(why) = &committed {
        tracing::warn!(%why, "a transaction was not committed");
    }
    for tell in tells {
        tell(committed.clone());
    }
    committed.map_err(drop)
}

fn commit(db: &Connection, group: Vec<Work>, tells: &mut Vec<Tell>) -> Result<(), String> {
    let said = |bad: rusqlite::Error| bad.to_string();
    // If it cannot begin, the works are dropped and their callers hear "busy" at once.
    db.execute_batch("BEGIN IMMEDIATE").map_err(said)?;
    for work in group {
        tells.push(work(db));
        // A full disk or a failed write may end the whole transaction: what follows would stand alone.
        if db.is_autocommit() {
            return Err("the transaction was ended by an error".to_owned());
        }
    }
    db.execute_batch("COMMIT").map_err(|bad| {
        let why = bad.to_string();
        if let Err(bad) = db.execute_batch("ROLLBACK") {
            tracing::warn!(%bad, "nor could it be rolled back");
        }
        why
    })
}

fn in_savepoint<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    db.execute_batch("SAVEPOINT work")?;
    let result = work(db);
    let end = if result.is_ok() {
        "RELEASE work"
    } else {
        "ROLLBACK TO work; RELEASE work"
    };
    db.execute_batch(end)?;
    result
}

#[cfg(test)]
mod tests {
    use super::Writer;
    use crate::StoreError;
    use crate::sqlite::open;
    use rusqlite::Connection;
    use std::sync::mpsc::sync_channel;
    use tempfile::TempDir;

    fn writer() -> (TempDir, Writer) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("hq.db");
        let db = open::for_writing(&path).unwrap();
        db.execute_batch("CREATE TABLE note (text TEXT NOT NULL)")
            .unwrap();
        (folder, Writer::start(path, db).unwrap())
    }

    fn note(db: &Connection, text: &str) -> Result<(), StoreError> {
        db.execute("INSERT INTO note VALUES (?1)", [text])?;
        Ok(())
    }

    /// What another process sees.
    fn notes(folder: &TempDir) -> i64 {
        let db = open::for_reading(&folder.path().join("hq.db")).unwrap();
        db.query_row("SELECT count(*) FROM note", [], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn what_was_answered_is_committed_whoever_else_writes() {
        let (folder, writer) = writer();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        writer.run(|db| note(db, "x")).unwrap();
                    }
                });
            }
        });
        assert_eq!(notes(&folder), 160);
        writer.run(|db| note(db, "y")).unwrap();
        assert_eq!(notes(&folder), 161);
    }

    #[test]
    fn a_work_that_fails_undoes_itself_and_not_its_neighbours() {
        let (folder, writer) = writer();
        // The first work holds the writer until the others wait behind it: they make one group.
        let (go, held) = sync_channel::<()>(0);
        std::thread::scope(|scope| {
            scope.spawn(|| writer.run(move |_| held.recv().map_err(|_gone| StoreError::Busy)));
            let bad = scope.spawn(|| {
                writer.run(|db| {
                    note(db, "bad")?;
                    Err::<(), _>(StoreError::UnknownUser)
                })
            });
            let good = scope.spawn(|| writer.run(|db| note(db, "good")));
            go.send(()).unwrap();
            assert!(matches!(bad.join().unwrap(), Err(StoreError::UnknownUser)));
            good.join().unwrap().unwrap();
        });
        assert_eq!(notes(&folder), 1);
    }

    #[test]
    fn a_full_disk_is_told_to_everybody_and_writing_goes_on_once_there_is_room() {
        let (folder, writer) = writer();
        // Pages stand for the disk: the limit is the connection's own.
        let full = writer.run(|db| {
            db.query_row("PRAGMA max_page_count = 1", [], |_| Ok(()))?;
            for _ in 0..1_000 {
                note(db, &"x".repeat(4_000))?;
            }
            Ok(())
        });
        assert!(matches!(full, Err(StoreError::Database(_))), "{full:?}");
        assert_eq!(notes(&folder), 0);
        let after = (0..2).map(|_| writer.run(|db| note(db, "again")));
        let written = after.filter(Result::is_ok).count();
        assert!(written >= 1);
        assert_eq!(notes(&folder), i64::try_from(written).unwrap());
    }
}

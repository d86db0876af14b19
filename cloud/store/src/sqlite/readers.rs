//! A few read-only connections, lent one question each.
use super::open;
use crate::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const READERS_MAX: usize = 4;
/// A question that waits longer for a connection is answered "busy".
const WAIT_MAX: Duration = Duration::from_secs(5);

pub(super) struct Readers {
    path: PathBuf,
    shelf: Mutex<Shelf>,
    given_back: Condvar,
}

struct Shelf {
    idle: Vec<Connection>,
    open: usize,
}

impl Readers {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self {
            path,
            shelf: Mutex::new(Shelf {
                idle: Vec::new(),
                open: 0,
            }),
            given_back: Condvar::new(),
        }
    }

    /// Lends a connection to `work`. One that saw an error is closed instead of being lent again.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let lent = Lent {
            db: Some(self.take()?),
            from: self,
        };
        let result = lent.db.as_ref().map_or(Err(StoreError::Busy), work);
        if result.is_ok() {
            lent.give_back();
        }
        result
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let mut shelf = self.shelf();
        loop {
            if let Some(db) = shelf.idle.pop() {
                return Ok(db);
            }
            if shelf.open < READERS_MAX {
                let db = open::for_reading(&self.path)?;
                shelf.open += 1;
                return Ok(db);
            }
            let (again, waited) = self
                .given_back
                .wait_timeout(shelf, WAIT_MAX)
                .unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() {
                return Err(StoreError::Busy);
            }
            shelf = again;
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan: whatever happens to the borrower, its place is free again.
struct Lent<'a> {
    db: Option<Connection>,
    from: &'a Readers,
}

impl Lent<'_> {
    fn give_back(mut self) {
        if let Some(db) = self.db.take() {
            self.from.shelf().idle.push(db);
            self.from.given_back.notify_one();
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if self.db.take().is_some() {
            self.from.shelf().open -= 1;
            self.from.given_back.notify_one();
        }
    }
}

//! Connections for reading: a few, lent out one by one, each read cut off after its time.
use crate::{database, error::StoreError};
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A read transaction that lasts longer keeps the write-ahead log from being emptied.
const READ_MAX: Duration = Duration::from_secs(5);
/// How long somebody waits for a connection.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// SQLite's virtual machine steps between two looks at the time.
const STEPS: i32 = 20_000;

pub(crate) struct Readers {
    free: Mutex<Vec<Connection>>,
    wake: Condvar,
}

/// Given back when it is dropped.
pub(crate) struct Lent {
    conn: Option<Connection>,
    from: Arc<Readers>,
    end: Instant,
}

impl Lent {
    /// Another connection that is read in the same time.
    pub(crate) fn hold_to_time(&self, other: &mut Connection) -> Result<(), StoreError> {
        let end = self.end;
        other.progress_handler(STEPS, Some(move || Instant::now() > end))?;
        Ok(())
    }
}

impl Readers {
    pub(crate) fn open(path: &Path, count: usize) -> Result<Arc<Self>, StoreError> {
        let conns: Result<Vec<Connection>, StoreError> = (0..count.max(1))
            .map(|_| database::open_reader(path))
            .collect();
        Ok(Arc::new(Self {
            free: Mutex::new(conns?),
            wake: Condvar::new(),
        }))
    }

    pub(crate) fn lend(self: &Arc<Self>) -> Result<Lent, StoreError> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut free, _) = self
            .wake
            .wait_timeout_while(free, WAIT_MAX, |free| free.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let mut conn = free.pop().ok_or(StoreError::Busy)?;
        drop(free);
        let end = Instant::now() + READ_MAX;
        conn.progress_handler(STEPS, Some(move || Instant::now() > end))?;
        Ok(Lent {
            conn: Some(conn),
            from: Arc::clone(self),
            end,
        })
    }
}

impl core::ops::Deref for Lent {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.conn.as_ref().expect("it is taken only by drop")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            let mut free = self
                .from
                .free
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            free.push(conn);
            drop(free);
            self.from.wake.notify_one();
        }
    }
}

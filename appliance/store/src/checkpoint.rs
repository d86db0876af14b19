//! Moves what was committed from the write-ahead log into the database, on a thread and a connection of its own.
use crate::{database, error::StoreError};
use rusqlite::Connection;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Journal bytes between two checkpoints (tables and indexes make it about three times as many in the log).
const BYTES_BETWEEN: usize = 1024 * 1024;
/// A log longer than this is begun anew, which makes the writer wait once.
const LOG_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub(crate) struct Checkpointer {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    bytes: usize,
}

impl Checkpointer {
    pub(crate) fn start(path: &Path) -> Result<Self, StoreError> {
        let conn = database::open_checkpointer(path)?;
        let log = path.with_extension("db-wal");
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || run(&conn, &log, &woken))
            .map_err(crate::error::io(path))?;
        Ok(Self {
            wake: Some(wake),
            thread: Some(thread),
            bytes: 0,
        })
    }

    /// Never waits: a checkpoint that is asked for while one runs is the next one.
    pub(crate) fn written(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes < BYTES_BETWEEN {
            return;
        }
        self.bytes = 0;
        if let Some(wake) = &self.wake {
            let _full = wake.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn run(conn: &Connection, log: &Path, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        let long = log.metadata().is_ok_and(|log| log.len() > LOG_BYTES_MAX);
        let how = if long { "RESTART" } else { "PASSIVE" };
        let done = conn.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_row| Ok(()));
        if let Err(bad) = done {
            tracing::warn!("checkpoint: {bad}");
        }
    }
}

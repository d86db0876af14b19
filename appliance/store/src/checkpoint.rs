//! Moves what was committed from the write-ahead log into the database, on a thread and a connection of its own.
use crate::config::StoreLimits;
use crate::shared::Shared;
use crate::{database, error::StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

pub(crate) struct Checkpointer {
    wake: Option<SyncSender<How>>,
    thread: Option<JoinHandle<()>>,
    bytes: usize,
    every_bytes: usize,
}

impl Checkpointer {
    pub(crate) fn start(
        path: &Path,
        limits: StoreLimits,
        shared: Arc<Shared>,
    ) -> Result<Self, StoreError> {
        let desk = Desk {
            path: path.to_owned(),
            log: path.with_extension("db-wal"),
            log_bytes_max: limits.log_bytes_max,
            shared,
            conn: Some(database::open_checkpointer(path)?),
        };
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || desk.run(&woken))
            .map_err(crate::error::io(path))?;
        Ok(Self {
            wake: Some(wake),
            thread: Some(thread),
            bytes: 0,
            every_bytes: limits.checkpoint_every_bytes,
        })
    }

    /// Never waits: where one is under way already, that has to do.
    pub(crate) fn empty(&self) {
        if let Some(wake) = &self.wake {
            let _full = wake.try_send(How::Emptying);
        }
    }

    /// Never waits: a checkpoint that is asked for while one runs is the next one.
    pub(crate) fn written(&mut self, bytes: usize) {
        self.bytes += bytes;
        if self.bytes < self.every_bytes {
            return;
        }
        self.bytes = 0;
        if let Some(wake) = &self.wake {
            let _full = wake.try_send(How::Usual);
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As far as readers allow.
    Usual,
    /// The log's file is emptied, too: the disk wants the room.
    Emptying,
}

struct Desk {
    path: PathBuf,
    log: PathBuf,
    log_bytes_max: u64,
    shared: Arc<Shared>,
    /// None behind a failure: a handle that failed is never trusted again.
    conn: Option<Connection>,
}

impl Desk {
    fn run(mut self, woken: &Receiver<How>) {
        while let Ok(how) = woken.recv() {
            let done = self.checkpoint(how);
            if let Err(bad) = &done {
                tracing::warn!(code = bad.code(), "checkpoint: {bad}");
                self.conn = None;
            }
            self.shared.checkpointed(done.map_err(|bad| bad.code()));
        }
    }

    fn checkpoint(&mut self, how: How) -> Result<(), StoreError> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => database::open_checkpointer(&self.path)?,
        };
        let long = self.log.metadata();
        let long = long.is_ok_and(|log| log.len() > self.log_bytes_max);
        let how = match how {
            How::Emptying => "TRUNCATE",
            How::Usual if long => "RESTART",
            How::Usual => "PASSIVE",
        };
        conn.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_row| Ok(()))?;
        self.conn = Some(conn);
        Ok(())
    }
}

//! Takes the recordings of erased persons off the disk. Their keys are gone already; this gives the room back.
use crate::recorder::path_of;
use branch_store::{CommittedFact, Store, StoreError};
use core::time::Duration;
use messages::fact::Body;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// What could not be deleted is tried again.
const AGAIN_EVERY: Duration = Duration::from_secs(60);

enum Wake {
    Look,
    Stop,
}

/// The thread that deletes; dropping it ends it.
pub(crate) struct Eraser {
    wake: SyncSender<Wake>,
    thread: Option<JoinHandle<()>>,
}

impl Eraser {
    /// Begins with what the last run left.
    pub(crate) fn start(store: Store, recordings: PathBuf) -> io::Result<Self> {
        let (wake, woken) = sync_channel(1);
        let of_store = wake.clone();
        store.subscribe(Box::new(move |facts| {
            if facts.iter().any(erases) {
                // one that waits is enough for all
                let _ = of_store.try_send(Wake::Look);
            }
        }));
        let thread = std::thread::Builder::new().name("eraser".to_owned());
        let thread = thread.spawn(move || {
            loop {
                if let Err(bad) = sweep(&store, &recordings) {
                    tracing::warn!(
                        code = bad.code(),
                        "recordings of erased persons stay for now: {bad}"
                    );
                }
                match woken.recv_timeout(AGAIN_EVERY) {
                    Ok(Wake::Look) | Err(RecvTimeoutError::Timeout) => {}
                    Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok(Self {
            wake,
            thread: Some(thread),
        })
    }
}

impl Drop for Eraser {
    fn drop(&mut self) {
        let _gone = self.wake.send(Wake::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the eraser panicked");
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // only these leave something to delete
const fn erases(committed: &CommittedFact) -> bool {
    matches!(
        &committed.fact.body,
        Body::CustomerErased(_) | Body::PartyErased(_)
    )
}

/// Deletes all there are; each one is a fact when it is off the disk.
pub(crate) fn sweep(store: &Store, recordings: &Path) -> Result<(), StoreError> {
    loop {
        let left = store.reader()?.recordings_to_erase()?;
        for recording in &left {
            let path = path_of(recordings, *recording);
            delete(&path).map_err(|why| StoreError::Io { path, why })?;
        }
        if left.is_empty() || store.recordings_erased(left).is_err() {
            return Ok(());
        }
        store.flush();
    }
}

/// Gone for good when this returns; twice is once.
fn delete(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(bad) if bad.kind() != ErrorKind::NotFound => return Err(bad),
        Ok(()) | Err(_) => {}
    }
    match path.parent().map(File::open) {
        Some(Ok(folder)) => folder.sync_all(),
        Some(Err(bad)) if bad.kind() != ErrorKind::NotFound => Err(bad),
        Some(Err(_)) | None => Ok(()),
    }
}

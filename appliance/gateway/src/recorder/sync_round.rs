//! Brings recordings to the disk: one round for all open files every 5 s; finished ones are told once they are there.
use super::Tell;
use super::open_recording::{ContainerFile, file_code};
use crate::io::media::TellTime;
use media::{RecordOrder, RecorderReport};
use messages::{Moment, RecordingId};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two rounds. A power cut loses at most this much.
const ROUND: Duration = Duration::from_secs(5);
/// Finished recordings wait this long for others: the journal needs the disk's syncs too.
const GATHER: Duration = Duration::from_millis(200);
/// Orders that wait for a round to end; then the recorder waits too, and its frames become gaps.
const ORDERS_MAX: usize = 4_096;
/// Levels of folders below the recordings' own: year, month, day.
const LEVELS: usize = 3;

pub(super) enum SyncOrder {
    Opened {
        recording: RecordOrder,
        file: Arc<ContainerFile>,
        path: PathBuf,
    },
    /// Everything is written; told once it is on the disk.
    Finished {
        recording: RecordingId,
        report: RecorderReport,
    },
    /// It failed and was told.
    GivenUp {
        recording: RecordingId,
    },
    Stop,
}

/// The giving end.
pub(super) struct Syncs(SyncSender<SyncOrder>);

impl Syncs {
    pub(super) fn give(&self, order: SyncOrder) {
        if self.0.send(order).is_err() {
            tracing::error!("the thread that syncs recordings has ended");
        }
    }
}

pub(super) fn start(tell: Tell, time: TellTime) -> io::Result<(Syncs, JoinHandle<()>)> {
    let (sender, inbox) = sync_channel(ORDERS_MAX);
    let now = time().mono;
    let syncer = Syncer {
        tell,
        time,
        open: BTreeMap::new(),
        new_folders: BTreeSet::new(),
        finished: BTreeMap::new(),
        next_round: now + ROUND,
        next_finish: None,
        stopping: false,
    };
    let thread = std::thread::Builder::new().name("recorder-sync".to_owned());
    let thread = thread.spawn(move || syncer.run(&inbox))?;
    Ok((Syncs(sender), thread))
}

struct Syncer {
    tell: Tell,
    time: TellTime,
    open: BTreeMap<RecordingId, (RecordOrder, Arc<ContainerFile>)>,
    /// Folders with entries that are not on the disk yet.
    new_folders: BTreeSet<PathBuf>,
    finished: BTreeMap<RecordingId, RecorderReport>,
    next_round: Moment,
    next_finish: Option<Moment>,
    stopping: bool,
}

impl Syncer {
    fn run(mut self, inbox: &Receiver<SyncOrder>) {
        while !self.stopping {
            let next = self
                .next_finish
                .map_or(self.next_round, |at| at.min(self.next_round));
            let wait = next.since((self.time)().mono);
            match inbox.recv_timeout(wait) {
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.stopping = true,
            }
            self.due();
        }
        self.sync_finished();
    }

    fn obey(&mut self, order: SyncOrder) {
        match order {
            SyncOrder::Opened {
                recording,
                file,
                path,
            } => {
                let folders = path.ancestors().skip(1).take(LEVELS + 1);
                self.new_folders.extend(folders.map(Path::to_path_buf));
                self.open.insert(recording.recording, (recording, file));
            }
            SyncOrder::Finished { recording, report } => {
                self.finished.insert(recording, report);
                let soon = (self.time)().mono + GATHER;
                self.next_finish.get_or_insert(soon);
            }
            SyncOrder::GivenUp { recording } => {
                self.open.remove(&recording);
            }
            SyncOrder::Stop => self.stopping = true,
        }
    }

    fn due(&mut self) {
        let now = (self.time)().mono;
        if self.next_finish.is_some_and(|at| at <= now) {
            self.sync_finished();
        }
        if self.next_round <= now {
            self.next_round = now + ROUND;
            self.sync_open();
        }
    }

    fn sync_open(&mut self) {
        self.sync_folders();
        let tell = &self.tell;
        self.open.retain(|_, (order, file)| sync(tell, order, file));
    }

    fn sync_finished(&mut self) {
        self.next_finish = None;
        self.sync_folders();
        for (recording, report) in core::mem::take(&mut self.finished) {
            let Some((order, file)) = self.open.remove(&recording) else {
                // A sync failed before: it has been told as failed.
                continue;
            };
            if sync(&self.tell, &order, &file) {
                (self.tell)(report);
            }
        }
    }

    /// A folder that cannot be synced is tried again in the next round.
    fn sync_folders(&mut self) {
        self.new_folders.retain(|folder| {
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            if let Err(error) = &synced {
                tracing::warn!(%error, "a folder of recordings cannot be synced");
            }
            synced.is_err()
        });
    }
}

/// False where it failed: told as such, and the file is not written any more.
fn sync(tell: &Tell, order: &RecordOrder, file: &ContainerFile) -> bool {
    let Err(error) = file.file.sync_data() else {
        return true;
    };
    tracing::warn!(recording = %order.recording, %error, "a recording cannot be synced");
    if !file.broken.swap(true, Ordering::AcqRel) {
        tell(RecorderReport::Failed {
            call: order.call,
            recording: order.recording,
            code: file_code(&error),
        });
    }
    false
}

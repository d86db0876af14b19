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

struct Container {
    order: RecordOrder,
    file: Arc<ContainerFile>,
    path: PathBuf,
    /// Is its name on the disk?
    named: bool,
}

struct Syncer {
    tell: Tell,
    time: TellTime,
    open: BTreeMap<RecordingId, Container>,
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
                let container = Container {
                    order: recording,
                    file,
                    path,
                    named: false,
                };
                self.open.insert(container.order.recording, container);
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
        self.open.retain(|_, container| container.sync(tell));
    }

    fn sync_finished(&mut self) {
        self.next_finish = None;
        self.sync_folders();
        for (recording, report) in core::mem::take(&mut self.finished) {
            let Some(container) = self.open.remove(&recording) else {
                // A sync failed before: it has been told as failed.
                continue;
            };
            if container.sync(&self.tell) {
                (self.tell)(report);
            }
        }
    }

    /// Recordings whose names may not have reached the disk are told as failed: no later sync can mend that.
    fn sync_folders(&mut self) {
        let mut lost = Vec::new();
        for folder in core::mem::take(&mut self.new_folders) {
            if let Err(error) = File::open(&folder).and_then(|folder| folder.sync_all()) {
                tracing::warn!(%error, "a folder of recordings cannot be synced");
                lost.push((folder, file_code(&error)));
            }
        }
        let tell = &self.tell;
        self.open.retain(|_, container| {
            let below = |(folder, _): &&(PathBuf, &str)| container.path.starts_with(folder);
            match lost.iter().find(below) {
                Some((_, code)) if !container.named => {
                    container.fail(tell, code);
                    false
                }
                Some(_) | None => {
                    container.named = true;
                    true
                }
            }
        });
    }
}

impl Container {
    /// False where it failed: told as such, and the file is not written any more.
    fn sync(&self, tell: &Tell) -> bool {
        let Err(error) = self.file.file.sync_data() else {
            return true;
        };
        tracing::warn!(recording = %self.order.recording, %error, "a recording cannot be synced");
        self.fail(tell, file_code(&error));
        false
    }

    fn fail(&self, tell: &Tell, code: &'static str) {
        if !self.file.broken.swap(true, Ordering::AcqRel) {
            tell(RecorderReport::Failed {
                call: self.order.call,
                recording: self.order.recording,
                code,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SyncOrder, start};
    use crate::recorder::open_recording::ContainerFile;
    use media::{Law, RecordOrder, RecorderReport};
    use messages::{CallId, Moment, Now, RecordingId, UtcMs};
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::time::Duration;

    /// A recording that is finished at once: `file` lies at `path`, as far as the thread that syncs knows.
    fn finished(file: File, path: PathBuf) -> Receiver<RecorderReport> {
        let (heard, reports) = sync_channel(10);
        let now = Now {
            mono: Moment::START,
            utc: UtcMs(0),
            utc_trusted: true,
        };
        let tell = Arc::new(move |report| drop(heard.send(report)));
        let (syncs, thread) = start(tell, Arc::new(move || now)).unwrap();
        let recording = RecordingId::from_bytes([1; 16]);
        syncs.give(SyncOrder::Opened {
            recording: RecordOrder {
                call: CallId::from_bytes([2; 16]),
                recording,
                party: None,
                laws: [Law::A; 2],
            },
            file: Arc::new(ContainerFile {
                file,
                broken: false.into(),
            }),
            path,
        });
        let report = RecorderReport::Closed {
            recording,
            segments: 1,
            last_tag: Vec::new(),
            duration_ms: 20,
            bytes: 1,
        };
        syncs.give(SyncOrder::Finished { recording, report });
        syncs.give(SyncOrder::Stop);
        thread.join().unwrap();
        reports
    }

    #[allow(clippy::panic_in_result_fn)] // the code is what the test looks at
    fn only(reports: &Receiver<RecorderReport>) -> Result<(), &'static str> {
        let first = reports.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(reports.try_recv().is_err(), "a recording ends once");
        match first {
            RecorderReport::Closed { .. } => Ok(()),
            RecorderReport::Failed { code, .. } => Err(code),
            RecorderReport::Gap { .. } => panic!("{first:?}"),
        }
    }

    #[test]
    fn a_recording_is_closed_only_if_its_file_and_its_name_reach_the_disk() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("2026/03/01");
        std::fs::create_dir_all(&folder).unwrap();
        let file = || File::create(folder.join("a.zkr")).unwrap();
        assert_eq!(only(&finished(file(), folder.join("a.zkr"))), Ok(()));
        // what cannot be synced: one end of a pipe
        let (_end, pipe) = std::io::pipe().unwrap();
        let pipe = File::from(OwnedFd::from(pipe));
        let failed = Err("recording_disk_error");
        assert_eq!(only(&finished(pipe, folder.join("a.zkr"))), failed);
        // a folder that cannot be synced: it is not there
        let gone = Path::new("no-such-folder/2026/03/01/a.zkr").to_owned();
        assert_eq!(only(&finished(file(), gone)), failed);
    }
}

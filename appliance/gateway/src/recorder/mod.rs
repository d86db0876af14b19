//! The recorder: audio from the media threads becomes sealed containers on disk. Keys come from the vault, by order.
mod feed;
mod key;
mod open_recording;
mod playback;
mod sync_round;
mod thread;
mod tree;

pub use feed::{FeedWriter, RecorderFeed};
pub use key::RecordingKey;
pub use playback::{export, header_of, open, recovered};
pub use tree::path_of;

use crate::io::media::TellTime;
use feed::Tap;
use media::{RecordOrder, RecorderReport};
use messages::Now;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// Recordings that wait to be opened.
const ORDERS_MAX: usize = 1_024;

#[derive(Clone, Debug)]
pub struct RecorderConfig {
    /// The folder of all recordings.
    pub dir: PathBuf,
    /// Frames of 20 ms that wait for the recorder; what comes then is a gap. 208 bytes each.
    pub frames_max: usize,
}

impl RecorderConfig {
    /// Room for 500 recorded calls of which the disk takes nothing for a third of a second, or 50 for three.
    #[must_use]
    pub const fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            frames_max: 16_384,
        }
    }
}

/// How the recorder says what became of a recording; it must not wait for long.
pub(crate) type Tell = Arc<dyn Fn(RecorderReport) + Send + Sync>;

pub(crate) enum RecorderOrder {
    Open(Box<Opening>),
    /// All that run end now, as failed; what waits never begins.
    GiveUp,
    Stop,
}

pub(crate) struct Opening {
    pub order: RecordOrder,
    pub key: RecordingKey,
    pub now: Now,
}

/// Opens recordings from any thread; cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    orders: SyncSender<RecorderOrder>,
    feed: RecorderFeed,
    tell: Tell,
}

impl Recorder {
    /// Starts the threads: one seals and writes, one syncs. `tell` gets each report.
    pub fn start(
        config: RecorderConfig,
        time: TellTime,
        tell: impl Fn(RecorderReport) + Send + Sync + 'static,
    ) -> io::Result<(Self, RecorderThreads)> {
        let tell: Tell = Arc::new(tell);
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let (taps, frames) = sync_channel(config.frames_max.max(1));
        let (syncs, syncer) = sync_round::start(Arc::clone(&tell), Arc::clone(&time))?;
        let ways = Ways { inbox, frames };
        let sealer = thread::start(config.dir, time, Arc::clone(&tell), ways, syncs)?;
        let recorder = Self {
            orders,
            feed: RecorderFeed::new(taps),
            tell,
        };
        let threads = RecorderThreads {
            orders: recorder.orders.clone(),
            threads: vec![sealer, syncer],
        };
        Ok((recorder, threads))
    }

    /// Makes ready for a recording; its file is made when its first frame comes. To be called before `MediaCommand::Record`, with a key that is durable in the vault.
    /// What goes wrong is told as `RecorderReport::Failed`.
    pub fn open(&self, order: RecordOrder, key: RecordingKey, now: Now) {
        let opening = RecorderOrder::Open(Box::new(Opening { order, key, now }));
        let refused = match self.orders.try_send(opening) {
            Ok(()) => return,
            Err(TrySendError::Full(refused) | TrySendError::Disconnected(refused)) => refused,
        };
        if let RecorderOrder::Open(opening) = refused {
            (self.tell)(RecorderReport::Failed {
                call: opening.order.call,
                recording: opening.order.recording,
                code: "recorder_behind",
            });
        }
    }

    /// Ends every recording: the disk's last room is for the journal. Each is told as failed.
    pub fn give_up(&self) {
        if self.orders.send(RecorderOrder::GiveUp).is_err() {
            tracing::debug!("the recorder has ended already");
        }
    }

    /// For the media threads.
    #[must_use]
    pub fn feed(&self) -> RecorderFeed {
        self.feed.clone()
    }
}

/// What the recorder's thread reads.
pub(crate) struct Ways {
    pub inbox: Receiver<RecorderOrder>,
    pub frames: Receiver<Tap>,
}

/// The threads of a recorder. Dropping it closes all recordings, syncs them and waits for that.
pub struct RecorderThreads {
    orders: SyncSender<RecorderOrder>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for RecorderThreads {
    fn drop(&mut self) {
        let _ = self.orders.send(RecorderOrder::Stop);
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;

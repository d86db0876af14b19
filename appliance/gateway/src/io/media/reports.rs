//! Reports on their way to whoever listens: giving one never waits; when it is full the oldest statistics go.
use media::MediaReport;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Statistics and notices of one-way audio that wait. All other reports are as many as there are ports and recordings.
const DROPPABLE_MAX: usize = 8_192;

/// The giving end; cheap to clone.
#[derive(Clone)]
pub struct Reports(Arc<Queue>);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<MediaReport>,
    droppable: usize,
    dropped: u64,
    closed: bool,
}

impl Reports {
    /// Starts the thread that hands each report to `listener`, which may wait.
    pub fn start(
        mut listener: impl FnMut(MediaReport) + Send + 'static,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let reports = Self(Arc::default());
        let queue = reports.clone();
        let thread = std::thread::Builder::new().name("media-reports".to_owned());
        let thread = thread.spawn(move || {
            while let Some(report) = queue.next() {
                listener(report);
            }
        })?;
        Ok((reports, thread))
    }

    pub fn push(&self, report: MediaReport) {
        let mut state = self.state();
        if droppable(&report) {
            state.droppable += 1;
            if state.droppable > DROPPABLE_MAX {
                state.drop_oldest();
            }
        }
        state.waiting.push_back(report);
        drop(state);
        self.0.news.notify_one();
    }

    /// The listener gets what waits, then its thread ends.
    pub fn close(&self) {
        self.state().closed = true;
        self.0.news.notify_all();
    }

    /// Reports that nobody got, since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.state().dropped
    }

    fn next(&self) -> Option<MediaReport> {
        let mut state = self.state();
        loop {
            if let Some(report) = state.waiting.pop_front() {
                state.droppable -= usize::from(droppable(&report));
                return Some(report);
            }
            if state.closed {
                return None;
            }
            state = self
                .0
                .news
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.waiting.iter().position(droppable) {
            self.waiting.remove(oldest);
            self.droppable -= 1;
            self.dropped += 1;
        }
    }
}

const fn droppable(report: &MediaReport) -> bool {
    match report {
        MediaReport::Stats { .. } | MediaReport::OneWay { .. } => true,
        MediaReport::Ports(_)
        | MediaReport::PortFree(_)
        | MediaReport::FirstPacket { .. }
        | MediaReport::Silent { .. }
        | MediaReport::Recorder(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{DROPPABLE_MAX, Reports};
    use media::{MediaReport, PortPair};
    use messages::{CallId, fact::Side};

    #[test]
    fn a_listener_that_is_behind_loses_the_oldest_statistics_and_no_port() {
        let (gate, wait) = std::sync::mpsc::sync_channel::<()>(1);
        let (heard, all) = std::sync::mpsc::sync_channel(4 * DROPPABLE_MAX);
        let (reports, thread) = Reports::start(move |report| {
            let _ = wait.recv();
            let _ = heard.send(report);
        })
        .unwrap();
        let total = DROPPABLE_MAX + 100;
        for n in 0..total {
            let port = u16::try_from(n).unwrap();
            reports.push(MediaReport::PortFree(PortPair { rtp: port }));
            let mut id = [0; 16];
            id[..8].copy_from_slice(&(n as u64).to_be_bytes());
            reports.push(MediaReport::OneWay {
                call: CallId::from_bytes(id),
                silent: Side::Caller,
            });
        }
        drop(gate);
        reports.close();
        thread.join().unwrap();
        let heard: Vec<_> = all.iter().collect();
        let ports = heard
            .iter()
            .filter(|r| matches!(r, MediaReport::PortFree(_)))
            .count();
        assert_eq!(ports, total);
        assert_eq!(heard.len() - ports, DROPPABLE_MAX);
        assert_eq!(reports.dropped(), 100);
        assert!(matches!(heard.last(), Some(MediaReport::OneWay { .. })));
    }
}

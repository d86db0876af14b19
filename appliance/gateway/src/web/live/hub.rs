//! One board for the process. Telling never waits: a page that cannot follow loses changes and takes a new snapshot.
use super::board::{Board, Touched};
use super::event::LiveEvent;
use messages::fact::Fact;
use portal::Clock;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

/// Changes that a page may lie behind before it starts anew.
const BEHIND_MAX: usize = 1_024;
const SOCKETS_MAX: usize = 500;

/// Clones share the board.
#[derive(Clone)]
pub struct LiveHub(Arc<Inner>);

struct Inner {
    board: Mutex<Board>,
    touched: broadcast::Sender<Arc<[Touched]>>,
    room: Arc<Semaphore>,
    clock: Clock,
}

impl LiveHub {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let (touched, _) = broadcast::channel(BEHIND_MAX);
        Self(Arc::new(Inner {
            board: Mutex::default(),
            touched,
            room: Arc::new(Semaphore::new(SOCKETS_MAX)),
            clock,
        }))
    }

    /// Something changed. Takes microseconds, from any thread.
    pub fn tell(&self, event: LiveEvent) {
        let touched = self.with(|board| board.apply(event));
        if !touched.is_empty() {
            // nobody listening is no fault
            let _listeners = self.0.touched.send(touched.into());
        }
    }

    /// A fact of the branch machine, before it is sealed: the number in it is still to be read.
    pub fn tell_fact(&self, fact: &Fact) {
        if let Some(event) = LiveEvent::of_fact(fact) {
            self.tell(event);
        }
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Looks at the board. The closure must be short: the branch thread waits for it.
    pub(in crate::web) fn look<T>(&self, look: impl FnOnce(&Board) -> T) -> T {
        self.with(|board| look(board))
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<[Touched]>> {
        self.0.touched.subscribe()
    }

    pub(super) fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.room).try_acquire_owned().ok()
    }

    fn with<T>(&self, work: impl FnOnce(&mut Board) -> T) -> T {
        work(&mut self.0.board.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

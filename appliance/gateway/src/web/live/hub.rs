//! One board for the process. Telling never waits: a page that cannot follow loses changes and takes a new snapshot.
use super::board::{Board, Touched};
use super::event::LiveEvent;
use messages::UserName;
use messages::fact::Fact;
use portal::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

/// Changes that a page may lie behind before it starts anew.
const BEHIND_MAX: usize = 1_024;
const SOCKETS_MAX: usize = 500;
const SOCKETS_PER_USER_MAX: usize = 10;

/// Clones share the board.
#[derive(Clone)]
pub struct LiveHub(Arc<Inner>);

struct Inner {
    board: Mutex<Board>,
    touched: broadcast::Sender<Arc<[Touched]>>,
    seats: Mutex<BTreeMap<UserName, usize>>,
    clock: Clock,
}

impl LiveHub {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let (touched, _) = broadcast::channel(BEHIND_MAX);
        Self(Arc::new(Inner {
            board: Mutex::default(),
            touched,
            seats: Mutex::default(),
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

    /// A place for one more page of this user; free again when it is dropped.
    pub(super) fn seat(&self, user: &UserName) -> Option<Seat> {
        let mut seats = self.0.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let total: usize = seats.values().sum();
        let own = seats.get(user).copied().unwrap_or(0);
        if total >= SOCKETS_MAX || own >= SOCKETS_PER_USER_MAX {
            return None;
        }
        seats.insert(user.clone(), own + 1);
        Some(Seat {
            hub: self.clone(),
            user: user.clone(),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Board) -> T) -> T {
        work(&mut self.0.board.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) struct Seat {
    hub: LiveHub,
    user: UserName,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let seats = &self.hub.0.seats;
        let mut seats = seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = seats.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                seats.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LiveHub, SOCKETS_PER_USER_MAX};
    use messages::{UserName, UtcMs};
    use portal::clock::HeldClock;

    #[test]
    fn one_user_cannot_take_all_seats_and_a_left_one_is_free_again() {
        let hub = LiveHub::new(HeldClock::at(UtcMs(0)).clock());
        let (li, wang) = (
            UserName::parse("li").unwrap(),
            UserName::parse("wang").unwrap(),
        );
        let mut seats: Vec<_> = (0..SOCKETS_PER_USER_MAX)
            .map(|_| hub.seat(&li).unwrap())
            .collect();
        assert!(hub.seat(&li).is_none());
        assert!(hub.seat(&wang).is_some());
        seats.pop();
        assert!(hub.seat(&li).is_some());
    }
}

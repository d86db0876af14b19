//! Who is connected: one entry for each box and client id; a newcomer under the same name takes over.
use super::{limits::Limits, reason::Reason};
use bytes::Bytes;
use messages::{BoxId, lane::Lane};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{mpsc, watch};

pub(super) type Down = (Lane, Bytes);

#[derive(Debug)]
struct Peer {
    down: mpsc::Sender<Down>,
    kick: watch::Sender<Option<Reason>>,
}

type Clients = BTreeMap<String, Peer>;

#[derive(Debug, Default)]
pub(super) struct Peers(Mutex<BTreeMap<BoxId, Clients>>);

/// What a connection holds while it is in the list. Dropping `kicked` tells the successor that it is gone.
pub(super) struct Seat {
    pub(super) down: mpsc::Receiver<Down>,
    pub(super) kicked: watch::Receiver<Option<Reason>>,
    /// The box had no connection before.
    pub(super) first: bool,
}

/// Nobody got the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    #[error("the box is not connected")]
    NotConnected,
    #[error("the queue of the connection is full")]
    QueueFull,
}

enum Entry {
    Taken(watch::Sender<Option<Reason>>),
    Seated(Seat),
    Full,
}

impl Peers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<BoxId, Clients>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a seat; whoever sits there is sent away first and waited for.
    pub(super) async fn enter(
        &self,
        box_id: &BoxId,
        client_id: &str,
        limits: &Limits,
    ) -> Result<Seat, Reason> {
        let seated = async {
            loop {
                match self.try_enter(box_id, client_id, limits) {
                    Entry::Seated(seat) => return Ok(seat),
                    Entry::Full => return Err(Reason::QuotaExceeded),
                    Entry::Taken(old) => {
                        old.send_replace(Some(Reason::SessionTakenOver));
                        old.closed().await;
                    }
                }
            }
        };
        tokio::time::timeout(limits.takeover_wait, seated)
            .await
            .unwrap_or(Err(Reason::ServerBusy))
    }

    fn try_enter(&self, box_id: &BoxId, client_id: &str, limits: &Limits) -> Entry {
        let mut boxes = self.lock();
        let clients = boxes.entry(box_id.clone()).or_default();
        if let Some(peer) = clients.get(client_id) {
            if peer.kick.receiver_count() > 0 {
                return Entry::Taken(peer.kick.clone());
            }
        } else if clients.len() >= limits.connections_per_box_max {
            return Entry::Full;
        }
        let first = clients.is_empty();
        let (down_tx, down) = mpsc::channel(limits.down_queue_max);
        let (kick, kicked) = watch::channel(None);
        let peer = Peer {
            down: down_tx,
            kick,
        };
        clients.insert(client_id.to_owned(), peer);
        Entry::Seated(Seat {
            down,
            kicked,
            first,
        })
    }

    /// Gives the seat back; true if the box has no other connection now.
    pub(super) fn leave(&self, box_id: &BoxId, client_id: &str, seat: Seat) -> bool {
        let mut boxes = self.lock();
        drop(seat);
        let Some(clients) = boxes.get_mut(box_id) else {
            return true;
        };
        clients.remove(client_id);
        let last = clients.is_empty();
        if last {
            boxes.remove(box_id);
        }
        last
    }

    /// Puts a message into the queue of each connection of the box. A full queue drops it.
    pub(super) fn send(&self, box_id: &BoxId, lane: Lane, bytes: &Bytes) -> Result<(), NotSent> {
        let boxes = self.lock();
        let clients = boxes.get(box_id).ok_or(NotSent::NotConnected)?;
        let sent = clients
            .values()
            .filter(|peer| peer.down.try_send((lane, bytes.clone())).is_ok())
            .count();
        if sent == 0 {
            return Err(NotSent::QueueFull);
        }
        Ok(())
    }

    pub(super) fn send_away(&self, box_id: &BoxId, reason: Reason) {
        let boxes = self.lock();
        for peer in boxes.get(box_id).into_iter().flat_map(Clients::values) {
            peer.kick.send_replace(Some(reason));
        }
    }

    pub(super) fn connected(&self) -> Vec<BoxId> {
        self.lock().keys().cloned().collect()
    }
}

//! Connections that carry SIP: each has a number, a bounded queue outwards, and a seat that tells the machine when it is gone.
use crate::drive::Door;
use branch::Input;
use bytes::Bytes;
use core::time::Duration;
use sip::{Flow, Transport};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_util::sync::CancellationToken;

/// How long a reader waits where the machine has no room.
const NO_ROOM: Duration = Duration::from_millis(2);

/// What strangers can fill has a limit.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    pub connections_max: usize,
    /// Of one address: a phone has one, a computer one for each open page, a terminal server many.
    pub per_source_max: usize,
    /// Messages that wait for one connection: a peer that does not read is let go.
    pub waiting_max: usize,
    /// Until the first bytes come.
    pub silent_max: Duration,
    /// Until a message has left.
    pub send_max: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            per_source_max: 128,
            waiting_max: 256,
            silent_max: Duration::from_secs(30),
            send_max: Duration::from_secs(20),
        }
    }
}

/// All connections. Clones share them.
#[derive(Clone)]
pub struct Streams(Arc<Shared>);

struct Shared {
    door: Door,
    limits: StreamLimits,
    open: Mutex<Open>,
    dials: mpsc::Sender<Dial>,
    dialling: Mutex<Option<mpsc::Receiver<Dial>>>,
}

/// A connection to be made.
pub struct Dial {
    pub seat: Seat,
    /// As the trunk's certificate names it.
    pub host: String,
}

/// Connections that wait to be made.
const DIALS_MAX: usize = 256;

#[derive(Default)]
struct Open {
    minted: u64,
    held: BTreeMap<u64, Held>,
    by_source: BTreeMap<IpAddr, usize>,
    /// Our own connections, by where they lead.
    dialled: BTreeMap<(Transport, SocketAddr), u64>,
    /// What the peers that we dial are called.
    hosts: BTreeMap<SocketAddr, String>,
}

struct Held {
    down: mpsc::Sender<Bytes>,
    end: CancellationToken,
}

/// No place for one connection more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSeat {
    #[error("all places are taken")]
    Full,
    #[error("this address has too many connections")]
    SourceFull,
}

/// One connection's place; when it is dropped the machine hears that the flow is closed.
pub struct Seat {
    pub flow: Flow,
    /// What goes to the peer.
    pub down: mpsc::Receiver<Bytes>,
    /// The machine, or a full queue, wants it to end.
    pub end: CancellationToken,
    /// We opened it.
    dialled: bool,
    streams: Streams,
}

impl Streams {
    #[must_use]
    pub fn new(door: Door, limits: StreamLimits) -> Self {
        let (dials, dialling) = mpsc::channel(DIALS_MAX);
        Self(Arc::new(Shared {
            door,
            limits,
            open: Mutex::default(),
            dials,
            dialling: Mutex::new(Some(dialling)),
        }))
    }

    /// The connections that are to be made; given out once.
    #[must_use]
    pub fn dialling(&self) -> Option<mpsc::Receiver<Dial>> {
        let dialling = self.0.dialling.lock();
        dialling.unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What a peer is called that may be dialled.
    pub fn name(&self, remote: SocketAddr, host: &str) {
        self.lock().hosts.insert(remote, host.to_owned());
    }

    #[must_use]
    pub fn limits(&self) -> StreamLimits {
        self.0.limits
    }

    /// Connections that are up.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().held.len()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection was accepted.
    pub fn enter(
        &self,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<Seat, NoSeat> {
        self.seat(&mut self.lock(), transport, local, remote)
    }

    fn seat(
        &self,
        open: &mut Open,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<Seat, NoSeat> {
        let limits = self.0.limits;
        if open.held.len() >= limits.connections_max {
            return Err(NoSeat::Full);
        }
        let of_source = open.by_source.entry(remote.ip()).or_default();
        if *of_source >= limits.per_source_max {
            return Err(NoSeat::SourceFull);
        }
        *of_source += 1;
        open.minted += 1;
        let connection = open.minted;
        let (sender, down) = mpsc::channel(limits.waiting_max);
        let end = CancellationToken::new();
        let held = Held {
            down: sender,
            end: end.clone(),
        };
        open.held.insert(connection, held);
        let flow = Flow {
            transport,
            local,
            remote,
            connection,
        };
        Ok(Seat {
            flow,
            down,
            end,
            dialled: false,
            streams: self.clone(),
        })
    }

    /// The number of the connection to there; one is asked for where none is up.
    fn dial(&self, flow: Flow) -> Option<u64> {
        let mut open = self.lock();
        let to = (flow.transport, flow.remote);
        if let Some(connection) = open.dialled.get(&to) {
            return Some(*connection);
        }
        let seat = self.seat(&mut open, flow.transport, flow.local, flow.remote);
        let mut seat = seat.ok()?;
        seat.dialled = true;
        let connection = seat.flow.connection;
        open.dialled.insert(to, connection);
        let host = open.hosts.get(&flow.remote).cloned();
        // a seat that is dropped takes the lock
        drop(open);
        let host = host.unwrap_or_else(|| flow.remote.ip().to_string());
        self.0.dials.try_send(Dial { seat, host }).ok()?;
        Some(connection)
    }

    /// False where the connection is gone, or its peer does not read and is let go.
    pub fn send(&self, flow: Flow, bytes: Bytes) -> bool {
        let connection = if flow.is_dialled() {
            self.dial(flow)
        } else {
            Some(flow.connection)
        };
        let Some(connection) = connection else {
            self.0.door.tell_closed(flow);
            return false;
        };
        let open = self.lock();
        let Some(held) = open.held.get(&connection) else {
            return false;
        };
        match held.down.try_send(bytes) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                tracing::info!(remote = %flow.remote, code = "sip_peer_does_not_read", "a SIP connection is closed");
                held.end.cancel();
                false
            }
            Err(TrySendError::Closed(_)) => false,
        }
    }

    pub fn close(&self, flow: Flow) {
        if let Some(held) = self.lock().held.get(&flow.connection) {
            held.end.cancel();
        }
    }

    /// The process ends: every connection is let go.
    pub fn close_all(&self) {
        for held in self.lock().held.values() {
            held.end.cancel();
        }
    }
}

impl Seat {
    /// To the machine; waits while it has no room, and the peer with it.
    pub async fn give(&self, bytes: Bytes) {
        let mut input = Input::Sip {
            flow: self.flow,
            bytes,
        };
        while let Err(back) = self.streams.0.door.try_put(input) {
            input = back;
            tokio::time::sleep(NO_ROOM).await;
        }
    }

    #[must_use]
    pub fn limits(&self) -> StreamLimits {
        self.streams.limits()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let (flow, shared) = (self.flow, &self.streams.0);
        let mut open = self.streams.lock();
        open.held.remove(&flow.connection);
        let left = open.by_source.get_mut(&flow.remote.ip()).map(|count| {
            *count -= 1;
            *count
        });
        if left == Some(0) {
            open.by_source.remove(&flow.remote.ip());
        }
        if self.dialled {
            open.dialled.remove(&(flow.transport, flow.remote));
        }
        drop(open);
        shared.door.tell_closed(flow);
        if self.dialled {
            // whoever waits for an answer over whichever connection hears of it too
            let any = Flow {
                connection: 0,
                ..flow
            };
            shared.door.tell_closed(any);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NoSeat, StreamLimits, Streams};
    use crate::drive::door;
    use bytes::Bytes;
    use sip::Transport;
    use std::net::SocketAddr;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn streams(limits: StreamLimits) -> (Streams, crate::drive::Threshold) {
        let (door, threshold) = door();
        (Streams::new(door, limits), threshold)
    }

    #[tokio::test]
    async fn one_address_cannot_take_all_places_and_a_place_comes_free() {
        let (streams, _inside) = streams(StreamLimits {
            connections_max: 3,
            per_source_max: 2,
            ..StreamLimits::default()
        });
        let enter = |from| streams.enter(Transport::Tcp, at("10.0.0.1:5060"), at(from));
        let first = enter("10.0.0.2:1").unwrap();
        let _second = enter("10.0.0.2:2").unwrap();
        assert_eq!(enter("10.0.0.2:3").err(), Some(NoSeat::SourceFull));
        let _third = enter("10.0.0.3:1").unwrap();
        assert_eq!(enter("10.0.0.4:1").err(), Some(NoSeat::Full));
        drop(first);
        let fourth = enter("10.0.0.2:4").unwrap();
        assert_eq!((streams.count(), fourth.flow.connection), (3, 4));
    }

    #[tokio::test]
    async fn who_does_not_read_is_let_go() {
        let (streams, _inside) = streams(StreamLimits {
            waiting_max: 2,
            ..StreamLimits::default()
        });
        let seat = streams
            .enter(Transport::Tls, at("10.0.0.1:5061"), at("10.0.0.2:1"))
            .unwrap();
        let say = || streams.send(seat.flow, Bytes::from_static(b"x"));
        assert!(say() && say() && !seat.end.is_cancelled());
        assert!(!say() && seat.end.is_cancelled());
        let flow = seat.flow;
        drop(seat);
        assert!(!streams.send(flow, Bytes::new()), "it is gone");
    }
}

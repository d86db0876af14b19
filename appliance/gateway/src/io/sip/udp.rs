//! SIP over UDP: one socket for each address, each with a thread that reads; everybody writes.
use super::places::towards;
use crate::drive::Door;
use branch::Input;
use bytes::Bytes;
use sip::{Flow, Transport};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A registration storm of 1,000 phones fits between two readings.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;
/// How often a reading thread looks whether it should end.
const STOP_CHECK: Duration = Duration::from_millis(200);
/// A datagram is no longer.
const DATAGRAM_BYTES_MAX: usize = 65_536;

/// All sockets, by their address. Clones share them.
#[derive(Clone)]
pub struct UdpSockets(Arc<Shared>);

struct Shared {
    door: Door,
    open: Mutex<BTreeMap<SocketAddr, Reader>>,
}

struct Reader {
    socket: Arc<UdpSocket>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl UdpSockets {
    #[must_use]
    pub fn new(door: Door) -> Self {
        let open = Mutex::default();
        Self(Arc::new(Shared { door, open }))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SocketAddr, Reader>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The addresses that are read.
    #[must_use]
    pub fn places(&self) -> Vec<SocketAddr> {
        self.lock().keys().copied().collect()
    }

    /// The way to there, from the one of our addresses that it can answer to.
    #[must_use]
    pub fn towards(&self, remote: SocketAddr) -> Option<Flow> {
        let local = towards(&self.places(), routed(remote), remote)?;
        Some(Flow {
            transport: Transport::Udp,
            local,
            remote,
            connection: 0,
        })
    }

    /// Begins to read there; the error names the address.
    pub fn open(&self, address: SocketAddr) -> io::Result<()> {
        let socket = Arc::new(bind(address)?);
        let stop = Arc::new(AtomicBool::new(false));
        let thread = read(Arc::clone(&socket), self.0.door.clone(), Arc::clone(&stop))?;
        let reader = Reader {
            socket,
            stop,
            thread,
        };
        self.lock().insert(address, reader);
        Ok(())
    }

    /// The machine has this address no longer.
    pub fn close(&self, address: SocketAddr) {
        let closed = self.lock().remove(&address);
        closed.into_iter().for_each(Reader::end);
    }

    /// Nothing is read any more. False where a thread panicked.
    pub fn close_all(&self) -> bool {
        let all = core::mem::take(&mut *self.lock());
        for reader in all.values() {
            reader.stop.store(true, Ordering::Relaxed);
        }
        all.into_values().all(|reader| reader.thread.join().is_ok())
    }

    /// False where there is no such socket, or the kernel does not take it.
    pub fn send(&self, flow: Flow, bytes: &Bytes) -> bool {
        let open = self.lock();
        let Some(reader) = open.get(&flow.local) else {
            tracing::debug!(local = %flow.local, "no such SIP socket any more");
            return false;
        };
        match reader.socket.send_to(bytes, flow.remote) {
            Ok(_) => true,
            Err(error) => {
                tracing::debug!(%error, "a datagram was not sent");
                false
            }
        }
    }
}

impl Reader {
    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        if self.thread.join().is_err() {
            tracing::error!("a thread of the SIP sockets panicked");
        }
    }
}

/// The address that the kernel would send from; nothing is sent.
fn routed(remote: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if remote.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let probe = UdpSocket::bind((any, 0)).ok()?;
    probe.connect(remote).ok()?;
    probe.local_addr().ok().map(|local| local.ip())
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("sip.listen {address}: {error}"));
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )
    .map_err(named)?;
    // The kernel gives what it may; a smaller buffer is no reason not to start.
    let _ = socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(SOCKET_BUFFER_BYTES);
    socket.bind(&address.into()).map_err(named)?;
    Ok(socket.into())
}

/// Reads until told to stop. What the branch machine has no room for is dropped, as the network drops: SIP sends again.
fn read(socket: Arc<UdpSocket>, door: Door, stop: Arc<AtomicBool>) -> io::Result<JoinHandle<()>> {
    let local = socket.local_addr()?;
    socket.set_read_timeout(Some(STOP_CHECK))?;
    std::thread::Builder::new()
        .name("sip-udp".to_owned())
        .spawn(move || {
            let mut buffer = vec![0_u8; DATAGRAM_BYTES_MAX];
            while !stop.load(Ordering::Relaxed) {
                let Ok((length, remote)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                let flow = Flow {
                    transport: Transport::Udp,
                    local,
                    remote,
                    connection: 0,
                };
                let bytes = Bytes::copy_from_slice(&buffer[..length]);
                door.offer(Input::Sip { flow, bytes });
            }
        })
}

//! The SIP socket: one thread reads, everybody writes.
use crate::drive::Door;
use branch::Input;
use bytes::Bytes;
use sip::{Flow, Transport};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A registration storm of 1,000 phones fits between two readings.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;
/// How often the reading thread looks whether it should end.
const STOP_CHECK: Duration = Duration::from_millis(200);

/// Binds the socket; the error names the address.
pub fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
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
pub fn read(
    socket: Arc<UdpSocket>,
    door: Door,
    stop: Arc<AtomicBool>,
) -> io::Result<JoinHandle<()>> {
    let local = socket.local_addr()?;
    socket.set_read_timeout(Some(STOP_CHECK))?;
    std::thread::Builder::new()
        .name("sip-udp".to_owned())
        .spawn(move || {
            let mut buffer = vec![0_u8; 65_536];
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

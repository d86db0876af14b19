//! SIP over TCP and TLS: connections are accepted, read into the machine and written from its queue.
use super::streams::{Seat, Streams};
use bytes::{Bytes, BytesMut};
use core::time::Duration;
use portal::Tasks;
use portal::serve::Identity;
use rustls::ServerConfig;
use sip::Transport;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

const READ_BYTES: usize = 16 * 1024;
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Handshakes at a time: each costs a signature.
const HANDSHAKES_MAX: usize = 64;
/// A peer that is gone without a word is found out within two minutes.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
const KEEP_ALIVE_AGAIN: Duration = Duration::from_secs(15);
const KEEP_ALIVE_TRIES: u32 = 4;
/// Out of file descriptors: others may come free.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Accepts plain connections until it is told to stop; those that are up go on.
pub fn listen(
    address: SocketAddr,
    streams: &Streams,
    tasks: &Tasks,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = bind(address)?;
    let (own, of_connections) = (streams.clone(), tasks.clone());
    tasks.spawn("sip over tcp", async move {
        accept(listener, &of_connections, &stop, |stream, local, remote| {
            let streams = own.clone();
            async move {
                let Ok(seat) = streams.enter(Transport::Tcp, local, remote) else {
                    return refused(remote);
                };
                serve(stream, seat).await;
            }
        })
        .await;
    });
    Ok(())
}

/// As `listen`, with the certificate of the pages.
pub fn listen_tls(
    address: SocketAddr,
    identity: Identity,
    streams: &Streams,
    tasks: &Tasks,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = bind(address)?;
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    let (own, of_connections) = (streams.clone(), tasks.clone());
    tasks.spawn("sip over tls", async move {
        accept(listener, &of_connections, &stop, |stream, local, remote| {
            let (streams, handshakes) = (own.clone(), Arc::clone(&handshakes));
            let acceptor = TlsAcceptor::from(of_sip(&identity));
            async move {
                let Ok(seat) = streams.enter(Transport::Tls, local, remote) else {
                    return refused(remote);
                };
                let Ok(turn) = handshakes.acquire_owned().await else {
                    return;
                };
                match timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        drop(turn);
                        serve(stream, seat).await;
                    }
                    Ok(Err(error)) => tracing::debug!(%remote, %error, "no TLS for SIP"),
                    Err(_) => tracing::debug!(%remote, "a TLS handshake took too long"),
                }
            }
        })
        .await;
    });
    Ok(())
}

/// Phones name no protocol, or `sip`: there is only one here.
fn of_sip(identity: &Identity) -> Arc<ServerConfig> {
    let mut config = ServerConfig::clone(&identity.server_config());
    config.alpn_protocols.clear();
    Arc::new(config)
}

fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("sip {address}: {error}"));
    let listener = std::net::TcpListener::bind(address).map_err(named)?;
    listener.set_nonblocking(true).map_err(named)?;
    Ok(listener)
}

fn refused(remote: SocketAddr) {
    metrics::counter!("zhunkehu_sip_connections_refused_total").increment(1);
    tracing::debug!(%remote, "no place for one SIP connection more");
}

async fn accept<S, F>(
    listener: std::net::TcpListener,
    tasks: &Tasks,
    stop: &CancellationToken,
    serve: S,
) where
    S: Fn(TcpStream, SocketAddr, SocketAddr) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "SIP over TCP is not served"),
    };
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let ends = accepted.and_then(|(stream, remote)| Ok((stream.local_addr()?, stream, remote)));
        match ends {
            Ok((local, stream, remote)) => {
                keep_alive(&stream);
                let (serving, stop) = (serve(stream, local, remote), tasks.stop_token());
                tasks.spawn("sip connection", async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = serving => {}
                    }
                });
            }
            Err(error) => {
                tracing::debug!(%error, "a SIP connection was not accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// Best effort: a connection without it only ends later.
pub(super) fn keep_alive(stream: &TcpStream) {
    let settings = TcpKeepalive::new()
        .with_time(KEEP_ALIVE)
        .with_interval(KEEP_ALIVE_AGAIN)
        .with_retries(KEEP_ALIVE_TRIES);
    let kept = SockRef::from(stream).set_tcp_keepalive(&settings);
    let kept = kept.and_then(|()| stream.set_nodelay(true));
    if let Err(error) = kept {
        tracing::debug!(%error, "a SIP connection without keep-alive");
    }
}

pub(super) async fn serve(stream: impl AsyncRead + AsyncWrite, mut seat: Seat) {
    let (mut from, mut to) = tokio::io::split(stream);
    let limits = seat.limits();
    let mut buffer = BytesMut::with_capacity(READ_BYTES);
    let mut heard = false;
    loop {
        let silence = if heard {
            Duration::MAX
        } else {
            limits.silent_max
        };
        tokio::select! {
            () = seat.end.cancelled() => break,
            down = seat.down.recv() => {
                let Some(first) = down else { break };
                if write(&mut to, first, &mut seat, limits.send_max).await.is_err() {
                    break;
                }
            }
            read = timeout(silence, from.read_buf(&mut buffer)) => match read {
                Ok(Ok(1..)) => {
                    heard = true;
                    seat.give(buffer.split().freeze()).await;
                    buffer.reserve(READ_BYTES);
                }
                Ok(Ok(_) | Err(_)) | Err(_) => break,
            },
        }
    }
    // what the machine said last still goes out: the reason of the end
    while let Ok(bytes) = seat.down.try_recv() {
        if timeout(limits.send_max, to.write_all(&bytes))
            .await
            .is_err()
        {
            break;
        }
    }
    let _gone = timeout(limits.send_max, to.shutdown()).await;
}

/// The first message and all that wait behind it; one flush for all of them.
async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    first: Bytes,
    seat: &mut Seat,
    within: Duration,
) -> io::Result<()> {
    let writing = async {
        to.write_all(&first).await?;
        while let Ok(next) = seat.down.try_recv() {
            to.write_all(&next).await?;
        }
        to.flush().await
    };
    timeout(within, writing)
        .await
        .unwrap_or_else(|_late| Err(io::ErrorKind::TimedOut.into()))
}

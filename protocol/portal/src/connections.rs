//! How many connections there may be: in all, and from one address. One too many is closed before it says a word.
use axum_server::accept::Accept;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Limits of one listener.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    pub total_max: usize,
    pub per_source_max: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            total_max: 2_000,
            per_source_max: 200,
        }
    }
}

/// Counts connections as they come and go.
#[derive(Clone, Debug)]
pub(crate) struct Doorkeeper {
    limits: ConnectionLimits,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    total: usize,
    by_source: BTreeMap<IpAddr, usize>,
}

impl Doorkeeper {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        Self {
            limits,
            inside: Arc::default(),
        }
    }

    fn enter(&self, source: IpAddr) -> Option<Place> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let own = inside.by_source.get(&source).copied().unwrap_or(0);
        if inside.total >= self.limits.total_max || own >= self.limits.per_source_max {
            metrics::counter!("http_connections_refused_total").increment(1);
            return None;
        }
        inside.total += 1;
        inside.by_source.insert(source, own + 1);
        Some(Place {
            source,
            inside: Arc::clone(&self.inside),
        })
    }
}

/// One connection's place; it is free again when this is dropped.
#[derive(Debug)]
struct Place {
    source: IpAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.total = inside.total.saturating_sub(1);
        if let Some(own) = inside.by_source.get_mut(&self.source) {
            *own -= 1;
            if *own == 0 {
                inside.by_source.remove(&self.source);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Doorkeeper {
    type Stream = Counted;
    type Service = S;
    type Future = Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(stream.peer_addr().and_then(|peer| {
            let place = self
                .enter(peer.ip().to_canonical())
                .ok_or_else(|| io::Error::other("too many connections"))?;
            stream.set_nodelay(true)?;
            let counted = Counted {
                stream,
                _place: place,
            };
            Ok((counted, service))
        }))
    }
}

/// A connection that holds its place as long as it lives, also after it became a WebSocket.
#[derive(Debug)]
pub(crate) struct Counted {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::{ConnectionLimits, Doorkeeper};
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn one_source_cannot_take_all_places_and_a_left_place_is_free_again() {
        let door = Doorkeeper::new(ConnectionLimits {
            total_max: 3,
            per_source_max: 2,
        });
        let ip = |n| IpAddr::V4(Ipv4Addr::new(10, 0, 0, n));
        let a = door.enter(ip(1)).unwrap();
        let _b = door.enter(ip(1)).unwrap();
        assert!(door.enter(ip(1)).is_none());
        let _c = door.enter(ip(2)).unwrap();
        assert!(door.enter(ip(3)).is_none());
        drop(a);
        assert!(door.enter(ip(3)).is_some());
    }
}

//! The listener: TLS handshakes, the limit on connections, and the end of all of them.
use super::{
    greeting::{self, House},
    ingest::Ingest,
    limits::Limits,
    peers::{NotSent, Peers},
    reason::Reason,
    tls::{HTTP, box_papers},
    web,
};
use axum::Router;
use bytes::Bytes;
use core::{net::SocketAddr, time::Duration};
use messages::{BoxId, lane::Lane};
use portal::Tasks;
use rustls::ServerConfig;
use std::{
    io,
    sync::{Arc, atomic::AtomicU64},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::TlsAcceptor;

/// After a failed `accept` (no file handles, say): not at full speed again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub struct MqttServer;

/// The running endpoint.
#[derive(Clone, Debug)]
pub struct MqttHandle {
    address: SocketAddr,
    peers: Arc<Peers>,
}

impl MqttServer {
    /// Listens until `tasks` are told to stop; then every box is told goodbye, and each message that had begun is written.
    pub fn start<I: Ingest>(
        listener: TcpListener,
        tls: Arc<ServerConfig>,
        ingest: Arc<I>,
        limits: Limits,
        tasks: &Tasks,
    ) -> io::Result<MqttHandle> {
        Self::start_with_web(listener, tls, ingest, limits, Router::new(), tasks)
    }

    /// The same, and `web` for boxes that ask for HTTPS on this port.
    pub fn start_with_web<I: Ingest>(
        listener: TcpListener,
        tls: Arc<ServerConfig>,
        ingest: Arc<I>,
        limits: Limits,
        web: Router,
        tasks: &Tasks,
    ) -> io::Result<MqttHandle> {
        let handle = MqttHandle {
            address: listener.local_addr()?,
            peers: Arc::new(Peers::default()),
        };
        let door = Door {
            tls: TlsAcceptor::from(tls),
            free: Arc::new(Semaphore::new(limits.connections_max)),
            house: Arc::new(House {
                ingest,
                peers: handle.peers.clone(),
                limits,
                stopping: tasks.stop_token(),
                nameless: AtomicU64::new(1),
            }),
            web,
            tasks: tasks.clone(),
        };
        tasks.spawn("mqtt listener", door.listen(listener));
        Ok(handle)
    }
}

impl MqttHandle {
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Queues a message for the box. It is dropped where the box does not subscribe to it.
    pub fn publish_down(
        &self,
        box_id: &BoxId,
        lane: Lane,
        bytes: impl Into<Bytes>,
    ) -> Result<(), NotSent> {
        self.peers.send(box_id, lane, &bytes.into())
    }

    /// The boxes that are connected now.
    #[must_use]
    pub fn connected(&self) -> Vec<BoxId> {
        self.peers.connected()
    }

    /// Sends a box away (it may come again).
    pub fn send_away(&self, box_id: &BoxId) {
        self.peers.send_away(box_id, Reason::NotAuthorized);
    }
}

struct Door<I> {
    tls: TlsAcceptor,
    free: Arc<Semaphore>,
    house: Arc<House<I>>,
    web: Router,
    tasks: Tasks,
}

impl<I: Ingest> Door<I> {
    async fn listen(self, listener: TcpListener) {
        let door = Arc::new(self);
        loop {
            let accepted = tokio::select! {
                () = door.house.stopping.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => door.clone().admit(stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "accept failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn admit(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        let Ok(permit) = self.free.clone().try_acquire_owned() else {
            tracing::warn!(%peer, "no room for another connection");
            return;
        };
        let tasks = self.tasks.clone();
        tasks.spawn("mqtt connection", async move {
            self.serve(stream, peer).await;
            drop(permit);
        });
    }

    async fn serve(&self, stream: TcpStream, peer: SocketAddr) {
        let _ = stream.set_nodelay(true);
        let handshake =
            tokio::time::timeout(self.house.limits.handshake_wait, self.tls.accept(stream));
        let shaken = tokio::select! {
            () = self.house.stopping.cancelled() => return,
            shaken = handshake => shaken,
        };
        let stream = match shaken {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return tracing::info!(%peer, %error, "no TLS with this peer"),
            Err(_) => return tracing::info!(%peer, "the TLS handshake took too long"),
        };
        let session = stream.get_ref().1;
        let wants_web = session.alpn_protocol() == Some(HTTP);
        match box_papers(session.peer_certificates()) {
            Ok(papers) if wants_web => {
                web::serve(stream, papers, self.web.clone(), &self.house.stopping).await;
            }
            Ok(papers) => greeting::serve(stream, papers, self.house.clone()).await,
            Err(why) => tracing::warn!(%peer, %why, "the certificate names no box"),
        }
    }
}

//! The beginning of a connection: CONNECT in time, a seat in the list, and the list's news for the inside.
use super::{
    connection,
    framed::{Broken, Framed},
    ingest::Ingest,
    limits::Limits,
    packet::{ClientPacket, ConnAck, Connect, ServerPacket},
    peers::Peers,
    reason::Reason,
    tls::BoxPapers,
    topic,
};
use messages::BoxId;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

/// What all connections share.
pub(super) struct House<I> {
    pub(super) ingest: Arc<I>,
    pub(super) peers: Arc<Peers>,
    pub(super) limits: Limits,
    pub(super) stopping: CancellationToken,
    /// Counts the clients that named themselves not.
    pub(super) nameless: AtomicU64,
}

/// Serves one authenticated stream until it ends.
pub(super) async fn serve<S, I>(stream: S, papers: BoxPapers, house: Arc<House<I>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    I: Ingest,
{
    let box_id = papers.box_id.clone();
    let mut framed = Framed::new(stream, &house.limits);
    let connect = match first_packet(&mut framed, &house).await {
        Ok(connect) => connect,
        Err(refused) => return refuse(framed, &box_id, refused).await,
    };
    let client_id = if connect.client_id.is_empty() {
        let number = house.nameless.fetch_add(1, Ordering::Relaxed);
        format!("nameless-{number}")
    } else {
        connect.client_id.clone()
    };
    if let Err(reason) = check_connect(&box_id, &connect) {
        return refuse(framed, &box_id, Some(reason)).await;
    }
    let seat = match house.peers.enter(&box_id, &client_id, &house.limits).await {
        Ok(seat) => seat,
        Err(reason) => return refuse(framed, &box_id, Some(reason)).await,
    };
    // Revoked between the handshake and the seat: from here on whoever revokes finds the seat.
    if house.ingest.is_revoked(&papers.certificate.serial) {
        house.peers.leave(&box_id, &client_id, seat);
        return refuse(framed, &box_id, Some(Reason::NotAuthorized)).await;
    }
    house.ingest.admitted(&papers).await;
    let first = seat.first;
    if first {
        house.ingest.link_changed(&box_id, true).await;
    }
    let seat = connection::run_seated(framed, &box_id, &client_id, &house, connect, seat).await;
    if house.peers.leave(&box_id, &client_id, seat) {
        house.ingest.link_changed(&box_id, false).await;
    }
}

/// CONNECT within its time. `Err(None)` closes without a word.
async fn first_packet<S, I>(
    framed: &mut Framed<S>,
    house: &House<I>,
) -> Result<Connect, Option<Reason>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let packet = tokio::select! {
        () = house.stopping.cancelled() => return Err(None),
        () = tokio::time::sleep(house.limits.connect_wait) => return Err(None),
        packet = framed.next() => packet,
    };
    match packet {
        Ok(ClientPacket::Connect(connect)) => Ok(connect),
        Ok(
            ClientPacket::Publish(_)
            | ClientPacket::PubAck(_)
            | ClientPacket::Subscribe { .. }
            | ClientPacket::Unsubscribe { .. }
            | ClientPacket::PingReq
            | ClientPacket::Disconnect { .. },
        ) => Err(Some(Reason::ProtocolError)),
        Err(Broken::Fault(fault)) => Err(Some(fault.reason)),
        Err(Broken::Gone) => Err(None),
    }
}

fn check_connect(box_id: &BoxId, connect: &Connect) -> Result<(), Reason> {
    if connect.client_id.len() > 128 {
        return Err(Reason::ClientIdentifierNotValid);
    }
    match &connect.will {
        Some(will) => topic::publish_lane(box_id, &will.topic).map(|_lane| ()),
        None => Ok(()),
    }
}

async fn refuse<S>(mut framed: Framed<S>, box_id: &BoxId, reason: Option<Reason>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    if let Some(reason) = reason {
        tracing::info!(%box_id, reason = reason.code(), "connection refused");
        let connack = ConnAck {
            reason,
            receive_max: 0,
            packet_bytes_max: 0,
            keep_alive_s: None,
            client_id: None,
            session_ends: false,
        };
        let _ = framed.send(&ServerPacket::ConnAck(connack)).await;
    }
    framed.close().await;
}

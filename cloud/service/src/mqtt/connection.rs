//! One box's connection, from CONNACK to its end.
use super::{
    framed::{Broken, Framed},
    greeting::House,
    ingest::{Ingest, Outcome},
    packet::{ClientPacket, ConnAck, Connect, Fault, Filter, Publish, ServerPacket, Will},
    peers::{Down, Seat},
    reason::Reason,
    topic,
};
use core::time::Duration;
use messages::{BoxId, lane::Lane};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};

/// How a connection ends.
#[derive(Debug)]
enum End {
    /// DISCONNECT came, or nothing more.
    Left { with_will: bool },
    /// We end it and say why.
    Ended { reason: Reason, what: &'static str },
}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Fault(Fault { reason, what }) => Self::Ended { reason, what },
            Broken::Gone => Self::Left { with_will: true },
        }
    }
}

struct Connection<S, I> {
    framed: Framed<S>,
    box_id: BoxId,
    house: Arc<House<I>>,
    /// Filter → granted QoS.
    subscriptions: BTreeMap<String, u8>,
    /// QoS 1 messages of ours without their PUBACK.
    unacknowledged: BTreeSet<u16>,
    last_packet_id: u16,
    receive_max: usize,
    packet_bytes_max: u32,
    keep_alive: Duration,
    heard_at: Instant,
}

/// Serves the connection until it ends, and hands the seat back.
pub(super) async fn run_seated<S, I>(
    framed: Framed<S>,
    box_id: &BoxId,
    client_id: &str,
    house: &Arc<House<I>>,
    connect: Connect,
    mut seat: Seat,
) -> Seat
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    I: Ingest,
{
    let keep_alive_s = house.limits.keep_alive_s(connect.keep_alive_s);
    let mut connection = Connection {
        framed,
        box_id: box_id.clone(),
        house: house.clone(),
        subscriptions: BTreeMap::new(),
        unacknowledged: BTreeSet::new(),
        last_packet_id: 0,
        receive_max: usize::from(connect.receive_max),
        packet_bytes_max: connect.packet_bytes_max,
        keep_alive: Duration::from_secs(u64::from(keep_alive_s)) * 3 / 2,
        heard_at: Instant::now(),
    };
    let end = connection
        .run(&connect, client_id, keep_alive_s, &mut seat)
        .await;
    let with_will = match end {
        End::Left { with_will } => {
            tracing::debug!(%box_id, with_will, "box left");
            with_will
        }
        End::Ended { reason, what } => {
            tracing::info!(%box_id, reason = reason.code(), what, "connection ended");
            let _ = connection
                .framed
                .send(&ServerPacket::Disconnect(reason))
                .await;
            true
        }
    };
    connection.framed.close().await;
    if let Some(will) = connect.will.filter(|_| with_will) {
        publish_will(box_id, house, will).await;
    }
    seat
}

async fn publish_will<I: Ingest>(box_id: &BoxId, house: &House<I>, will: Will) {
    if let Ok(lane) = topic::publish_lane(box_id, &will.topic) {
        house.ingest.publish(box_id, lane, will.payload).await;
    }
}

enum Event {
    SentAway(Reason),
    Down(Down),
    Packet(Result<ClientPacket, Broken>),
    Silent,
}

impl<S, I> Connection<S, I>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    I: Ingest,
{
    async fn run(
        &mut self,
        connect: &Connect,
        client_id: &str,
        keep_alive_s: u16,
        seat: &mut Seat,
    ) -> End {
        let connack = ConnAck {
            reason: Reason::Success,
            receive_max: self.house.limits.receive_max,
            packet_bytes_max: self.house.limits.packet_bytes_max,
            keep_alive_s: (keep_alive_s != connect.keep_alive_s).then_some(keep_alive_s),
            client_id: connect.client_id.is_empty().then(|| client_id.to_owned()),
            session_ends: connect.session_expiry_s > 0,
        };
        if let Err(broken) = self.framed.send(&ServerPacket::ConnAck(connack)).await {
            return broken.into();
        }
        tracing::debug!(box_id = %self.box_id, "box connected");
        loop {
            let event = self.wait(seat).await;
            if let Err(end) = self.handle(event).await {
                return end;
            }
        }
    }

    async fn wait(&mut self, seat: &mut Seat) -> Event {
        let may_send = self.unacknowledged.len() < self.receive_max;
        let silent_at = self.heard_at + self.keep_alive;
        tokio::select! {
            biased;
            () = self.house.stopping.cancelled() => Event::SentAway(Reason::ServerShuttingDown),
            reason = sent_away(&mut seat.kicked) => Event::SentAway(reason),
            Some(down) = seat.down.recv(), if may_send => Event::Down(down),
            packet = self.framed.next() => Event::Packet(packet),
            () = tokio::time::sleep_until(silent_at) => Event::Silent,
        }
    }

    async fn handle(&mut self, event: Event) -> Result<(), End> {
        match event {
            Event::SentAway(reason) => Err(End::Ended {
                reason,
                what: "sent away",
            }),
            Event::Silent => Err(End::Ended {
                reason: Reason::KeepAliveTimeout,
                what: "nothing heard",
            }),
            Event::Down((lane, bytes)) => self.send_down(lane, bytes).await,
            Event::Packet(packet) => {
                self.heard_at = Instant::now();
                self.packet(packet?).await
            }
        }
    }

    async fn packet(&mut self, packet: ClientPacket) -> Result<(), End> {
        match packet {
            ClientPacket::Connect(_) => Err(Fault::protocol("a second CONNECT").into()),
            ClientPacket::Publish(publish) => self.publish(publish).await,
            ClientPacket::PubAck(packet_id) => {
                self.unacknowledged.remove(&packet_id);
                Ok(())
            }
            ClientPacket::Subscribe { packet_id, filters } => {
                let reasons = filters
                    .iter()
                    .map(|filter| self.subscribe(filter))
                    .collect();
                self.send(&ServerPacket::SubAck { packet_id, reasons })
                    .await
            }
            ClientPacket::Unsubscribe { packet_id, filters } => {
                let reasons = filters
                    .iter()
                    .map(|filter| match self.subscriptions.remove(filter) {
                        Some(_) => 0,
                        None => 0x11, // no subscription existed
                    })
                    .collect();
                self.send(&ServerPacket::UnsubAck { packet_id, reasons })
                    .await
            }
            ClientPacket::PingReq => self.send(&ServerPacket::PingResp).await,
            ClientPacket::Disconnect { with_will } => Err(End::Left { with_will }),
        }
    }

    /// The granted QoS, or the reason for none.
    fn subscribe(&mut self, filter: &Filter) -> u8 {
        if let Err(reason) = topic::check_filter(&self.box_id, &filter.text) {
            tracing::warn!(box_id = %self.box_id, reason = reason.code(), "subscription denied");
            return reason.byte();
        }
        let full = self.subscriptions.len() >= self.house.limits.subscriptions_max;
        if full && !self.subscriptions.contains_key(&filter.text) {
            return Reason::QuotaExceeded.byte();
        }
        let granted = filter.qos.min(1);
        self.subscriptions.insert(filter.text.clone(), granted);
        granted
    }

    async fn publish(&mut self, publish: Publish) -> Result<(), End> {
        let lane = match topic::publish_lane(&self.box_id, &publish.topic) {
            Ok(lane) => lane,
            Err(reason) => return self.deny(publish.packet_id, reason).await,
        };
        let house = self.house.clone();
        let outcome = house
            .ingest
            .publish(&self.box_id, lane, publish.payload)
            .await;
        let (reason, replies) = match outcome {
            Outcome::Committed { replies } => (Reason::Success, replies),
            Outcome::Refused { code, replies } => {
                tracing::warn!(box_id = %self.box_id, lane = lane.name(), code, "message refused");
                (Reason::PayloadFormatInvalid, replies)
            }
            Outcome::Unavailable { code } => {
                tracing::warn!(box_id = %self.box_id, lane = lane.name(), code, "not written");
                return Err(End::Ended {
                    reason: Reason::ServerBusy,
                    what: code,
                });
            }
        };
        for (lane, bytes) in replies {
            if let Err(why) = self.house.peers.send(&self.box_id, lane, &bytes) {
                tracing::debug!(box_id = %self.box_id, %why, "reply dropped");
            }
        }
        self.acknowledge(publish.packet_id, reason).await
    }

    /// A QoS 1 message is refused in its PUBACK; QoS 0 has none, so the connection ends.
    async fn deny(&mut self, packet_id: Option<u16>, reason: Reason) -> Result<(), End> {
        tracing::warn!(box_id = %self.box_id, reason = reason.code(), "publish denied");
        if packet_id.is_none() {
            let what = "publish denied";
            return Err(End::Ended { reason, what });
        }
        self.acknowledge(packet_id, reason).await
    }

    async fn acknowledge(&mut self, packet_id: Option<u16>, reason: Reason) -> Result<(), End> {
        let Some(packet_id) = packet_id else {
            return Ok(());
        };
        self.send(&ServerPacket::PubAck { packet_id, reason }).await
    }

    async fn send_down(&mut self, lane: Lane, bytes: bytes::Bytes) -> Result<(), End> {
        let topic = lane.topic(&self.box_id);
        let granted = self
            .subscriptions
            .iter()
            .filter(|(filter, _)| topic::reaches(filter, &topic))
            .map(|(_, qos)| *qos)
            .max();
        let Some(qos) = granted else {
            return Ok(());
        };
        if u32::try_from(bytes.len() + topic.len() + 16)
            .is_ok_and(|size| size > self.packet_bytes_max)
        {
            tracing::warn!(box_id = %self.box_id, lane = lane.name(), "larger than the box takes");
            return Ok(());
        }
        let packet_id = (qos > 0).then(|| self.next_packet_id());
        self.send(&ServerPacket::Publish(Publish {
            topic,
            payload: bytes,
            packet_id,
            dup: false,
        }))
        .await
    }

    /// Free of those that wait for their PUBACK: fewer than 65,535 do.
    fn next_packet_id(&mut self) -> u16 {
        loop {
            self.last_packet_id = self.last_packet_id.checked_add(1).unwrap_or(1);
            if self.unacknowledged.insert(self.last_packet_id) {
                return self.last_packet_id;
            }
        }
    }

    async fn send(&mut self, packet: &ServerPacket) -> Result<(), End> {
        self.framed.send(packet).await.map_err(End::from)
    }
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        Self::from(Broken::Fault(fault))
    }
}

/// Waits until somebody sends this connection away.
async fn sent_away(kicked: &mut tokio::sync::watch::Receiver<Option<Reason>>) -> Reason {
    let reason = kicked.wait_for(Option::is_some).await;
    reason
        .ok()
        .and_then(|reason| *reason)
        .unwrap_or(Reason::ServerShuttingDown)
}

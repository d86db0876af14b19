//! The pipe over MQTT 5: the one file that names `rumqttc`.
//!
//! A client lives for one connection: after a loss it is thrown away with all that was queued in it, because what it
//! would send again by itself is neither all nor in order. The journal's cursor is what counts.
use super::{
    LinkConfig,
    broker_address::BrokerAddress,
    pipe::{Pipe, PipeEvent, PipeFull, Pipes},
    tls::client_config,
    trust::{given_keys, trust},
};
use crate::enroll::{BoxPaths, HqPlace};
use branch_store::GivenKeys;
use core::time::Duration;
use identity::whole_file;
use link::Trust;
use messages::{
    BootId, BoxId,
    lane::{Lane, LinkState},
    wire,
};
use portal::Tasks;
use rumqttc::{
    TlsConfiguration, Transport,
    v5::{
        AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, StateError, TlsError,
        mqttbytes::{
            Error as CodecError, QoS,
            v5::{
                ConnectReturnCode, DisconnectReasonCode, Filter, LastWill, Packet, PubAckReason,
                Publish, SubscribeReasonCode,
            },
        },
    },
};
use rustls::{AlertDescription, CertificateError, ClientConfig};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};
use tokio_util::sync::{CancellationToken, DropGuard};

const PACKET_BYTES_MAX: u32 = 256 * 1024;
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Nothing from the broker for so long, not even a ping's answer: the connection is dead, whatever TCP says.
const SILENCE_MAX: Duration = Duration::from_secs(20);
const CONNECT_WAIT_S: u64 = 10;
/// Room for a full window of batches, a HELLO and metrics.
const SEND_QUEUE_MAX: usize = 16;
const EVENT_QUEUE_MAX: usize = 32;
const IN_FLIGHT_MAX: u16 = 16;

pub(super) struct MqttPipes {
    broker: Option<BrokerAddress>,
    folder: PathBuf,
    redial: Arc<Notify>,
    tenant: Option<String>,
    box_id: BoxId,
    boot: BootId,
    tasks: Tasks,
}

/// What one connection is made with.
struct Papers {
    broker: BrokerAddress,
    tls: Arc<ClientConfig>,
    /// A renewed certificate is tried for the first time.
    trial: Option<BoxPaths>,
}

impl MqttPipes {
    pub(super) fn new(config: &LinkConfig, tasks: Tasks) -> Self {
        Self {
            broker: config.broker.clone(),
            folder: config.certificates.clone(),
            redial: config.redial.clone(),
            tenant: config.tenant.clone(),
            box_id: config.box_id.clone(),
            boot: config.boot,
            tasks,
        }
    }

    /// Looks into the folder anew for each connection: an identity that has come, or was renewed, is taken up by the next
    /// one. Small files, read at most twice a second.
    fn papers(&self) -> Result<Papers, &'static str> {
        let paths = BoxPaths::within(&self.folder);
        if !paths.identity.exists() {
            return Err("not_enrolled");
        }
        let broker = match &self.broker {
            Some(named) => named.clone(),
            None => told_broker(&self.folder)?,
        };
        let trial = paths.next.exists();
        let file = if trial { &paths.next } else { &paths.identity };
        let tls = client_config(&paths.ca, file).map_err(|bad| bad.code())?;
        Ok(Papers {
            broker,
            tls: Arc::new(tls),
            trial: trial.then_some(paths),
        })
    }

    fn options(&self, papers: &Papers) -> MqttOptions {
        let BrokerAddress { host, port } = &papers.broker;
        let mut options = MqttOptions::new(self.box_id.as_str(), host, *port);
        options
            .set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(
                papers.tls.clone(),
            )))
            .set_keep_alive(KEEP_ALIVE)
            .set_connection_timeout(CONNECT_WAIT_S)
            .set_max_packet_size(Some(PACKET_BYTES_MAX))
            .set_outgoing_inflight_upper_limit(IN_FLIGHT_MAX)
            .set_clean_start(true);
        let gone = LinkState {
            connected: false,
            boot: self.boot,
        };
        if let Ok(message) = wire::encode(&gone) {
            let topic = Lane::State.topic(&self.box_id);
            options.set_last_will(LastWill::new(topic, message, QoS::AtLeastOnce, false, None));
        }
        options
    }

    fn pump(
        &self,
        papers: Papers,
        events: mpsc::Sender<PipeEvent>,
        stop: CancellationToken,
    ) -> AsyncClient {
        let (client, event_loop) = AsyncClient::new(self.options(&papers), SEND_QUEUE_MAX);
        let pump = Pump {
            client: client.clone(),
            box_id: self.box_id.clone(),
            events,
            redial: self.redial.clone(),
            trial: papers.trial,
            heard_at: Instant::now(),
        };
        self.tasks.spawn("link pump", async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = pump.run(event_loop) => {}
            }
        });
        client
    }
}

fn told_broker(folder: &Path) -> Result<BrokerAddress, &'static str> {
    let place = HqPlace::read(folder).map_err(|bad| bad.code())?;
    let broker = place.ok_or("no_broker")?.broker;
    BrokerAddress::parse(&broker).map_err(|_bad| "no_broker")
}

impl Pipes for MqttPipes {
    type Pipe = MqttPipe;

    fn believed(&self) -> Option<Trust> {
        Some(trust(&self.folder, self.tenant.as_deref(), &self.box_id))
    }

    fn given(&self) -> GivenKeys {
        given_keys(&self.folder)
    }

    fn open(&mut self) -> MqttPipe {
        let (events_tx, events) = mpsc::channel(EVENT_QUEUE_MAX);
        let stop = CancellationToken::new();
        let client = match self.papers() {
            Ok(papers) => Some(self.pump(papers, events_tx, stop.clone())),
            Err(code) => {
                let _empty = events_tx.try_send(down(code));
                None
            }
        };
        MqttPipe {
            client,
            box_id: self.box_id.clone(),
            events,
            _stop: stop.drop_guard(),
        }
    }
}

pub(super) struct MqttPipe {
    /// None: there was nothing to connect with.
    client: Option<AsyncClient>,
    box_id: BoxId,
    events: mpsc::Receiver<PipeEvent>,
    _stop: DropGuard,
}

impl Pipe for MqttPipe {
    async fn next(&mut self) -> PipeEvent {
        self.events.recv().await.unwrap_or(PipeEvent::Down {
            code: "connection_lost",
        })
    }

    fn send(&mut self, lane: Lane, bytes: Vec<u8>) -> Result<(), PipeFull> {
        let qos = if lane == Lane::Metrics {
            QoS::AtMostOnce
        } else {
            QoS::AtLeastOnce
        };
        let client = self.client.as_ref().ok_or(PipeFull)?;
        client
            .try_publish(lane.topic(&self.box_id), qos, false, bytes)
            .map_err(|_full| PipeFull)
    }
}

/// Turns the client's events into the pipe's, until the first trouble.
struct Pump {
    client: AsyncClient,
    box_id: BoxId,
    events: mpsc::Sender<PipeEvent>,
    redial: Arc<Notify>,
    trial: Option<BoxPaths>,
    heard_at: Instant,
}

impl Pump {
    async fn run(mut self, mut event_loop: EventLoop) {
        loop {
            let polled = tokio::time::timeout_at(self.heard_at + SILENCE_MAX, event_loop.poll());
            let polled = tokio::select! {
                polled = polled => polled,
                () = self.redial.notified() => {
                    let _gone = self.events.send(down("certificate_renewed")).await;
                    return;
                }
            };
            let event = match polled {
                Ok(Ok(Event::Incoming(packet))) => {
                    self.heard_at = Instant::now();
                    self.incoming(packet)
                }
                Ok(Ok(Event::Outgoing(_))) => None,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "link connection ended");
                    Some(down(code_of(&error)))
                }
                Err(_) => Some(down("broker_silent")),
            };
            let Some(event) = event else {
                continue;
            };
            let is_last = matches!(event, PipeEvent::Down { .. });
            self.end_trial(&event).await;
            if self.events.send(event).await.is_err() || is_last {
                return;
            }
        }
    }

    /// A renewed certificate that connected takes the old one's place; one that is refused is thrown away.
    async fn end_trial(&mut self, event: &PipeEvent) {
        let refused = |code: &str| code.starts_with("own_certificate");
        let good = match event {
            PipeEvent::Up => true,
            PipeEvent::Down { code } if refused(code) => false,
            PipeEvent::Down { .. } | PipeEvent::Received { .. } => return,
        };
        let Some(paths) = self.trial.take() else {
            return;
        };
        let ended = tokio::task::spawn_blocking(move || {
            if good {
                fs::rename(&paths.next, &paths.identity)?;
            } else {
                fs::remove_file(&paths.next)?;
            }
            whole_file::sync_folder(&paths.identity)
        });
        match ended.await {
            Ok(Ok(())) => tracing::info!(good, "the renewed certificate was tried"),
            Ok(Err(bad)) => tracing::warn!(%bad, "the renewed certificate did not find its place"),
            Err(bad) => tracing::error!(%bad, "keeping a certificate panicked"),
        }
    }

    #[allow(clippy::wildcard_enum_match_arm)] // of a foreign enum, these are what a box is sent
    fn incoming(&self, packet: Packet) -> Option<PipeEvent> {
        match packet {
            Packet::ConnAck(_) => self.subscribe(),
            Packet::SubAck(suback) => {
                let granted = suback
                    .return_codes
                    .iter()
                    .all(|code| matches!(code, SubscribeReasonCode::Success(_)));
                Some(if granted {
                    PipeEvent::Up
                } else {
                    down("subscription_denied")
                })
            }
            Packet::Publish(publish) => self.received(&publish),
            Packet::PubAck(ack) => match ack.reason {
                PubAckReason::NotAuthorized | PubAckReason::TopicNameInvalid => {
                    Some(down("publish_denied"))
                }
                _ => None, // what a message means is acknowledged in the lanes themselves
            },
            _ => None,
        }
    }

    fn subscribe(&self) -> Option<PipeEvent> {
        let filters = Lane::DOWN
            .iter()
            .map(|lane| Filter::new(lane.topic(&self.box_id), QoS::AtLeastOnce));
        match self.client.try_subscribe_many(filters) {
            Ok(()) => None,
            Err(_) => Some(down("client_full")),
        }
    }

    fn received(&self, publish: &Publish) -> Option<PipeEvent> {
        let topic = core::str::from_utf8(&publish.topic).ok()?;
        let (box_id, lane) = Lane::of_topic(topic)?;
        (box_id == self.box_id && Lane::DOWN.contains(&lane)).then(|| PipeEvent::Received {
            lane,
            bytes: publish.payload.to_vec(),
        })
    }
}

const fn down(code: &'static str) -> PipeEvent {
    PipeEvent::Down { code }
}

/// Stable codes for what can end a connection; also the keys of their labels in the UI.
fn code_of(error: &ConnectionError) -> &'static str {
    match error {
        ConnectionError::Timeout(_) => "connect_timeout",
        ConnectionError::Io(error) | ConnectionError::Tls(TlsError::Io(error)) => code_of_io(error),
        ConnectionError::Tls(TlsError::TLS(error)) => code_of_tls(error),
        ConnectionError::Tls(_) => "tls_failed",
        ConnectionError::ConnectionRefused(code) => code_of_refusal(*code),
        ConnectionError::NotConnAck(_) => "broker_protocol",
        ConnectionError::RequestsDone => "client_ended",
        ConnectionError::MqttState(error) => code_of_state(error),
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // a foreign enum: the rest is a lost connection
fn code_of_state(error: &StateError) -> &'static str {
    match error {
        StateError::Io(error) | StateError::Deserialization(CodecError::Io(error)) => {
            code_of_io(error)
        }
        StateError::Deserialization(_) => "broker_protocol",
        StateError::AwaitPingResp => "broker_silent",
        StateError::ServerDisconnect { reason_code, .. } => match reason_code {
            DisconnectReasonCode::SessionTakenOver => "taken_over",
            DisconnectReasonCode::NotAuthorized => "not_authorized",
            DisconnectReasonCode::ServerBusy => "broker_busy",
            DisconnectReasonCode::ServerShuttingDown => "broker_stopping",
            _ => "broker_disconnected",
        },
        _ => "connection_lost",
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // a foreign enum: the rest is a refusal without a name of its own
const fn code_of_refusal(code: ConnectReturnCode) -> &'static str {
    match code {
        ConnectReturnCode::NotAuthorized => "not_authorized",
        ConnectReturnCode::ServerBusy | ConnectReturnCode::ServerUnavailable => "broker_busy",
        _ => "broker_refused",
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // a foreign enum: the rest is a lost connection
fn code_of_io(error: &io::Error) -> &'static str {
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return code_of_tls(tls);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection_refused",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "no_route",
        io::ErrorKind::TimedOut => "connect_timeout",
        _ => "connection_lost",
    }
}

/// A refused certificate is told apart by who refuses whose.
#[allow(clippy::wildcard_enum_match_arm)] // a foreign enum
const fn code_of_tls(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => "broker_certificate_time",
        rustls::Error::InvalidCertificate(_) => "broker_certificate_refused",
        rustls::Error::AlertReceived(AlertDescription::CertificateExpired) => {
            "own_certificate_expired"
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRevoked) => {
            "own_certificate_revoked"
        }
        rustls::Error::AlertReceived(
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError,
        ) => "own_certificate_refused",
        _ => "tls_failed",
    }
}

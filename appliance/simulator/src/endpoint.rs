//! A SIP machine on a socket of its own: bytes in, events out, commands carried out.
use bytes::Bytes;
use messages::{Moment, Now, UtcMs};
use sansio::{Machine as _, Secrets};
use sip::{Command, Config, Event, Flow, Input, LegId, Output, Sip, Transport};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub struct Endpoint {
    socket: UdpSocket,
    local: SocketAddr,
    sip: Sip,
    started: Instant,
    buffer: Vec<u8>,
    events: Vec<Event>,
}

/// Randomness for tags and nonces.
struct OsSecrets;

impl Secrets for OsSecrets {
    fn fill(&mut self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            tracing::error!("the system gives no random bytes");
        }
    }
}

impl Endpoint {
    /// Binds the socket; the error names the address.
    pub fn bind(listen: SocketAddr, config: Config) -> io::Result<Self> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{listen}: {error}"));
        let socket = UdpSocket::bind(listen).map_err(named)?;
        let local = socket.local_addr()?;
        let sip = Sip::new(Box::new(OsSecrets));
        let mut endpoint = Self {
            socket,
            local,
            sip,
            started: Instant::now(),
            buffer: vec![0; 65_536],
            events: Vec::new(),
        };
        let mut config = config;
        // whoever configures it cannot know the port yet
        for flow in config
            .trunks
            .iter_mut()
            .filter_map(|trunk| trunk.flow.as_mut())
        {
            flow.local = local;
        }
        endpoint.give(Input::Configure(config));
        Ok(endpoint)
    }

    #[must_use]
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    #[must_use]
    pub fn flow_to(&self, remote: SocketAddr) -> Flow {
        Flow {
            transport: Transport::Udp,
            local: self.local,
            remote,
            connection: 0,
        }
    }

    #[must_use]
    pub fn now(&self) -> Now {
        let micros = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let utc = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        Now {
            mono: Moment::from_micros(micros),
            utc: UtcMs(utc),
            utc_trusted: true,
        }
    }

    pub fn command(&mut self, command: Command) {
        self.give(Input::Command(command));
    }

    pub fn mint_leg(&mut self) -> LegId {
        self.sip.mint_leg()
    }

    /// Waits for a datagram, a deadline, or at most `wait`; hands over what has happened.
    pub fn step(&mut self, wait: Duration) -> Vec<Event> {
        if self.events.is_empty() {
            self.listen(wait);
        }
        core::mem::take(&mut self.events)
    }

    fn listen(&mut self, wait: Duration) {
        let now = self.now().mono;
        let left = self
            .sip
            .deadline()
            .map_or(wait, |at| at.since(now).min(wait));
        // A time-out of zero would mean: wait for ever.
        let _ = self
            .socket
            .set_read_timeout(Some(left.max(Duration::from_millis(1))));
        if let Ok((length, remote)) = self.socket.recv_from(&mut self.buffer) {
            let flow = self.flow_to(remote);
            let bytes = Bytes::copy_from_slice(&self.buffer[..length]);
            self.give(Input::Received { flow, bytes });
        }
        let now = self.now();
        if self.sip.deadline().is_some_and(|at| at <= now.mono) {
            self.sip.tick(now);
            self.drain();
        }
    }

    fn give(&mut self, input: Input) {
        let now = self.now();
        self.sip.handle(now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.sip.poll() {
            match output {
                Output::Send { flow, bytes } => {
                    if let Err(error) = self.socket.send_to(&bytes, flow.remote) {
                        tracing::debug!(%error, "a datagram was not sent");
                    }
                }
                Output::CloseFlow { .. } | Output::Traced(_) | Output::LegNamed { .. } => {}
                Output::Event(event) => self.events.push(event),
            }
        }
    }
}

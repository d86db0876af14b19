//! One media thread: reads what came, forwards it, sleeps until the next beat.
use super::counters::{MediaCount, MediaCounters};
use super::orders::Shard;
use super::pool::Pool;
use super::{Reports, TellTime};
use crate::recorder::{FeedWriter, RecorderFeed};
use media::{Outlet, PortPair, RecordFrame, Relay, RelayOutput};
use messages::{Moment, Now};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Packets wait at most this long, so that one wake-up serves many.
const BEAT: Duration = Duration::from_micros(1_500);
/// Sockets handed over by one look; each has usually one packet.
const READY_MAX: usize = 1_024;
/// Looks in one beat. A socket that is flooded is read this often, then the others have their turn.
const LOOKS_MAX: usize = 32;
/// Old packets thrown away when a port is used again.
const STALE_MAX: usize = 4_096;
/// No packet of sound is longer; what is longer is cut and fails as RTP or passes shortened by its own sender's fault.
const DATAGRAM_MAX: usize = 2_048;
const BELL: u64 = u64::MAX;

/// What all threads share.
pub(super) struct Seat {
    pub pool: Arc<Pool>,
    pub time: TellTime,
    pub feed: Option<RecorderFeed>,
    pub reports: Reports,
    pub counters: Arc<MediaCounters>,
    pub stop: Arc<AtomicBool>,
}

pub(super) struct Worker {
    pool: Arc<Pool>,
    time: TellTime,
    reports: Reports,
    counters: Arc<MediaCounters>,
    stop: Arc<AtomicBool>,
    shard: Shard,
    relay: Relay,
    feed: FeedWriter,
    epoll: OwnedFd,
    buffer: Box<[u8; DATAGRAM_MAX]>,
    batch: MediaCount,
}

/// Where packets and audio go.
struct Outside<'a> {
    now: Moment,
    pool: &'a Pool,
    batch: &'a mut MediaCount,
    feed: &'a mut FeedWriter,
}

impl Outlet for Outside<'_> {
    fn send(&mut self, slot: usize, to: SocketAddr, packet: &[u8]) {
        self.send_from(&self.pool.pairs[slot].rtp, to, packet);
    }

    fn send_rtcp(&mut self, slot: usize, to: SocketAddr, packet: &[u8]) {
        self.send_from(&self.pool.pairs[slot].rtcp, to, packet);
    }

    fn record(&mut self, frame: &RecordFrame<'_>) {
        self.feed.frame(self.now, frame);
    }
}

impl Outside<'_> {
    fn send_from(&mut self, socket: &UdpSocket, to: SocketAddr, packet: &[u8]) {
        match socket.send_to(packet, self.pool.reached_as(to)) {
            Ok(_) => self.batch.sent += 1,
            Err(_) => self.batch.send_failed += 1,
        }
    }
}

impl Worker {
    pub(super) fn new(seat: Seat, shard: Shard) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let bell = epoll::EventData::new_u64(BELL);
        epoll::add(&epoll, &*shard.bell, bell, epoll::EventFlags::IN)?;
        Ok(Self {
            relay: Relay::new(seat.pool.ports()),
            pool: seat.pool,
            time: seat.time,
            reports: seat.reports,
            counters: seat.counters,
            stop: seat.stop,
            shard,
            feed: FeedWriter::new(seat.feed),
            epoll,
            buffer: Box::new([0; DATAGRAM_MAX]),
            batch: MediaCount::default(),
        })
    }

    pub(super) fn run(mut self) {
        let mut ready = Vec::with_capacity(READY_MAX);
        let mut slept_from = None;
        while !self.stop.load(Ordering::Acquire) {
            if let Some(before) = slept_from.take() {
                let took = (self.time)().mono.since(before);
                self.counters.beat_was_late(took.saturating_sub(BEAT));
            }
            let timeout = self.until_deadline();
            self.batch.wake_ups = 1;
            self.beat(timeout, &mut ready);
            self.batch.record_dropped = self.feed.take_dropped();
            self.counters.add(&core::mem::take(&mut self.batch));
            if self.relay.deadline().is_some() {
                slept_from = Some((self.time)().mono);
                std::thread::sleep(BEAT);
            }
        }
        // What was ordered before the stop is still done.
        self.obey((self.time)());
    }

    /// Waits for something to do, and does all of it.
    fn beat(&mut self, timeout: Option<Duration>, ready: &mut Vec<epoll::Event>) {
        let mut timeout = timeout;
        for _ in 0..LOOKS_MAX {
            let now = match self.look(timeout, ready) {
                Ok(0) => break,
                Ok(_) => (self.time)(),
                Err(error) => {
                    tracing::error!(%error, "the media thread cannot wait for packets");
                    break;
                }
            };
            self.read(now, ready);
            timeout = Some(Duration::ZERO);
        }
        let now = (self.time)();
        self.obey(now);
        self.tick(now.mono);
        self.feed.retry();
    }

    fn look(
        &self,
        timeout: Option<Duration>,
        ready: &mut Vec<epoll::Event>,
    ) -> rustix::io::Result<usize> {
        ready.clear();
        let timeout = timeout.and_then(|t| Timespec::try_from(t).ok());
        let space = spare_capacity(ready);
        match epoll::wait(&self.epoll, space, timeout.as_ref()) {
            Err(rustix::io::Errno::INTR) => Ok(0),
            other => other.map(|_| ready.len()),
        }
    }

    /// One packet of each socket that has some.
    fn read(&mut self, now: Now, ready: &[epoll::Event]) {
        for event in ready {
            let data = event.data;
            if data.u64() == BELL {
                let _ = rustix::io::read(&*self.shard.bell, &mut [0; 8]);
                continue;
            }
            let key = usize::try_from(data.u64()).unwrap_or(usize::MAX);
            self.receive(now, key / 2, key % 2 == 1);
        }
    }

    fn receive(&mut self, now: Now, slot: usize, rtcp: bool) {
        let Some(pair) = self.pool.pairs.get(slot) else {
            return;
        };
        let socket = if rtcp { &pair.rtcp } else { &pair.rtp };
        let Ok((length, from)) = socket.recv_from(&mut self.buffer[..]) else {
            return;
        };
        // a socket of both families names a peer of IPv4 by its mapped address
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        self.batch.received += 1;
        let bytes = &mut self.buffer[..length];
        let mut outside = Outside {
            now: now.mono,
            pool: &self.pool,
            batch: &mut self.batch,
            feed: &mut self.feed,
        };
        if rtcp {
            self.relay.rtcp(now.mono, slot, from, bytes, &mut outside);
        } else {
            self.relay.rtp(now.mono, slot, from, bytes, &mut outside);
        }
    }

    fn obey(&mut self, now: Now) {
        while let Ok(command) = self.shard.orders.try_recv() {
            if let Err(bad) = self.relay.order(now.mono, command) {
                tracing::warn!(code = bad.code(), "an order to media does not fit");
            }
            self.carry_out(now.mono);
        }
    }

    fn tick(&mut self, now: Moment) {
        let mut outside = Outside {
            now,
            pool: &self.pool,
            batch: &mut self.batch,
            feed: &mut self.feed,
        };
        self.relay.tick(now, &mut outside);
        self.carry_out(now);
    }

    fn carry_out(&mut self, now: Moment) {
        while let Some(output) = self.relay.poll() {
            match output {
                RelayOutput::Report(report) => self.reports.push(report),
                RelayOutput::RecordingBegun { recording } => self.feed.begun(recording),
                RelayOutput::RecordingOver { recording } => self.feed.over(recording, now),
                RelayOutput::Listen { slot } => self.listen(slot),
                RelayOutput::Leave { slot } => self.leave(slot),
            }
        }
    }

    fn listen(&mut self, slot: usize) {
        let pair = &self.pool.pairs[slot];
        for (rtcp, socket) in [(0, &pair.rtp), (1, &pair.rtcp)] {
            empty(socket, &mut self.buffer[..]);
            let key = u64::try_from(slot * 2 + rtcp).unwrap_or(BELL);
            let data = epoll::EventData::new_u64(key);
            if let Err(error) = epoll::add(&self.epoll, socket, data, epoll::EventFlags::IN) {
                unwatched(pair.port, error);
            }
        }
    }

    fn leave(&mut self, slot: usize) {
        let pair = &self.pool.pairs[slot];
        for socket in [&pair.rtp, &pair.rtcp] {
            if let Err(error) = epoll::delete(&self.epoll, socket) {
                unwatched(pair.port, error);
            }
        }
    }

    fn until_deadline(&self) -> Option<Duration> {
        let deadline = self.relay.deadline()?;
        Some(deadline.since((self.time)().mono))
    }
}

/// What lay in the socket since its last call belongs to nobody.
fn empty(socket: &UdpSocket, buffer: &mut [u8]) {
    for _ in 0..STALE_MAX {
        if socket.recv_from(buffer).is_err() {
            return;
        }
    }
}

fn unwatched(port: PortPair, error: rustix::io::Errno) {
    tracing::error!(port = port.rtp, %error, "a relay port cannot be watched");
}

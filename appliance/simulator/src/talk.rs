//! The sound of all calls of an end: one thread, one beat of 20 ms, a socket for each call.
use crate::announcement::Announcement;
use crate::audio::{FRAME, Voice};
use media::Law;
use media::rtp::{RtpHeader, RtpPacket};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const BEAT: Duration = Duration::from_millis(20);
/// A sample louder than this makes a packet count as voiced.
const VOICED: u16 = 500;

/// What an end says on a call.
#[derive(Clone, Debug)]
pub enum Says {
    Nothing,
    Voice(Box<Voice>),
    Announcement(Announcement),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub sent: u64,
    pub received: u64,
    pub voiced: u64,
}

struct Stream {
    socket: UdpSocket,
    remote: Option<SocketAddr>,
    says: Says,
    header: RtpHeader,
    frames: u64,
    counts: Counts,
}

/// All streams of an end. Cheap to clone.
#[derive(Clone, Default)]
pub struct Talk {
    streams: Arc<Mutex<BTreeMap<u64, Stream>>>,
    stop: Arc<AtomicBool>,
}

impl Talk {
    /// Starts the beat; it ends with `stop`.
    pub fn start(&self, name: &str) -> io::Result<JoinHandle<()>> {
        let talk = self.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || talk.run())
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// A socket for the call; its port goes into the description.
    pub fn open(&self, call: u64, address: IpAddr) -> io::Result<u16> {
        let socket = UdpSocket::bind((address, 0))?;
        socket.set_nonblocking(true)?;
        let port = socket.local_addr()?.port();
        let ssrc = u32::try_from(call & 0xffff_ffff).unwrap_or(1) ^ u32::from(port) << 8;
        let header = RtpHeader {
            marker: true,
            payload_type: Law::A.payload_type(),
            sequence: 1,
            timestamp: 0,
            ssrc,
        };
        let stream = Stream {
            socket,
            remote: None,
            says: Says::Nothing,
            header,
            frames: 0,
            counts: Counts::default(),
        };
        self.lock().insert(call, stream);
        Ok(port)
    }

    pub fn point(&self, call: u64, remote: Option<SocketAddr>) {
        if let Some(stream) = self.lock().get_mut(&call) {
            stream.remote = remote.or(stream.remote);
        }
    }

    pub fn say(&self, call: u64, says: Says) {
        if let Some(stream) = self.lock().get_mut(&call) {
            stream.says = says;
        }
    }

    pub fn close(&self, call: u64) -> Counts {
        self.lock()
            .remove(&call)
            .map_or_else(Counts::default, |mut stream| {
                stream.listen();
                stream.counts
            })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut next = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            for stream in self.lock().values_mut() {
                stream.listen();
                stream.speak();
            }
            next += BEAT;
            let now = Instant::now();
            if next < now {
                next = now;
            }
            std::thread::sleep(next - now);
        }
    }
}

impl Stream {
    fn listen(&mut self) {
        let mut packet = [0; 2_048];
        while let Ok(length) = self.socket.recv(&mut packet) {
            let Ok(rtp) = RtpPacket::parse(&packet[..length]) else {
                continue;
            };
            self.counts.received += 1;
            let loud = |byte: &u8| Law::A.decode(*byte).unsigned_abs() > VOICED;
            self.counts.voiced += u64::from(rtp.payload.iter().any(loud));
        }
    }

    fn speak(&mut self) {
        let Some(remote) = self.remote else { return };
        let frame = match &mut self.says {
            Says::Nothing => return,
            Says::Voice(voice) => voice.frame(),
            Says::Announcement(said) => said.frame(self.frames),
        };
        let mut packet = [0; media::rtp::HEADER_BYTES + FRAME];
        packet[..media::rtp::HEADER_BYTES].copy_from_slice(&self.header.bytes());
        packet[media::rtp::HEADER_BYTES..].copy_from_slice(&frame);
        if self.socket.send_to(&packet, remote).is_ok() {
            self.counts.sent += 1;
        }
        self.header.marker = false;
        self.header.sequence = self.header.sequence.wrapping_add(1);
        self.header.timestamp = self.header.timestamp.wrapping_add(160);
        self.frames += 1;
    }
}

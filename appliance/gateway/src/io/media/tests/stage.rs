//! A media plane with its recorder, and phones with sockets of their own.
use crate::io::media::{MediaConfig, MediaOrders, MediaPlane, Reports, TellTime};
use crate::recorder::{Recorder, RecorderConfig, RecorderThreads, export};
use media::recording::RecordingInfo;
use media::rtp::RtpHeader;
use media::wav::WavForm;
use media::{
    Formats, Law, LegMedia, LegStats, MediaCommand, MediaLeg, MediaReport, PortPair, RecorderReport,
};
use messages::fact::Side;
use messages::{CallId, Moment, Now, RecordingId, UtcMs};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

pub(super) const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
pub(super) const UTC: UtcMs = UtcMs(1_772_416_800_000);

pub(super) const KEY: [u8; 32] = [9; 32];

pub(super) fn time() -> TellTime {
    let start = Instant::now();
    Arc::new(move || {
        let passed = start.elapsed();
        Now {
            mono: Moment::from_micros(u64::try_from(passed.as_micros()).unwrap()),
            utc: UTC,
            utc_trusted: true,
        }
    })
}

/// A media plane and who hears it.
pub(super) struct Stage {
    pub plane: MediaPlane,
    pub orders: MediaOrders,
    pub reports: Receiver<MediaReport>,
    pub recorder: Recorder,
    // Dropped after the plane: what is recorded ends when the calls have.
    _threads: RecorderThreads,
    pub time: TellTime,
    pub dir: tempfile::TempDir,
}

impl Stage {
    pub(super) fn new(threads: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let time = time();
        let (heard, inbox) = sync_channel(10_000);
        let (reports, _) = Reports::start(move |report| drop(heard.send(report))).unwrap();
        let tell = reports.clone();
        let config = RecorderConfig::new(dir.path().to_owned());
        let (recorder, recorder_threads) =
            Recorder::start(config, Arc::clone(&time), move |report| {
                tell.push(MediaReport::Recorder(report));
            })
            .unwrap();
        let free = UdpSocket::bind((LOCAL, 0)).unwrap().local_addr().unwrap();
        let config = MediaConfig {
            bind: LOCAL,
            port_first: (free.port() & !1).min(65_000),
            port_pairs: 40,
            threads,
        };
        let feed = Some(recorder.feed());
        let plane = MediaPlane::start(&config, Arc::clone(&time), feed, &reports).unwrap();
        Self {
            orders: plane.orders(),
            plane,
            reports: inbox,
            recorder,
            _threads: recorder_threads,
            time,
            dir,
        }
    }

    pub(super) fn give(&self, command: MediaCommand) {
        self.orders.give(command).unwrap();
    }

    /// Waits for a report.
    pub(super) fn wait<T>(&self, wanted: impl Fn(&MediaReport) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let report = self.reports.recv_timeout(left).expect("the report comes");
            if let Some(found) = wanted(&report) {
                return found;
            }
        }
    }

    /// Waits until a recording was closed; how many segments it has.
    pub(super) fn wait_recording_closed(&self) -> u32 {
        self.wait(|report| {
            let MediaReport::Recorder(report) = report else {
                return None;
            };
            let RecorderReport::Closed { segments, .. } = report else {
                panic!("{report:?}");
            };
            Some(*segments)
        })
    }

    pub(super) fn export(&self, recording: RecordingId) -> (RecordingInfo, Vec<u8>) {
        let mut wav = Vec::new();
        let (dir, form) = (self.dir.path(), WavForm::AsRecorded);
        let info = export(dir, recording, &KEY, None, form, &mut wav).unwrap();
        (info, wav)
    }

    pub(super) fn wait_stats(&self, wanted: MediaLeg) -> LegStats {
        self.wait(|report| {
            let MediaReport::Stats { leg, stats } = report else {
                return None;
            };
            (*leg == wanted).then_some(*stats)
        })
    }
}

/// A phone's sockets for RTP and RTCP, and the relay's port that it knows.
pub(super) struct Phone {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pub relay: PortPair,
    pub side: Side,
    pub leg: MediaLeg,
}

impl Phone {
    pub(super) fn new(call: CallId, side: Side, relay: PortPair) -> Self {
        let (rtp, rtcp) = (0..100)
            .find_map(|_| {
                let rtp = UdpSocket::bind((LOCAL, 0)).unwrap();
                let above = rtp.local_addr().unwrap().port().checked_add(1)?;
                let rtcp = UdpSocket::bind((LOCAL, above)).ok()?;
                Some((rtp, rtcp))
            })
            .unwrap();
        for socket in [&rtp, &rtcp] {
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        Self {
            rtp,
            rtcp,
            relay,
            side,
            leg: MediaLeg {
                call,
                seat: side.into(),
            },
        }
    }

    pub(super) fn media(&self) -> LegMedia {
        LegMedia {
            leg: self.leg,
            port: self.relay,
            remote: Some(self.rtp.local_addr().unwrap()),
            signalling: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
            to_leg: true,
            from_leg: true,
            formats: Formats::g711(Law::A, Some(101)),
            keys: None,
        }
    }

    pub(super) fn at(&self, above: u16) -> SocketAddr {
        SocketAddr::new(LOCAL, self.relay.rtp + above)
    }

    pub(super) fn say(&self, bytes: &[u8]) {
        self.rtp.send_to(bytes, self.at(0)).unwrap();
    }

    pub(super) fn hear(&self) -> (Vec<u8>, SocketAddr) {
        receive(&self.rtp)
    }
}

pub(super) fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 2_000];
    let (length, from) = socket.recv_from(&mut buffer).expect("a packet comes");
    (buffer[..length].to_vec(), from)
}

pub(super) fn audio(side: Side, n: u16) -> [u8; 160] {
    let mut state = u32::from(n) * 2 + u32::from(side == Side::Callee) + 1;
    core::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24).to_be_bytes()[3] & 0x7F
    })
}

pub(super) fn packet(side: Side, n: u16) -> Vec<u8> {
    let header = RtpHeader {
        marker: n == 0,
        payload_type: 8,
        sequence: n,
        timestamp: u32::from(n) * 160,
        ssrc: 0x1000 + u32::from(side == Side::Callee),
    };
    [&header.bytes()[..], &audio(side, n)].concat()
}

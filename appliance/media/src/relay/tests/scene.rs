//! One call between two phones, with everything the relay said.
use crate::relay::{Outlet, RecordFrame, Relay, RelayOutput};
use crate::rtp::RtpHeader;
use crate::{
    BadOrder, Formats, Law, LegMedia, LegStats, MediaCommand, MediaLeg, MediaReport, PortPair,
};
use core::time::Duration;
use messages::fact::Side;
use messages::{CallId, Moment, RecordingId};
use std::net::SocketAddr;

pub(super) const ALICE: &str = "10.0.0.5:4000";
pub(super) const BOB: &str = "10.0.0.9:6000";
pub(super) const STRANGER: &str = "198.51.100.66:4000";
pub(super) const CALL: CallId = CallId::from_bytes([1; 16]);
pub(super) const OTHER_CALL: CallId = CallId::from_bytes([2; 16]);
pub(super) const PORTS: [PortPair; 3] = [
    PortPair { rtp: 20_000 },
    PortPair { rtp: 20_002 },
    PortPair { rtp: 20_004 },
];

pub(super) type Sent = (usize, SocketAddr, Vec<u8>);

/// What the relay sent and recorded.
#[derive(Default)]
pub(super) struct Out {
    pub packets: Vec<Sent>,
    pub reports: Vec<Sent>,
    pub recorded: Vec<Taped>,
}

/// What came to the recorder.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Taped {
    pub recording: RecordingId,
    pub channel: u8,
    pub law: Law,
    pub header: RtpHeader,
    pub audio: Vec<u8>,
}

/// What became of one packet.
#[derive(Debug, Default)]
pub(super) struct Passage {
    pub forward: Option<Forward>,
    pub record: Option<Taped>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Forward {
    pub slot: usize,
    pub to: SocketAddr,
    pub bytes: Vec<u8>,
}

impl Forward {
    pub(super) fn payload_type(&self) -> u8 {
        self.bytes[1] & 0x7F
    }
}

fn forward(sent: Option<Sent>) -> Option<Forward> {
    sent.map(|(slot, to, bytes)| Forward { slot, to, bytes })
}

impl Outlet for Out {
    fn send(&mut self, slot: usize, to: SocketAddr, packet: &[u8]) {
        self.packets.push((slot, to, packet.to_vec()));
    }

    fn send_rtcp(&mut self, slot: usize, to: SocketAddr, packet: &[u8]) {
        self.reports.push((slot, to, packet.to_vec()));
    }

    fn record(&mut self, frame: &RecordFrame<'_>) {
        self.recorded.push(Taped {
            recording: frame.recording,
            channel: frame.channel,
            law: frame.law,
            header: frame.header,
            audio: frame.audio.to_vec(),
        });
    }
}

pub(super) struct Scene {
    pub relay: Relay,
    pub now: Moment,
    pub outputs: Vec<RelayOutput>,
}

pub(super) fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(super) fn leg(side: Side) -> MediaLeg {
    MediaLeg {
        call: CALL,
        seat: side.into(),
    }
}

pub(super) fn media(side: Side) -> LegMedia {
    let remote = at([ALICE, BOB][side.index()]);
    LegMedia {
        leg: leg(side),
        port: PORTS[side.index()],
        remote: Some(remote),
        signalling: remote.ip(),
        to_leg: true,
        from_leg: true,
        formats: Formats::g711(Law::A, Some(101)),
        keys: None,
    }
}

pub(super) fn packet(payload_type: u8, sequence: u16, ssrc: u32) -> Vec<u8> {
    let header = RtpHeader {
        marker: false,
        payload_type,
        sequence,
        timestamp: u32::from(sequence) * 160,
        ssrc,
    };
    let mut bytes = header.bytes().to_vec();
    bytes.extend((0..160_u8).map(|n| n ^ 0x55));
    bytes
}

pub(super) fn sender_report(ssrc: u32, ntp_mid: u32) -> Vec<u8> {
    let [high, low] = [ntp_mid >> 16, ntp_mid << 16];
    words(0x80, 200, &[ssrc, high, low, 160, 1, 160])
}

pub(super) fn receiver_report(ssrc: u32, about: u32, last_sr: u32, delay: u32) -> Vec<u8> {
    words(0x81, 201, &[ssrc, about, 3, 9, 32, last_sr, delay])
}

fn words(first: u8, kind: u8, words: &[u32]) -> Vec<u8> {
    let length = u8::try_from(words.len()).unwrap();
    let mut bytes = vec![first, kind, 0, length];
    bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    bytes
}

impl Scene {
    pub(super) fn opened() -> Self {
        let mut scene = Self {
            relay: Relay::new(PORTS.to_vec()),
            now: Moment::START,
            outputs: Vec::new(),
        };
        scene.order(MediaCommand::Set(media(Side::Caller)));
        scene.order(MediaCommand::Set(media(Side::Callee)));
        let listen = [0, 1].map(|slot| RelayOutput::Listen { slot });
        assert_eq!(scene.outputs, listen);
        scene
    }

    pub(super) fn bridged() -> Self {
        let mut scene = Self::opened();
        scene.order(MediaCommand::Bridge { call: CALL });
        scene.order(MediaCommand::Watch { call: CALL });
        scene
    }

    pub(super) fn order(&mut self, command: MediaCommand) {
        assert_eq!(self.try_order(command), Ok(()));
    }

    pub(super) fn try_order(&mut self, command: MediaCommand) -> Result<(), BadOrder> {
        let result = self.relay.order(self.now, command);
        self.drain();
        result
    }

    /// One packet comes; at most one goes on.
    pub(super) fn rtp(&mut self, slot: usize, from: &str, bytes: &[u8]) -> Passage {
        let mut out = self.rtp_out(slot, from, bytes);
        assert!(out.packets.len() < 2 && out.recorded.len() < 2);
        Passage {
            forward: forward(out.packets.pop()),
            record: out.recorded.pop(),
        }
    }

    pub(super) fn rtp_out(&mut self, slot: usize, from: &str, bytes: &[u8]) -> Out {
        let mut out = Out::default();
        let mut bytes = bytes.to_vec();
        self.relay
            .rtp(self.now, slot, at(from), &mut bytes, &mut out);
        self.drain();
        out
    }

    pub(super) fn rtcp(&mut self, slot: usize, from: &str, bytes: &[u8]) -> Option<Forward> {
        let mut out = Out::default();
        self.relay.rtcp(self.now, slot, at(from), bytes, &mut out);
        self.drain();
        assert!(out.packets.is_empty());
        forward(out.reports.pop())
    }

    /// Time passes from deadline to deadline; what was sent meanwhile.
    pub(super) fn pass(&mut self, by: Duration) -> Vec<Sent> {
        self.pass_and_hear(by).packets
    }

    /// The same, with what was recorded of the relay's own.
    pub(super) fn pass_and_hear(&mut self, by: Duration) -> Out {
        let end = self.now + by;
        let mut sent = Out::default();
        while let Some(due) = self.relay.deadline().filter(|due| *due <= end) {
            self.now = due.max(self.now);
            self.relay.tick(self.now, &mut sent);
            self.drain();
        }
        self.now = end;
        sent
    }

    /// Reports since the last time.
    pub(super) fn reports(&mut self) -> Vec<MediaReport> {
        let mut reports = Vec::new();
        self.outputs.retain(|output| {
            if let RelayOutput::Report(report) = output {
                reports.push(report.clone());
                return false;
            }
            true
        });
        reports
    }

    /// Closes the call; the last figures of both legs.
    pub(super) fn stats(&mut self) -> [LegStats; 2] {
        self.reports();
        self.order(MediaCommand::Close { call: CALL });
        let stats: Vec<_> = self
            .reports()
            .into_iter()
            .filter_map(|report| match report {
                MediaReport::Stats { stats, .. } => Some(stats),
                MediaReport::Ports(_)
                | MediaReport::PortFree(_)
                | MediaReport::FirstPacket { .. }
                | MediaReport::OneWay { .. }
                | MediaReport::Silent { .. }
                | MediaReport::Recorder(_) => None,
            })
            .collect();
        stats.try_into().unwrap()
    }

    fn drain(&mut self) {
        self.outputs
            .extend(core::iter::from_fn(|| self.relay.poll()));
    }
}

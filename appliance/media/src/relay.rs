//! Which packet goes where: two legs for each call, no copy and no allocation for a packet; three are mixed.
mod bad_order;
mod mixing;
mod orders;

pub use bad_order::BadOrder;

use crate::digits::DIGIT_PACKET_BYTES;
use crate::leg::Leg;
use crate::rtcp::Rtcp;
use crate::rtp::{RtpHeader, RtpPacket, is_rtcp};
use crate::silence::{LOOK, Silence, Watch};
use crate::tone::{TONE_PACKET_BYTES, Waves};
use crate::{Codec, MediaReport, PortPair, RecordOrder};
use core::time::Duration;
use messages::fact::Seat;
use messages::{CallId, Moment, RecordingId};
use mixing::Mixing;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// How long a port stays unused after its call.
pub const REST: Duration = Duration::from_secs(3);
const STATS: Duration = Duration::from_secs(5);

/// Relays the calls of one thread. A slot is a port pair's place in the list given to `new`.
#[derive(Debug)]
pub struct Relay {
    ports: Vec<PortPair>,
    slots: BTreeMap<PortPair, usize>,
    legs: Vec<Option<Leg>>,
    calls: BTreeMap<CallId, Call>,
    /// Slots of closed calls, in the order in which they become free.
    resting: VecDeque<(Moment, usize)>,
    /// Slots with a tone.
    sounding: Vec<usize>,
    /// Calls of three.
    mixed: Vec<CallId>,
    waves: Waves,
    next_look: Moment,
    outputs: VecDeque<RelayOutput>,
}

#[derive(Debug)]
struct Call {
    /// By seat.
    legs: [Option<usize>; Seat::COUNT],
    bridged: bool,
    mixing: Option<Box<Mixing>>,
    /// From the answer on: early media may be as silent and as one-way as it likes.
    watch: Option<Watch>,
    recording: Option<RecordOrder>,
    next_stats: Moment,
}

/// What is to be done outside, apart from sending packets.
#[derive(Debug, PartialEq)]
pub enum RelayOutput {
    Report(MediaReport),
    /// Empty this slot's sockets, then hand in what they receive.
    Listen {
        slot: usize,
    },
    /// This slot's sockets are of no interest any more.
    Leave {
        slot: usize,
    },
    /// Frames of this recording may come from now on.
    RecordingBegun {
        recording: RecordingId,
    },
    /// No further frames of this recording come.
    RecordingOver {
        recording: RecordingId,
    },
}

/// Send the packet just handed in, unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward {
    /// From the sockets of this slot.
    pub slot: usize,
    pub to: SocketAddr,
    /// From the socket for RTCP.
    pub rtcp: bool,
    /// The payload type to be written into the packet, where the receiver knows its format by another number.
    pub payload_type: Option<u8>,
    /// What is sent in the place of the packet: a digit.
    pub instead: Option<[u8; DIGIT_PACKET_BYTES]>,
}

/// Audio of a packet for the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFrame<'a> {
    pub recording: RecordingId,
    /// 0 caller, 1 callee
    pub channel: u8,
    pub codec: Codec,
    pub header: RtpHeader,
    pub audio: &'a [u8],
}

/// Where packets and audio of the relay's own go.
pub trait Outlet {
    /// From this slot's socket for RTP.
    fn send(&mut self, slot: usize, to: SocketAddr, packet: &[u8]);

    fn record(&mut self, frame: &RecordFrame<'_>);
}

/// What becomes of one packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passage<'a> {
    pub forward: Option<Forward>,
    pub record: Option<RecordFrame<'a>>,
}

impl Relay {
    #[must_use]
    pub fn new(ports: Vec<PortPair>) -> Self {
        let slots = ports.iter().enumerate().map(|(slot, port)| (*port, slot));
        Self {
            slots: slots.collect(),
            legs: core::iter::repeat_with(|| None).take(ports.len()).collect(),
            ports,
            calls: BTreeMap::new(),
            resting: VecDeque::new(),
            sounding: Vec::new(),
            mixed: Vec::new(),
            waves: Waves::default(),
            next_look: Moment::START,
            outputs: VecDeque::new(),
        }
    }

    /// A packet came to the RTP socket of `slot`.
    pub fn rtp<'a>(
        &mut self,
        now: Moment,
        slot: usize,
        from: SocketAddr,
        bytes: &'a [u8],
    ) -> Passage<'a> {
        let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) else {
            return Passage::default();
        };
        if is_rtcp(bytes) {
            return Passage {
                forward: self.rtcp(now, slot, from, bytes),
                record: None,
            };
        }
        let Ok(packet) = RtpPacket::parse(bytes) else {
            leg.drop_one();
            return Passage::default();
        };
        let Some(first) = leg.take(now, from, &packet) else {
            return Passage::default();
        };
        if first {
            let leg = leg.media.leg;
            let report = MediaReport::FirstPacket { leg };
            self.outputs.push_back(RelayOutput::Report(report));
        }
        self.passage(slot, packet)
    }

    fn passage<'a>(&mut self, slot: usize, packet: RtpPacket<'a>) -> Passage<'a> {
        let Some(leg) = self.legs[slot].as_mut() else {
            return Passage::default();
        };
        // whoever agreed not to send is not heard
        if !leg.media.from_leg {
            return Passage::default();
        }
        let codec = Codec::of_payload_type(packet.header.payload_type);
        let record = leg.recording.zip(codec);
        let record = record.map(|((recording, channel), codec)| RecordFrame {
            recording,
            channel,
            codec,
            header: packet.header,
            audio: packet.payload,
        });
        let number = packet.header.payload_type;
        let digit = leg.media.events == Some(number);
        if let Some(playout) = &mut leg.playout {
            if let Some(codec) = codec {
                playout.put(packet.header.timestamp, codec, packet.payload);
            }
            if let Some(event) = packet.payload.first().filter(|_| digit)
                && leg.pressed.replace(packet.header.timestamp) != Some(packet.header.timestamp)
            {
                self.share_digit(slot, *event);
            }
            return Passage {
                forward: None,
                record,
            };
        }
        let forward = leg.peer.and_then(|peer| {
            let theirs = self.legs[peer].as_ref()?.media.events;
            // digits go only to who agreed to get them
            let known_as = if digit { theirs? } else { number };
            let forward = self.forward(peer, (known_as != number).then_some(known_as))?;
            let digits = &mut self.legs[peer].as_mut()?.digits;
            let in_place = theirs.zip(codec).and_then(|(events, _sound)| {
                digits.instead(&packet.header, events, packet.payload.len())
            });
            Some(Forward {
                instead: in_place,
                ..forward
            })
        });
        Passage { forward, record }
    }

    fn forward(&mut self, slot: usize, payload_type: Option<u8>) -> Option<Forward> {
        let leg = self.legs[slot].as_mut()?;
        let to = leg.latch.rtp_to().filter(|_| leg.media.to_leg)?;
        leg.tone = None;
        leg.sent += 1;
        Some(Forward {
            slot,
            to,
            rtcp: false,
            payload_type,
            instead: None,
        })
    }

    /// A packet came to the RTCP socket of `slot`.
    pub fn rtcp(
        &mut self,
        now: Moment,
        slot: usize,
        from: SocketAddr,
        bytes: &[u8],
    ) -> Option<Forward> {
        let leg = self.legs.get_mut(slot)?.as_mut()?;
        let read = Rtcp::parse(bytes)
            .ok()
            .filter(|_| leg.latch.hear_rtcp(from));
        let Some(rtcp) = read else {
            leg.drop_one();
            return None;
        };
        let peer = leg.peer?;
        let about = self.legs[peer].as_ref()?.latch.ssrc();
        self.legs[slot].as_mut()?.read(now, rtcp, about);
        let peer_leg = self.legs[peer].as_mut()?;
        let to = peer_leg.latch.rtcp_to()?;
        peer_leg.pass_report(now, rtcp);
        Some(Forward {
            slot: peer,
            to,
            rtcp: true,
            payload_type: None,
            instead: None,
        })
    }

    /// Time has passed: sends what is due of tones and conferences, looks after silence, statistics and resting ports.
    pub fn tick(&mut self, now: Moment, outlet: &mut dyn Outlet) {
        self.sound(now, outlet);
        self.mix_all(now, outlet);
        while let Some((_, slot)) = self.resting.front().filter(|(at, _)| *at <= now).copied() {
            self.resting.pop_front();
            self.outputs.push_back(RelayOutput::Leave { slot });
            let free = MediaReport::PortFree(self.ports[slot]);
            self.outputs.push_back(RelayOutput::Report(free));
        }
        if self.next_look <= now {
            self.next_look = now + LOOK;
            self.look(now);
        }
    }

    /// When `tick` is next wanted.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let look = (!self.calls.is_empty()).then_some(self.next_look);
        let rest = self.resting.front().map(|(at, _)| *at);
        let tones = self.sounding.iter().filter_map(|slot| self.tone_due(*slot));
        let mixed = self.mixed.iter().filter_map(|call| self.mix_due(call));
        tones.chain(mixed).chain(look).chain(rest).min()
    }

    /// The next thing to be done outside; to be drained after each order, packet and tick.
    pub fn poll(&mut self) -> Option<RelayOutput> {
        self.outputs.pop_front()
    }

    fn mix_due(&self, call: &CallId) -> Option<Moment> {
        Some(self.calls.get(call)?.mixing.as_ref()?.due)
    }

    fn tone_due(&self, slot: usize) -> Option<Moment> {
        Some(self.legs[slot].as_ref()?.tone.as_ref()?.due)
    }

    fn sound(&mut self, now: Moment, outlet: &mut dyn Outlet) {
        let (legs, waves) = (&mut self.legs, &self.waves);
        self.sounding.retain(|slot| {
            let Some(leg) = legs[*slot].as_mut() else {
                return false;
            };
            let Some(tone) = leg.tone.as_mut() else {
                return false;
            };
            while tone.due <= now {
                let mut packet = [0; TONE_PACKET_BYTES];
                tone.write(waves, now, &mut packet);
                if let Some(to) = leg.latch.rtp_to().filter(|_| leg.media.to_leg) {
                    leg.sent += 1;
                    outlet.send(*slot, to, &packet);
                }
            }
            true
        });
    }

    fn look(&mut self, now: Moment) {
        for (id, call) in &mut self.calls {
            let legs = call.legs.map(|slot| self.legs[slot?].as_ref());
            if let (Some(watch), [Some(caller), Some(callee), _]) = (&mut call.watch, legs) {
                let silence = watch.look(now, [caller.ear(), callee.ear()]);
                let report = silence.map(|silence| match silence {
                    Silence::OneWay(silent) => MediaReport::OneWay { call: *id, silent },
                    Silence::Both => MediaReport::Silent { call: *id },
                });
                self.outputs.extend(report.map(RelayOutput::Report));
            }
            if call.next_stats <= now {
                call.next_stats = now + STATS;
                let stats = legs.into_iter().flatten().map(stats);
                self.outputs.extend(stats);
            }
        }
    }
}

fn stats(leg: &Leg) -> RelayOutput {
    RelayOutput::Report(MediaReport::Stats {
        leg: leg.media.leg,
        stats: leg.stats(),
    })
}

#[cfg(test)]
mod tests;

//! Which packet goes where: two legs for each call, no copy and no allocation for a packet. Where the two do not speak
//! alike, or there are three, their sound is decoded.
mod bad_order;
mod decoding;
mod orders;
mod passing;

pub use bad_order::BadOrder;

use crate::coder::Rate;
use crate::leg::Leg;
use crate::rtp::{RtpHeader, is_rtcp};
use crate::silence::{LOOK, Silence, Watch};
use crate::tone::Wave;
use crate::{Law, MediaReport, PortPair, RecordOrder};
use core::time::Duration;
use decoding::Decoded;
use messages::fact::{Seat, Side};
use messages::{CallId, Moment, RecordingId};
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
    /// Calls whose sound is decoded.
    decoded: Vec<CallId>,
    wave: Wave,
    next_look: Moment,
    outputs: VecDeque<RelayOutput>,
}

#[derive(Debug)]
struct Call {
    /// By seat.
    legs: [Option<usize>; Seat::COUNT],
    bridged: bool,
    /// The side beside which a guest sits.
    guest_beside: Option<Side>,
    /// Somebody sends what was not to come first: it is decoded from now on.
    strayed: bool,
    decoded: Option<Box<Decoded>>,
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

/// Audio of a packet for the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFrame<'a> {
    pub recording: RecordingId,
    /// 0 caller, 1 callee
    pub channel: u8,
    pub law: Law,
    pub header: RtpHeader,
    pub audio: &'a [u8],
}

/// Where packets and audio go.
pub trait Outlet {
    /// From this slot's socket for RTP.
    fn send(&mut self, slot: usize, to: SocketAddr, packet: &[u8]);

    /// From this slot's socket for RTCP.
    fn send_rtcp(&mut self, slot: usize, to: SocketAddr, packet: &[u8]);

    fn record(&mut self, frame: &RecordFrame<'_>);
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
            decoded: Vec::new(),
            wave: Wave::default(),
            next_look: Moment::START,
            outputs: VecDeque::new(),
        }
    }

    /// A packet came to the RTP socket of `slot`. Where it goes on as it is, its payload type is written anew in place.
    pub fn rtp(
        &mut self,
        now: Moment,
        slot: usize,
        from: SocketAddr,
        bytes: &mut [u8],
        outlet: &mut dyn Outlet,
    ) {
        if is_rtcp(bytes) {
            return self.rtcp(now, slot, from, bytes, outlet);
        }
        let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        match &mut leg.srtp {
            None => self.clear_rtp(now, slot, from, bytes, outlet),
            Some(srtp) => match srtp.open_rtp(bytes) {
                Some(mut clear) => self.clear_rtp(now, slot, from, &mut clear, outlet),
                None => leg.drop_one(),
            },
        }
    }

    /// A packet came to the RTCP socket of `slot`.
    pub fn rtcp(
        &mut self,
        now: Moment,
        slot: usize,
        from: SocketAddr,
        bytes: &[u8],
        outlet: &mut dyn Outlet,
    ) {
        let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        match &mut leg.srtp {
            None => self.clear_rtcp(now, slot, from, bytes, outlet),
            Some(srtp) => match srtp.open_rtcp(bytes) {
                Some(clear) => self.clear_rtcp(now, slot, from, &clear, outlet),
                None => leg.drop_one(),
            },
        }
    }

    /// Time has passed: sends what is due of tones and conferences, looks after silence, statistics and resting ports.
    pub fn tick(&mut self, now: Moment, outlet: &mut dyn Outlet) {
        self.sound(now, outlet);
        self.exchange(now, outlet);
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
        let decoded = self.decoded.iter().filter_map(|call| self.beat_due(call));
        tones.chain(decoded).chain(look).chain(rest).min()
    }

    /// The next thing to be done outside; to be drained after each order, packet and tick.
    pub fn poll(&mut self) -> Option<RelayOutput> {
        self.outputs.pop_front()
    }

    fn beat_due(&self, call: &CallId) -> Option<Moment> {
        Some(self.calls.get(call)?.decoded.as_ref()?.due)
    }

    fn tone_due(&self, slot: usize) -> Option<Moment> {
        Some(self.legs[slot].as_ref()?.tone.as_ref()?.due)
    }

    fn sound(&mut self, now: Moment, outlet: &mut dyn Outlet) {
        let (legs, wave) = (&mut self.legs, &self.wave);
        self.sounding.retain(|slot| {
            let Some(leg) = legs[*slot].as_mut() else {
                return false;
            };
            let Some(mut tone) = leg.tone.take() else {
                return false;
            };
            leg.speaker.pass_over(tone.catch_up(now));
            while tone.due <= now {
                let frame = tone.frame(wave);
                leg.say(*slot, Rate::Narrow, &frame, outlet);
            }
            leg.tone = Some(tone);
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

//! Three in one call: each hears the sum of the others, 20 ms at a time. The recording keeps two channels: one side as
//! it came, the other together with the guest who sits beside it.
use super::{BadOrder, Outlet, RecordFrame, Relay};
use crate::Codec;
use crate::leg::Leg;
use crate::playout::{Frame, Playout};
use crate::rtp::{HEADER_BYTES, RtpHeader};
use crate::tone::{FRAME, FRAME_SAMPLES};
use messages::fact::{Seat, Side};
use messages::{CallId, Moment};

const PACKET_BYTES: usize = HEADER_BYTES + FRAME_SAMPLES;
/// A beat that is later than this many frames leaves some out.
const BEHIND_MAX: u32 = 5;

#[derive(Debug)]
pub(super) struct Mixing {
    beside: Side,
    codec: Codec,
    pub(super) due: Moment,
    /// What each seat gets.
    streams: [Stream; Seat::COUNT],
    recorded: Stream,
}

/// A stream of the gateway's own.
#[derive(Clone, Copy, Debug)]
struct Stream(RtpHeader);

impl Stream {
    const fn new(codec: Codec, ssrc: u32) -> Self {
        Self(RtpHeader {
            marker: true,
            payload_type: codec.payload_type(),
            sequence: 0,
            timestamp: 0,
            ssrc,
        })
    }

    const fn next(&mut self) -> RtpHeader {
        let header = self.0;
        self.0.marker = false;
        self.0.sequence = header.sequence.wrapping_add(1);
        self.0.timestamp = header.timestamp.wrapping_add(160);
        header
    }
}

impl Relay {
    pub(super) fn mix(
        &mut self,
        now: Moment,
        id: CallId,
        beside: Side,
        codec: Codec,
    ) -> Result<(), BadOrder> {
        let call = self.calls.get_mut(&id).ok_or(BadOrder::CallUnknown)?;
        let [Some(_), Some(_), Some(guest)] = call.legs else {
            return Err(BadOrder::LegUnknown);
        };
        // sources of their own; nobody needs them to be hard to guess
        let ssrc = |seat: u32| 0x5A4D_0000 ^ (seat << 16) ^ u32::from(self.ports[guest].rtp);
        call.mixing = Some(Box::new(Mixing {
            beside,
            codec,
            due: now,
            streams: [0, 1, 2].map(|seat| Stream::new(codec, ssrc(seat))),
            recorded: Stream::new(codec, ssrc(3)),
        }));
        for slot in call.legs.into_iter().flatten() {
            if let Some(leg) = self.legs[slot].as_mut() {
                leg.playout.get_or_insert_default();
            }
        }
        if !self.mixed.contains(&id) {
            self.mixed.push(id);
        }
        self.link(id);
        Ok(())
    }

    /// The guest goes, or takes a side whose party has gone.
    pub(super) fn unmix(
        &mut self,
        now: Moment,
        id: CallId,
        takes: Option<Side>,
    ) -> Result<(), BadOrder> {
        let call = self.calls.get_mut(&id).ok_or(BadOrder::CallUnknown)?;
        let guest = call.legs[Seat::Guest.index()].take();
        let guest = guest.ok_or(BadOrder::LegUnknown)?;
        call.mixing = None;
        self.mixed.retain(|mixed| *mixed != id);
        let rests = match takes {
            Some(side) => {
                if let Some(leg) = self.legs[guest].as_mut() {
                    leg.media.leg.seat = side.into();
                }
                call.legs[side.index()].replace(guest)
            }
            None => Some(guest),
        };
        for slot in call.legs.into_iter().flatten() {
            if let Some(leg) = self.legs[slot].as_mut() {
                leg.playout = None;
            }
        }
        if let Some(slot) = rests {
            self.outputs
                .extend(self.legs[slot].as_ref().map(super::stats));
            self.rest(now, slot);
        }
        self.link(id);
        Ok(())
    }

    pub(super) fn mix_all(&mut self, now: Moment, outlet: &mut dyn Outlet) {
        for id in core::mem::take(&mut self.mixed) {
            let Some(call) = self.calls.get_mut(&id) else {
                continue;
            };
            let Some(mixing) = call.mixing.as_mut() else {
                continue;
            };
            let recording = call.recording.as_ref().map(|order| order.recording);
            while mixing.due <= now {
                let heard = call.legs.map(|slot| {
                    let leg = self.legs[slot?].as_mut()?;
                    leg.playout.as_deref_mut().and_then(Playout::take)
                });
                // what nobody heard in time is left out
                if now.since(mixing.due) <= FRAME * BEHIND_MAX {
                    for (seat, slot) in call.legs.into_iter().enumerate() {
                        let header = mixing.streams[seat].next();
                        let sum = sum(&heard, |other| other != seat);
                        let leg = slot.and_then(|slot| Some((slot, self.legs[slot].as_mut()?)));
                        if let Some((slot, leg)) = leg {
                            send(slot, leg, &header, mixing.codec, &sum, outlet);
                        }
                    }
                    let beside = mixing.beside.index();
                    if let Some(recording) = recording {
                        let both =
                            sum(&heard, |seat| seat == beside || seat == Seat::Guest.index());
                        outlet.record(&RecordFrame {
                            recording,
                            channel: channel_of(mixing.beside),
                            codec: mixing.codec,
                            header: mixing.recorded.next(),
                            audio: &both.map(|sample| mixing.codec.encode(sample)),
                        });
                    }
                }
                mixing.due = mixing.due + FRAME;
            }
            self.mixed.push(id);
        }
    }

    /// A digit of one is heard by the others as digits are.
    pub(super) fn share_digit(&mut self, from: usize, event: u8) {
        let Some(leg) = self.legs[from].as_ref() else {
            return;
        };
        let Some(call) = self.calls.get(&leg.media.leg.call) else {
            return;
        };
        for slot in call.legs.into_iter().flatten().filter(|slot| *slot != from) {
            if let Some(leg) = self.legs[slot].as_mut() {
                leg.digits.press_event(event, SHARED_DIGIT_MS);
            }
        }
    }

    /// Which channel of the recording a seat's packets are for as they come.
    pub(super) fn channel(call: &super::Call, seat: Seat) -> Option<u8> {
        let side = seat.side()?;
        let mixed = call.mixing.as_ref().map(|mixing| mixing.beside);
        (mixed != Some(side)).then(|| channel_of(side))
    }
}

/// How long the others hear a digit.
const SHARED_DIGIT_MS: u16 = 100;

const fn channel_of(side: Side) -> u8 {
    match side {
        Side::Caller => 0,
        Side::Callee => 1,
    }
}

fn sum(heard: &[Option<Frame>; Seat::COUNT], wanted: impl Fn(usize) -> bool) -> Frame {
    let mut sum = [0_i32; FRAME_SAMPLES];
    let frames = heard.iter().enumerate().filter(|(seat, _)| wanted(*seat));
    for frame in frames.filter_map(|(_, frame)| frame.as_ref()) {
        for (total, sample) in sum.iter_mut().zip(frame) {
            *total += i32::from(*sample);
        }
    }
    let limited = |total: i32| total.clamp(i16::MIN.into(), i16::MAX.into());
    sum.map(|total| i16::try_from(limited(total)).unwrap_or_default())
}

fn send(
    slot: usize,
    leg: &mut Leg,
    header: &RtpHeader,
    codec: Codec,
    sum: &Frame,
    outlet: &mut dyn Outlet,
) {
    let Some(to) = leg.latch.rtp_to().filter(|_| leg.media.to_leg) else {
        return;
    };
    leg.sent += 1;
    let events = leg.media.events;
    let digit = events.and_then(|events| leg.digits.instead(header, events, FRAME_SAMPLES));
    if let Some(digit) = digit {
        return outlet.send(slot, to, &digit);
    }
    let mut packet = [0; PACKET_BYTES];
    packet[..HEADER_BYTES].copy_from_slice(&header.bytes());
    for (byte, sample) in packet[HEADER_BYTES..].iter_mut().zip(sum) {
        *byte = codec.encode(*sample);
    }
    outlet.send(slot, to, &packet);
}

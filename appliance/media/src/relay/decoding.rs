//! Calls whose sound is decoded: each hears the sum of the others in its own format, 20 ms at a time. Three in one
//! call are, and two who do not speak alike. The recording keeps two channels: a side as it came, or together with the
//! guest who sits beside it.
use super::{BadOrder, Call, Outlet, RecordFrame, Relay};
use crate::Law;
use crate::coder::{Encoder, Rate};
use crate::hearing::Hearing;
use crate::rtp::RtpHeader;
use crate::tone::FRAME;
use crate::{Codec, Formats};
use messages::fact::{Seat, Side};
use messages::{CallId, Moment};

/// 20 ms of the widest sound.
const FRAME_SAMPLES_MAX: usize = 320;
/// A beat that is later than this many frames leaves some out.
const BEHIND_MAX: u32 = 5;

#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) due: Moment,
    rate: Rate,
    taped: Option<Taped>,
}

/// The channel of the recording that two share.
#[derive(Debug)]
struct Taped {
    law: Law,
    encoder: Encoder,
    header: RtpHeader,
}

/// What one leg said in 20 ms.
type Frame = [i16; FRAME_SAMPLES_MAX];

impl Relay {
    pub(super) fn mix(&mut self, now: Moment, id: CallId, beside: Side) -> Result<(), BadOrder> {
        let call = self.calls.get_mut(&id).ok_or(BadOrder::CallUnknown)?;
        if call.legs.iter().any(Option::is_none) {
            return Err(BadOrder::LegUnknown);
        }
        call.guest_beside = Some(beside);
        self.link(now, id);
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
        call.guest_beside = None;
        let rests = match takes {
            Some(side) => {
                if let Some(leg) = self.legs[guest].as_mut() {
                    leg.media.leg.seat = side.into();
                }
                call.legs[side.index()].replace(guest)
            }
            None => Some(guest),
        };
        if let Some(slot) = rests {
            self.outputs
                .extend(self.legs[slot].as_ref().map(super::stats));
            self.rest(now, slot);
        }
        self.link(now, id);
        Ok(())
    }

    /// Somebody sends what the other one cannot hear as it is.
    pub(super) fn stray(&mut self, now: Moment, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.strayed = true;
            self.link(now, id);
        }
    }

    /// Begins to decode, goes on as it is, or lets packets pass again.
    pub(super) fn choose_decoding(&mut self, now: Moment, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let legs = call.legs.map(|slot| self.legs[slot?].as_ref());
        let rate = call.rate(legs.map(|leg| Some(leg?.media.formats)));
        let before = call.decoded.as_ref().map(|decoded| decoded.rate);
        let new_legs = |slots: &[Option<usize>]| {
            let mut legs = slots.iter().flatten();
            legs.any(|slot| {
                self.legs[*slot]
                    .as_ref()
                    .is_some_and(|leg| leg.hearing.is_none())
            })
        };
        if rate == before && (rate.is_none() || !new_legs(&call.legs)) {
            return;
        }
        for slot in call.legs.into_iter().flatten() {
            let Some(leg) = self.legs[slot].as_mut() else {
                continue;
            };
            match rate {
                None => leg.hearing = None,
                Some(rate) if before == Some(rate) => {
                    leg.hearing
                        .get_or_insert_with(|| Box::new(Hearing::new(rate)));
                }
                Some(rate) => leg.hearing = Some(Box::new(Hearing::new(rate))),
            }
        }
        if rate == before {
            return;
        }
        self.decoded.retain(|decoded| *decoded != id);
        call.decoded = rate.map(|rate| {
            self.decoded.push(id);
            Box::new(Decoded {
                due: call.decoded.as_ref().map_or(now, |decoded| decoded.due),
                rate,
                taped: None,
            })
        });
    }

    /// Each hears what the others said, beat by beat.
    pub(super) fn exchange(&mut self, now: Moment, outlet: &mut dyn Outlet) {
        let decoded = core::mem::take(&mut self.decoded);
        for id in &decoded {
            if let Some(call) = self.calls.get_mut(id) {
                call.exchange(now, &mut self.legs, outlet);
            }
        }
        self.decoded = decoded;
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
    pub(super) fn channel(call: &Call, seat: Seat) -> Option<u8> {
        let side = seat.side()?;
        (call.guest_beside != Some(side)).then(|| channel_of(side))
    }
}

impl Call {
    /// At which rate it is decoded; `None`: packets pass as they are.
    fn rate(&self, formats: [Option<Formats>; Seat::COUNT]) -> Option<Rate> {
        let together = match (self.guest_beside, formats) {
            (Some(_), [Some(_), Some(_), Some(_)]) => true,
            (None, [Some(caller), Some(callee), None]) => {
                let heard = |formats: &Formats| formats.spoken().is_some();
                let both_heard = heard(&caller) && heard(&callee);
                both_heard && (self.strayed || !caller.fit(&callee))
            }
            _ => false,
        };
        let wide = |formats: &Formats| formats.spoken().is_some_and(|one| one.codec.is_wide());
        let all_wide = formats.iter().flatten().filter(|one| wide(one)).count();
        let rate = if all_wide > 1 {
            Rate::Wide
        } else {
            Rate::Narrow
        };
        (self.bridged && together).then_some(rate)
    }

    fn exchange(
        &mut self,
        now: Moment,
        legs: &mut [Option<crate::leg::Leg>],
        outlet: &mut dyn Outlet,
    ) {
        let Some(decoded) = &mut self.decoded else {
            return;
        };
        let size = decoded.rate.samples(20);
        while decoded.due <= now {
            let heard = self.legs.map(|slot| {
                let mut frame = [0; FRAME_SAMPLES_MAX];
                let hearing = legs[slot?].as_mut()?.hearing.as_mut()?;
                hearing.take(&mut frame[..size]).then_some(frame)
            });
            // what nobody heard in time is left out
            if now.since(decoded.due) <= FRAME * BEHIND_MAX {
                for (seat, slot) in self.legs.into_iter().enumerate() {
                    let leg = slot.and_then(|slot| Some((slot, legs[slot].as_mut()?)));
                    let Some((slot, leg)) = leg else {
                        continue;
                    };
                    let others = |other: usize| other != seat;
                    let sounds = (0..)
                        .zip(&heard)
                        .any(|(at, one)| others(at) && one.is_some());
                    // a tone goes on until somebody is heard
                    if sounds {
                        leg.tone = None;
                    }
                    if leg.tone.is_none() {
                        let sum = sum(&heard, others);
                        leg.say(slot, decoded.rate, &sum[..size], outlet);
                    }
                }
                if let (Some(beside), Some(order)) = (self.guest_beside, &self.recording) {
                    let law = order.laws[beside.index()];
                    let both = |seat| seat == beside.index() || seat == Seat::Guest.index();
                    let sum = sum(&heard, both);
                    decoded.tape(law, &sum[..size], |header, audio| {
                        outlet.record(&RecordFrame {
                            recording: order.recording,
                            channel: channel_of(beside),
                            law,
                            header,
                            audio,
                        });
                    });
                }
            }
            decoded.due = decoded.due + FRAME;
        }
    }
}

impl Decoded {
    fn tape(&mut self, law: Law, sound: &[i16], record: impl FnOnce(RtpHeader, &[u8])) {
        if self.taped.as_ref().is_none_or(|taped| taped.law != law) {
            self.taped = Encoder::new(Codec::G711(law), self.rate).map(|encoder| Taped {
                law,
                encoder,
                header: RtpHeader {
                    marker: true,
                    payload_type: law.payload_type(),
                    sequence: 0,
                    timestamp: 0,
                    ssrc: 0x5A4D_0000,
                },
            });
        }
        if let Some(taped) = &mut self.taped {
            record(taped.header, taped.encoder.encode(sound));
            taped.header.marker = false;
            taped.header.sequence = taped.header.sequence.wrapping_add(1);
            taped.header.timestamp = taped.header.timestamp.wrapping_add(160);
        }
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
    let mut sum = [0_i32; FRAME_SAMPLES_MAX];
    let frames = heard.iter().enumerate().filter(|(seat, _)| wanted(*seat));
    for frame in frames.filter_map(|(_, frame)| frame.as_ref()) {
        for (total, sample) in sum.iter_mut().zip(frame) {
            *total += i32::from(*sample);
        }
    }
    let limited = |total: i32| total.clamp(i16::MIN.into(), i16::MAX.into());
    sum.map(|total| i16::try_from(limited(total)).unwrap_or_default())
}

//! While the call is up: new offers, hold, one-way audio.
use super::{Call, Phase, Told};
use crate::cause;
use crate::input::LegNo;
use crate::leg::Leg;
use crate::output::LegAct;
use crate::sdp::{Audio, Description, Format, can_talk};
use bytes::Bytes;
use messages::SipCode;
use messages::fact::{CallHeld, CallResumed, OneWayAudioHeard, Seat, Side};

impl Call {
    /// The media is anchored here, so a new offer is answered here: the other side need not know.
    pub(super) fn reoffered(&mut self, told: &mut Told<'_>, no: LegNo, sdp: Option<Bytes>) {
        if self.phase == Phase::Ending {
            return;
        }
        let Some(seat) = self.seated_at(no) else {
            return;
        };
        let heard_before = self.leg_at(seat).is_some_and(|leg| leg.way.hears());
        let offered = sdp.is_some();
        match self.answer_to(seat, sdp) {
            Ok(sdp) => {
                if offered {
                    self.set_all_media(told);
                }
                self.act(told, no, LegAct::AcceptReoffer { sdp });
            }
            Err(code) => return self.act(told, no, LegAct::RefuseReoffer { code }),
        }
        let hears = self.leg_at(seat).is_some_and(|leg| leg.way.hears());
        let Some(by) = seat.side() else {
            return;
        };
        let call = self.id();
        match (heard_before, hears) {
            (true, false) => Self::fact(told, CallHeld { call, by }),
            (false, true) => Self::fact(told, CallResumed { call, by }),
            (true, true) | (false, false) => {}
        }
    }

    /// What a new offer is answered; an offer of ours where it holds none.
    fn answer_to(&mut self, seat: Seat, sdp: Option<Bytes>) -> Result<Bytes, SipCode> {
        let other = self.spoken_with(seat);
        let others: Vec<Format> = other.map_or_else(Vec::new, Leg::talk_formats);
        let ptime = other.and_then(|leg| leg.ptime);
        let leg = self.leg_at_mut(seat).ok_or(cause::UNKNOWN)?;
        leg.ptime_wished = ptime;
        let Some(sdp) = sdp else {
            let formats = leg.formats.clone();
            leg.offer = None;
            return Ok(leg.answer_of(&formats));
        };
        let offer = Description::read(&sdp).or(Err(cause::BAD_REQUEST))?;
        let audio = offer.audio.as_ref();
        let heard = |audio: &&Audio| others.is_empty() || can_talk(&audio.formats, &others);
        let audio = audio.filter(heard).ok_or(cause::NOT_ACCEPTABLE)?;
        if !leg.take_offer(audio) {
            return Err(cause::NOT_ACCEPTABLE);
        }
        leg.offer = Some(offer);
        let formats = if others.is_empty() {
            leg.formats.clone()
        } else {
            others
        };
        Ok(leg.answer_of(&formats))
    }

    /// ACK; with the answer where our 200 carried the offer.
    pub(super) fn acked(&mut self, told: &mut Told<'_>, no: LegNo, sdp: Option<Bytes>) {
        if sdp.is_none() || self.phase == Phase::Ending {
            return;
        }
        let Some(seat) = self.seated_at(no) else {
            return;
        };
        let leg = self.leg_at_mut(seat);
        if leg.is_some_and(|leg| leg.take_answer(sdp)) {
            self.set_all_media(told);
        }
    }

    pub(crate) fn one_way(&self, told: &mut Told<'_>, silent: Side) {
        if self.is_up() && !self.is_being_taken(silent) {
            Self::fact(
                told,
                OneWayAudioHeard {
                    call: self.id(),
                    silent,
                },
            );
        }
    }

    pub(super) fn seated_at(&self, no: LegNo) -> Option<Seat> {
        let sits = |seat: &Seat| self.leg_at(*seat).is_some_and(|leg| leg.no == no);
        [Seat::Caller, Seat::Callee, Seat::Guest]
            .into_iter()
            .find(sits)
    }
}

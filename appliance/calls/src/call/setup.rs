//! From the first INVITE to the answer.
use super::media::can_reach;
use super::ringing::WhatFor;
use super::{Call, Phase, Told};
use crate::cause;
use crate::input::{Callee, LegNo, Place};
use crate::leg::{Leg, LegState};
use crate::machine::Timer;
use crate::output::{LegAct, MediaOrder, Output};
use crate::sdp::{Description, Format};
use bytes::Bytes;
use messages::fact::{CallAnswered, Seat, Side};
use messages::{Extension, HangUpCause, ReleasedBy, SipCode, SystemResult};

impl Call {
    /// The caller waits: read its offer, then invite the callee with what the caller can take.
    pub(crate) fn connect(&mut self, told: &mut Told<'_>, offer: Option<Bytes>) {
        Self::fact(told, self.story.clone());
        let Some(caller) = self.seat_mut(Side::Caller) else {
            return;
        };
        if let Some(offer) = offer {
            let Ok(offer) = Description::read(&offer) else {
                return self.turn_down(told, cause::BAD_REQUEST);
            };
            let audio = offer.audio.as_ref();
            let taken = audio.is_some_and(|audio| caller.take_offer(audio));
            caller.offer = Some(offer);
            if !taken {
                return self.turn_down(told, cause::NOT_ACCEPTABLE);
            }
            self.set_media(told, Seat::Caller);
        }
        self.invite(told);
    }

    /// Click-to-call: the own phone first, with our own offer.
    pub(crate) fn ring_own_phone(&mut self, told: &mut Told<'_>, places: Vec<Place>) {
        Self::fact(told, self.story.clone());
        let own = Callee::Phones {
            places,
            record: false,
        };
        let ring_for = Some(told.limits.own_phone_ring_max);
        self.ring(told, Side::Caller, own, ring_for, &[], WhatFor::SetUp);
    }

    pub(super) fn own_phone_answered(&mut self, told: &mut Told<'_>, leg: Leg) {
        self.seats[0] = Some(leg);
        self.set_media(told, Seat::Caller);
        self.phase = Phase::Calling {
            ringing: false,
            early_media: false,
        };
        self.invite(told);
    }

    fn invite(&mut self, told: &mut Told<'_>) {
        if let Some(Callee::Outside { speech, token, .. }) = &self.callee {
            let caller = self.seat(Side::Caller);
            let own = caller.map_or(&[][..], |leg| &leg.formats);
            if !can_reach(own, token.record(), |kind| kind.is_among(&speech.codecs)) {
                return self.turn_down(told, cause::NOT_ACCEPTABLE);
            }
        }
        if let Some(callee) = self.callee.take() {
            self.begin_attempt(told, &callee);
            self.ring(told, Side::Callee, callee, None, &[], WhatFor::SetUp);
        }
    }

    /// Somebody has the call: from now on both sides talk.
    pub(super) fn answered(&mut self, told: &mut Told<'_>, leg: Leg) {
        let formats = leg.formats.clone();
        let ptime = leg.ptime;
        let extension = leg.who.extension.clone();
        self.seats[1] = Some(leg);
        let answer = self.answer_caller(&formats, ptime);
        self.bridge(told);
        self.media(told, MediaOrder::Watch);
        if let Some((no, sdp)) = answer {
            self.act(told, no, LegAct::Answer { sdp });
        }
        self.phase = Phase::Up {
            since: told.now.mono,
        };
        told.timers.cancel(&Timer::Ring(self.id()));
        told.timers.set(
            Timer::Length(self.id()),
            told.now.mono + told.limits.call_length_max,
        );
        Self::fact(
            told,
            CallAnswered {
                call: self.id(),
                extension: extension.filter(|own| Some(own) != self.called()),
            },
        );
        self.record(told);
    }

    /// Once for each call, as soon as a rule wants it.
    pub(super) fn record(&mut self, told: &mut Told<'_>) {
        if !self.record || self.recorded {
            return;
        }
        self.recorded = true;
        let formats = [Side::Caller, Side::Callee].map(|side| self.spoken_on(side));
        told.outputs.push_back(Output::Record {
            call: self.id(),
            formats,
        });
    }

    /// The answer for a caller who waits for one.
    fn answer_caller(&mut self, formats: &[Format], ptime: Option<u16>) -> Option<(LegNo, Bytes)> {
        let caller = self.seat_mut(Side::Caller)?;
        if caller.state != LegState::Waiting {
            return None;
        }
        caller.ptime_wished = ptime;
        let answer = (caller.no, caller.answer_of(formats));
        caller.state = LegState::Up;
        Some(answer)
    }

    /// The phone of the branch that the books name as the called one.
    const fn called(&self) -> Option<&Extension> {
        match self.story.direction {
            messages::Direction::Inbound => self.story.extension.as_ref(),
            messages::Direction::Internal | messages::Direction::Outbound => {
                self.story.other_extension.as_ref()
            }
        }
    }

    pub(super) fn turn_down(&mut self, told: &mut Told<'_>, code: SipCode) {
        let cause = HangUpCause {
            sip: Some(code),
            q850: None,
        };
        self.finish(
            told,
            SystemResult::of_failure(cause),
            cause,
            ReleasedBy::System,
        );
    }
}

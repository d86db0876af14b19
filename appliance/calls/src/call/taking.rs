//! A side of a call becomes somebody else's: transfers, other devices, picked-up calls.
use super::ringing::WhatFor;
use super::{Call, Phase, Told};
use crate::cause;
use crate::input::{Arrival, Replace, TakeOver};
use crate::leg::{Leg, LegState, Who};
use crate::output::{LegAct, MediaOrder};
use crate::sdp::{Description, can_talk};
use bytes::Bytes;
use messages::fact::{CallTaken, CallTarget, OutsideParty, Side, TakenBy};
use messages::{HangUpCause, Q850, ReleasedBy, SipCode, SystemResult};

impl Call {
    /// Rings whoever is to take the side; who sits there hears how it goes.
    pub(crate) fn replace(&mut self, told: &mut Told<'_>, replace: Replace) {
        let Replace {
            side, callee, how, ..
        } = replace;
        if !self.may_change(side) {
            callee.free_channel(told.outputs);
            return self.report(told, side, cause::NOT_NOW);
        }
        if how == TakenBy::Transfer {
            self.mute(told, side);
            self.ringback(told, side.other());
        }
        self.begin_attempt(told, &callee);
        self.ring(told, side, callee, None, &[], WhatFor::Taking(how));
    }

    /// The call is up, and nobody else is about to take one of its sides.
    pub(crate) fn may_change(&self, side: Side) -> bool {
        let quiet = self.ringing.is_none() && self.handing.is_none() && self.expects.is_none();
        let two = self.guest.is_none();
        self.is_up()
            && quiet
            && two
            && self.seat(side).is_some()
            && self.seat(side.other()).is_some()
    }

    /// May the one who sits there go without ending the call?
    pub(super) fn is_being_taken(&self, side: Side) -> bool {
        let rings = self.ringing.as_ref().is_some_and(|ringing| {
            ringing.side == side && matches!(ringing.what_for, WhatFor::Taking(_))
        });
        let expected = self
            .expects
            .is_some_and(|expected| expected.side == side && expected.how == Arrival::InPlace);
        self.is_up() && (rings || expected || self.gives_up(side))
    }

    /// Tells whoever gives up its side how it goes.
    pub(super) fn report(&self, told: &mut Told<'_>, side: Side, code: SipCode) {
        if let Some(leg) = self.seat(side) {
            self.act(told, leg.no, LegAct::Report { code });
        }
    }

    /// A new leg takes a side; the one before is let go.
    pub(super) fn sit_down(&mut self, told: &mut Told<'_>, side: Side, leg: Leg, how: TakenBy) {
        self.expects = None;
        self.report(told, side, cause::OK);
        let before = self.seats[side.index()].take();
        let from = before.as_ref().and_then(|leg| leg.who.extension.clone());
        self.write_taken(told, side, &leg, how, from);
        let other = side.other();
        self.media(told, MediaOrder::StopTone { side: other });
        self.seats[side.index()] = Some(leg);
        self.set_all_media(told);
        self.record(told);
        if let Some(mut leg) = before {
            let cause = HangUpCause {
                sip: None,
                q850: Some(Q850::NORMAL),
            };
            self.attempt_over(told, &mut leg, SystemResult::Answered, cause);
            self.let_go(told, leg, cause::OK, cause.q850);
        }
    }

    pub(super) fn write_taken(
        &self,
        told: &mut Told<'_>,
        side: Side,
        leg: &Leg,
        how: TakenBy,
        from: Option<messages::Extension>,
    ) {
        let fact = CallTaken {
            call: self.id(),
            side,
            how,
            from,
            to: target_of(leg),
        };
        Self::fact(told, fact);
    }

    /// Nobody took the side: it stays whose it was, or the call is over where that one has gone.
    pub(super) fn not_taken(
        &mut self,
        told: &mut Told<'_>,
        side: Side,
        how: TakenBy,
        cause: HangUpCause,
    ) {
        self.expects = None;
        if self.seat(side).is_none() {
            return self.finish(told, SystemResult::Answered, cause, ReleasedBy::System);
        }
        self.report(told, side, cause::for_caller(cause));
        if how == TakenBy::Transfer {
            self.set_media(told, side.into());
            self.media(told, MediaOrder::StopTone { side: side.other() });
        }
    }

    /// An INVITE takes a side that talks, or a call that rings there.
    pub(crate) fn take_over(&mut self, told: &mut Told<'_>, taking: TakeOver) {
        let TakeOver {
            leg: no,
            side,
            extension,
            offer,
            source,
            address,
            how,
            ..
        } = taking;
        let who = Who {
            extension: Some(extension),
            ..Who::default()
        };
        let mut leg = self.numbered_leg(no, who, LegState::Waiting, side, address);
        leg.source = source;
        let rings = side == Side::Callee && self.rings_for_callee();
        if !rings && !self.may_change(side) {
            return self.let_go(told, leg, cause::UNKNOWN, None);
        }
        let sdp = match self.agree(&mut leg, side, offer) {
            Ok(sdp) => sdp,
            Err(code) => return self.let_go(told, leg, code, None),
        };
        leg.state = LegState::Up;
        self.act(told, no, LegAct::Answer { sdp });
        if rings {
            self.record |= self.ringing.as_ref().is_some_and(|ringing| ringing.record);
            self.stop_ringing(told, cause::OK);
            self.write_taken(told, side, &leg, how, None);
            self.answered(told, leg);
        } else {
            self.sit_down(told, side, leg, how);
        }
    }

    pub(super) fn rings_for_callee(&self) -> bool {
        let calling = matches!(self.phase, Phase::Calling { .. });
        let ringing = self.ringing.as_ref();
        calling && ringing.is_some_and(|ringing| ringing.what_for == WhatFor::SetUp)
    }

    /// What the new leg is answered: the talk's formats, as it numbers them.
    fn agree(&self, leg: &mut Leg, side: Side, offer: Option<Bytes>) -> Result<Bytes, SipCode> {
        let offered = self.offered(side, leg, self.record);
        leg.ptime_wished = self.seat(side.other()).and_then(|other| other.ptime);
        let Some(offer) = offer else {
            leg.formats.clone_from(&offered);
            return Ok(leg.offer_of(&offered));
        };
        let offer = Description::read(&offer).or(Err(cause::BAD_REQUEST))?;
        let audio = offer.audio.as_ref();
        let taken = audio.is_some_and(|audio| leg.take_offer(audio));
        if !taken || !can_talk(&leg.formats, &offered) {
            return Err(cause::NOT_ACCEPTABLE);
        }
        leg.offer = Some(offer);
        let other = self.seat(side.other());
        let spoken = other.map_or_else(Vec::new, Leg::talk_formats);
        let formats = if spoken.is_empty() { offered } else { spoken };
        Ok(leg.answer_of(&formats))
    }
}

/// Whoever is at the other end of a leg, for the books.
pub(super) fn target_of(leg: &Leg) -> CallTarget {
    CallTarget {
        extension: leg.who.extension.clone(),
        trunk: leg.who.channel.clone(),
        outside: leg.who.party.clone().map(OutsideParty::of),
    }
}

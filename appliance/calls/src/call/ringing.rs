//! Those who are invited to one side of a call: all at once; the first to answer has it.
use super::{Call, Phase, Told};
use crate::cause;
use crate::input::{Callee, LegNo, Next, Place};
use crate::leg::{Leg, LegState, Who};
use crate::machine::Timer;
use crate::output::{Diverted, Invitation, Invitee, LegAct, Output, TrunkInvite};
use crate::sdp::{Format, can_talk};
use bytes::Bytes;
use core::time::Duration;
use messages::fact::{AttemptEnded, AttemptRerouted, AttemptStarted, CallRinging, Side, TakenBy};
use messages::{AttemptId, HangUpCause, ReleasedBy, SipCode, SystemResult, TrunkName};
use std::net::IpAddr;

/// More phones than this are not rung at once.
const RUNG_MAX: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhatFor {
    /// The call is not up yet.
    SetUp,
    /// Whoever answers takes the side of somebody who talks.
    Taking(TakenBy),
}

#[derive(Debug)]
pub(super) struct Ringing {
    pub(super) side: Side,
    pub(super) what_for: WhatFor,
    /// Whoever answers is to be recorded.
    pub(super) record: bool,
    legs: Vec<Leg>,
    /// Why nobody was reached so far, and whether their own side said so.
    failed: (HangUpCause, bool),
    redirect: Option<String>,
    /// Somebody's place was reached: it rang there, or an announcement was heard.
    rang: bool,
    /// A try whose trunk did not bring it through, and that may go on over another one.
    open: Option<OpenAttempt>,
}

#[derive(Clone, Debug)]
struct OpenAttempt {
    attempt: AttemptId,
    trunk: TrunkName,
    cause: HangUpCause,
}

impl Ringing {
    pub(super) fn side_of(&self, no: LegNo) -> Option<Side> {
        let rings = self.legs.iter().any(|leg| leg.no == no);
        rings.then_some(self.side)
    }

    fn take(&mut self, no: LegNo) -> Option<Leg> {
        let at = self.legs.iter().position(|leg| leg.no == no)?;
        Some(self.legs.remove(at))
    }

    /// Busy says more than not there; what a phone said says more than what we gave up on.
    fn note(&mut self, cause: HangUpCause, by_peer: bool) {
        let weight = |code: Option<SipCode>| match code.map_or(0, |code| code.0) {
            600..=699 => 4,
            486 => 3,
            408 | 480 => 1,
            0 => 0,
            _ => 2,
        };
        if self.failed.0 == HangUpCause::default() || weight(cause.sip) > weight(self.failed.0.sip)
        {
            self.failed = (cause, by_peer);
        }
    }
}

impl Call {
    pub(super) fn ring(
        &mut self,
        told: &mut Told<'_>,
        side: Side,
        callee: Callee,
        ring_for: Option<Duration>,
        diverted: &[Diverted],
        what_for: WhatFor,
    ) {
        let record = callee.record();
        let legs = match callee {
            Callee::Phones { places, .. } => {
                self.invite_phones(told, side, places, diverted, record)
            }
            Callee::Outside {
                attempt,
                token,
                address,
                speech,
            } => {
                let who = Who {
                    extension: None,
                    party: Some(token.party().clone()),
                    channel: Some(token.trunk().clone()),
                    attempt: Some(attempt),
                };
                let leg = self.leg(who, LegState::Invited, side, address);
                let leg = leg.of_trunk(Some(speech));
                let shown = token.caller().unwrap_or(&self.shown).to_owned();
                let to = Invitee::Trunk(TrunkInvite::new(&token));
                let called = (to, shown, record);
                vec![self.send_invite(told, side, leg, called, diverted)]
            }
        };
        let nobody = legs.is_empty();
        self.invited = told.now.mono;
        self.ringing = Some(Ringing {
            side,
            what_for,
            record,
            legs,
            failed: (HangUpCause::default(), false),
            redirect: None,
            rang: false,
            open: None,
        });
        let ring_for = ring_for.unwrap_or(told.limits.ring_max);
        told.timers
            .set(Timer::Ring(self.id()), told.now.mono + ring_for);
        if nobody {
            self.failed(told, cause::of(cause::UNAVAILABLE), false);
        }
    }

    /// A try to reach somebody outside begins.
    pub(super) fn begin_attempt(&self, told: &mut Told<'_>, callee: &Callee) {
        if let Callee::Outside { attempt, token, .. } = callee {
            let started = AttemptStarted {
                attempt: *attempt,
                call: self.id(),
                trunk: token.trunk().clone(),
                destination: token.destination(),
                wanted_by: token.wanted_by().cloned(),
            };
            Self::fact(told, started);
        }
    }

    /// A try that was open goes on over another trunk, or is over and the next one begins.
    fn go_on_with(&self, told: &mut Told<'_>, callee: &Callee, open: Option<OpenAttempt>) {
        match (callee, open) {
            (Callee::Outside { attempt, token, .. }, Some(open)) if open.attempt == *attempt => {
                let rerouted = AttemptRerouted {
                    attempt: open.attempt,
                    call: self.id(),
                    from: open.trunk,
                    to: token.trunk().clone(),
                    cause: open.cause,
                };
                Self::fact(told, rerouted);
            }
            (_, open) => {
                self.end_attempt(told, open);
                self.begin_attempt(told, callee);
            }
        }
    }

    fn end_attempt(&self, told: &mut Told<'_>, open: Option<OpenAttempt>) {
        if let Some(OpenAttempt { attempt, cause, .. }) = open {
            let ended = AttemptEnded {
                attempt,
                call: self.id(),
                result: SystemResult::of_failure(cause),
                cause,
            };
            Self::fact(told, ended);
        }
    }

    fn send_invite(
        &self,
        told: &mut Told<'_>,
        side: Side,
        mut leg: Leg,
        (to, shown, record): (Invitee, String, bool),
        diverted: &[Diverted],
    ) -> Leg {
        let outside = matches!(to, Invitee::Trunk(_));
        leg.ptime_wished = self.seat(side.other()).and_then(|other| other.ptime);
        let sdp = leg.offer_of(&self.offered(side, &leg, record));
        let invitation = Invitation {
            to,
            shown,
            display: self.display.clone().filter(|_| !outside),
            private: self.private,
            diverted: diverted.to_vec(),
            sdp,
        };
        self.act(told, leg.no, LegAct::Invite(Box::new(invitation)));
        leg
    }

    pub(crate) fn progressed(
        &mut self,
        told: &mut Told<'_>,
        no: LegNo,
        code: SipCode,
        sdp: Option<Bytes>,
        source: IpAddr,
    ) {
        if code.0 <= 100 {
            return;
        }
        let Some(ringing) = &mut self.ringing else {
            return;
        };
        let (side, what_for, alone) = (ringing.side, ringing.what_for, ringing.legs.len() == 1);
        let Some(leg) = ringing.legs.iter_mut().find(|leg| leg.no == no) else {
            return;
        };
        ringing.rang = true;
        if let WhatFor::Taking(_) = what_for {
            return self.report(told, side, SipCode(180));
        }
        if side == Side::Caller {
            return;
        }
        leg.source = source;
        // Where several ring, nobody's early media is heard: they would talk at once.
        let heard = alone && sdp.is_some() && leg.take_answer(sdp);
        let early = heard.then(|| (leg.formats.clone(), leg.ptime));
        self.caller_hears(told, code, early);
    }

    fn caller_hears(
        &mut self,
        told: &mut Told<'_>,
        code: SipCode,
        early: Option<(Vec<Format>, Option<u16>)>,
    ) {
        let Phase::Calling {
            ringing,
            early_media,
        } = self.phase
        else {
            return;
        };
        if !ringing {
            let delay = told.now.mono.since(self.invited).as_millis();
            Self::fact(
                told,
                CallRinging {
                    call: self.id(),
                    post_dial_delay_ms: u32::try_from(delay).unwrap_or(u32::MAX),
                    early_media: early.is_some(),
                },
            );
        }
        self.phase = Phase::Calling {
            ringing: true,
            early_media: early_media || early.is_some(),
        };
        let heard = early.is_some();
        let Some(caller) = self.seat_mut(Side::Caller) else {
            return;
        };
        let (no, state) = (caller.no, caller.state);
        let sdp = early.filter(|_| state == LegState::Waiting);
        let sdp = sdp.map(|(formats, ptime)| {
            caller.ptime_wished = ptime;
            caller.answer_of(&formats)
        });
        if heard {
            self.bridge_early(told);
        }
        match state {
            LegState::Waiting => {
                let code = if heard { SipCode(183) } else { code };
                self.act(told, no, LegAct::Progress { code, sdp });
            }
            LegState::Up if !heard && !early_media => self.ringback(told, Side::Caller),
            LegState::Up | LegState::Invited => {}
        }
    }

    /// Who rings alone is heard before anybody has answered.
    fn bridge_early(&mut self, told: &mut Told<'_>) {
        let caller = self.seat(Side::Caller);
        let beside = caller.map_or_else(Vec::new, |leg| leg.formats.clone());
        let rings = self.ringing.as_mut().and_then(|all| all.legs.first_mut());
        let Some(leg) = rings else {
            return;
        };
        let order = leg.media(Side::Callee, &beside);
        let news = leg.news(order);
        news.into_iter().for_each(|order| self.media(told, order));
        self.bridge(told);
    }

    pub(crate) fn answered_by(
        &mut self,
        told: &mut Told<'_>,
        no: LegNo,
        sdp: Option<Bytes>,
        source: IpAddr,
    ) {
        let Some(ringing) = &mut self.ringing else {
            return;
        };
        let (side, what_for, record) = (ringing.side, ringing.what_for, ringing.record);
        let Some(mut leg) = ringing.take(no) else {
            return;
        };
        leg.state = LegState::Up;
        leg.source = source;
        // A 200 without a description stands by what early media agreed on.
        let agreed = if sdp.is_some() {
            leg.take_answer(sdp)
        } else {
            !leg.formats.is_empty()
        };
        let other = self.seat(side.other());
        let heard = other
            .is_none_or(|other| other.formats.is_empty() || can_talk(&leg.formats, &other.formats));
        if !agreed || !heard {
            let cause = cause::of(cause::NOT_ACCEPTABLE);
            self.attempt_over(told, &mut leg, SystemResult::of_failure(cause), cause);
            self.let_go(told, leg, cause::OK, None);
            return self.failed(told, cause, false);
        }
        self.record |= record;
        self.stop_ringing(told, cause::OK);
        match (what_for, side) {
            (WhatFor::SetUp, Side::Caller) => self.own_phone_answered(told, leg),
            (WhatFor::SetUp, Side::Callee) => self.answered(told, leg),
            (WhatFor::Taking(how), _) => self.sit_down(told, side, leg, how),
        }
    }

    /// Nobody else rings any more: somebody has the call, or it is over.
    pub(super) fn stop_ringing(&mut self, told: &mut Told<'_>, code: SipCode) {
        let Some(ringing) = self.ringing.take() else {
            return;
        };
        told.timers.cancel(&Timer::Ring(self.id()));
        self.end_attempt(told, ringing.open);
        for mut leg in ringing.legs {
            let cause = cause::of(cause::OK_GONE);
            self.attempt_over(told, &mut leg, SystemResult::Cancelled, cause);
            self.let_go(told, leg, code, None);
        }
    }

    /// A leg that rang is over. False: it did not ring.
    pub(super) fn ringing_ended(
        &mut self,
        told: &mut Told<'_>,
        no: LegNo,
        by_peer: bool,
        cause: HangUpCause,
    ) -> bool {
        let Some(ringing) = self.ringing.as_mut() else {
            return false;
        };
        let Some(mut leg) = ringing.take(no) else {
            return false;
        };
        if let (Some(attempt), Some(trunk)) = (leg.who.attempt.take(), leg.who.channel.clone()) {
            ringing.open = Some(OpenAttempt {
                attempt,
                trunk,
                cause,
            });
        }
        Self::free(told, leg.who.channel.take());
        self.failed(told, cause, by_peer);
        true
    }

    pub(crate) fn redirected(&mut self, no: LegNo, to: String) {
        if let Some(ringing) = &mut self.ringing
            && ringing.side_of(no).is_some()
        {
            ringing.redirect = Some(to);
        }
    }

    /// One way to reach somebody has failed; where it was the last one, what next?
    fn failed(&mut self, told: &mut Told<'_>, cause: HangUpCause, by_peer: bool) {
        let Some(ringing) = &mut self.ringing else {
            return;
        };
        ringing.note(cause, by_peer);
        if !ringing.legs.is_empty() {
            return;
        }
        let (cause, redirect) = (ringing.failed.0, ringing.redirect.take());
        let rang = ringing.rang;
        told.timers.cancel(&Timer::Ring(self.id()));
        if self.phase == Phase::OwnPhone {
            return self.give_up(told, None);
        }
        told.outputs.push_back(Output::Unreached {
            call: self.id(),
            cause,
            redirect,
            rang,
        });
    }

    pub(crate) fn try_next(&mut self, told: &mut Told<'_>, next: Next) {
        let waits = self.ringing.take_if(|ringing| ringing.legs.is_empty());
        let Some(Ringing {
            side,
            what_for,
            open,
            ..
        }) = waits
        else {
            return next.callee.free_channel(told.outputs);
        };
        self.go_on_with(told, &next.callee, open);
        self.ring(
            told,
            side,
            next.callee,
            next.ring_for,
            &next.diverted,
            what_for,
        );
    }

    pub(crate) fn ring_also(&mut self, told: &mut Told<'_>, places: Vec<Place>) {
        if !self.rings_for_callee() {
            return;
        }
        let record = self.ringing.as_ref().is_some_and(|ringing| ringing.record);
        let legs = self.invite_phones(told, Side::Callee, places, &[], record);
        if let Some(ringing) = &mut self.ringing {
            ringing.legs.extend(legs);
        }
    }

    fn invite_phones(
        &mut self,
        told: &mut Told<'_>,
        side: Side,
        places: Vec<Place>,
        diverted: &[Diverted],
        record: bool,
    ) -> Vec<Leg> {
        let mut legs = Vec::new();
        for place in places.into_iter().take(RUNG_MAX) {
            let who = Who {
                extension: Some(place.extension.clone()),
                ..Who::default()
            };
            let mut leg = self.leg(who, LegState::Invited, side, place.address);
            leg.offers_keys = place.private_way;
            let shown = self.shown.clone();
            let to = Invitee::Phone(place);
            legs.push(self.send_invite(told, side, leg, (to, shown, record), diverted));
        }
        legs
    }

    pub(crate) fn give_up(&mut self, told: &mut Told<'_>, cause: Option<HangUpCause>) {
        let waits = self.ringing.take_if(|ringing| ringing.legs.is_empty());
        let Some(ringing) = waits else {
            return;
        };
        let (failed, by_peer) = ringing.failed;
        self.end_attempt(told, ringing.open);
        let cause = cause.unwrap_or(failed);
        match (ringing.what_for, ringing.side) {
            (WhatFor::Taking(how), side) => self.not_taken(told, side, how, cause),
            (WhatFor::SetUp, side) => {
                let by = match (by_peer, side) {
                    (false, _) => ReleasedBy::System,
                    (true, Side::Caller) => ReleasedBy::Caller,
                    (true, Side::Callee) => ReleasedBy::Callee,
                };
                let result = match side {
                    Side::Caller => SystemResult::Cancelled,
                    Side::Callee => SystemResult::of_failure(cause),
                };
                self.finish(told, result, cause, by);
            }
        }
    }

    /// Nobody answered in time.
    pub(crate) fn rung_out(&mut self, told: &mut Told<'_>) {
        let own_phone = self.phase == Phase::OwnPhone;
        let Some(ringing) = &mut self.ringing else {
            return;
        };
        let legs = core::mem::take(&mut ringing.legs);
        let cause = cause::of(if own_phone {
            cause::UNAVAILABLE
        } else {
            cause::TIMED_OUT
        });
        for mut leg in legs {
            self.attempt_over(told, &mut leg, SystemResult::NoAnswer, cause);
            self.let_go(told, leg, cause::OK_GONE, None);
        }
        self.failed(told, cause, own_phone);
    }

    /// The try that a leg was is over.
    pub(super) fn attempt_over(
        &self,
        told: &mut Told<'_>,
        leg: &mut Leg,
        result: SystemResult,
        cause: HangUpCause,
    ) {
        if let Some(attempt) = leg.who.attempt.take() {
            let ended = AttemptEnded {
                attempt,
                call: self.id(),
                result,
                cause,
            };
            Self::fact(told, ended);
        }
    }

    /// Those who ring, for the call's end.
    pub(super) fn take_ringing(&mut self, told: &mut Told<'_>) -> Vec<Leg> {
        let Some(ringing) = self.ringing.take() else {
            return Vec::new();
        };
        self.end_attempt(told, ringing.open);
        ringing.legs
    }
}

//! What somebody wants of a call that is there: at a phone (REFER, Replaces, a code) or at a screen.
use crate::api::{Ask, BranchOrder, Output};
use crate::course::Course;
use crate::incoming::Invited;
use crate::machine::{Branch, DIALLED_BY_HAND};
use crate::signalling::Signalling;
use calls::{Arrival, Callee, Join, LegNo, Place, Replace, TakeOver};
use gate::{Pass, Request};
use messages::fact::{Actor, Side, SourceUnbanned, TakenBy};
use messages::{CallId, Extension, Now, Refusal, ReleasedBy, SipCode};
use sansio::Machine;
use sip::{Command, LegId, Origin};
use std::net::IpAddr;

/// Dialled before a phone's number: its ringing call is picked up.
const PICK_UP: &str = "*8";

/// What becomes of the phone whose two calls become one.
#[derive(Clone, Copy, Debug)]
enum Together {
    /// 咨询转接
    WithoutThePhone,
    /// 三方通话
    Three,
}

impl<S: Signalling> Branch<S> {
    pub(crate) fn order(&mut self, now: Now, ask: Ask, order: BranchOrder) {
        let result = match order {
            BranchOrder::HangUp { call, by } => self.hang_up(now, call, by),
            BranchOrder::Transfer {
                call,
                phone,
                to,
                actor,
            } => self
                .side_of_phone(&call, &phone)
                .and_then(|side| self.transfer(now, call, side, &to, actor)),
            BranchOrder::Join {
                call,
                phone,
                other,
                actor,
            } => self.join(now, [call, other], &phone, actor, Together::WithoutThePhone),
            BranchOrder::Confer {
                call,
                phone,
                other,
                actor,
            } => self.join(now, [call, other], &phone, actor, Together::Three),
            BranchOrder::Move { call, phone, actor } => self.move_on(now, call, &phone, actor),
            BranchOrder::Resync { extension, how } => self.resync(now, extension, how),
            BranchOrder::Unban { source, actor } => {
                self.unban(now, source, actor);
                Ok(())
            }
            BranchOrder::PickUp { rung, phone } => self.ring_also(now, &rung, &phone),
        };
        self.say(Output::Done { ask, result });
    }

    fn resync(&mut self, now: Now, extension: Extension, how: sip::Resync) -> Result<(), Refusal> {
        if self.sip.bindings(&extension).is_empty() {
            return Err(Refusal::PhoneNotRegistered);
        }
        let resync = Command::Resync { extension, how };
        self.sip.handle(now, sip::Input::Command(resync));
        Ok(())
    }

    fn unban(&mut self, now: Now, source: IpAddr, actor: Actor) {
        let unban = Command::Unban { source };
        self.sip.handle(now, sip::Input::Command(unban));
        self.fact(now, actor, SourceUnbanned { source });
    }

    fn hang_up(&mut self, now: Now, call: CallId, by: ReleasedBy) -> Result<(), Refusal> {
        if !self.calls.contains(&call) {
            return Err(Refusal::UnknownCall);
        }
        self.calls.handle(now, calls::Input::HangUp { call, by });
        Ok(())
    }

    fn side_of_phone(&self, call: &CallId, phone: &Extension) -> Result<Side, Refusal> {
        if !self.calls.contains(call) {
            return Err(Refusal::UnknownCall);
        }
        let sits = |side: &Side| {
            let seated = self.calls.seated(call, *side);
            seated.is_some_and(|seated| seated.extension.as_ref() == Some(phone))
        };
        let found = [Side::Caller, Side::Callee].into_iter().find(sits);
        found.ok_or(Refusal::NotInCall)
    }

    /// The side is given to whoever is dialled: to nobody that the gate would not let it call.
    fn transfer(
        &mut self,
        now: Now,
        call: CallId,
        side: Side,
        to: &str,
        actor: Actor,
    ) -> Result<(), Refusal> {
        if !self.calls.may_change(&call, side) {
            return Err(Refusal::CallNotReady);
        }
        let phone = self.calls.seated(&call, side);
        let phone = phone.and_then(|seated| seated.extension);
        let asked = Request {
            dialled: to,
            purpose: DIALLED_BY_HAND,
            by: self.meters.by(phone.as_ref()),
            utc: now.utc,
        };
        let pass = match self.gate.ask(&asked, now.mono) {
            Ok(pass) => pass,
            Err(blocked) => {
                let refusal = blocked.refusal;
                let phone = self.calls.seated(&call, side);
                let phone = phone.and_then(|seated| seated.extension);
                self.blocked(now, call, phone, to, blocked);
                return Err(refusal);
            }
        };
        self.courses.remove(&call);
        let callee = match pass {
            Pass::Phone { extension, record } => {
                self.courses.insert(call, Course::to(extension, record, 0));
                Callee::Phones {
                    places: Vec::new(),
                    record,
                }
            }
            Pass::Outside(token) => self.outside(now, call, &asked, token),
        };
        self.replace(now, call, side, callee, TakenBy::Transfer, actor);
        Ok(())
    }

    fn replace(
        &mut self,
        now: Now,
        call: CallId,
        side: Side,
        callee: Callee,
        how: TakenBy,
        actor: Actor,
    ) {
        if let Some(note) = self.notes.get_mut(&call) {
            note.asked_by = Some(actor);
        }
        if let Callee::Phones { .. } = callee {
            self.ways.remove(&call);
        }
        let replace = Replace {
            call,
            side,
            callee,
            how,
        };
        self.calls
            .handle(now, calls::Input::Replace(Box::new(replace)));
    }

    /// The same person goes on at its other places; they answer by themselves where there is only one.
    fn move_on(
        &mut self,
        now: Now,
        call: CallId,
        phone: &Extension,
        actor: Actor,
    ) -> Result<(), Refusal> {
        let side = self.side_of_phone(&call, phone)?;
        if !self.calls.may_change(&call, side) {
            return Err(Refusal::CallNotReady);
        }
        let seated = self.calls.seated(&call, side);
        let leg = seated.and_then(|seated| self.leg_of.get(&(call, seated.leg)));
        let here = leg.and_then(|leg| self.engaged.contact_of(*leg));
        let mut places = self.places_of(phone);
        places.retain(|place| Some(place.contact.as_str()) != here);
        answer_by_itself(&mut places);
        if places.is_empty() {
            return Err(Refusal::NoOtherPlace);
        }
        self.courses.remove(&call);
        let callee = Callee::Phones {
            places,
            record: false,
        };
        self.replace(now, call, side, callee, TakenBy::Move, actor);
        Ok(())
    }

    /// The phone rings beside those that ring already, and answers by itself.
    fn ring_also(&mut self, now: Now, rung: &Extension, phone: &Extension) -> Result<(), Refusal> {
        let call = self.ringing_at(rung).ok_or(Refusal::UnknownCall)?;
        let mut places = self.places_of(phone);
        if places.is_empty() {
            return Err(Refusal::PhoneNotRegistered);
        }
        if self.engaged.is(phone) {
            return Err(Refusal::PhoneBusy);
        }
        answer_by_itself(&mut places);
        self.calls
            .handle(now, calls::Input::RingAlso { call, places });
        Ok(())
    }

    /// Two calls of the phone become one. The one with somebody outside stays, else the older one.
    fn join(
        &mut self,
        now: Now,
        calls: [CallId; 2],
        phone: &Extension,
        actor: Actor,
        together: Together,
    ) -> Result<(), Refusal> {
        let [one, other] = calls;
        if one == other {
            return Err(Refusal::CallNotReady);
        }
        let outside = |call: &CallId| {
            self.notes
                .get(call)
                .is_some_and(|note| note.party.is_some())
        };
        let [into, from] = if (!outside(&one), one) <= (!outside(&other), other) {
            [one, other]
        } else {
            [other, one]
        };
        let side = self.side_of_phone(&into, phone)?;
        let own = self.side_of_phone(&from, phone)?;
        let ready = self.calls.may_change(&into, side) && self.calls.may_change(&from, own);
        if !ready {
            return Err(Refusal::CallNotReady);
        }
        let how = match together {
            Together::WithoutThePhone => Arrival::InPlace,
            Together::Three => {
                let port = self.ports.take_one(into).ok_or(Refusal::MediaFull)?;
                Arrival::AsGuest { port }
            }
        };
        if let Some(note) = self.notes.get_mut(&into) {
            note.asked_by = Some(actor);
        }
        let join = Join {
            into,
            side,
            from,
            comes: own.other(),
            how,
        };
        self.calls.handle(now, calls::Input::Join(Box::new(join)));
        Ok(())
    }

    /// A phone or a trunk in a call asks for somebody else in its place.
    pub(crate) fn referred(&mut self, now: Now, leg: LegId, to: &str, other: Option<LegId>) {
        let Err(refusal) = self.refer(now, leg, to, other) else {
            return;
        };
        let code = SipCode(refusal.sip_code());
        let report = Command::ReportReferral { leg, code };
        self.sip.handle(now, sip::Input::Command(report));
    }

    fn refer(
        &mut self,
        now: Now,
        leg: LegId,
        to: &str,
        other: Option<LegId>,
    ) -> Result<(), Refusal> {
        let (call, side, phone) = self.phone_at(leg)?;
        let actor = Actor::Phone(phone.clone());
        let Some(other) = other else {
            return self.transfer(now, call, side, to, actor);
        };
        let (consulted, _, same) = self.phone_at(other)?;
        if same != phone {
            return Err(Refusal::NotAllowed);
        }
        if self.calls.is_up(&consulted) {
            let together = Together::WithoutThePhone;
            return self.join(now, [call, consulted], &phone, actor, together);
        }
        // it rings only: whoever it rings at is called from the other call
        let dialled = self.notes.get(&consulted).map(|note| note.dialled.clone());
        let by = ReleasedBy::Caller;
        let call_off = calls::Input::HangUp {
            call: consulted,
            by,
        };
        self.calls.handle(now, call_off);
        self.transfer(now, call, side, &dialled.unwrap_or_default(), actor)
    }

    /// Whose leg it is: only phones of the branch give calls on.
    fn phone_at(&self, leg: LegId) -> Result<(CallId, Side, Extension), Refusal> {
        let (call, no) = self.legs.get(&leg).copied().ok_or(Refusal::UnknownCall)?;
        let side = self.calls.side_of(&call, no).ok_or(Refusal::NotInCall)?;
        let seated = self.calls.seated(&call, side);
        let seated = seated.filter(|seated| seated.leg == no);
        let phone = seated.and_then(|seated| seated.extension);
        Ok((call, side, phone.ok_or(Refusal::NotAllowed)?))
    }

    /// The leg that an INVITE takes the place of, by a Replaces or by a code for a phone that rings.
    pub(crate) fn taken_by(&self, invited: &Invited) -> Option<Result<(CallId, Side), Refusal>> {
        let Origin::Phone(_) = invited.origin else {
            return None;
        };
        if let Some(leg) = invited.replaces {
            return Some(self.side_at(leg));
        }
        let rung = Extension::parse(invited.called.strip_prefix(PICK_UP)?)?;
        let found = self.ringing_at(&rung).map(|call| (call, Side::Callee));
        Some(found.ok_or(Refusal::UnknownCall))
    }

    /// The call that rings at a phone; the oldest of several.
    fn ringing_at(&self, phone: &Extension) -> Option<CallId> {
        let rings = |leg: &LegId, call: &CallId, no: LegNo| {
            let here = self.engaged.phone_of(*leg) == Some(phone) && self.calls.rings(call);
            here && self.calls.side_of(call, no) == Some(Side::Callee)
        };
        let found = self
            .legs
            .iter()
            .find(|(leg, (call, no))| rings(leg, call, *no));
        found.map(|(_, (call, _))| *call)
    }

    fn side_at(&self, leg: LegId) -> Result<(CallId, Side), Refusal> {
        let (call, no) = self.legs.get(&leg).copied().ok_or(Refusal::UnknownCall)?;
        let side = self.calls.side_of(&call, no).ok_or(Refusal::UnknownCall)?;
        // a phone takes the place of a phone, never of somebody outside
        match self.engaged.phone_of(leg) {
            Some(_) => Ok((call, side)),
            None => Err(Refusal::NotAllowed),
        }
    }

    pub(crate) fn take_over(&mut self, now: Now, invited: Invited, call: CallId, side: Side) {
        let Origin::Phone(extension) = invited.origin.clone() else {
            return;
        };
        let rings = self.calls.rings(&call);
        let Some(leg) = self.calls.mint_leg(&call) else {
            return self.refuse(now, invited.leg, Refusal::UnknownCall);
        };
        if let Some(note) = self.notes.get_mut(&call) {
            note.asked_by = Some(Actor::Phone(extension.clone()));
        }
        let contact = self.contact_on(&extension, invited.flow);
        self.engaged
            .begin(invited.leg, extension.clone(), contact, false);
        self.bind_leg(invited.leg, call, leg);
        let taking = TakeOver {
            call,
            leg,
            side,
            how: how_taken(rings, &self.seated_phone(&call, side), &extension),
            extension,
            offer: invited.sdp,
            source: invited.flow.remote.ip(),
            address: self.named_or(invited.flow.local.ip()),
        };
        self.calls
            .handle(now, calls::Input::TakeOver(Box::new(taking)));
    }

    fn seated_phone(&self, call: &CallId, side: Side) -> Option<Extension> {
        self.calls.seated(call, side)?.extension
    }

    /// A leg goes on under another call's name.
    pub(crate) fn leg_moved(&mut self, from: (CallId, LegNo), to: (CallId, LegNo)) {
        if let Some(leg) = self.leg_of.remove(&from) {
            self.leg_of.insert(to, leg);
            self.legs.insert(leg, to);
            let (call, name) = (to.0, self.sip.name_of(leg));
            if let Some(call_id) = name {
                self.say(Output::LegNamed { call, call_id });
            }
        }
    }
}

fn how_taken(rings: bool, before: &Option<Extension>, now: &Extension) -> TakenBy {
    if rings {
        TakenBy::PickUp
    } else if before.as_ref() == Some(now) {
        TakenBy::Move
    } else {
        TakenBy::AttendedTransfer
    }
}

pub(crate) fn answer_by_itself(places: &mut [Place]) {
    if let [only] = places {
        only.auto_answer = true;
    }
}

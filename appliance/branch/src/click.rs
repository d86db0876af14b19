//! Click-to-call: the own phone rings first, then the customer is called.
use crate::api::{Ask, DialRequest, Output};
use crate::machine::{Branch, Note};
use crate::orders;
use crate::signalling::Signalling;
use calls::{ClickToCall, Place};
use gate::{Pass, Request, Token};
use messages::fact::{DialBlocked, OutsideParty};
use messages::{CallId, Now, Purpose, Refusal, ReleasedBy};
use sansio::Machine;

impl<S: Signalling> Branch<S> {
    pub(crate) fn dial(&mut self, now: Now, ask: Ask, request: DialRequest) {
        let result = self.click_to_call(now, request);
        self.outputs.push_back(Output::Dialled { ask, result });
    }

    fn click_to_call(&mut self, now: Now, request: DialRequest) -> Result<CallId, Refusal> {
        let dialled = request.number.to_dial();
        if !self.gate.is_emergency(&dialled) {
            self.room_for_call()?;
        }
        let mut own = self.places_of(&request.extension);
        if own.is_empty() {
            return Err(Refusal::PhoneNotRegistered);
        }
        if self.engaged.is(&request.extension) {
            return Err(Refusal::PhoneBusy);
        }
        orders::answer_by_itself(&mut own);
        let token = self.let_out(now, &request, &dialled)?;
        let call = self.mint.call(now.utc);
        let urgent = token.purpose() == Purpose::Emergency;
        let Some(ports) = self.allot(call, urgent) else {
            self.gate.release(token.trunk());
            return Err(Refusal::MediaFull);
        };
        self.ring_own_phone(now, call, request, own, token, ports);
        Ok(call)
    }

    /// Asks the gate; what it holds back is written.
    fn let_out(
        &mut self,
        now: Now,
        request: &DialRequest,
        dialled: &str,
    ) -> Result<Token, Refusal> {
        let asked = Request {
            dialled,
            purpose: request.purpose,
            by: self.meters.by(Some(&request.extension)),
            utc: now.utc,
        };
        let asked = match &request.over {
            Some(trunk) => {
                let token = self.gate.ask_over(trunk, &asked, now.mono);
                token.map(Pass::Outside)
            }
            None => self.gate.ask(&asked, now.mono),
        };
        let blocked = match asked {
            Ok(Pass::Outside(token)) => return Ok(token),
            Ok(Pass::Phone { .. }) => return Err(Refusal::NoRoute),
            Err(blocked) => blocked,
        };
        let party = blocked.party.unwrap_or_else(|| request.number.clone());
        let fact = DialBlocked {
            extension: Some(request.extension.clone()),
            outside: Some(OutsideParty::of(party)),
            purpose: request.purpose,
            code: blocked.refusal.code().to_owned(),
            sip: None,
        };
        self.fact(now, request.actor.clone(), fact);
        Err(blocked.refusal)
    }

    fn ring_own_phone(
        &mut self,
        now: Now,
        call: CallId,
        request: DialRequest,
        own: Vec<Place>,
        token: Token,
        ports: calls::Ports,
    ) {
        let dialled = request.number.to_dial();
        let here = own.first().map(|place| place.address);
        let note = Note {
            actor: request.actor,
            asked_by: None,
            phone: Some(request.extension.clone()),
            party: Some(token.party().clone()),
            purpose: request.purpose,
            dialled: dialled.clone(),
            address: here,
            came_back: false,
        };
        self.notes.insert(call, Box::new(note));
        let asked = Request {
            dialled: &dialled,
            purpose: request.purpose,
            by: None,
            utc: now.utc,
        };
        let click = ClickToCall {
            call,
            extension: request.extension,
            own,
            customer: request.customer,
            callee: self.outside(now, call, &asked, token),
            ports,
        };
        self.calls
            .handle(now, calls::Input::ClickToCall(Box::new(click)));
    }

    /// Who refuses contact while the own phone still rings is not called any more.
    pub(crate) fn refusals_came(&mut self, now: Now, indexes: Vec<[u8; 16]>) {
        self.gate.replace_refusals(indexes);
        let is_refused = |note: &Note| {
            let party = note.party.as_ref();
            party.is_some_and(|party| self.gate.is_refused(party))
        };
        let held_back: Vec<CallId> = self
            .notes
            .iter()
            .filter(|(call, note)| self.calls.awaits_own_phone(call) && is_refused(note))
            .map(|(call, _)| *call)
            .collect();
        for call in held_back {
            if let Some(note) = self.notes.get(&call) {
                let blocked = DialBlocked {
                    extension: note.phone.clone(),
                    outside: note.party.clone().map(OutsideParty::of),
                    purpose: note.purpose,
                    code: Refusal::DoNotCall.code().to_owned(),
                    sip: None,
                };
                let actor = note.actor.clone();
                self.fact(now, actor, blocked);
            }
            let by = ReleasedBy::System;
            self.calls.handle(now, calls::Input::HangUp { call, by });
        }
    }
}

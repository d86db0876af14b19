//! An INVITE has come: may it, where does it go, is there room.
use crate::api::Output;
use crate::course::Course;
use crate::machine::{Branch, DIALLED_BY_HAND, Note};
use crate::signalling::Signalling;
use bytes::Bytes;
use calls::{Callee, Connect, LegNo};
use core::time::Duration;
use gate::{Pass, Request, Token};
use messages::fact::{Actor, DialBlocked, OutsideParty};
use messages::{
    CallId, Direction, Extension, Now, PartyNumber, Purpose, Refusal, SipCode, TrunkName,
};
use sansio::Machine;
use sip::{Command, Flow, LegId, Origin};

/// How long a caller that met a full house is asked to wait.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What an INVITE says, as the calls need it.
pub(crate) struct Invited {
    pub(crate) leg: LegId,
    pub(crate) origin: Origin,
    pub(crate) flow: Flow,
    pub(crate) called: String,
    pub(crate) caller: String,
    pub(crate) display: Option<String>,
    pub(crate) private: bool,
    pub(crate) diversions: usize,
    pub(crate) replaces: Option<LegId>,
    pub(crate) sdp: Option<Bytes>,
}

/// Which way it goes, and what it holds of the gate.
struct Route {
    direction: Direction,
    pass: Pass,
    /// The trunk whose channel an inbound call has taken.
    from_trunk: Option<TrunkName>,
}

impl Route {
    fn is_emergency(&self) -> bool {
        match &self.pass {
            Pass::Outside(token) => token.purpose() == Purpose::Emergency,
            Pass::Phone { .. } => false,
        }
    }

    /// The trunk whose channel the call holds.
    fn channel(&self) -> Option<&TrunkName> {
        match &self.pass {
            Pass::Outside(token) => Some(token.trunk()),
            Pass::Phone { .. } => self.from_trunk.as_ref(),
        }
    }
}

impl<S: Signalling> Branch<S> {
    pub(crate) fn invited(&mut self, now: Now, invited: Invited) {
        let leg = invited.leg;
        match self.taken_by(&invited) {
            Some(Ok((call, side))) => return self.take_over(now, invited, call, side),
            Some(Err(refusal)) => return self.refuse(now, leg, refusal),
            None => {}
        }
        if let Some(call) = self.test_that_comes_back(&invited) {
            self.say(Output::LoopedBack { call });
            return self.refuse(now, leg, Refusal::PhoneBusy);
        }
        let emergency = self.gate.is_emergency(&invited.called);
        let room = if emergency {
            Ok(())
        } else {
            self.room_for_call()
        };
        let actor = actor_of(&invited.origin);
        match room.and_then(|()| self.route(now, &invited, &actor)) {
            Ok(route) => self.connect(now, invited, route, actor),
            Err(refusal) => self.refuse(now, leg, refusal),
        }
    }

    /// A test call of ours that a carrier brings back to the number that was called, from a number of ours: whoever it is
    /// for is not disturbed. A customer who calls that number at the same moment is no test.
    fn test_that_comes_back(&mut self, invited: &Invited) -> Option<CallId> {
        let Origin::Trunk(_) = invited.origin else {
            return None;
        };
        let (calls, config) = (&self.calls, self.config.as_ref()?);
        let is_ours = |caller: &str| {
            let shown = config.trunks.iter().flat_map(|(plan, _)| plan.callers());
            let mut ours = shown.chain(config.dids.iter().map(|did| &did.number));
            ours.any(|own| is_same_number(own, caller))
        };
        let comes_back = |call: &CallId, note: &Note| {
            let of_test = note.purpose == Purpose::SelfTest && !calls.is_up(call);
            // where a trunk has no number to show, it is shown the phone's
            let phone = note.phone.as_ref().map_or("", Extension::as_str);
            let from_us = is_ours(&invited.caller) || is_same_number(phone, &invited.caller);
            of_test && !note.came_back && from_us && is_same_number(&note.dialled, &invited.called)
        };
        let mut notes = self.notes.iter_mut();
        let (call, note) = notes.find(|(call, note)| comes_back(call, note))?;
        note.came_back = true;
        Some(*call)
    }

    fn route(&mut self, now: Now, invited: &Invited, actor: &Actor) -> Result<Route, Refusal> {
        let phone = match &invited.origin {
            Origin::Phone(extension) => Some(extension),
            Origin::Trunk(_) | Origin::Registrar { .. } => None,
        };
        let asked = Request {
            dialled: &invited.called,
            purpose: DIALLED_BY_HAND,
            by: self.meters.by(phone),
            utc: now.utc,
        };
        let asked = match &invited.origin {
            Origin::Trunk(trunk) => self.gate.ask_in(trunk, &asked, now.mono),
            Origin::Phone(_) | Origin::Registrar { .. } => self.gate.ask(&asked, now.mono),
        };
        let pass = match asked {
            Ok(pass) => pass,
            Err(blocked) => {
                let refusal = blocked.refusal;
                self.note_blocked(now, invited, actor, blocked);
                return Err(refusal);
            }
        };
        match (&invited.origin, pass) {
            (Origin::Phone(_), pass @ Pass::Phone { .. }) => Ok(Route {
                direction: Direction::Internal,
                pass,
                from_trunk: None,
            }),
            (Origin::Phone(_), pass @ Pass::Outside(_)) => Ok(Route {
                direction: Direction::Outbound,
                pass,
                from_trunk: None,
            }),
            (Origin::Trunk(trunk), pass @ Pass::Phone { .. }) => {
                self.gate.let_in(trunk)?;
                Ok(Route {
                    direction: Direction::Inbound,
                    pass,
                    from_trunk: Some(trunk.clone()),
                })
            }
            (Origin::Trunk(_), Pass::Outside(token)) => self.through(token),
            (Origin::Registrar { .. }, pass) => {
                if let Pass::Outside(token) = pass {
                    self.gate.release(token.trunk());
                }
                Err(Refusal::NotAllowed)
            }
        }
    }

    /// From trunk to trunk: in a laboratory only; anywhere else it is somebody's toll fraud.
    fn through(&mut self, token: Token) -> Result<Route, Refusal> {
        let free = self
            .config
            .as_ref()
            .is_some_and(|config| config.profile.is_free());
        if free && token.purpose() != Purpose::Emergency {
            return Ok(Route {
                direction: Direction::Outbound,
                pass: Pass::Outside(token),
                from_trunk: None,
            });
        }
        self.gate.release(token.trunk());
        Err(Refusal::NotAllowed)
    }

    fn connect(&mut self, now: Now, invited: Invited, route: Route, actor: Actor) {
        let call = self.mint.call(now.utc);
        let Some(ports) = self.allot(call, route.is_emergency()) else {
            if let Some(trunk) = route.channel() {
                self.gate.release(trunk);
            }
            return self.refuse(now, invited.leg, Refusal::MediaFull);
        };
        let from_number = match invited.origin {
            Origin::Trunk(_) => PartyNumber::parse(&invited.caller).ok(),
            Origin::Phone(_) | Origin::Registrar { .. } => None,
        };
        let address = self.named_or(invited.flow.local.ip());
        let note = Note {
            actor,
            asked_by: None,
            phone: None,
            party: from_number.clone(),
            purpose: DIALLED_BY_HAND,
            dialled: invited.called.clone(),
            address: Some(address),
            came_back: false,
        };
        self.notes.insert(call, Box::new(note));
        let (callee, called) =
            self.callee_of(now, call, route.pass, &invited.called, invited.diversions);
        // A phone is shown by the name that its password proved, whatever it writes.
        let (from_phone, shown, display) = match &invited.origin {
            Origin::Phone(extension) => (Some(extension.clone()), extension.to_string(), None),
            Origin::Trunk(_) | Origin::Registrar { .. } => (None, invited.caller, invited.display),
        };
        self.bind_leg(invited.leg, call, LegNo::FIRST);
        if let Some(extension) = &from_phone {
            if let Some(note) = self.notes.get_mut(&call) {
                note.phone = Some(extension.clone());
            }
            let contact = self.contact_on(extension, invited.flow);
            self.engaged
                .begin(invited.leg, extension.clone(), contact, false);
        }
        let connect = Connect {
            call,
            direction: route.direction,
            speech: route.from_trunk.as_ref().map(|trunk| self.speech_of(trunk)),
            from_trunk: route.from_trunk,
            from_phone,
            from_number,
            shown,
            display,
            private: invited.private,
            called,
            offer: invited.sdp,
            source: invited.flow.remote.ip(),
            address,
            callee,
            ports,
        };
        self.calls
            .handle(now, calls::Input::Connect(Box::new(connect)));
    }

    /// Whom the call goes to, and the phone or group that was called.
    fn callee_of(
        &mut self,
        now: Now,
        call: CallId,
        pass: Pass,
        dialled: &str,
        diversions: usize,
    ) -> (Callee, Option<Extension>) {
        match pass {
            Pass::Phone { extension, record } => {
                let course = Course::to(extension.clone(), record, diversions);
                self.courses.insert(call, course);
                let places = Vec::new();
                (Callee::Phones { places, record }, Some(extension))
            }
            Pass::Outside(token) => {
                if let Some(note) = self.notes.get_mut(&call) {
                    note.party = Some(token.party().clone());
                }
                let asked = Request {
                    dialled,
                    purpose: DIALLED_BY_HAND,
                    by: None,
                    utc: now.utc,
                };
                (self.outside(now, call, &asked, token), None)
            }
        }
    }

    /// The place of a phone that a message came from.
    pub(crate) fn contact_on(&self, extension: &Extension, flow: Flow) -> Option<String> {
        let bound = self.sip.bindings(extension).into_iter();
        bound
            .filter(|at| at.flow == flow)
            .map(|at| at.contact)
            .next()
    }

    fn note_blocked(&mut self, now: Now, invited: &Invited, actor: &Actor, blocked: gate::Blocked) {
        let party = blocked
            .party
            .or_else(|| PartyNumber::parse(&invited.called).ok());
        let extension = match &invited.origin {
            Origin::Phone(extension) => Some(extension.clone()),
            Origin::Trunk(_) | Origin::Registrar { .. } => None,
        };
        self.dial_blocked(now, actor.clone(), extension, party, blocked.refusal);
    }

    /// The gate holds back a number that a call was to be given on to.
    pub(crate) fn blocked(
        &mut self,
        now: Now,
        call: CallId,
        phone: Option<Extension>,
        dialled: &str,
        blocked: gate::Blocked,
    ) {
        let party = blocked.party.or_else(|| PartyNumber::parse(dialled).ok());
        let actor = phone.clone().map(Actor::Phone);
        let actor = actor.unwrap_or_else(|| self.actor_of(call));
        self.dial_blocked(now, actor, phone, party, blocked.refusal);
    }

    fn dial_blocked(
        &mut self,
        now: Now,
        actor: Actor,
        extension: Option<Extension>,
        party: Option<PartyNumber>,
        refusal: Refusal,
    ) {
        let fact = DialBlocked {
            extension,
            outside: party.map(OutsideParty::of),
            purpose: DIALLED_BY_HAND,
            code: refusal.code().to_owned(),
            sip: Some(SipCode(refusal.sip_code())),
        };
        self.fact(now, actor, fact);
    }

    pub(crate) fn refuse(&mut self, now: Now, leg: LegId, refusal: Refusal) {
        let code = SipCode(refusal.sip_code());
        let retry_after = (code.0 == 503).then_some(RETRY_AFTER);
        self.sip.handle(
            now,
            sip::Input::Command(Command::Release {
                leg,
                code,
                cause: None,
                retry_after,
            }),
        );
    }

    pub(crate) fn bind_leg(&mut self, leg: LegId, call: CallId, no: LegNo) {
        self.legs.insert(leg, (call, no));
        self.leg_of.insert((call, no), leg);
    }

    pub(crate) fn say(&mut self, output: Output) {
        self.outputs.push_back(output);
    }
}

/// The same number in two of its forms (with or without country and area): the last eight digits are the subscriber's.
fn is_same_number(one: &str, other: &str) -> bool {
    const SUBSCRIBER: usize = 8;
    let tail = |text: &str| {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
        digits[digits.len().saturating_sub(SUBSCRIBER)..].to_vec()
    };
    let (one, other) = (tail(one), tail(other));
    !one.is_empty() && one == other
}

fn actor_of(origin: &Origin) -> Actor {
    match origin {
        Origin::Phone(extension) => Actor::Phone(extension.clone()),
        Origin::Trunk(trunk) => Actor::Trunk(trunk.clone()),
        Origin::Registrar { .. } => Actor::System,
    }
}

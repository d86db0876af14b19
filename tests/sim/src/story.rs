//! What people try, one thing after the other, and what goes wrong around them.
use crate::agenda::Act;
use crate::form::{Form, Peer};
use crate::site::{self, BOUND_FOR, GATEWAY, Says, extension, flow, gateway_name, phone_address};
use crate::watch::Rule;
use crate::world::World;
use branch::{BranchOrder, DialRequest, Input};
use messages::fact::{Actor, AttemptEnded, CallEnded, Fact, RecordingCut};
use messages::{
    HangUpCause, Moment, PartyNumber, Purpose, ReleasedBy, SystemResult, command::Profile,
};
use sip::{Command, Invite, RegisterAs, Target};
use std::time::Duration;

/// Emergency calls for which ports are held back.
const KEPT_CALLS: usize = 2;
const EMERGENCIES: [&str; 4] = ["110", "119", "120", "122"];

impl<F: Form> World<F> {
    pub(crate) fn begin(&mut self) {
        self.configure();
        self.start_relay();
        self.watch.open_for_calls = true;
        for phone in 0..self.on.len() {
            if phone % 7 != 6 {
                self.register(phone);
            }
        }
        self.agenda
            .put(self.now.mono + Duration::from_millis(500), Act::Next);
    }

    fn configure(&mut self) {
        let config = site::config(&self.shape, self.concurrent_max, self.cps_max);
        self.step(Some(Input::Configure(Box::new(config))));
    }

    pub(crate) fn act(&mut self, act: Act) {
        match act {
            Act::Next => self.next(),
            Act::Does(peer, command) => self.form.does(self.now, peer, command),
            Act::PortFree(port) => {
                self.relay.freed(port);
                self.step(Some(Input::Media(media::MediaReport::PortFree(port))));
            }
            Act::Report(report) => self.step(Some(Input::Media(report))),
            Act::Recorder(report) => {
                let report = media::MediaReport::Recorder(report);
                self.step(Some(Input::Media(report)));
            }
            Act::Key(recording, answer) => self.key_comes(recording, answer),
            Act::Room(room) => {
                self.step(Some(Input::JournalRoom(room)));
                self.watch.open_for_calls = room;
            }
            Act::ComeBack(phone) => self.register(phone),
            Act::HangUpByApi(call) => {
                let ask = self.answers.ask();
                let by = ReleasedBy::System;
                let order = BranchOrder::HangUp { call, by };
                self.step(Some(Input::Order { ask, order }));
            }
        }
    }

    fn next(&mut self) {
        if self.tries_left == 0 {
            return;
        }
        self.tries_left -= 1;
        match self.rng.below(100) {
            0..34 => self.dial_out(),
            34..54 => self.click(),
            54..68 => self.call_in(),
            68..80 => self.call_colleague(),
            80..83 => self.dial_emergency(),
            83..86 => self.hang_up_any(),
            86..88 => self.refuse_contacts(),
            88..90 => self.phone_goes(),
            90..92 => self.limits_change(),
            92..93 => self.journal_fills(),
            93..96 => self.through(),
            _ => self.dial_nonsense(),
        }
        self.perhaps_crash();
        if self.tries_left > 0 {
            let gap = u64::try_from(self.shape.gap.as_millis()).unwrap_or(1_000);
            let after = Duration::from_millis(2 + self.rng.below(gap * 2));
            self.agenda
                .put(self.apart(self.now.mono + after), Act::Next);
        } else if self.shape.stops {
            self.watch.open_for_calls = false;
            self.step(Some(Input::Stop));
        }
    }

    /// Each try has its own microsecond, and all that comes of it: no two calls meet by chance.
    fn apart(&self, at: Moment) -> Moment {
        Moment::from_micros(at.micros() / 1_000 * 1_000 + u64::from(self.tries_left % 1_000))
    }

    fn any_phone(&mut self) -> Option<usize> {
        let phone = self.rng.below(u64::try_from(self.on.len()).unwrap_or(1));
        let phone = usize::try_from(phone).unwrap_or(0);
        self.on[phone].then_some(phone)
    }

    fn number(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    fn dial_out(&mut self) {
        let serial = self.number();
        let production = self.shape.profile == Profile::Production;
        let digits = match self.rng.below(8) {
            0 => format!("9{serial:09}"),
            1..4 if !production => format!("8{serial:09}"),
            _ => format!("139{serial:08}"),
        };
        self.desk_dials(&digits);
    }

    fn desk_dials(&mut self, digits: &str) {
        let Some(phone) = self.any_phone() else {
            return;
        };
        let says = match self.rng.below(30) {
            0 => Some(Says::Foreign),
            1 => Some(Says::Broken),
            2..4 => None,
            4..8 => Some(Says::MuLaw),
            _ => Some(Says::ALaw),
        };
        self.phone_dials(phone, digits, says);
    }

    fn phone_dials(&mut self, phone: usize, digits: &str, says: Option<Says>) {
        let user = extension(phone).as_str().to_owned();
        let to = Target::Registrar { user: user.clone() };
        self.invite(Peer::Phones, to, digits, &user, says);
    }

    fn invite(&mut self, peer: Peer, to: Target, called: &str, caller: &str, says: Option<Says>) {
        let leg = self.form.mint_leg(peer);
        let invite = Invite {
            leg,
            to,
            called: called.to_owned(),
            caller: caller.to_owned(),
            display: None,
            sdp: says.map(Says::sdp),
            private: false,
            diverted: Vec::new(),
            auto_answer: false,
            silence_max: None,
        };
        self.form
            .does(self.now, peer, Command::Invite(Box::new(invite)));
        self.people
            .calling(self.now.mono, peer, leg, says.is_none(), &mut self.agenda);
    }

    fn click(&mut self) {
        let serial = self.number();
        let phone = self.rng.below(u64::try_from(self.on.len()).unwrap_or(1));
        let extension = extension(usize::try_from(phone).unwrap_or(0));
        let Ok(number) = PartyNumber::parse(&format!("137{serial:08}")) else {
            return;
        };
        let request = DialRequest {
            extension: extension.clone(),
            customer: None,
            number,
            over: None,
            purpose: Purpose::Sales,
            actor: Actor::Phone(extension.clone()),
        };
        let ask = self.answers.ask();
        let begun = self.watch.calls_begun;
        self.step(Some(Input::Dial {
            ask,
            request: Box::new(request),
        }));
        if self.watch.calls_begun > begun
            && let Some(call) = self.watch.calls.keys().next_back().copied()
        {
            self.watch.clicked(call, &extension);
        }
    }

    fn call_in(&mut self) {
        let serial = self.number();
        let phone = self.rng.below(u64::try_from(self.on.len()).unwrap_or(1));
        let called = extension(usize::try_from(phone).unwrap_or(0));
        let to = Target::Trunk(gateway_name());
        let says = (self.rng.below(12) > 0).then_some(Says::ALaw);
        let caller = format!("138{serial:08}");
        self.invite(Peer::Carrier, to, called.as_str(), &caller, says);
    }

    fn call_colleague(&mut self) {
        let phone = self.rng.below(u64::try_from(self.on.len()).unwrap_or(1));
        let called = extension(usize::try_from(phone).unwrap_or(0));
        self.desk_dials(called.as_str());
    }

    fn dial_emergency(&mut self) {
        let which = usize::try_from(self.rng.below(4)).unwrap_or(0);
        let Some(phone) = self.any_phone() else {
            return;
        };
        self.phone_dials(phone, EMERGENCIES[which], Some(Says::ALaw));
        if self.shape.network == crate::shape::Network::Perfect {
            let before = self.watch.emergencies_begun();
            let many = self.watch.emergencies_open() >= KEPT_CALLS;
            self.deliver();
            let begun = self.watch.emergencies_begun() > before;
            self.watch.hold(Rule::EmergenciesPass, begun || many, || {
                "it was not let out".to_owned()
            });
        }
    }

    /// From trunk to trunk.
    fn through(&mut self) {
        let serial = self.number();
        let to = Target::Trunk(gateway_name());
        let called = format!("9{serial:09}");
        self.invite(Peer::Carrier, to, &called, "load", Some(Says::ALaw));
    }

    fn dial_nonsense(&mut self) {
        let digits = match self.rng.below(3) {
            0 => "7000",
            1 => "*99",
            _ => "1999",
        };
        self.desk_dials(digits);
    }

    fn hang_up_any(&mut self) {
        let open = u64::try_from(self.watch.calls.len()).unwrap_or(0);
        let which = usize::try_from(self.rng.below(open)).unwrap_or(0);
        if let Some(call) = self.watch.calls.keys().nth(which).copied()
            && !self.watch.is_emergency(&call)
        {
            self.act(Act::HangUpByApi(call));
        }
    }

    /// The people with the next few numbers do not want to be called.
    fn refuse_contacts(&mut self) {
        let numbers: Vec<PartyNumber> = (self.serial..self.serial + 30)
            .filter(|serial| serial % 5 == 3)
            .flat_map(|serial| ["137", "139"].map(|head| format!("{head}{serial:08}")))
            .filter_map(|digits| PartyNumber::parse(&digits).ok())
            .collect();
        self.watch.refuse(&numbers);
        self.tell_refusals();
    }

    fn tell_refusals(&mut self) {
        let indexes = self.watch.refused();
        self.step(Some(Input::ContactRefusals(indexes)));
    }

    fn register(&mut self, phone: usize) {
        let extension = extension(phone);
        let register = RegisterAs {
            user: extension.as_str().to_owned(),
            auth_user: extension.as_str().to_owned(),
            password: site::password(&extension),
            domain: "branch".to_owned(),
            flow: flow(phone_address(phone), GATEWAY),
            expires: BOUND_FOR,
        };
        self.on[phone] = true;
        self.form.does(
            self.now,
            Peer::Phones,
            Command::Register(Box::new(register)),
        );
    }

    fn unregister(&mut self, phone: usize) {
        self.on[phone] = false;
        let user = extension(phone).as_str().to_owned();
        self.form
            .does(self.now, Peer::Phones, Command::Unregister { user });
    }

    fn phone_goes(&mut self) {
        let Some(phone) = self.any_phone() else {
            return;
        };
        self.unregister(phone);
        let away = Duration::from_millis(2_000 + self.rng.below(20_000));
        self.agenda.put(self.now.mono + away, Act::ComeBack(phone));
    }

    /// False: all phones are off already.
    pub(crate) fn say_good_bye(&mut self) -> bool {
        let on: Vec<usize> = (0..self.on.len()).filter(|phone| self.on[*phone]).collect();
        for phone in &on {
            self.unregister(*phone);
        }
        !on.is_empty()
    }

    fn limits_change(&mut self) {
        self.concurrent_max = 1 + u32::try_from(self.rng.below(25)).unwrap_or(0);
        self.cps_max = 1 + u32::try_from(self.rng.below(50)).unwrap_or(0);
        self.configure();
    }

    fn journal_fills(&mut self) {
        self.act(Act::Room(false));
        let after = Duration::from_millis(500 + self.rng.below(8_000));
        self.agenda.put(self.now.mono + after, Act::Room(true));
    }

    /// The process is killed: what was in memory is gone, what is in tables is not.
    fn perhaps_crash(&mut self) {
        let due = self.shape.tries / (self.shape.crashes + 1);
        let last = u64::from(self.shape.crashes) <= self.runs;
        if last || !self.tries_left.is_multiple_of(due.max(1)) || self.tries_left == 0 {
            return;
        }
        self.form.gateway_died();
        self.answers.died();
        self.agenda.retain(|act| match act {
            Act::Next | Act::Does(..) | Act::ComeBack(_) => true,
            Act::PortFree(_)
            | Act::Report(_)
            | Act::Recorder(_)
            | Act::Key(..)
            | Act::Room(_)
            | Act::HangUpByApi(_) => false,
        });
        self.start_branch();
        self.say_what_was_cut();
        let orphans = self.answers.orphans();
        self.configure();
        self.start_relay();
        self.tell_refusals();
        let bindings = self.bindings.values().cloned().collect();
        self.step(Some(Input::RestoreBindings(bindings)));
        for (orphan, record) in orphans {
            self.step(Some(Input::EndOrphan { orphan, record }));
        }
        self.watch.open_for_calls = true;
    }

    /// The facts that the store states at its start, about what the last run left open.
    fn say_what_was_cut(&mut self) {
        let utc = self.now.utc;
        let result = SystemResult::Restarted;
        let cause = HangUpCause::default();
        let fact = |body: messages::fact::Body| Fact::new(utc, true, Actor::System, body);
        let mut facts = Vec::new();
        for (call, seen) in &self.watch.calls {
            if let Some(attempt) = seen.attempt {
                let call = *call;
                facts.push(fact(
                    AttemptEnded {
                        attempt,
                        call,
                        result,
                        cause,
                    }
                    .into(),
                ));
            }
        }
        for (call, seen) in &self.watch.calls {
            let ended = CallEnded {
                call: *call,
                result,
                cause,
                released_by: ReleasedBy::System,
                ring_ms: seen.answered.unwrap_or(utc).ms_since(seen.started),
                talk_ms: seen.answered.map_or(0, |answered| utc.ms_since(answered)),
            };
            facts.push(fact(ended.into()));
        }
        for recording in self.watch.recordings.keys() {
            let cut = RecordingCut {
                recording: *recording,
                segments: 0,
                duration_ms: 0,
                bytes: 0,
            };
            facts.push(fact(cut.into()));
        }
        for one in facts {
            self.journal(one);
        }
    }
}

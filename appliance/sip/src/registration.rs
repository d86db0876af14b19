//! Registrations of our own: as a phone or towards a carrier.
use crate::api::{Event, Flow, RegisterAs, TrunkAccount};
use crate::digest::{Challenge, answer};
use crate::leg::incoming::contact;
use crate::leg::outgoing::domain_of;
use crate::machine::Sip;
use crate::message::{Draft, Head, Method, Name, NameAddr, Response, scan, uri};
use crate::timer::{Timer, TxId};
use crate::transaction::Owner;
use bytes::Bytes;
use core::time::Duration;
use messages::{SipCode, TrunkName};
use std::collections::BTreeMap;

/// Tries with credentials for one request: the second one for a stale nonce.
const AUTH_TRIES_MAX: u8 = 2;

const RETRY_FIRST: Duration = Duration::from_secs(5);
const RETRY_MAX: Duration = Duration::from_secs(300);

/// Whose registration it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Registrant {
    User(String),
    Trunk(TrunkName),
    /// What a trunk's registration was before its login changed: it is being taken back.
    Former(TrunkName, u32),
}

impl Registrant {
    fn user(user: &str) -> Self {
        Self::User(user.to_owned())
    }
}

#[derive(Debug)]
pub(crate) struct Registration {
    with: RegisterAs,
    call_id: String,
    tag: String,
    seq: u32,
    expires: Duration,
    state: RegistrationState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RegistrationState {
    Trying,
    Registered,
    /// Tried again after this long.
    Failed(Duration),
    /// It is being taken back.
    Ending,
}

/// A request sent again with credentials.
pub(crate) struct Again {
    pub tx: TxId,
    pub seq: u32,
}

impl Registration {
    pub(crate) fn flow(&self) -> Flow {
        self.with.flow
    }

    pub(crate) fn domain(&self) -> &str {
        &self.with.domain
    }

    /// The binding stands at another place, or for another user, than this one would.
    fn is_elsewhere(&self, with: &RegisterAs) -> bool {
        let place = |one: &RegisterAs| (one.user.clone(), one.domain.clone(), one.flow);
        place(&self.with) != place(with)
    }

    fn draft(&mut self, expires: Duration) -> Draft {
        self.seq += 1;
        let user = uri::escape_user(&self.with.user);
        let domain = &self.with.domain;
        let mut head = Head::default();
        head.push(Name::MaxForwards, "70");
        head.push(
            Name::From,
            format!("<sip:{user}@{domain}>;tag={}", self.tag),
        );
        head.push(Name::To, format!("<sip:{user}@{domain}>"));
        head.push(Name::CallId, self.call_id.as_str());
        head.push(Name::CSeq, format!("{} REGISTER", self.seq));
        head.push(Name::Contact, contact(&self.with.user, self.with.flow));
        head.push(Name::Expires, expires.as_secs().to_string());
        Draft {
            method: Method::Register,
            uri: format!("sip:{domain}"),
            head,
            body: Bytes::new(),
        }
    }
}

impl Sip {
    pub(crate) fn register_as(&mut self, with: RegisterAs) {
        self.begin_registration(Registrant::user(&with.user), with);
    }

    /// Registers at the trunks that want it, anew where something about it has changed, and not any longer where not.
    pub(crate) fn plan_registrations(&mut self) {
        let wanted: BTreeMap<TrunkName, RegisterAs> = self
            .config
            .trunks()
            .filter_map(|trunk| Some((trunk.name.clone(), registered_as(trunk)?)))
            .collect();
        let known: Vec<TrunkName> = self
            .registrations
            .keys()
            .filter_map(|who| match who {
                Registrant::Trunk(name) => Some(name.clone()),
                Registrant::User(_) | Registrant::Former(..) => None,
            })
            .collect();
        for name in known.iter().filter(|name| !wanted.contains_key(name)) {
            self.end_registration(&Registrant::Trunk(name.clone()));
        }
        for (name, with) in wanted {
            let who = Registrant::Trunk(name);
            let stands = self.registrations.get(&who);
            let ending = |one: &Registration| one.state == RegistrationState::Ending;
            let elsewhere = stands.is_some_and(|stands| stands.is_elsewhere(&with));
            if stands.is_none_or(|stands| stands.with != with || ending(stands)) {
                if elsewhere {
                    self.end_former(&who);
                }
                self.begin_registration(who, with);
            }
        }
    }

    fn begin_registration(&mut self, who: Registrant, with: RegisterAs) {
        let registration = Registration {
            call_id: self.secrets.hex(16),
            tag: self.mint_tag(),
            seq: 0,
            expires: with.expires,
            state: RegistrationState::Trying,
            with,
        };
        self.registrations.insert(who.clone(), registration);
        self.on_refresh_due(&who);
    }

    /// Name and password of a registration.
    pub(crate) fn registered(&self, who: &Registrant) -> Option<(String, String)> {
        let with = &self.registrations.get(who)?.with;
        Some((with.auth_user.clone(), with.password.clone()))
    }

    pub(crate) fn unregister(&mut self, user: &str) {
        self.end_registration(&Registrant::user(user));
    }

    /// Takes all registrations at trunks back: nobody is here any longer.
    pub(crate) fn sign_off(&mut self) {
        let trunks = self.registrations.keys().filter_map(|who| match who {
            Registrant::Trunk(_) => Some(who.clone()),
            Registrant::User(_) | Registrant::Former(..) => None,
        });
        for who in trunks.collect::<Vec<_>>() {
            self.end_registration(&who);
        }
    }

    /// Registrations that are being taken back and not answered yet.
    #[must_use]
    pub fn signing_off(&self) -> usize {
        let ending = |one: &&Registration| one.state == RegistrationState::Ending;
        self.registrations.values().filter(ending).count()
    }

    /// Calls would go on coming to where it was.
    fn end_former(&mut self, who: &Registrant) {
        let (Registrant::Trunk(name), Some(former)) = (who, self.registrations.remove(who)) else {
            return;
        };
        self.timers.cancel(&Timer::Refresh(who.clone()));
        if former.state == RegistrationState::Registered {
            self.formers = self.formers.wrapping_add(1);
            let who = Registrant::Former(name.clone(), self.formers);
            self.registrations.insert(who.clone(), former);
            self.end_registration(&who);
        }
    }

    fn end_registration(&mut self, who: &Registrant) {
        self.timers.cancel(&Timer::Refresh(who.clone()));
        let Some(registration) = self.registrations.get_mut(who) else {
            return;
        };
        registration.state = RegistrationState::Ending;
        let draft = registration.draft(Duration::ZERO);
        let flow = registration.flow();
        self.open_client(flow, draft, Owner::Unregister(who.clone()));
    }

    pub(crate) fn on_refresh_due(&mut self, who: &Registrant) {
        let Some(registration) = self.registrations.get_mut(who) else {
            return;
        };
        let draft = registration.draft(registration.expires);
        let flow = registration.flow();
        self.open_client(flow, draft, Owner::Register(who.clone()));
    }

    pub(crate) fn on_register_answer(&mut self, tx: TxId, who: &Registrant, response: &Response) {
        let held = self.registrations.get(who);
        // an answer from before it was taken back
        if held.is_none_or(|one| one.state == RegistrationState::Ending) {
            return;
        }
        match response.code {
            ..200 => {}
            200..300 => self.on_registered(who, response),
            401 | 407 if self.authorize_register(tx, who, response) => {}
            423 => self.on_too_brief(who, response),
            code => self.on_register_failed(who, Some(SipCode(code))),
        }
    }

    pub(crate) fn on_unregister_answer(&mut self, tx: TxId, who: &Registrant, response: &Response) {
        let again =
            matches!(response.code, 401 | 407) && self.authorize_register(tx, who, response);
        if !again && response.code >= 200 {
            self.forget_registration(who);
        }
    }

    /// It was taken back; not where it has begun anew since.
    pub(crate) fn forget_registration(&mut self, who: &Registrant) {
        let ended = |one: &Registration| one.state == RegistrationState::Ending;
        if self.registrations.get(who).is_some_and(ended) {
            self.registrations.remove(who);
        }
    }

    fn authorize_register(&mut self, tx: TxId, who: &Registrant, response: &Response) -> bool {
        let Some(credentials) = self.registered(who) else {
            return false;
        };
        let Some(again) = self.authorized_again(tx, credentials, response) else {
            return false;
        };
        if let Some(registration) = self.registrations.get_mut(who) {
            registration.seq = registration.seq.max(again.seq);
        }
        true
    }

    fn on_registered(&mut self, who: &Registrant, response: &Response) {
        let Some(registration) = self.registrations.get_mut(who) else {
            return;
        };
        let own = contact(&registration.with.user, registration.with.flow);
        let granted = response
            .head
            .list(Name::Contact)
            .filter_map(NameAddr::parse)
            .find(|c| own.get(1..own.len() - 1) == Some(c.uri.text.as_str()))
            .and_then(|c| scan::number(c.params.get("expires")?, u64::from(u32::MAX)))
            .or_else(|| scan::number(response.head.first(Name::Expires)?, u64::from(u32::MAX)));
        let seconds = granted.unwrap_or(registration.expires.as_secs()).max(2);
        let refresh = Duration::from_secs(seconds).mul_f32(0.8);
        let news = registration.state != RegistrationState::Registered;
        registration.state = RegistrationState::Registered;
        self.timers
            .set(Timer::Refresh(who.clone()), self.now.mono + refresh);
        if news {
            self.tell_registered(who, true, None);
        }
    }

    /// The registrar wants a longer interval.
    fn on_too_brief(&mut self, who: &Registrant, response: &Response) {
        let least = response
            .head
            .first(Name::MinExpires)
            .and_then(|text| scan::number(text, 86_400));
        let Some(registration) = self.registrations.get_mut(who) else {
            return;
        };
        match least
            .map(Duration::from_secs)
            .filter(|least| *least > registration.expires)
        {
            Some(least) => {
                registration.expires = least;
                self.on_refresh_due(who);
            }
            None => self.on_register_failed(who, Some(SipCode(423))),
        }
    }

    pub(crate) fn on_register_failed(&mut self, who: &Registrant, code: Option<SipCode>) {
        let Some(registration) = self.registrations.get_mut(who) else {
            return;
        };
        if registration.state == RegistrationState::Ending {
            return;
        }
        let news = !matches!(registration.state, RegistrationState::Failed(_));
        let wait = match registration.state {
            RegistrationState::Failed(before) => (before * 2).min(RETRY_MAX),
            RegistrationState::Trying
            | RegistrationState::Registered
            | RegistrationState::Ending => RETRY_FIRST,
        };
        registration.state = RegistrationState::Failed(wait);
        let at = self.now.mono + self.about(wait);
        self.timers.set(Timer::Refresh(who.clone()), at);
        // a phone of the simulator counts every failure; a trunk's state is told when it changes
        if news || matches!(who, Registrant::User(_)) {
            self.tell_registered(who, false, code);
        }
    }

    /// Not all at once behind an outage: between three quarters and the whole of it.
    fn about(&mut self, wait: Duration) -> Duration {
        let mut share = [0];
        self.secrets.fill(&mut share);
        wait - wait * u32::from(share[0]) / 1_024
    }

    fn tell_registered(&mut self, who: &Registrant, registered: bool, code: Option<SipCode>) {
        let event = match (who.clone(), registered) {
            (Registrant::Trunk(trunk), registered) => Event::TrunkRegistered {
                trunk,
                registered,
                code,
            },
            (Registrant::Former(..), _) => return,
            (Registrant::User(user), true) => Event::Registered { user },
            (Registrant::User(user), false) => Event::RegisterFailed { user, code },
        };
        self.tell(event);
    }

    /// Sends a challenged request again in a new transaction with the next number; `None` if that has been tried, or cannot be.
    pub(crate) fn authorized_again(
        &mut self,
        tx: TxId,
        (auth_user, password): (String, String),
        response: &Response,
    ) -> Option<Again> {
        let (challenge, name) = Challenge::of(&response.head)?;
        let held = self.clients.get(tx)?;
        let tries = held.auth_tries;
        if tries >= AUTH_TRIES_MAX || (tries > 0 && !challenge.stale) {
            return None;
        }
        let (mut draft, flow, owner) = (held.draft.clone(), held.flow, held.owner.clone());
        let cnonce = self.secrets.hex(8);
        let method = draft.method.as_str().to_owned();
        let credentials = (auth_user.as_str(), password.as_str());
        let value = answer(&challenge, credentials, (&method, &draft.uri), &cnonce, 1);
        let seq = response.cseq.checked_add(1)?;
        draft.head.remove(name);
        draft.head.push(name, value);
        draft.head.remove(Name::CSeq);
        draft.head.push(Name::CSeq, format!("{seq} {method}"));
        let tx = self.open_client(flow, draft, owner);
        if let Some(held) = self.clients.get_mut(tx) {
            held.auth_tries = tries + 1;
        }
        Some(Again { tx, seq })
    }
}

/// As what we register at a trunk; `None`: not at all, or not yet.
fn registered_as(trunk: &TrunkAccount) -> Option<RegisterAs> {
    let login = trunk.login.as_ref()?;
    let flow = trunk.flow?;
    Some(RegisterAs {
        user: login.user.clone(),
        auth_user: login.auth_user.clone(),
        password: login.password.clone(),
        domain: domain_of(trunk, flow),
        flow,
        expires: login.expires,
    })
}

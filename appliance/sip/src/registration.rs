//! Registrations of our own: as a phone or towards a carrier.
use crate::api::{Event, Flow, RegisterAs};
use crate::digest::{Challenge, answer};
use crate::leg::incoming::contact;
use crate::machine::Sip;
use crate::message::{Draft, Head, Method, Name, NameAddr, Response, scan, uri};
use crate::timer::{Timer, TxId};
use crate::transaction::Owner;
use bytes::Bytes;
use core::time::Duration;
use messages::SipCode;

/// Tries with credentials for one request: the second one for a stale nonce.
const AUTH_TRIES_MAX: u8 = 2;

const RETRY_FIRST: Duration = Duration::from_secs(5);
const RETRY_MAX: Duration = Duration::from_secs(300);

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
        let user = with.user.clone();
        let registration = Registration {
            call_id: self.secrets.hex(16),
            tag: self.mint_tag(),
            seq: 0,
            expires: with.expires,
            state: RegistrationState::Trying,
            with,
        };
        self.registrations.insert(user.clone(), registration);
        self.on_refresh_due(&user);
    }

    pub(crate) fn unregister(&mut self, user: &str) {
        self.timers.cancel(&Timer::Refresh(user.to_owned()));
        let Some(registration) = self.registrations.get_mut(user) else {
            return;
        };
        let draft = registration.draft(Duration::ZERO);
        let flow = registration.flow();
        self.open_client(flow, draft, Owner::Unregister(user.to_owned()));
    }

    pub(crate) fn on_refresh_due(&mut self, user: &str) {
        let Some(registration) = self.registrations.get_mut(user) else {
            return;
        };
        let draft = registration.draft(registration.expires);
        let flow = registration.flow();
        self.open_client(flow, draft, Owner::Register(user.to_owned()));
    }

    pub(crate) fn on_register_answer(&mut self, tx: TxId, user: &str, response: &Response) {
        match response.code {
            ..200 => {}
            200..300 => self.on_registered(user, response),
            401 | 407 if self.authorize_register(tx, user, response) => {}
            423 => self.on_too_brief(user, response),
            code => self.on_register_failed(user, Some(SipCode(code))),
        }
    }

    pub(crate) fn on_unregister_answer(&mut self, tx: TxId, user: &str, response: &Response) {
        let again =
            matches!(response.code, 401 | 407) && self.authorize_register(tx, user, response);
        if !again && response.code >= 200 {
            self.registrations.remove(user);
        }
    }

    fn authorize_register(&mut self, tx: TxId, user: &str, response: &Response) -> bool {
        let Some(again) = self.authorized_again(tx, user, response) else {
            return false;
        };
        if let Some(registration) = self.registrations.get_mut(user) {
            registration.seq = registration.seq.max(again.seq);
        }
        true
    }

    fn on_registered(&mut self, user: &str, response: &Response) {
        let Some(registration) = self.registrations.get_mut(user) else {
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
            .set(Timer::Refresh(user.to_owned()), self.now.mono + refresh);
        if news {
            let user = user.to_owned();
            self.tell(Event::Registered { user });
        }
    }

    /// The registrar wants a longer interval.
    fn on_too_brief(&mut self, user: &str, response: &Response) {
        let least = response
            .head
            .first(Name::MinExpires)
            .and_then(|text| scan::number(text, 86_400));
        let Some(registration) = self.registrations.get_mut(user) else {
            return;
        };
        match least
            .map(Duration::from_secs)
            .filter(|least| *least > registration.expires)
        {
            Some(least) => {
                registration.expires = least;
                self.on_refresh_due(user);
            }
            None => self.on_register_failed(user, Some(SipCode(423))),
        }
    }

    pub(crate) fn on_register_failed(&mut self, user: &str, code: Option<SipCode>) {
        let Some(registration) = self.registrations.get_mut(user) else {
            return;
        };
        let wait = match registration.state {
            RegistrationState::Failed(before) => (before * 2).min(RETRY_MAX),
            RegistrationState::Trying | RegistrationState::Registered => RETRY_FIRST,
        };
        registration.state = RegistrationState::Failed(wait);
        self.timers
            .set(Timer::Refresh(user.to_owned()), self.now.mono + wait);
        let user = user.to_owned();
        self.tell(Event::RegisterFailed { user, code });
    }

    /// Sends a challenged request again in a new transaction with the next number; `None` if that has been tried, or cannot be.
    pub(crate) fn authorized_again(
        &mut self,
        tx: TxId,
        user: &str,
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
        let with = &self.registrations.get(user)?.with;
        let method = draft.method.as_str().to_owned();
        let credentials = (with.auth_user.as_str(), with.password.as_str());
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

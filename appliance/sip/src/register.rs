//! REGISTER as the registrar takes it (RFC 3261 §10.3).
use crate::access::Access;
use crate::api::{Event, Flow, Refused, Transport};
use crate::machine::Sip;
use crate::message::{Name, NameAddr, Reply, Request, Uri, scan};
use crate::registrar::{Binding, BoundAt, Put};
use crate::timer::Timer;
use core::time::Duration;
use messages::{Extension, Moment, UnbindReason};

/// Contacts in one REGISTER at most.
const CONTACTS_MAX: usize = 8;

/// One Contact, understood.
struct Wish {
    uri: Uri,
    expires: Duration,
    q: u16,
}

impl Sip {
    /// The places where a phone can be reached now, the one that is called first.
    #[must_use]
    pub fn bindings(&self, extension: &Extension) -> Vec<BoundAt> {
        let view = |b: &Binding| BoundAt {
            contact: b.uri.text.clone(),
            flow: b.flow,
            source: b.flow.remote,
            user_agent: b.user_agent.clone(),
            expires_at: b.expires_at,
        };
        let mut all: Vec<&Binding> = self.registrar.of(extension).iter().collect();
        all.sort_by_key(|b| core::cmp::Reverse((b.q, b.refreshed)));
        all.into_iter().map(view).collect()
    }

    /// Phones with at least one binding.
    #[must_use]
    pub fn registered_count(&self) -> usize {
        self.registrar.count()
    }

    /// Puts back a binding of the last run. No event; false if the contact is no SIP URI. A stream's binding cannot come back: its connection is gone.
    pub fn restore_binding(
        &mut self,
        extension: &Extension,
        contact: &str,
        flow: Flow,
        user_agent: &str,
        expires_at: Moment,
    ) -> bool {
        let Some(uri) = Uri::parse(contact).filter(Uri::is_sip) else {
            return false;
        };
        if flow.transport != Transport::Udp {
            return false;
        }
        self.registrar.put(
            extension,
            Binding {
                key: uri.key(),
                uri,
                flow,
                user_agent: user_agent.to_owned(),
                q: 1_000,
                expires_at,
                refreshed: 0,
                call_id: String::new(),
                cseq: 0,
            },
        );
        self.set_binding_timer(extension);
        true
    }

    pub(crate) fn on_register(&mut self, flow: Flow, request: &Request) {
        let extension = match self.access(flow, request) {
            Access::Granted(extension) => extension,
            Access::Refused(reply) => return self.respond_stateless(flow, request, reply),
        };
        if request.to.uri.user != extension.as_str() {
            self.turn_away(flow, request, Refused::WrongCredentials);
            return self.respond_stateless(flow, request, Reply::new(403));
        }
        if self.is_full() {
            return self.refuse_full(flow, request);
        }
        let tag = self.mint_tag();
        let tx = self.open_server(flow, request, tag);
        let reply = match self.register(flow, &extension, request) {
            Ok(()) => self.bindings_reply(&extension),
            Err(reply) => reply,
        };
        self.respond(tx, reply);
    }

    fn register(
        &mut self,
        flow: Flow,
        extension: &Extension,
        request: &Request,
    ) -> Result<(), Reply> {
        let stale = |b: &Binding| b.call_id == request.call_id && b.cseq >= request.cseq;
        if request.head.first(Name::Contact) == Some("*") {
            if self.registrar.of(extension).iter().any(stale) {
                return Err(Reply::new(500));
            }
            self.unbind(extension, UnbindReason::Unregistered, |_| true);
            return Ok(());
        }
        let wishes = self.wishes(request)?;
        let outdated = wishes.iter().any(|wish| {
            let key = wish.uri.key();
            self.registrar
                .of(extension)
                .iter()
                .any(|b| b.key == key && stale(b))
        });
        if outdated {
            return Err(Reply::new(500));
        }
        for wish in wishes {
            self.carry_out(flow, extension, request, wish);
        }
        self.set_binding_timer(extension);
        Ok(())
    }

    fn wishes(&self, request: &Request) -> Result<Vec<Wish>, Reply> {
        let limits = &self.config.limits;
        let default = seconds(request.head.first(Name::Expires)).unwrap_or(limits.expires_max);
        let mut wishes = Vec::new();
        for text in request.head.list(Name::Contact) {
            let contact = NameAddr::parse(text).ok_or_else(|| Reply::new(400))?;
            let asked = seconds(contact.params.get("expires")).unwrap_or(default);
            if asked < limits.expires_min && !asked.is_zero() {
                let least = limits.expires_min.as_secs().to_string();
                return Err(Reply::new(423).with(Name::MinExpires, least));
            }
            wishes.push(Wish {
                uri: contact.uri,
                expires: asked.min(limits.expires_max),
                q: contact.params.get("q").map_or(1_000, thousandths),
            });
        }
        if wishes.len() > CONTACTS_MAX {
            return Err(Reply::new(403));
        }
        Ok(wishes)
    }

    fn carry_out(&mut self, flow: Flow, extension: &Extension, request: &Request, wish: Wish) {
        let key = wish.uri.key();
        if wish.expires.is_zero() {
            return self.unbind(extension, UnbindReason::Unregistered, |b| b.key == key);
        }
        let user_agent: String = request
            .head
            .first(Name::UserAgent)
            .unwrap_or_default()
            .chars()
            .take(120)
            .collect();
        let contact = wish.uri.text.clone();
        let put = self.registrar.put(
            extension,
            Binding {
                uri: wish.uri,
                key,
                flow,
                user_agent: user_agent.clone(),
                q: wish.q,
                expires_at: self.now.mono + wish.expires,
                refreshed: 0,
                call_id: request.call_id.clone(),
                cseq: request.cseq,
            },
        );
        let source = flow.remote;
        if let Put::Refreshed = put {
            let extension = extension.clone();
            return self.tell(Event::Refreshed { extension, source });
        }
        if let Put::Moved(before) = put {
            self.tell_unbound(extension, before, UnbindReason::Replaced);
        }
        while let Some(old) = self
            .registrar
            .take_surplus(extension, self.config.limits.bindings_per_phone_max)
        {
            self.tell_unbound(extension, old.flow.remote, UnbindReason::Replaced);
        }
        self.tell(Event::Bound {
            extension: extension.clone(),
            source,
            contact,
            user_agent,
            expires: wish.expires,
        });
    }

    /// 200 with all bindings and the seconds that each has left.
    fn bindings_reply(&self, extension: &Extension) -> Reply {
        let mut reply = Reply::new(200);
        for binding in self.registrar.of(extension) {
            let left = binding.expires_at.since(self.now.mono).as_secs();
            reply = reply.with(
                Name::Contact,
                format!("<{}>;expires={left}", binding.uri.text),
            );
        }
        reply
    }

    fn tell_unbound(
        &mut self,
        extension: &Extension,
        source: std::net::SocketAddr,
        reason: UnbindReason,
    ) {
        self.tell(Event::Unbound {
            extension: extension.clone(),
            source,
            reason,
        });
    }

    fn unbind(
        &mut self,
        extension: &Extension,
        reason: UnbindReason,
        goes: impl FnMut(&Binding) -> bool,
    ) {
        for gone in self.registrar.take(extension, goes) {
            self.tell_unbound(extension, gone.flow.remote, reason);
        }
        self.set_binding_timer(extension);
    }

    fn set_binding_timer(&mut self, extension: &Extension) {
        let timer = Timer::Binding(extension.clone());
        match self.registrar.next_end(extension) {
            Some(at) => self.timers.set(timer, at),
            None => {
                self.timers.cancel(&timer);
            }
        }
    }

    pub(crate) fn on_binding_due(&mut self, extension: &Extension) {
        let now = self.now.mono;
        self.unbind(extension, UnbindReason::Expired, |b| b.expires_at <= now);
    }

    /// A connection is gone, and with it the places that only it reached.
    pub(crate) fn unbind_flow(&mut self, flow: Flow) {
        if flow.transport == Transport::Udp {
            return;
        }
        for extension in self.registrar.extensions() {
            self.unbind(&extension, UnbindReason::FlowClosed, |b| b.flow == flow);
        }
    }

    /// Bindings of phones that are no longer configured.
    pub(crate) fn unbind_unknown(&mut self) {
        for extension in self.registrar.extensions() {
            if self.config.phone(extension.as_str()).is_none() {
                self.unbind(&extension, UnbindReason::Unregistered, |_| true);
            }
        }
    }
}

/// A value that is no number, or too large, counts as not said (RFC 3261 §10.2.1.1).
fn seconds(text: Option<&str>) -> Option<Duration> {
    scan::number(text?, u64::from(u32::MAX)).map(Duration::from_secs)
}

/// `0`, `0.7`, `1.000`.
fn thousandths(q: &str) -> u16 {
    let (whole, part) = q.split_once('.').unwrap_or((q, ""));
    if whole.trim() != "0" {
        return 1_000;
    }
    let digits: String = part
        .chars()
        .filter(char::is_ascii_digit)
        .chain("000".chars())
        .take(3)
        .collect();
    digits.parse().unwrap_or(1_000)
}

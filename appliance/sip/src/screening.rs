//! What is asked of every request before its sender matters (RFC 3261 §8.2), and the way to its handler.
use crate::api::{Flow, Refused};
use crate::lamps::{EVENTS, asks_for_dialogs};
use crate::leg::reliable::RELIABLE;
use crate::leg::replaces::REPLACES;
use crate::leg::session_timer::TIMER;
use crate::machine::{Sip, is_screened};
use crate::message::method::ALLOW;
use crate::message::{Method, Name, NameAddr, Reply, Request, body};
use crate::profile::asks_for_profile;

impl Sip {
    pub(crate) fn on_request(&mut self, flow: Flow, request: &Request) {
        match request.method {
            Method::Ack => return self.on_ack(request),
            Method::Cancel => return self.on_cancel(flow, request),
            Method::Invite
            | Method::Bye
            | Method::Options
            | Method::Register
            | Method::Info
            | Method::Update
            | Method::Prack
            | Method::Refer
            | Method::Notify
            | Method::Subscribe
            | Method::NotOffered(_)
            | Method::Unknown(_) => {}
        }
        if let Some(id) = self.servers.find(request, &request.method) {
            return self.on_repeated(id);
        }
        if let Some(reply) = screen(request) {
            return self.respond_stateless(flow, request, reply);
        }
        if !request.to.tag().is_empty() {
            return self.on_request_within(flow, request);
        }
        match &request.method {
            Method::Invite => self.on_invite(flow, request),
            Method::Register => self.on_register(flow, request),
            Method::Options => self.on_options(flow, request),
            Method::Bye | Method::Info | Method::Update | Method::Prack => {
                self.respond_stateless(flow, request, Reply::new(481));
            }
            // only who is in a call may send its peer elsewhere
            Method::Refer => self.respond_stateless(flow, request, Reply::new(403)),
            Method::Subscribe if asks_for_profile(request) => self.on_profile_asked(flow, request),
            Method::Subscribe if asks_for_dialogs(request) => self.on_watch(flow, request),
            Method::Subscribe => {
                let reply = Reply::new(489).with(Name::AllowEvents, EVENTS);
                self.respond_stateless(flow, request, reply);
            }
            Method::NotOffered(_)
            | Method::Unknown(_)
            | Method::Notify
            | Method::Ack
            | Method::Cancel => {
                self.respond_stateless(flow, request, Reply::new(405).with(Name::Allow, ALLOW));
            }
        }
    }

    fn on_ack(&mut self, request: &Request) {
        let refused = self.servers.find(request, &Method::Invite);
        if refused.is_some_and(|id| self.on_ack_of_refusal(id)) {
            return;
        }
        let leg = self
            .legs
            .find(&request.call_id, request.to.tag(), request.from.tag());
        if let Some(leg) = leg {
            self.on_ack_of_ok(leg, request);
        }
    }

    /// The CANCEL is answered by itself; its INVITE gets 487 if it still waits (RFC 3261 §9.2).
    fn on_cancel(&mut self, flow: Flow, request: &Request) {
        let Some(id) = self.servers.find(request, &Method::Invite) else {
            return self.respond_stateless(flow, request, Reply::new(481));
        };
        self.respond_stateless(flow, request, Reply::new(200));
        let leg = self.servers.get(id).and_then(|tx| tx.leg);
        if let Some(leg) = leg {
            self.on_cancelled(leg, id, request);
        }
    }

    fn on_options(&mut self, flow: Flow, request: &Request) {
        let reply = capabilities(200);
        self.respond_stateless(flow, request, reply);
    }

    /// New work is refused first when there is no room.
    pub(crate) fn refuse_full(&mut self, flow: Flow, request: &Request) {
        let reply = Reply::new(503).with(Name::RetryAfter, "5");
        self.respond_stateless(flow, request, reply);
        self.tell_refused(flow, Refused::TooMany);
    }
}

pub(crate) fn capabilities(code: u16) -> Reply {
    Reply::new(code)
        .with(Name::Allow, ALLOW)
        .with(Name::Accept, "application/sdp")
        .with(Name::AcceptEncoding, "identity")
        .with(Name::Supported, format!("{TIMER}, {RELIABLE}, {REPLACES}"))
}

/// 420, 415, 406, 483, or 400 of a registrar: before any password is asked for.
fn screen(request: &Request) -> Option<Reply> {
    if !is_screened(&request.method) {
        return None;
    }
    let known = [TIMER, RELIABLE, REPLACES];
    let unknown = |tag: &&str| !known.iter().any(|one| tag.eq_ignore_ascii_case(one));
    let required: Vec<&str> = request.head.list(Name::Require).filter(unknown).collect();
    if !required.is_empty() {
        return Some(Reply::new(420).with(Name::Unsupported, required.join(", ")));
    }
    if request.method == Method::Register && !is_registrable(request) {
        return Some(Reply::new(400));
    }
    if !matches!(request.method, Method::Invite | Method::Update) {
        return None;
    }
    let encoded = request
        .head
        .list(Name::ContentEncoding)
        .any(|one| !one.eq_ignore_ascii_case("identity"));
    let foreign = !request.body.is_empty() && body::sdp(&request.head, &request.body).is_none();
    if encoded || foreign {
        let reply = Reply::new(415).with(Name::Accept, "application/sdp");
        return Some(reply.with(Name::AcceptEncoding, "identity"));
    }
    let mut accepted = request.head.list(Name::Accept).peekable();
    if accepted.peek().is_some() && !accepted.any(takes_sdp) {
        return Some(Reply::new(406));
    }
    let hops = request.head.first(Name::MaxForwards);
    let spent = hops.is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b == b'0'));
    (spent && request.method == Method::Invite).then(|| Reply::new(483))
}

fn takes_sdp(range: &str) -> bool {
    let kind = range
        .split(';')
        .next()
        .unwrap_or(range)
        .trim()
        .to_ascii_lowercase();
    matches!(kind.as_str(), "application/sdp" | "application/*" | "*/*")
}

/// To and every Contact of a REGISTER name SIP places (RFC 3261 §10.3).
fn is_registrable(request: &Request) -> bool {
    let contacts = || request.head.list(Name::Contact);
    let wild = contacts().any(|one| one == "*");
    let alone = contacts().count() == 1 && request.head.first(Name::Expires) == Some("0");
    let sip =
        contacts().all(|one| one == "*" || NameAddr::parse(one).is_some_and(|c| c.uri.is_sip()));
    request.to.uri.is_sip() && sip && (!wild || alone)
}

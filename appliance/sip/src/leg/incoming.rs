//! INVITEs that come: who sends them, and our answers.
use super::identity::Shown;
use super::replaces::REPLACES;
use super::{Ack, Heard, Leg, LegState, Offer, PendingOk, Session, SessionTimer, session_timer};
use crate::access::Access;
use crate::api::{Event, Flow, LegId, Origin, Transport};
use crate::dialog::Dialog;
use crate::machine::Sip;
use crate::message::method::ALLOW;
use crate::message::{Name, NameAddr, Reply, Request, reason, uri};
use crate::registration::Registrant;
use crate::timer::{GIVE_UP, T1, Timer, TxId};
use bytes::Bytes;
use messages::{SipCode, TrunkName};

impl Sip {
    /// A new call: known trunks by their address, the registrar we are registered with, all others by password.
    pub(crate) fn on_invite(&mut self, flow: Flow, request: &Request) {
        if self.servers.is_merged(request) {
            return self.respond_stateless(flow, request, Reply::new(482));
        }
        let origin = match self.known_origin(flow, request) {
            Some(origin) => origin,
            None => match self.access(flow, request) {
                Access::Granted(extension) => Origin::Phone(extension),
                Access::Refused(reply) => return self.respond_stateless(flow, request, reply),
            },
        };
        if self.is_full() || self.legs.len() >= self.config.limits.legs_max {
            return self.refuse_full(flow, request);
        }
        if request.uri.user.is_empty() {
            return self.respond_stateless(flow, request, Reply::new(484));
        }
        let agreed = session_timer::agree(request);
        match agreed.and_then(|timer| Ok((timer, self.replaced(request, &origin)?))) {
            Ok((timer, replaces)) => self.admit(flow, request, origin, timer, replaces),
            Err(reply) => self.respond_stateless(flow, request, reply),
        }
    }

    /// Where any port of an address is a trunk's, a phone that lives there too is still asked for its password.
    fn trunk_calling(&self, flow: Flow, caller: &str) -> Option<TrunkName> {
        let named = self.config.trunk_at_port(flow.remote);
        let any_port = || {
            let trunk = self.config.trunk_at(flow.remote);
            trunk.filter(|_| self.config.phone(caller).is_none())
        };
        named.or_else(any_port).cloned()
    }

    fn known_origin(&self, flow: Flow, request: &Request) -> Option<Origin> {
        if let Some(trunk) = self.trunk_calling(flow, &request.from.uri.user) {
            return Some(Origin::Trunk(trunk));
        }
        let user = &request.uri.user;
        let registration = self.registrations.get(&Registrant::User(user.clone()))?;
        let same = registration.flow().remote == flow.remote
            && registration.flow().transport == flow.transport;
        same.then(|| Origin::Registrar { user: user.clone() })
    }

    fn admit(
        &mut self,
        flow: Flow,
        request: &Request,
        origin: Origin,
        timer: Option<SessionTimer>,
        replaces: Option<LegId>,
    ) {
        let tag = self.mint_tag();
        let id = self.legs.mint();
        let contact = contact(&request.uri.user, flow);
        let follows = matches!(origin, Origin::Trunk(_));
        let dialog = Dialog::of_request(request, flow, &tag, contact, follows);
        let tx = self.open_server(flow, request, tag);
        if let Some(held) = self.servers.get_mut(tx) {
            held.leg = Some(id);
        }
        self.respond(tx, Reply::new(100));
        self.legs.insert(Leg {
            id,
            peer: origin.clone(),
            ours: false,
            dialog,
            state: LegState::Invited { tx },
            session: Session {
                timer,
                updates: session_timer::takes_updates(&request.head),
            },
            said: None,
            heard: Heard::default(),
            insisted: Leg::insisting(request),
            referral: None,
        });
        let shown = Shown::of(request, &origin);
        let called = self.called(request, &origin);
        self.tell(Event::Invited {
            leg: id,
            origin,
            flow,
            called,
            caller: shown.caller,
            display: shown.display,
            private: shown.private,
            diversions: request.head.list(Name::Diversion).count(),
            replaces,
            sdp: request.sdp(),
        });
        self.tell_name(id, &request.call_id);
    }

    /// Who is called. A carrier that we registered at calls the address that we registered, whichever of our numbers it is for:
    /// then that number stands beside it (P-Called-Party-ID, RFC 7315 §4.2), or in To.
    fn called(&self, request: &Request, origin: &Origin) -> String {
        let at_login = || {
            let Origin::Trunk(name) = origin else {
                return None;
            };
            let login = self.config.trunk(name)?.login.as_ref()?;
            (request.uri.user == login.user).then_some(())
        };
        let beside = || {
            let named = request
                .head
                .first(Name::CalledParty)
                .and_then(NameAddr::parse);
            let named = named
                .map(|one| one.uri.user)
                .filter(|user| !user.is_empty());
            let to = &request.to.uri.user;
            named.or_else(|| (!to.is_empty()).then(|| to.clone()))
        };
        let found = at_login().and_then(|()| beside());
        found.unwrap_or_else(|| request.uri.user.clone())
    }

    /// 18x to an INVITE that waits; nothing for a leg in another state.
    pub(crate) fn progress(&mut self, leg: LegId, code: SipCode, sdp: Option<Bytes>) {
        let Some((tx, contact)) = self.waiting_invite(leg) else {
            return;
        };
        let code = code.0.clamp(101, 199);
        let reply = Reply::new(code)
            .with(Name::Contact, contact)
            .with(Name::Allow, ALLOW);
        let reply = match sdp {
            Some(sdp) => reply.with_sdp(sdp),
            None => reply,
        };
        if !self.progress_reliably(leg, tx, &reply) {
            self.respond(tx, reply);
        }
    }

    fn waiting_invite(&self, leg: LegId) -> Option<(TxId, String)> {
        let leg = self.legs.get(leg)?;
        match &leg.state {
            LegState::Invited { tx } => Some((*tx, leg.dialog.contact.clone())),
            LegState::Calling { .. } | LegState::Up { .. } | LegState::Closing { .. } => None,
        }
    }

    /// 200 to an INVITE that waits; or the answer to the offer in the peer's 200.
    pub(crate) fn answer(&mut self, id: LegId, sdp: Bytes) {
        let Some((tx, contact)) = self.waiting_invite(id) else {
            return self.answer_late_offer(id, sdp);
        };
        if self.answer_waits(id, &sdp) {
            return;
        }
        let timer = self.legs.get(id).and_then(|leg| leg.session.timer);
        let reply = Reply::new(200)
            .with(Name::Contact, contact)
            .with(Name::Allow, ALLOW);
        let reply = session_timer::put_answer(reply, timer)
            .with(Name::Supported, REPLACES)
            .with_sdp(sdp.clone());
        let Some((pending, leg)) = self.accept(id, tx, reply).zip(self.legs.get_mut(id)) else {
            return;
        };
        leg.said = Some(sdp);
        leg.state = LegState::Up {
            ack: Ack::Awaited(pending),
            offer: Offer::None,
        };
        let record = leg.dialog.record();
        self.keep_session(id, timer);
        self.tell(Event::DialogOpened { leg: id, record });
    }

    /// Sends a 200 to an INVITE and starts to wait for its ACK.
    pub(crate) fn accept(&mut self, id: LegId, tx: TxId, reply: Reply) -> Option<PendingOk> {
        let held = self.servers.get(tx)?;
        let (flow, seq) = (held.flow, held.seq);
        let bytes = self.respond(tx, reply);
        let now = self.now.mono;
        self.timers.set(Timer::OkAgain(id), now + T1);
        self.timers.set(Timer::AckMissing(id), now + GIVE_UP);
        Some(PendingOk {
            seq,
            flow,
            bytes,
            interval: T1,
        })
    }

    /// The caller gave up before our answer.
    pub(crate) fn on_cancelled(&mut self, id: LegId, tx: TxId, request: &Request) {
        let waits = self
            .waiting_invite(id)
            .is_some_and(|(waiting, _)| waiting == tx);
        if !waits {
            return self.on_reoffer_cancelled(id, tx);
        }
        self.respond(tx, Reply::new(487));
        self.forget_leg(id);
        let mut cause = reason::read(&request.head);
        cause.sip = cause.sip.or(Some(SipCode(487)));
        self.tell_ended(id, true, cause);
    }
}

/// Our Contact towards a flow.
pub(crate) fn contact(user: &str, flow: Flow) -> String {
    let host = uri::host_text(flow.local.ip());
    let transport = match flow.transport {
        Transport::Udp => "",
        Transport::Tcp => ";transport=tcp",
        Transport::Tls => ";transport=tls",
        Transport::Wss => ";transport=ws",
    };
    format!(
        "<sip:{}@{host}:{}{transport}>",
        uri::escape_user(user),
        flow.local.port()
    )
}

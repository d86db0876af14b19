//! INVITEs that go: their route, their progress, their answer.
use super::identity;
use super::incoming::contact;
use super::reliable::RELIABLE;
use super::replaces::REPLACES;
use super::{Ack, Heard, Leg, LegState, Offer, Session, session_timer};
use crate::api::{Event, Flow, Invite, LegId, Offers, Origin, Target, TrunkAccount};
use crate::dialog::Dialog;
use crate::machine::{Sip, cause_of_code};
use crate::message::method::ALLOW;
use crate::message::{Draft, Method, Name, NameAddr, Response, reason, uri};
use crate::registrar::Binding;
use crate::registration::Registrant;
use crate::timer::{Timer, TxId};
use crate::transaction::Owner;
use crate::transaction::client_side::Unanswered;
use bytes::Bytes;
use messages::command::CallerIn;
use messages::{Extension, HangUpCause, SipCode};

/// Where an INVITE goes and what it calls itself.
struct Route {
    flow: Flow,
    uri: String,
    to: String,
    from_host: String,
    caller_in: CallerIn,
    peer: Origin,
    offers: Offers,
}

impl Sip {
    pub(crate) fn invite(&mut self, invite: Invite) {
        let full = self.is_full() || self.legs.len() >= self.config.limits.legs_max;
        let route = match self.route(&invite) {
            Ok(route) if !full => route,
            Ok(_) => return self.tell_ended(invite.leg, false, cause_of_code(503)),
            Err(code) => return self.tell_ended(invite.leg, false, cause_of_code(code)),
        };
        let tag = self.mint_tag();
        let caller = identity::From::of(&invite, &route.from_host, route.caller_in);
        let local = format!("{};tag={tag}", caller.value);
        let contact_user = match &route.peer {
            Origin::Registrar { user } => user.as_str(),
            Origin::Phone(_) => invite.caller.as_str(),
            // the address that we registered is the one that it knows
            Origin::Trunk(name) => {
                let login = self
                    .config
                    .trunk(name)
                    .and_then(|trunk| trunk.login.as_ref());
                login.map_or(invite.caller.as_str(), |login| login.user.as_str())
            }
        };
        let mut dialog = Dialog {
            call_id: self.secrets.hex(16),
            local_tag: tag,
            remote_tag: String::new(),
            local,
            remote: route.to,
            contact: contact(contact_user, route.flow),
            target: route.uri,
            routes: Vec::new(),
            local_seq: 0,
            remote_seq: None,
            flow: route.flow,
            follows_target: matches!(route.peer, Origin::Trunk(_)),
        };
        let mut draft = first_invite(&mut dialog, &invite, route.offers);
        caller.put_assertion(&mut draft.head);
        identity::put_diversions(&mut draft.head, &invite, &route.from_host);
        let tx = self.open_client(route.flow, draft, Owner::Invite(invite.leg));
        if let Some(patience) = invite.silence_max {
            self.timers
                .set(Timer::Silence(tx), self.now.mono + patience);
        }
        self.tell_name(invite.leg, &dialog.call_id);
        self.legs.insert(Leg {
            id: invite.leg,
            peer: route.peer,
            ours: true,
            dialog,
            state: LegState::Calling { tx },
            session: Session::default(),
            said: invite.sdp,
            heard: Heard::default(),
            insisted: None,
            referral: None,
        });
    }

    fn route(&self, invite: &Invite) -> Result<Route, u16> {
        let called = uri::escape_user(&invite.called);
        match &invite.to {
            Target::Phone(extension) => {
                let binding = self.registrar.freshest(extension).ok_or(480_u16)?;
                Ok(to_phone(extension, binding))
            }
            Target::Place { extension, contact } => {
                let places = self.registrar.of(extension).iter();
                let mut named = places.filter(|place| place.uri.text == *contact);
                Ok(to_phone(extension, named.next().ok_or(480_u16)?))
            }
            Target::Trunk(name) => {
                let trunk = self.config.trunk(name).ok_or(404_u16)?;
                let flow = trunk.flow.ok_or(503_u16)?;
                let host = domain_of(trunk, flow);
                // where we are known by a name of the carrier's own, that is what we call ourselves
                let ours = trunk.login.is_some() || trunk.domain.is_some();
                Ok(Route {
                    flow,
                    uri: format!("sip:{called}@{host}"),
                    to: format!("<sip:{called}@{host}>"),
                    from_host: if ours { host } else { address(flow) },
                    caller_in: trunk.caller_in,
                    peer: Origin::Trunk(name.clone()),
                    offers: trunk.offers,
                })
            }
            Target::Registrar { user } => {
                let who = Registrant::User(user.clone());
                let registration = self.registrations.get(&who).ok_or(480_u16)?;
                let domain = registration.domain();
                Ok(Route {
                    flow: registration.flow(),
                    uri: format!("sip:{called}@{domain}"),
                    to: format!("<sip:{called}@{domain}>"),
                    from_host: domain.to_owned(),
                    caller_in: CallerIn::From,
                    peer: Origin::Registrar { user: user.clone() },
                    offers: Offers::default(),
                })
            }
        }
    }

    /// What became of the INVITE that makes a leg.
    pub(crate) fn on_invite_answer(&mut self, tx: TxId, id: LegId, response: &Response) {
        match response.code {
            ..=100 => {}
            101..200 if !self.acknowledge_progress(id, response) => {}
            101..200 => {
                let Some((source, local)) = self.legs.get(id).map(Leg::ends) else {
                    return;
                };
                let (code, sdp) = (SipCode(response.code), response.sdp());
                self.tell(Event::Progressed {
                    leg: id,
                    code,
                    sdp,
                    source,
                    local,
                });
            }
            200..300 => self.on_invite_accepted(tx, id, response),
            401 | 407 if self.retry_with_credentials(tx, id, response) => {}
            422 if self.ask_for_longer_session(tx, id, response) => {}
            code => self.on_invite_refused(id, code, response),
        }
    }

    fn on_invite_refused(&mut self, id: LegId, code: u16, response: &Response) {
        if self.legs.remove(id).is_some() {
            if let Some(to) = redirection(code, response) {
                self.tell(Event::Redirected { leg: id, to });
            }
            let mut cause = reason::read(&response.head);
            cause.sip = Some(SipCode(code));
            self.tell_ended(id, true, cause);
        }
    }

    fn on_invite_accepted(&mut self, tx: TxId, id: LegId, response: &Response) {
        let late_offer = self
            .clients
            .get(tx)
            .is_some_and(|held| held.draft.body.is_empty());
        let Some(leg) = self.legs.get_mut(id) else {
            return self.end_fork(tx, response);
        };
        leg.dialog.confirm(response);
        leg.session.updates = session_timer::takes_updates(&response.head);
        let owed = late_offer && response.sdp().is_some();
        leg.state = LegState::Up {
            ack: if owed {
                Ack::Owed {
                    tx,
                    seq: response.cseq,
                }
            } else {
                Ack::Settled
            },
            offer: Offer::None,
        };
        let record = leg.dialog.record();
        let (source, local) = leg.ends();
        if !owed {
            let (flow, draft) = (leg.dialog.next_flow(), leg.dialog.ack(response.cseq));
            self.ack_accepted(tx, response.to.tag(), flow, draft);
        }
        self.keep_session(id, session_timer::settled(response));
        self.tell(Event::DialogOpened { leg: id, record });
        self.tell(Event::Answered {
            leg: id,
            sdp: response.sdp(),
            source,
            local,
        });
    }

    /// The ACK that the peer's offer in its 200 waits for.
    pub(crate) fn answer_late_offer(&mut self, id: LegId, sdp: Bytes) {
        self.pay_ack(id, Some(sdp));
    }

    /// Sends an ACK that is still owed, so that the dialog can go on or end.
    pub(crate) fn pay_ack(&mut self, id: LegId, sdp: Option<Bytes>) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let LegState::Up { ack, .. } = &mut leg.state else {
            return;
        };
        let Ack::Owed { tx, seq } = *ack else {
            return;
        };
        *ack = Ack::Settled;
        let mut draft = leg.dialog.ack(seq);
        if let Some(sdp) = sdp {
            leg.said = Some(sdp.clone());
            put_sdp(&mut draft, sdp);
        }
        let (flow, tag) = (leg.dialog.next_flow(), leg.dialog.remote_tag.clone());
        self.ack_accepted(tx, &tag, flow, draft);
    }

    /// A 2xx that nobody waits for: another fork answered, or the caller has gone. It is acknowledged and ended (RFC 3261 §13.2.2.4).
    pub(crate) fn end_fork(&mut self, tx: TxId, response: &Response) {
        let Some(held) = self.clients.get(tx) else {
            return;
        };
        let within = held
            .draft
            .head
            .first(Name::To)
            .is_some_and(|to| to.contains(";tag="));
        let mut dialog = Dialog {
            call_id: response.call_id.clone(),
            local_tag: response.from.tag().to_owned(),
            remote_tag: String::new(),
            local: held
                .draft
                .head
                .first(Name::From)
                .unwrap_or_default()
                .to_owned(),
            remote: String::new(),
            contact: String::new(),
            target: held.draft.uri.clone(),
            routes: Vec::new(),
            local_seq: response.cseq,
            remote_seq: None,
            flow: held.flow,
            follows_target: self.config.trunk_at(held.flow.remote).is_some(),
        };
        dialog.confirm(response);
        if within {
            dialog.routes = held
                .draft
                .head
                .all(Name::Route)
                .map(str::to_owned)
                .collect();
        }
        let flow = dialog.next_flow();
        self.ack_accepted(tx, response.to.tag(), flow, dialog.ack(response.cseq));
        if !within {
            let bye = dialog.request(Method::Bye);
            self.open_client(flow, bye, Owner::Nobody);
        }
    }

    pub(crate) fn on_invite_unanswered(&mut self, id: LegId, why: Unanswered) {
        if self.legs.remove(id).is_some() {
            self.tell_ended(id, why == Unanswered::FlowClosed, HangUpCause::default());
        }
    }

    /// Not even a provisional answer came in time. The INVITE is not sent again; if its answer comes after all, it is cancelled, or acknowledged and ended.
    pub(crate) fn on_silence(&mut self, tx: TxId) {
        let owner = self.clients.get(tx).map(|held| held.owner.clone());
        self.timers.cancel(&Timer::A(tx));
        self.cancel_invite(tx, String::new());
        if let Some(Owner::Invite(id)) = owner
            && self.legs.remove(id).is_some()
        {
            self.tell_ended(id, false, cause_of_code(408));
        }
    }

    /// Timer C: it has rung for too long.
    pub(crate) fn on_rung_out(&mut self, tx: TxId) {
        let owner = self.clients.get(tx).map(|held| held.owner.clone());
        self.cancel_invite(tx, String::new());
        match owner {
            Some(Owner::Invite(id)) => {
                if self.legs.remove(id).is_some() {
                    self.tell_ended(id, false, cause_of_code(408));
                }
            }
            Some(Owner::Reoffer(id)) => self.on_reoffer_unanswered(id),
            Some(
                Owner::Abandoned
                | Owner::Refresh(_)
                | Owner::Bye(_)
                | Owner::Orphan(_)
                | Owner::Nobody
                | Owner::Register(_)
                | Owner::Unregister(_)
                | Owner::Ping(_)
                | Owner::Resync(_)
                | Owner::Watch(_),
            )
            | None => {}
        }
    }
}

fn to_phone(extension: &Extension, place: &Binding) -> Route {
    let host = address(place.flow);
    Route {
        flow: place.flow,
        uri: place.uri.request_text().to_owned(),
        to: format!("<sip:{}@{host}>", extension.as_str()),
        from_host: host,
        caller_in: CallerIn::From,
        peer: Origin::Phone(extension.clone()),
        offers: Offers::default(),
    }
}

fn first_invite(dialog: &mut Dialog, invite: &Invite, offers: Offers) -> Draft {
    let mut draft = dialog.request(Method::Invite);
    draft.head.push(Name::Allow, ALLOW);
    draft.head.push(Name::Accept, "application/sdp");
    if offers.session_timer {
        session_timer::put_wish(&mut draft.head, None);
    }
    draft.head.push(Name::Supported, REPLACES);
    // an offer in a provisional answer would want its answer in the PRACK: only where the offer is ours
    if offers.reliable && invite.sdp.is_some() {
        draft.head.push(Name::Supported, RELIABLE);
    }
    if invite.auto_answer {
        draft
            .head
            .push(Name::CallInfo, "<sip:answer>;answer-after=0");
        draft.head.push(
            Name::AlertInfo,
            "<http://localhost>;info=alert-autoanswer;delay=0",
        );
        draft.head.push(Name::AnswerMode, "Auto");
    }
    if let Some(sdp) = &invite.sdp {
        put_sdp(&mut draft, sdp.clone());
    }
    draft
}

/// Where a 3xx sends the call: the user of its first Contact.
fn redirection(code: u16, response: &Response) -> Option<String> {
    let moved = (300..400).contains(&code);
    let contact = response.head.list(Name::Contact).next().filter(|_| moved)?;
    let user = NameAddr::parse(contact)?.uri.user;
    (!user.is_empty()).then_some(user)
}

pub(crate) fn put_sdp(draft: &mut Draft, sdp: Bytes) {
    draft.head.push(Name::ContentType, "application/sdp");
    draft.body = sdp;
}

/// `host:port` of our side.
fn address(flow: Flow) -> String {
    format!("{}:{}", uri::host_text(flow.local.ip()), flow.local.port())
}

/// What stands behind the @ of a trunk's numbers.
pub(crate) fn domain_of(trunk: &TrunkAccount, flow: Flow) -> String {
    let named = trunk.domain.clone();
    named.unwrap_or_else(|| trunk_host(&trunk.host, flow))
}

/// As written in the configuration; the port is added where it is not the usual one.
pub(crate) fn trunk_host(written: &str, flow: Flow) -> String {
    match uri::host_port(written) {
        Some((_, None)) if flow.remote.port() != 5060 => {
            format!("{written}:{}", flow.remote.port())
        }
        Some(_) => written.to_owned(),
        None => format!(
            "{}:{}",
            uri::host_text(flow.remote.ip()),
            flow.remote.port()
        ),
    }
}

//! New offers in a running dialog, ours and theirs, and their collision (RFC 3261 §14).
use super::outgoing::put_sdp;
use super::{Ack, LegState, Offer, SessionTimer, session_timer};
use crate::api::{Event, LegId, Origin};
use crate::machine::Sip;
use crate::message::method::ALLOW;
use crate::message::{Method, Name, Reply, Response};
use crate::registration::Registrant;
use crate::timer::{Timer, TxId};
use crate::transaction::Owner;
use bytes::Bytes;
use core::time::Duration;
use messages::SipCode;

/// Our offer is tried so often against a peer that offers at the same time.
const TRIES_MAX: u8 = 4;

/// An offer of the peer that waits for our answer.
struct Theirs {
    tx: TxId,
    update: bool,
    timer: Option<SessionTimer>,
}

/// What our re-INVITE was for.
enum Was {
    /// Somebody waits to hear of it.
    New,
    /// Only a refresh; perhaps something new waits behind it.
    Refresh(Option<Bytes>),
}

/// Our re-INVITE is over.
fn take_ours(offer: &mut Offer) -> Was {
    match core::mem::replace(offer, Offer::None) {
        Offer::Ours { .. } | Offer::None => Was::New,
        Offer::Refresh { next } => Was::Refresh(next),
        other @ (Offer::Backoff { .. } | Offer::Theirs { .. }) => {
            *offer = other;
            Was::New
        }
    }
}

impl Sip {
    pub(crate) fn reoffer(&mut self, id: LegId, sdp: Bytes) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let LegState::Up { ack, offer } = &mut leg.state else {
            return;
        };
        match (&ack, &offer) {
            (Ack::Settled, Offer::None) => self.send_reoffer(id, sdp, 1),
            (Ack::Awaited(_) | Ack::Owed { .. }, Offer::None) => {
                *offer = Offer::Backoff { sdp, tries: 0 };
                self.timers
                    .set(Timer::Glare(id), self.now.mono + Duration::from_millis(500));
            }
            (_, Offer::Refresh { .. }) => *offer = Offer::Refresh { next: Some(sdp) },
            (_, Offer::Ours { .. } | Offer::Backoff { .. } | Offer::Theirs { .. }) => {
                let code = SipCode(491);
                self.tell(Event::ReofferRefused { leg: id, code });
            }
        }
    }

    fn send_reoffer(&mut self, id: LegId, sdp: Bytes, tries: u8) {
        if let Some(leg) = self.legs.get_mut(id) {
            leg.said = Some(sdp.clone());
        }
        self.offer_again(id, sdp.clone(), Offer::Ours { sdp, tries });
    }

    /// Says our last description once more (RFC 4028 §7.4).
    pub(crate) fn refresh_by_offer(&mut self, id: LegId) {
        if let Some(sdp) = self.legs.get(id).and_then(|leg| leg.said.clone()) {
            self.offer_again(id, sdp, Offer::Refresh { next: None });
        }
    }

    fn offer_again(&mut self, id: LegId, sdp: Bytes, as_what: Offer) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let mut draft = leg.dialog.request(Method::Invite);
        draft.head.push(Name::Allow, ALLOW);
        session_timer::put_wish(&mut draft.head, leg.session.timer);
        put_sdp(&mut draft, sdp);
        if let LegState::Up { offer, .. } = &mut leg.state {
            *offer = as_what;
        }
        let flow = leg.dialog.next_flow();
        self.open_client(flow, draft, Owner::Reoffer(id));
    }

    /// What became of our re-INVITE.
    pub(crate) fn on_reoffer_answer(&mut self, tx: TxId, id: LegId, response: &Response) {
        let up = self
            .legs
            .get(id)
            .is_some_and(|leg| matches!(leg.state, LegState::Up { .. }));
        if !up {
            if (200..300).contains(&response.code) {
                self.end_fork(tx, response);
            }
            return;
        }
        match response.code {
            ..200 => {}
            200..300 => self.on_reoffer_accepted(tx, id, response),
            401 | 407 if self.retry_with_credentials(tx, id, response) => {}
            408 | 481 => self.break_off(id, Some(SipCode(response.code))),
            491 => self.on_collision(id),
            code => self.on_reoffer_refused(id, code),
        }
    }

    fn on_reoffer_accepted(&mut self, tx: TxId, id: LegId, response: &Response) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        leg.dialog.retarget(&response.head);
        let (flow, draft) = (leg.dialog.next_flow(), leg.dialog.ack(response.cseq));
        let LegState::Up { offer, .. } = &mut leg.state else {
            return;
        };
        let was = take_ours(offer);
        self.ack_accepted(tx, response.to.tag(), flow, draft);
        self.keep_session(id, session_timer::settled(response));
        match was {
            Was::New => {
                let sdp = response.sdp();
                self.tell(Event::Reanswered { leg: id, sdp });
            }
            Was::Refresh(Some(next)) => self.send_reoffer(id, next, 1),
            Was::Refresh(None) => {}
        }
    }

    fn on_reoffer_refused(&mut self, id: LegId, code: u16) {
        let Some(LegState::Up { offer, .. }) = self.legs.get_mut(id).map(|leg| &mut leg.state)
        else {
            return;
        };
        match take_ours(offer) {
            Was::New => {
                let code = SipCode(code);
                self.tell(Event::ReofferRefused { leg: id, code });
            }
            Was::Refresh(Some(next)) => self.send_reoffer(id, next, 1),
            Was::Refresh(None) => self.refresh_soon(id),
        }
    }

    /// 491: whoever made the call waits 2.1 to 4 s, the other one up to 2 s.
    fn on_collision(&mut self, id: LegId) {
        let mut dice = [0; 2];
        self.secrets.fill(&mut dice);
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let ours = leg.ours;
        let LegState::Up { offer, .. } = &mut leg.state else {
            return;
        };
        let Offer::Ours { sdp, tries } = offer else {
            return self.on_reoffer_refused(id, 491);
        };
        if *tries >= TRIES_MAX {
            return self.on_reoffer_refused(id, 491);
        }
        *offer = Offer::Backoff {
            sdp: sdp.clone(),
            tries: *tries,
        };
        let ms = u64::from(u16::from_be_bytes(dice));
        let wait = if ours { 2_100 + ms % 1_900 } else { ms % 2_000 };
        self.timers.set(
            Timer::Glare(id),
            self.now.mono + Duration::from_millis(wait),
        );
    }

    pub(crate) fn on_glare_over(&mut self, id: LegId) {
        let Some(LegState::Up { ack, offer }) = self.legs.get_mut(id).map(|leg| &mut leg.state)
        else {
            return;
        };
        let Offer::Backoff { sdp, tries } = offer else {
            return;
        };
        if matches!(ack, Ack::Settled) {
            let (sdp, tries) = (sdp.clone(), *tries);
            self.send_reoffer(id, sdp, tries + 1);
        } else {
            self.timers
                .set(Timer::Glare(id), self.now.mono + Duration::from_millis(500));
        }
    }

    /// Nobody answers our re-INVITE: the session is dead (RFC 3261 §14.1).
    pub(crate) fn on_reoffer_unanswered(&mut self, id: LegId) {
        self.break_off(id, Some(SipCode(408)));
    }

    pub(crate) fn accept_reoffer(&mut self, id: LegId, sdp: Bytes) {
        let Some(Theirs { tx, update, timer }) = self.take_theirs(id) else {
            return;
        };
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        leg.said = Some(sdp.clone());
        let contact = leg.dialog.contact.clone();
        let reply = Reply::new(200)
            .with(Name::Contact, contact)
            .with(Name::Allow, ALLOW);
        let reply = session_timer::put_answer(reply, timer).with_sdp(sdp);
        self.keep_session(id, timer);
        if update {
            self.respond(tx, reply);
            return;
        }
        let pending = self.accept(id, tx, reply);
        let state = self.legs.get_mut(id).map(|leg| &mut leg.state);
        if let (Some(LegState::Up { ack, .. }), Some(pending)) = (state, pending) {
            *ack = Ack::Awaited(pending);
        }
    }

    /// The peer took its offer back before our answer; the session goes on as it was.
    pub(crate) fn on_reoffer_cancelled(&mut self, id: LegId, tx: TxId) {
        let Some(LegState::Up { offer, .. }) = self.legs.get_mut(id).map(|leg| &mut leg.state)
        else {
            return;
        };
        if matches!(offer, Offer::Theirs { tx: theirs, .. } if *theirs == tx) {
            *offer = Offer::None;
            self.respond(tx, Reply::new(487));
        }
    }

    pub(crate) fn refuse_reoffer(&mut self, id: LegId, code: SipCode) {
        if let Some(Theirs { tx, .. }) = self.take_theirs(id) {
            let code = if (300..700).contains(&code.0) {
                code.0
            } else {
                488
            };
            self.respond(tx, Reply::new(code));
        }
    }

    fn take_theirs(&mut self, id: LegId) -> Option<Theirs> {
        let leg = self.legs.get_mut(id)?;
        let LegState::Up { offer, .. } = &mut leg.state else {
            return None;
        };
        let Offer::Theirs { tx, update, timer } = *offer else {
            return None;
        };
        *offer = Offer::None;
        Some(Theirs { tx, update, timer })
    }

    /// Sends a refused request again with the credentials of whom it belongs to.
    pub(crate) fn retry_with_credentials(
        &mut self,
        tx: TxId,
        id: LegId,
        response: &Response,
    ) -> bool {
        let Some(leg) = self.legs.get(id) else {
            return false;
        };
        let Some(credentials) = self.credentials_for(&leg.peer) else {
            return false;
        };
        let Some(again) = self.authorized_again(tx, credentials, response) else {
            return false;
        };
        let Some(leg) = self.legs.get_mut(id) else {
            return false;
        };
        leg.dialog.local_seq = leg.dialog.local_seq.max(again.seq);
        if let LegState::Calling { tx } = &mut leg.state {
            *tx = again.tx;
        }
        true
    }

    /// Who we are to a peer that asks for a password: name and password.
    fn credentials_for(&self, peer: &Origin) -> Option<(String, String)> {
        match peer {
            Origin::Phone(_) => None,
            Origin::Registrar { user } => self.registered(&Registrant::User(user.clone())),
            Origin::Trunk(name) => {
                let login = self.config.trunk(name)?.login.as_ref()?;
                Some((login.auth_user.clone(), login.password.clone()))
            }
        }
    }
}

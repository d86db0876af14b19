//! New offers in a running dialog, ours and theirs, and their collision (RFC 3261 §14).
use super::outgoing::put_sdp;
use super::{Ack, LegState, Offer};
use crate::api::{Event, LegId, Origin};
use crate::machine::Sip;
use crate::message::method::ALLOW;
use crate::message::{Method, Name, Reply, Response};
use crate::timer::{Timer, TxId};
use crate::transaction::Owner;
use bytes::Bytes;
use core::time::Duration;
use messages::SipCode;

/// Our offer is tried so often against a peer that offers at the same time.
const TRIES_MAX: u8 = 4;

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
            (_, Offer::Ours { .. } | Offer::Backoff { .. } | Offer::Theirs { .. }) => {
                let code = SipCode(491);
                self.tell(Event::ReofferRefused { leg: id, code });
            }
        }
    }

    fn send_reoffer(&mut self, id: LegId, sdp: Bytes, tries: u8) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let mut draft = leg.dialog.request(Method::Invite);
        draft.head.push(Name::Allow, ALLOW);
        put_sdp(&mut draft, sdp.clone());
        if let LegState::Up { offer, .. } = &mut leg.state {
            *offer = Offer::Ours { sdp, tries };
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
        if let LegState::Up { offer, .. } = &mut leg.state {
            *offer = Offer::None;
        }
        self.ack_accepted(tx, response.to.tag(), flow, draft);
        let sdp = response.sdp();
        self.tell(Event::Reanswered { leg: id, sdp });
    }

    fn on_reoffer_refused(&mut self, id: LegId, code: u16) {
        if let Some(LegState::Up { offer, .. }) = self.legs.get_mut(id).map(|leg| &mut leg.state) {
            *offer = Offer::None;
            let code = SipCode(code);
            self.tell(Event::ReofferRefused { leg: id, code });
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
            return;
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
        let Some((tx, update)) = self.take_theirs(id) else {
            return;
        };
        let Some(leg) = self.legs.get(id) else {
            return;
        };
        let contact = leg.dialog.contact.clone();
        let reply = Reply::new(200)
            .with(Name::Contact, contact)
            .with(Name::Allow, ALLOW)
            .with_sdp(sdp);
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
        if let Some((tx, _)) = self.take_theirs(id) {
            let code = if (300..700).contains(&code.0) {
                code.0
            } else {
                488
            };
            self.respond(tx, Reply::new(code));
        }
    }

    fn take_theirs(&mut self, id: LegId) -> Option<(TxId, bool)> {
        let leg = self.legs.get_mut(id)?;
        let LegState::Up { offer, .. } = &mut leg.state else {
            return None;
        };
        let Offer::Theirs { tx, update } = *offer else {
            return None;
        };
        *offer = Offer::None;
        Some((tx, update))
    }

    /// Sends a refused INVITE again with the credentials of the registration it belongs to.
    pub(crate) fn retry_with_credentials(
        &mut self,
        tx: TxId,
        id: LegId,
        response: &Response,
    ) -> bool {
        let Some(leg) = self.legs.get(id) else {
            return false;
        };
        let Origin::Registrar { user } = &leg.peer else {
            return false;
        };
        let user = user.clone();
        let Some(again) = self.authorized_again(tx, &user, response) else {
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
}

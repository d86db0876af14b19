//! Requests within a dialog.
use super::{Ack, ClosingBye, LegState, Offer, session_timer};
use crate::api::{Event, Flow, LegId};
use crate::machine::Sip;
use crate::message::method::ALLOW;
use crate::message::{Method, Name, Reply, Request, body, reason};
use crate::screening::capabilities;
use crate::timer::{T2, Timer};
use messages::SipCode;

impl Sip {
    /// Matched by call and tags; 481 for a dialog that we do not know.
    pub(crate) fn on_request_within(&mut self, flow: Flow, request: &Request) {
        let found = self
            .legs
            .find(&request.call_id, request.to.tag(), request.from.tag());
        if found.is_none()
            && request.method == Method::Subscribe
            && self.on_watch_within(flow, request)
        {
            return;
        }
        let Some(id) = found else {
            return self.respond_stateless(flow, request, Reply::new(481));
        };
        if self.is_full() && request.method != Method::Bye {
            return self.refuse_full(flow, request);
        }
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        if leg
            .dialog
            .remote_seq
            .is_some_and(|last| request.cseq <= last)
        {
            return self.respond_stateless(flow, request, Reply::new(500));
        }
        leg.dialog.remote_seq = Some(request.cseq);
        match &request.method {
            Method::Bye => self.on_bye(flow, id, request),
            Method::Invite | Method::Update => self.on_reoffered(flow, id, request),
            Method::Info => self.on_info(flow, id, request),
            Method::Prack => self.on_prack(flow, id, request),
            Method::Refer => self.on_refer(flow, id, request),
            Method::Options => self.respond_stateless(flow, request, capabilities(200)),
            Method::Ack
            | Method::Cancel
            | Method::Register
            | Method::Notify
            | Method::Subscribe
            | Method::NotOffered(_)
            | Method::Unknown(_) => {
                self.respond_stateless(flow, request, Reply::new(405).with(Name::Allow, ALLOW));
            }
        }
    }

    pub(crate) fn respond_within(&mut self, flow: Flow, request: &Request, reply: Reply) {
        let tx = self.open_server(flow, request, String::new());
        self.respond(tx, reply);
    }

    fn on_bye(&mut self, flow: Flow, id: LegId, request: &Request) {
        self.respond_within(flow, request, Reply::new(200));
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let cause = reason::read(&request.head);
        match &leg.state {
            LegState::Invited { tx } => {
                let tx = *tx;
                self.respond(tx, Reply::new(487));
                self.forget_leg(id);
                self.tell_ended(id, true, cause);
            }
            LegState::Up { .. } => {
                self.pay_ack(id, None);
                self.settle_offer(id);
                self.forget_leg(id);
                self.tell(Event::DialogClosed { leg: id });
                self.tell_ended(id, true, cause);
            }
            LegState::Closing { bye } => match bye {
                ClosingBye::AfterAck { .. } => {
                    self.forget_leg(id);
                    self.tell(Event::DialogClosed { leg: id });
                }
                ClosingBye::Sent => {}
            },
            LegState::Calling { .. } => {}
        }
    }

    /// Takes a leg and its timers away.
    pub(crate) fn forget_leg(&mut self, id: LegId) {
        self.legs.remove(id);
        for timer in [
            Timer::OkAgain(id),
            Timer::AckMissing(id),
            Timer::Glare(id),
            Timer::ProgressAgain(id),
            Timer::PrackMissing(id),
            Timer::SessionRefresh(id),
            Timer::SessionOver(id),
        ] {
            self.timers.cancel(&timer);
        }
    }

    fn on_info(&mut self, flow: Flow, id: LegId, request: &Request) {
        let closing = self
            .legs
            .get(id)
            .is_none_or(|leg| matches!(leg.state, LegState::Closing { .. }));
        if closing {
            return self.respond_within(flow, request, Reply::new(481));
        }
        if request.body.is_empty() {
            return self.respond_within(flow, request, Reply::new(200));
        }
        let Some((digit, duration_ms)) = body::digit(&request.head, &request.body) else {
            let reply =
                Reply::new(415).with(Name::Accept, "application/dtmf-relay, application/dtmf");
            return self.respond_within(flow, request, reply);
        };
        self.respond_within(flow, request, Reply::new(200));
        self.tell(Event::Digit {
            leg: id,
            digit,
            duration_ms,
        });
    }

    /// re-INVITE or UPDATE (RFC 3261 §14.2, RFC 3311 §5.2).
    fn on_reoffered(&mut self, flow: Flow, id: LegId, request: &Request) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let update = request.method == Method::Update;
        let LegState::Up { ack, offer } = &mut leg.state else {
            let code = if matches!(leg.state, LegState::Invited { .. }) {
                500
            } else {
                481
            };
            let reply = Reply::new(code).with(Name::RetryAfter, "2");
            return self.respond_within(flow, request, reply);
        };
        let timer = match session_timer::agree(request) {
            Ok(timer) => timer,
            Err(reply) => return self.respond_within(flow, request, reply),
        };
        leg.dialog.retarget(&request.head);
        leg.session.updates |= session_timer::takes_updates(&request.head);
        let sdp = request.sdp();
        if update && sdp.is_none() {
            let reply = Reply::new(200)
                .with(Name::Contact, leg.dialog.contact.clone())
                .with(Name::Allow, ALLOW);
            self.respond_within(flow, request, session_timer::put_answer(reply, timer));
            return self.keep_session(id, timer);
        }
        let withdrawn = match room_for_theirs(ack, offer) {
            Ok(withdrawn) => withdrawn,
            Err(reply) => return self.respond_within(flow, request, reply),
        };
        let tag = leg.dialog.local_tag.clone();
        let tx = self.open_server(flow, request, tag);
        if !update {
            self.respond(tx, Reply::new(100));
        }
        let theirs = Offer::Theirs { tx, update, timer };
        if let Some(held) = self.servers.get_mut(tx) {
            held.leg = Some(id);
        }
        if let Some(LegState::Up { offer, .. }) = self.legs.get_mut(id).map(|leg| &mut leg.state) {
            *offer = theirs;
        }
        if withdrawn {
            self.timers.cancel(&Timer::Glare(id));
            let code = SipCode(491);
            self.tell(Event::ReofferRefused { leg: id, code });
        }
        self.tell(Event::Reoffered { leg: id, sdp });
    }

    /// The ACK of our 200.
    pub(crate) fn on_ack_of_ok(&mut self, id: LegId, request: &Request) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        match &mut leg.state {
            LegState::Up { ack, .. } => {
                let Ack::Awaited(pending) = ack else {
                    return;
                };
                if pending.seq != request.cseq {
                    return;
                }
                *ack = Ack::Settled;
                self.stop_ok(id);
                let sdp = request.sdp();
                self.tell(Event::Acked { leg: id, sdp });
            }
            LegState::Closing {
                bye: ClosingBye::AfterAck { pending, reason },
            } => {
                if pending.seq == request.cseq {
                    let reason = core::mem::take(reason);
                    self.stop_ok(id);
                    self.send_bye(id, reason);
                }
            }
            LegState::Closing {
                bye: ClosingBye::Sent,
            }
            | LegState::Calling { .. }
            | LegState::Invited { .. } => {}
        }
    }

    fn stop_ok(&mut self, id: LegId) {
        self.timers.cancel(&Timer::OkAgain(id));
        self.timers.cancel(&Timer::AckMissing(id));
    }

    pub(crate) fn on_ok_again(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let pending = match &mut leg.state {
            LegState::Up {
                ack: Ack::Awaited(pending),
                ..
            }
            | LegState::Closing {
                bye: ClosingBye::AfterAck { pending, .. },
            } => pending,
            LegState::Up { .. }
            | LegState::Closing { .. }
            | LegState::Calling { .. }
            | LegState::Invited { .. } => {
                return;
            }
        };
        pending.interval = (pending.interval * 2).min(T2);
        let (flow, bytes, next) = (pending.flow, pending.bytes.clone(), pending.interval);
        self.timers.set(Timer::OkAgain(id), self.now.mono + next);
        self.send(flow, bytes);
    }

    /// Nobody acknowledged our 200: the session ends (RFC 3261 §13.3.1.4).
    pub(crate) fn on_ack_missing(&mut self, id: LegId) {
        self.timers.cancel(&Timer::OkAgain(id));
        let Some(leg) = self.legs.get(id) else {
            return;
        };
        match &leg.state {
            LegState::Up { .. } => self.break_off(id, Some(SipCode(408))),
            LegState::Closing {
                bye: ClosingBye::AfterAck { reason, .. },
            } => {
                let reason = reason.clone();
                self.send_bye(id, reason);
            }
            LegState::Closing {
                bye: ClosingBye::Sent,
            }
            | LegState::Calling { .. }
            | LegState::Invited { .. } => {}
        }
    }
}

/// May the peer offer now? True: ours, which waits, is withdrawn for it.
fn room_for_theirs(ack: &Ack, offer: &Offer) -> Result<bool, Reply> {
    let later = || Reply::new(500).with(Name::RetryAfter, "3");
    match offer {
        Offer::Ours { .. } | Offer::Refresh { .. } => Err(Reply::new(491)),
        Offer::Theirs { .. } => Err(later()),
        Offer::None if !matches!(ack, Ack::Settled) => Err(later()),
        Offer::Backoff { .. } => Ok(true),
        Offer::None => Ok(false),
    }
}

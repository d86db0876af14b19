//! The end of a leg: refusal, CANCEL, BYE.
use super::{Ack, ClosingBye, LegState, Offer};
use crate::api::{Event, LegId};
use crate::machine::Sip;
use crate::message::{Method, Name, Reply, reason};
use crate::transaction::Owner;
use core::time::Duration;
use messages::{HangUpCause, Q850, SipCode};

/// Another place of the phone answered: no missed call (RFC 3326 §2).
const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

impl Sip {
    /// Ends a leg in whatever state it is. Its `Ended` comes at once; what the wire still needs goes on behind it.
    pub(crate) fn release(
        &mut self,
        id: LegId,
        code: SipCode,
        cause: Option<Q850>,
        retry_after: Option<Duration>,
    ) {
        let Some(leg) = self.legs.get(id) else {
            return;
        };
        let reason = cause.map(reason::print).unwrap_or_default();
        match &leg.state {
            LegState::Calling { tx } => {
                let tx = *tx;
                let elsewhere = code.0 == 200 && cause.is_none();
                let reason = if elsewhere {
                    ELSEWHERE.to_owned()
                } else {
                    reason
                };
                self.cancel_invite(tx, reason);
                self.legs.remove(id);
                self.tell_released(id, Some(code), cause);
            }
            LegState::Invited { tx } => {
                let tx = *tx;
                self.respond(tx, refusal(code, reason, retry_after));
                self.forget_leg(id);
                self.tell_released(id, Some(code), cause);
            }
            LegState::Up { .. } => self.close(id, reason, None, cause),
            LegState::Closing { .. } => {}
        }
    }

    fn tell_released(&mut self, id: LegId, sip: Option<SipCode>, q850: Option<Q850>) {
        self.tell_ended(id, false, HangUpCause { sip, q850 });
    }

    /// The machine itself ends a leg that is up: its peer does not follow the protocol any more.
    pub(crate) fn break_off(&mut self, id: LegId, sip: Option<SipCode>) {
        let up = self
            .legs
            .get(id)
            .is_some_and(|leg| matches!(leg.state, LegState::Up { .. }));
        if up {
            self.settle_ack(id);
            self.close(id, String::new(), sip, None);
        }
    }

    /// From now on no ACK is waited for.
    fn settle_ack(&mut self, id: LegId) {
        if let Some(LegState::Up { ack, .. }) = self.legs.get_mut(id).map(|leg| &mut leg.state)
            && matches!(ack, Ack::Awaited(_))
        {
            *ack = Ack::Settled;
        }
    }

    /// Answers and calls back what is open beside the session, before it ends.
    pub(crate) fn settle_offer(&mut self, id: LegId) {
        let Some(LegState::Up { offer, .. }) = self.legs.get_mut(id).map(|leg| &mut leg.state)
        else {
            return;
        };
        let open = core::mem::replace(offer, Offer::None);
        match open {
            Offer::Theirs { tx, .. } => {
                self.respond(tx, Reply::new(487));
            }
            Offer::None | Offer::Ours { .. } | Offer::Refresh { .. } | Offer::Backoff { .. } => {}
        }
    }

    fn close(&mut self, id: LegId, reason: String, sip: Option<SipCode>, q850: Option<Q850>) {
        self.pay_ack(id, None);
        self.settle_offer(id);
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let before = core::mem::replace(
            &mut leg.state,
            LegState::Closing {
                bye: ClosingBye::Sent,
            },
        );
        let awaited = match before {
            LegState::Up {
                ack: Ack::Awaited(pending),
                ..
            } => Some(pending),
            LegState::Up { .. }
            | LegState::Calling { .. }
            | LegState::Invited { .. }
            | LegState::Closing { .. } => None,
        };
        if let Some(pending) = awaited {
            leg.state = LegState::Closing {
                bye: ClosingBye::AfterAck { pending, reason },
            };
        } else {
            self.send_bye(id, reason);
        }
        self.tell_released(id, sip, q850);
    }

    pub(crate) fn send_bye(&mut self, id: LegId, reason: String) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        leg.state = LegState::Closing {
            bye: ClosingBye::Sent,
        };
        let mut draft = leg.dialog.request(Method::Bye);
        if !reason.is_empty() {
            draft.head.push(Name::Reason, reason);
        }
        let flow = leg.dialog.next_flow();
        self.open_client(flow, draft, Owner::Bye(id));
    }

    /// The connection to the peer is gone, and its leg with it.
    pub(crate) fn on_leg_flow_closed(&mut self, id: LegId) {
        let Some(leg) = self.legs.get(id) else {
            return;
        };
        let open = matches!(leg.state, LegState::Up { .. });
        let told = matches!(leg.state, LegState::Closing { .. });
        if let LegState::Invited { tx } = leg.state {
            self.forget_server(tx);
        }
        self.forget_leg(id);
        if open || told {
            self.tell(Event::DialogClosed { leg: id });
        }
        if !told {
            self.tell_ended(id, true, HangUpCause::default());
        }
    }
}

fn refusal(code: SipCode, reason: String, retry_after: Option<Duration>) -> Reply {
    let code = if (300..700).contains(&code.0) {
        code.0
    } else {
        480
    };
    let mut reply = Reply::new(code);
    if !reason.is_empty() {
        reply = reply.with(Name::Reason, reason);
    }
    if let Some(after) = retry_after {
        reply = reply.with(Name::RetryAfter, after.as_secs().max(1).to_string());
    }
    reply
}

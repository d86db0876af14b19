//! Two calls of one phone become one without the phone: the end of an attended transfer.
use super::{Call, Told};
use crate::cause;
use crate::input::{Arrival, Join, LegNo};
use crate::leg::Leg;
use crate::output::{LegAct, Output};
use crate::sdp::Format;
use bytes::Bytes;
use messages::fact::{Side, TakenBy};
use messages::{HangUpCause, Q850, ReleasedBy, SipCode, SystemResult};

/// A leg was offered the port of its new call, and has not answered.
#[derive(Debug)]
pub(crate) struct Handing {
    join: Join,
    old_port: u16,
}

/// A leg of another call is about to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) side: Side,
    pub(super) how: Arrival,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Settled {
    Agreed(Join),
    Failed(Join, HangUpCause),
}

impl Call {
    /// Can a leg of another call come to this side? The port that it is to take.
    pub(crate) fn expect(&mut self, side: Side, how: Arrival) -> Option<u16> {
        if let Arrival::AsGuest { port } = how {
            self.guest_port = Some(port);
        }
        if !self.may_change(side) {
            return None;
        }
        self.expects = Some(Expected { side, how });
        Some(match how {
            Arrival::InPlace => self.ports[side.index()],
            Arrival::AsGuest { port } => port,
        })
    }

    pub(crate) const fn is_recorded(&self) -> bool {
        self.record
    }

    pub(crate) fn leg_on(&self, side: Side) -> Option<&Leg> {
        self.seat(side)
    }

    /// Offers the leg that goes over its new port. False: it cannot go.
    pub(crate) fn hand_over(
        &mut self,
        told: &mut Told<'_>,
        join: Join,
        formats: &[Format],
        port: u16,
    ) -> bool {
        if !self.may_change(join.comes) {
            return false;
        }
        let Some(leg) = self.seat_mut(join.comes) else {
            return false;
        };
        let old_port = core::mem::replace(&mut leg.port, port);
        let (no, sdp) = (leg.no, leg.offer_of(formats));
        self.handing = Some(Handing { join, old_port });
        self.act(told, no, LegAct::Reoffer { sdp });
        true
    }

    pub(super) fn reanswered(&mut self, told: &mut Told<'_>, no: LegNo, sdp: Option<Bytes>) {
        let Some(join) = self.handing.as_ref().map(|handing| handing.join) else {
            return;
        };
        let Some(leg) = self.seat_mut(join.comes).filter(|leg| leg.no == no) else {
            return;
        };
        if leg.take_answer(sdp) {
            self.settled = Some(Settled::Agreed(join));
        } else {
            self.reoffer_refused(told, no, cause::NOT_ACCEPTABLE);
        }
    }

    pub(super) fn reoffer_refused(&mut self, told: &mut Told<'_>, no: LegNo, code: SipCode) {
        let Some(handing) = &self.handing else {
            return;
        };
        let (comes, old_port) = (handing.join.comes, handing.old_port);
        let Some(leg) = self.seat_mut(comes).filter(|leg| leg.no == no) else {
            return;
        };
        leg.port = old_port;
        let cause = cause::of(code);
        self.handing_failed(cause);
        if self.seat(comes.other()).is_none() {
            return self.finish(told, SystemResult::Answered, cause, ReleasedBy::System);
        }
        self.report(told, comes.other(), cause::for_caller(cause));
    }

    /// The phone whose two calls become one may leave before they have.
    pub(super) fn gives_up(&self, side: Side) -> bool {
        let handing = self.handing.as_ref();
        handing.is_some_and(|handing| handing.join.comes.other() == side)
    }

    pub(super) fn handing_failed(&mut self, cause: HangUpCause) {
        if let Some(handing) = self.handing.take() {
            self.settled = Some(Settled::Failed(handing.join, cause));
        }
    }

    /// The leg has gone: what is left of this call is over.
    pub(crate) fn hand_out(&mut self, told: &mut Told<'_>, join: Join) -> Option<Leg> {
        self.handing = None;
        self.report(told, join.comes.other(), cause::OK);
        let leg = self.seats[join.comes.index()].take()?;
        let cause = HangUpCause {
            sip: None,
            q850: Some(Q850::NORMAL),
        };
        self.finish(told, SystemResult::Answered, cause, ReleasedBy::System);
        Some(leg)
    }

    pub(crate) fn expects(&self, side: Side) -> bool {
        let expected = self.expects.as_ref();
        self.is_up() && expected.is_some_and(|expected| expected.side == side)
    }

    /// The leg comes in.
    pub(crate) fn receive(&mut self, told: &mut Told<'_>, join: Join, mut leg: Leg) {
        let before = (join.from, leg.no);
        leg.no = self.mint_leg();
        told.outputs.push_back(Output::LegMoved {
            from: before,
            to: (self.id(), leg.no),
        });
        match join.how {
            Arrival::InPlace => self.sit_down(told, join.side, leg, TakenBy::AttendedTransfer),
            Arrival::AsGuest { .. } => self.guest_comes(told, join.side, leg),
        }
    }

    /// Nobody comes.
    pub(crate) fn expected_in_vain(&mut self, told: &mut Told<'_>, side: Side, cause: HangUpCause) {
        if self.expects(side) {
            self.not_taken(told, side, TakenBy::AttendedTransfer, cause);
        }
    }

    pub(crate) const fn take_settled(&mut self) -> Option<Settled> {
        self.settled.take()
    }
}

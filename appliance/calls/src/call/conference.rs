//! 三方通话: a guest beside one of the two sides. Whoever goes leaves two who talk.
use super::taking::target_of;
use super::{Call, Told};
use crate::input::LegNo;
use crate::leg::Leg;
use crate::output::MediaOrder;
use messages::fact::{CallGuestCame, CallGuestLeft, Seat, Side, TakenBy};
use messages::{Extension, HangUpCause, SystemResult};

#[derive(Debug)]
pub(super) struct Guest {
    pub(super) leg: Leg,
    /// The side of the phone that brought it.
    pub(super) beside: Side,
}

impl Call {
    /// A third one sits down beside the phone that brought it.
    pub(super) fn guest_comes(&mut self, told: &mut Told<'_>, beside: Side, leg: Leg) {
        self.expects = None;
        let came = CallGuestCame {
            call: self.id(),
            beside,
            guest: target_of(&leg),
        };
        Self::fact(told, came);
        self.guest = Some(Guest { leg, beside });
        self.set_media(told, Seat::Guest);
        self.media(told, MediaOrder::Mix { beside });
    }

    pub(super) fn is_guest(&self, no: LegNo) -> bool {
        self.guest.as_ref().is_some_and(|guest| guest.leg.no == no)
    }

    /// The guest hung up: two are left.
    pub(super) fn guest_left(&mut self, told: &mut Told<'_>, cause: HangUpCause) {
        let Some(Guest { mut leg, .. }) = self.guest.take() else {
            return;
        };
        self.attempt_over(told, &mut leg, SystemResult::Answered, cause);
        Self::free(told, leg.who.channel.take());
        self.media(told, MediaOrder::Unmix { guest_takes: None });
        Self::fact(told, CallGuestLeft { call: self.id() });
    }

    /// One of the two hung up: the guest goes on in its place. False: there is no guest.
    pub(super) fn guest_steps_in(
        &mut self,
        told: &mut Told<'_>,
        side: Side,
        from: Option<Extension>,
    ) -> bool {
        let Some(Guest { leg, .. }) = self.guest.take() else {
            return false;
        };
        let guest_takes = Some(side);
        self.media(told, MediaOrder::Unmix { guest_takes });
        self.write_taken(told, side, &leg, TakenBy::Conference, from);
        Self::fact(told, CallGuestLeft { call: self.id() });
        self.ports[side.index()] = leg.port;
        self.seats[side.index()] = Some(leg);
        true
    }
}

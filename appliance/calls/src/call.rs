//! One call: its story for the journal, who sits on its two sides, who rings for one of them, and how far it is.
mod conference;
mod ending;
mod joining;
mod media;
mod ringing;
mod setup;
mod taking;
mod talk;

use crate::input::{Callee, ClickToCall, Connect, LegEvent, LegNo, Limits, Place, Ports};
use crate::leg::{Desk, KeySeed, Leg, LegState, Who};
use crate::machine::Timer;
use crate::output::{LegAct, MediaOrder, Output, Seated};
use bytes::Bytes;
use conference::Guest;
use ending::Leaving;
pub(crate) use joining::Settled;
use joining::{Expected, Handing};
use messages::fact::{Body, CallStarted, OutsideParty, Seat, Side};
use messages::{CallId, Direction, Moment, Now};
use ringing::Ringing;
use sansio::TimerTable;
use std::collections::VecDeque;
use std::net::IpAddr;

/// What a call is told with each input, and where it puts its wishes.
pub(crate) struct Told<'a> {
    pub(crate) now: Now,
    pub(crate) limits: &'a Limits,
    pub(crate) timers: &'a mut TimerTable<Timer>,
    pub(crate) outputs: &'a mut VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Click-to-call: the own phone rings.
    OwnPhone,
    /// The callee was invited, or is about to be.
    Calling {
        ringing: bool,
        early_media: bool,
    },
    Up {
        since: Moment,
    },
    /// The call is over for the books; a leg has not said its last word yet.
    Ending,
}

#[derive(Debug)]
pub(crate) struct Call {
    story: CallStarted,
    /// Where it goes; taken when the INVITE is made.
    callee: Option<Callee>,
    record: bool,
    /// A recording was asked for.
    recorded: bool,
    shown: String,
    display: Option<String>,
    private: bool,
    seats: [Option<Leg>; 2],
    guest: Option<Guest>,
    ports: [u16; 2],
    /// The port that was allotted for a guest.
    guest_port: Option<u16>,
    /// Those who were invited to one side.
    ringing: Option<Ringing>,
    /// One of its legs is about to go over to another call.
    handing: Option<Handing>,
    /// A leg of another call is about to come.
    expects: Option<Expected>,
    /// What became of the handing, for the other call.
    settled: Option<Settled>,
    leaving: Vec<Leaving>,
    legs_minted: u16,
    seed: KeySeed,
    phase: Phase,
    started: Moment,
    invited: Moment,
}

impl Call {
    pub(crate) fn incoming(connect: Connect, seed: KeySeed, now: Moment) -> (Self, Option<Bytes>) {
        let party = connect.from_number.clone();
        let (outside, trunk) = match &connect.callee {
            Callee::Phones { .. } => (connect.from_number, connect.from_trunk.clone()),
            Callee::Outside { token, .. } => {
                (Some(token.party().clone()), Some(token.trunk().clone()))
            }
        };
        let (extension, other_extension) = match connect.direction {
            Direction::Internal | Direction::Outbound => {
                (connect.from_phone.clone(), connect.called)
            }
            Direction::Inbound => (connect.called, None),
        };
        let story = CallStarted {
            call: connect.call,
            direction: connect.direction,
            purpose: connect.callee.purpose(),
            extension,
            other_extension,
            trunk,
            outside: outside.map(OutsideParty::of),
            customer: None,
        };
        let who = Who {
            extension: connect.from_phone,
            party,
            channel: connect.from_trunk,
            attempt: None,
        };
        let mut call = Self::new(story, connect.callee, connect.ports, seed, now);
        let caller = call.leg(who, LegState::Waiting, Side::Caller, connect.address);
        let mut caller = caller.of_trunk(connect.speech);
        caller.source = connect.source;
        call.seats[0] = Some(caller);
        call.shown = connect.shown;
        call.display = connect.display;
        call.private = connect.private;
        (call, connect.offer)
    }

    pub(crate) fn clicked(click: ClickToCall, seed: KeySeed, now: Moment) -> (Self, Vec<Place>) {
        let outside = match &click.callee {
            Callee::Outside { token, .. } => Some((token.trunk().clone(), token.party().clone())),
            Callee::Phones { .. } => None,
        };
        let (trunk, party) = outside.unzip();
        let shown = click.extension.as_str().to_owned();
        let story = CallStarted {
            call: click.call,
            direction: Direction::Outbound,
            purpose: click.callee.purpose(),
            extension: Some(click.extension),
            other_extension: None,
            trunk,
            outside: party.map(OutsideParty::of),
            customer: click.customer,
        };
        let mut call = Self::new(story, click.callee, click.ports, seed, now);
        call.phase = Phase::OwnPhone;
        call.shown = shown;
        (call, click.own)
    }

    fn new(story: CallStarted, callee: Callee, ports: Ports, seed: KeySeed, now: Moment) -> Self {
        Self {
            story,
            record: false,
            recorded: false,
            callee: Some(callee),
            shown: String::new(),
            display: None,
            private: false,
            seats: [None, None],
            guest: None,
            ports: [ports.caller, ports.callee],
            guest_port: None,
            ringing: None,
            handing: None,
            expects: None,
            settled: None,
            leaving: Vec::new(),
            legs_minted: 0,
            seed,
            phase: Phase::Calling {
                ringing: false,
                early_media: false,
            },
            started: now,
            invited: now,
        }
    }

    pub(crate) const fn id(&self) -> CallId {
        self.story.call
    }

    pub(crate) fn awaits_own_phone(&self) -> bool {
        self.phase == Phase::OwnPhone
    }

    pub(crate) const fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up { .. })
    }

    pub(crate) fn rings(&self) -> bool {
        self.rings_for_callee()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Ending && self.leaving.is_empty()
    }

    pub(crate) fn mint_leg(&mut self) -> LegNo {
        let no = LegNo(self.legs_minted);
        self.legs_minted = self.legs_minted.saturating_add(1);
        no
    }

    fn leg(&mut self, who: Who, state: LegState, side: Side, address: IpAddr) -> Leg {
        let no = self.mint_leg();
        self.numbered_leg(no, who, state, side, address)
    }

    fn numbered_leg(
        &self,
        no: LegNo,
        who: Who,
        state: LegState,
        side: Side,
        address: IpAddr,
    ) -> Leg {
        let desk = Desk {
            address,
            port: self.ports[side.index()],
            session: self.started.micros() + u64::from(no.0),
        };
        Leg::new(no, who, state, desk, self.seed.of_leg(self.id(), no))
    }

    pub(crate) fn seated(&self, side: Side) -> Option<Seated> {
        let leg = self.seats[side.index()].as_ref()?;
        Some(Seated {
            leg: leg.no,
            extension: leg.who.extension.clone(),
        })
    }

    /// The side on which a leg sits, or for which it rings.
    pub(crate) fn side_of(&self, no: LegNo) -> Option<Side> {
        let sits = |side: &Side| {
            let seat = self.seats[side.index()].as_ref();
            seat.is_some_and(|leg| leg.no == no)
        };
        let seated = [Side::Caller, Side::Callee].into_iter().find(sits);
        seated.or_else(|| {
            self.ringing
                .as_ref()
                .and_then(|ringing| ringing.side_of(no))
        })
    }

    /// The others who hear what a leg says.
    pub(crate) fn hearers(&self, no: LegNo) -> Vec<Seat> {
        let own = self.seated_at(no);
        let seats = [Seat::Caller, Seat::Callee, Seat::Guest].into_iter();
        seats
            .filter(|seat| own.is_some_and(|own| own != *seat) && self.leg_at(*seat).is_some())
            .collect()
    }

    /// What became of one of its legs.
    pub(crate) fn happened(&mut self, told: &mut Told<'_>, no: LegNo, event: LegEvent) {
        match event {
            LegEvent::Ended { by_peer, cause } => self.leg_ended(told, no, by_peer, cause),
            LegEvent::Reoffered { sdp } => self.reoffered(told, no, sdp),
            LegEvent::Reanswered { sdp } => self.reanswered(told, no, sdp),
            LegEvent::ReofferRefused { code } => self.reoffer_refused(told, no, code),
            LegEvent::Acked { sdp } => self.acked(told, no, sdp),
            LegEvent::Progressed { code, sdp, source } => {
                self.progressed(told, no, code, sdp, source);
            }
            LegEvent::Answered { sdp, source } => self.answered_by(told, no, sdp, source),
            LegEvent::Redirected { to } => self.redirected(no, to),
        }
    }

    /// The last act: everything that the call held is free.
    pub(crate) fn close(&self, told: &mut Told<'_>) {
        for timer in [
            Timer::Ring(self.id()),
            Timer::Length(self.id()),
            Timer::Close(self.id()),
        ] {
            told.timers.cancel(&timer);
        }
        told.outputs.push_back(Output::Closed {
            call: self.id(),
            ports: Ports {
                caller: self.ports[0],
                callee: self.ports[1],
                guest: self.guest_port,
            },
        });
    }

    fn leg_at(&self, seat: Seat) -> Option<&Leg> {
        match seat.side() {
            Some(side) => self.seat(side),
            None => self.guest.as_ref().map(|guest| &guest.leg),
        }
    }

    fn leg_at_mut(&mut self, seat: Seat) -> Option<&mut Leg> {
        match seat.side() {
            Some(side) => self.seat_mut(side),
            None => self.guest.as_mut().map(|guest| &mut guest.leg),
        }
    }

    fn seat(&self, side: Side) -> Option<&Leg> {
        self.seats[side.index()].as_ref()
    }

    fn seat_mut(&mut self, side: Side) -> Option<&mut Leg> {
        self.seats[side.index()].as_mut()
    }

    fn act(&self, told: &mut Told<'_>, leg: LegNo, act: LegAct) {
        told.outputs.push_back(Output::Leg {
            call: self.id(),
            leg,
            act,
        });
    }

    fn media(&self, told: &mut Told<'_>, order: MediaOrder) {
        told.outputs.push_back(Output::Media {
            call: self.id(),
            order,
        });
    }

    fn fact(told: &mut Told<'_>, body: impl Into<Body>) {
        told.outputs.push_back(Output::Fact(body.into()));
    }
}

//! One call: its story for the journal, its two legs, and how far it is.
mod ending;
mod media;
mod setup;
mod talk;

use crate::input::{Callee, ClickToCall, Connect, Limits};
use crate::leg::{Leg, LegState};
use crate::machine::Timer;
use crate::output::{LegAct, MediaOrder, Output};
use crate::sdp::FormatKind;
use bytes::Bytes;
use gate::Token;
use messages::fact::{Body, CallStarted, OutsideParty, Side};
use messages::{AttemptId, CallId, Direction, Extension, Moment, Now, SipCode, TrunkName};
use sansio::TimerTable;
use std::collections::VecDeque;

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
    attempt: Option<AttemptId>,
    /// The trunk whose channel the call holds.
    channel: Option<TrunkName>,
    record: bool,
    shown: String,
    display: Option<String>,
    legs: [Leg; 2],
    phase: Phase,
    started: Moment,
    invited: Moment,
}

impl Call {
    pub(crate) fn incoming(connect: Connect, now: Moment) -> (Self, Option<Bytes>) {
        let outside_number = match &connect.callee {
            Callee::Phone { .. } => connect.from_number,
            Callee::Outside { token, .. } => Some(token.party().clone()),
        };
        let called = match &connect.callee {
            Callee::Phone { extension, .. } => Some(extension.clone()),
            Callee::Outside { .. } => None,
        };
        let trunk = match &connect.callee {
            Callee::Phone { .. } => connect.from_trunk,
            Callee::Outside { token, .. } => Some(token.trunk().clone()),
        };
        let (extension, other_extension) = match connect.direction {
            Direction::Internal | Direction::Outbound => (connect.from_phone, called),
            Direction::Inbound => (called, None),
        };
        let story = CallStarted {
            call: connect.call,
            direction: connect.direction,
            purpose: connect.callee.purpose(),
            extension,
            other_extension,
            trunk: trunk.clone(),
            outside: outside_number.map(OutsideParty::of),
            customer: None,
        };
        let mut caller = Leg::new(Side::Caller, connect.ports.caller, now.micros());
        caller.state = LegState::Waiting;
        caller.source = connect.source;
        let call = Self {
            story,
            attempt: None,
            channel: trunk,
            record: record_of(&connect.callee),
            callee: Some(connect.callee),
            shown: connect.shown,
            display: connect.display,
            legs: [
                caller,
                Leg::new(Side::Callee, connect.ports.callee, now.micros() + 1),
            ],
            phase: Phase::Calling {
                ringing: false,
                early_media: false,
            },
            started: now,
            invited: now,
        };
        (call, connect.offer)
    }

    pub(crate) fn clicked(click: ClickToCall, now: Moment) -> Self {
        let trunk = click.token.trunk().clone();
        let story = CallStarted {
            call: click.call,
            direction: Direction::Outbound,
            purpose: click.token.purpose(),
            extension: Some(click.extension.clone()),
            other_extension: None,
            trunk: Some(trunk.clone()),
            outside: Some(OutsideParty::of(click.token.party().clone())),
            customer: click.customer,
        };
        Self {
            story,
            attempt: None,
            channel: Some(trunk),
            record: click.token.record(),
            callee: Some(Callee::Outside {
                attempt: click.attempt,
                token: click.token,
            }),
            shown: click.extension.as_str().to_owned(),
            display: None,
            legs: [
                Leg::new(Side::Caller, click.ports.caller, now.micros()),
                Leg::new(Side::Callee, click.ports.callee, now.micros() + 1),
            ],
            phase: Phase::OwnPhone,
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

    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Ending && self.legs.iter().all(|leg| leg.state == LegState::Gone)
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
        let ports = [self.legs[0].port, self.legs[1].port];
        told.outputs.push_back(Output::Closed {
            call: self.id(),
            channel: self.channel.clone(),
            ports,
        });
    }

    fn own_phone(&self) -> Option<&Extension> {
        self.story.extension.as_ref()
    }

    fn leg(&mut self, side: Side) -> &mut Leg {
        &mut self.legs[side.index()]
    }

    fn act(&self, told: &mut Told<'_>, side: Side, act: LegAct) {
        told.outputs.push_back(Output::Leg {
            call: self.id(),
            side,
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

const fn record_of(callee: &Callee) -> bool {
    match callee {
        Callee::Phone { record, .. } => *record,
        Callee::Outside { token, .. } => Token::record(token),
    }
}

/// 183 where there is audio to hear, else what the callee said.
const fn progress_code(code: SipCode, early_media: bool) -> SipCode {
    if early_media { SipCode(183) } else { code }
}

/// Speech that both sides agreed on: the recorder's and the tone's format.
fn speech_of(leg: &Leg) -> FormatKind {
    leg.speech().unwrap_or(FormatKind::ALaw)
}

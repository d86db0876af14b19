//! From the first INVITE to the answer.
use super::{Call, Phase, Told, progress_code, speech_of};
use crate::cause;
use crate::input::Callee;
use crate::leg::LegState;
use crate::machine::Timer;
use crate::output::{Invitation, LegAct, MediaOrder, Output, TrunkInvite};
use crate::sdp::{Description, Format};
use bytes::Bytes;
use messages::fact::{AttemptStarted, CallAnswered, CallRinging, Side};
use messages::{HangUpCause, ReleasedBy, SipCode, SystemResult};
use std::net::IpAddr;

impl Call {
    /// The caller waits: read its offer, then invite the callee with what the caller can take.
    pub(crate) fn connect(&mut self, told: &mut Told<'_>, offer: Option<Bytes>) {
        Self::fact(told, self.story.clone());
        let Some(offer) = offer else {
            return self.invite(told, &Format::OURS);
        };
        let Ok(offer) = Description::read(&offer) else {
            return self.turn_down(told, cause::BAD_REQUEST);
        };
        let taken = offer
            .audio
            .as_ref()
            .is_some_and(|audio| self.legs[0].take(audio));
        self.legs[0].offer = Some(offer);
        if !taken {
            return self.turn_down(told, cause::NOT_ACCEPTABLE);
        }
        self.media(told, self.legs[0].media());
        let formats = self.legs[0].formats.clone();
        self.invite(told, &formats);
    }

    /// Click-to-call: the own phone first, with our own offer.
    pub(crate) fn ring_own_phone(&mut self, told: &mut Told<'_>) {
        Self::fact(told, self.story.clone());
        let Some(extension) = self.own_phone().cloned() else {
            return self.turn_down(told, cause::SERVER_ERROR);
        };
        let sdp = self.legs[0].offer_of(&Format::OURS);
        self.legs[0].state = LegState::Invited;
        let invitation = Invitation::Phone {
            extension,
            shown: self.shown.clone(),
            display: None,
            sdp,
            auto_answer: true,
        };
        self.act(told, Side::Caller, LegAct::Invite(invitation));
        told.timers.set(
            Timer::Ring(self.id()),
            told.now.mono + told.limits.own_phone_ring_max,
        );
    }

    pub(crate) fn own_phone_answered(
        &mut self,
        told: &mut Told<'_>,
        sdp: Option<Bytes>,
        source: IpAddr,
    ) {
        if self.phase != Phase::OwnPhone {
            return;
        }
        let leg = self.leg(Side::Caller);
        leg.state = LegState::Up;
        leg.source = source;
        if !self.take_answer(Side::Caller, sdp) {
            return self.turn_down(told, cause::NOT_ACCEPTABLE);
        }
        self.media(told, self.legs[0].media());
        self.phase = Phase::Calling {
            ringing: false,
            early_media: false,
        };
        let formats = self.legs[0].formats.clone();
        self.invite(told, &formats);
    }

    fn invite(&mut self, told: &mut Told<'_>, formats: &[Format]) {
        let Some(callee) = self.callee.take() else {
            return;
        };
        let sdp = self.legs[1].offer_of(formats);
        self.legs[1].state = LegState::Invited;
        self.invited = told.now.mono;
        let invitation = match callee {
            Callee::Phone { extension, .. } => Invitation::Phone {
                extension,
                shown: self.shown.clone(),
                display: self.display.clone(),
                sdp,
                auto_answer: false,
            },
            Callee::Outside { attempt, token } => {
                let trunk = token.trunk().clone();
                Self::fact(
                    told,
                    AttemptStarted {
                        attempt,
                        call: self.id(),
                        trunk,
                    },
                );
                self.attempt = Some(attempt);
                Invitation::Trunk(TrunkInvite::new(&token, &self.shown, sdp))
            }
        };
        self.act(told, Side::Callee, LegAct::Invite(invitation));
        told.timers
            .set(Timer::Ring(self.id()), told.now.mono + told.limits.ring_max);
    }

    pub(crate) fn callee_progressed(
        &mut self,
        told: &mut Told<'_>,
        code: SipCode,
        sdp: Option<Bytes>,
        source: IpAddr,
    ) {
        let Phase::Calling {
            ringing,
            early_media,
        } = self.phase
        else {
            return;
        };
        if code.0 <= 100 {
            return;
        }
        self.legs[1].source = source;
        let heard = sdp.is_some() && self.take_answer(Side::Callee, sdp);
        if !ringing {
            let delay = told.now.mono.since(self.invited).as_millis();
            let post_dial_delay_ms = u32::try_from(delay).unwrap_or(u32::MAX);
            Self::fact(
                told,
                CallRinging {
                    call: self.id(),
                    post_dial_delay_ms,
                    early_media: heard,
                },
            );
        }
        self.phase = Phase::Calling {
            ringing: true,
            early_media: early_media || heard,
        };
        if heard {
            self.bridge(told);
        }
        match self.legs[0].state {
            LegState::Waiting => {
                let sdp = heard.then(|| self.caller_answer());
                self.act(
                    told,
                    Side::Caller,
                    LegAct::Progress {
                        code: progress_code(code, heard),
                        sdp,
                    },
                );
            }
            LegState::Up if !heard && !early_media => {
                let format = speech_of(&self.legs[0]);
                self.media(
                    told,
                    MediaOrder::Ringback {
                        side: Side::Caller,
                        format,
                    },
                );
            }
            LegState::Up
            | LegState::Idle
            | LegState::Invited
            | LegState::Leaving
            | LegState::Gone => {}
        }
    }

    pub(crate) fn callee_answered(
        &mut self,
        told: &mut Told<'_>,
        sdp: Option<Bytes>,
        source: IpAddr,
    ) {
        let Phase::Calling { .. } = self.phase else {
            return;
        };
        self.legs[1].state = LegState::Up;
        self.legs[1].source = source;
        // A 200 without a description stands by what early media agreed on.
        let agreed = if sdp.is_some() {
            self.take_answer(Side::Callee, sdp)
        } else {
            !self.legs[1].formats.is_empty()
        };
        if !agreed {
            return self.turn_down(told, cause::NOT_ACCEPTABLE);
        }
        self.bridge(told);
        self.media(told, MediaOrder::Watch);
        if self.legs[0].state == LegState::Waiting {
            let sdp = self.caller_answer();
            self.legs[0].state = LegState::Up;
            self.act(told, Side::Caller, LegAct::Answer { sdp });
        }
        self.phase = Phase::Up {
            since: told.now.mono,
        };
        told.timers.cancel(&Timer::Ring(self.id()));
        told.timers.set(
            Timer::Length(self.id()),
            told.now.mono + told.limits.call_length_max,
        );
        Self::fact(told, CallAnswered { call: self.id() });
        if self.record {
            let formats = [speech_of(&self.legs[0]), speech_of(&self.legs[1])];
            told.outputs.push_back(Output::Record {
                call: self.id(),
                formats,
            });
        }
    }

    /// Nobody answered in time.
    pub(crate) fn rung_out(&mut self, told: &mut Told<'_>) {
        match self.phase {
            Phase::OwnPhone => {
                let cause = HangUpCause {
                    sip: Some(SipCode(480)),
                    q850: None,
                };
                self.finish(told, SystemResult::Cancelled, cause, ReleasedBy::Caller);
            }
            Phase::Calling { .. } => {
                let cause = HangUpCause {
                    sip: Some(SipCode(408)),
                    q850: None,
                };
                self.finish(told, SystemResult::NoAnswer, cause, ReleasedBy::System);
            }
            Phase::Up { .. } | Phase::Ending => {}
        }
    }

    fn turn_down(&mut self, told: &mut Told<'_>, code: SipCode) {
        let cause = HangUpCause {
            sip: Some(code),
            q850: None,
        };
        self.finish(
            told,
            SystemResult::of_failure(cause),
            cause,
            ReleasedBy::System,
        );
    }

    /// What the caller is answered: the callee's formats, in the callee's order.
    fn caller_answer(&mut self) -> Bytes {
        let formats = self.legs[1].formats.clone();
        self.legs[0].answer_of(&formats)
    }
}

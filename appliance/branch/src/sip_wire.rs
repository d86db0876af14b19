//! Between SIP and the calls: leg ids to call and side, events to what the calls understand, acts to commands.
use crate::api::{BindingNote, Output};
use crate::facts::call_of;
use crate::incoming::Invited;
use crate::machine::Branch;
use crate::signalling::Signalling;
use calls::{Invitation, Invitee, LegAct, LegEvent, LegNo};
use core::time::Duration;
use messages::fact::{
    Actor, Body, PhoneBound, PhoneUnbound, SourceBanned, TrunkRegistrationChanged,
    TrunkStateChanged,
};
use messages::{CallId, Now};
use sansio::Machine;
use sip::{Command, DialogRecord, Diversion, Event, Invite, LegId, Target};

/// A trunk that has not said a word to an INVITE for so long (four sendings over UDP) leaves the call to another one.
const SILENCE_MAX: Duration = Duration::from_secs(4);

impl<S: Signalling> Branch<S> {
    pub(crate) fn sip_says(&mut self, now: Now, output: sip::Output) {
        match output {
            sip::Output::Send { flow, bytes } => self.say(Output::Send { flow, bytes }),
            sip::Output::CloseFlow { flow } => self.say(Output::CloseFlow { flow }),
            sip::Output::Event(event) => self.sip_event(now, event),
            sip::Output::Traced(traced) => self.say(Output::Traced(traced)),
            sip::Output::LegNamed { leg, call_id } => {
                if let Some((call, _)) = self.legs.get(&leg).copied() {
                    self.say(Output::LegNamed { call, call_id });
                }
            }
        }
    }

    #[allow(clippy::too_many_lines)] // one short arm for each event
    fn sip_event(&mut self, now: Now, event: Event) {
        match event {
            Event::Invited {
                leg,
                origin,
                flow,
                called,
                caller,
                display,
                private,
                diversions,
                replaces,
                sdp,
            } => {
                self.invited(
                    now,
                    Invited {
                        leg,
                        origin,
                        flow,
                        called,
                        caller,
                        display,
                        private,
                        diversions,
                        replaces,
                        sdp,
                    },
                );
            }
            Event::Progressed {
                leg,
                code,
                sdp,
                source,
                ..
            } => {
                self.tell(now, leg, LegEvent::Progressed { code, sdp, source });
            }
            Event::Answered {
                leg, sdp, source, ..
            } => {
                self.engaged.answered(leg);
                self.tell(now, leg, LegEvent::Answered { sdp, source });
            }
            Event::Acked { leg, sdp } => self.tell(now, leg, LegEvent::Acked { sdp }),
            Event::Reoffered { leg, sdp } => self.tell(now, leg, LegEvent::Reoffered { sdp }),
            Event::Reanswered { leg, sdp } => self.tell(now, leg, LegEvent::Reanswered { sdp }),
            Event::ReofferRefused { leg, code } => {
                self.tell(now, leg, LegEvent::ReofferRefused { code });
            }
            Event::Redirected { leg, to } => self.tell(now, leg, LegEvent::Redirected { to }),
            Event::Referred { leg, to, replaces } => self.referred(now, leg, &to, replaces),
            Event::Ended {
                leg,
                by_peer,
                cause,
            } => {
                self.leg_ended(now, leg, LegEvent::Ended { by_peer, cause });
            }
            Event::DialogOpened { leg, record } => self.dialog_opened(leg, record),
            Event::DialogClosed { leg } => self.say(Output::DialogClosed { leg }),
            Event::ProfileAsked(asked) => self.say(Output::ProfileAsked(asked)),
            Event::OrphanEnded(orphan) => self.say(Output::OrphanEnded(orphan)),
            Event::Banned {
                source,
                port,
                why,
                during,
            } => {
                let fact = SourceBanned {
                    source,
                    port,
                    why,
                    until: now.utc.after(during),
                };
                self.fact(now, Actor::System, fact);
            }
            Event::Refused { flow, why } => self.say(Output::Refused { flow, why }),
            Event::Bound { .. } | Event::Refreshed { .. } | Event::Unbound { .. } => {
                self.binding(now, event)
            }
            Event::TrunkState {
                trunk: name,
                reachable,
                code,
            } => {
                self.gate.trunk_answers(&name, reachable);
                self.fact(
                    now,
                    Actor::System,
                    TrunkStateChanged {
                        name,
                        reachable,
                        code,
                    },
                );
            }
            Event::TrunkRegistered {
                trunk: name,
                registered,
                code,
            } => {
                self.gate.trunk_registered(&name, registered);
                let fact = TrunkRegistrationChanged {
                    name,
                    registered,
                    code,
                };
                self.fact(now, Actor::System, fact);
            }
            Event::Digit {
                leg,
                digit,
                duration_ms,
            } => self.digit_came(leg, digit, duration_ms),
            // client registrations are not made here
            Event::Registered { .. } | Event::RegisterFailed { .. } => {}
        }
    }

    fn leg_ended(&mut self, now: Now, leg: LegId, event: LegEvent) {
        self.tell(now, leg, event);
        self.engaged.end(leg, now.mono);
        if let Some(end) = self.legs.remove(&leg) {
            self.leg_of.remove(&end);
        }
    }

    fn dialog_opened(&mut self, leg: LegId, record: DialogRecord) {
        if let Some((call, _)) = self.legs.get(&leg) {
            let call = *call;
            self.say(Output::DialogOpened { leg, call, record });
        }
    }

    fn tell(&mut self, now: Now, leg: LegId, event: LegEvent) {
        let Some((call, leg)) = self.legs.get(&leg).copied() else {
            return;
        };
        self.calls
            .handle(now, calls::Input::Leg { call, leg, event });
    }

    #[allow(clippy::wildcard_enum_match_arm)] // called with the three events of a binding only
    fn binding(&mut self, now: Now, event: Event) {
        match event {
            Event::Bound {
                extension,
                source,
                contact,
                user_agent,
                expires,
            } => {
                let actor = Actor::Phone(extension.clone());
                let fact = PhoneBound {
                    extension: extension.clone(),
                    source,
                    user_agent: user_agent.clone(),
                };
                self.fact(now, actor, fact);
                self.say(Output::Binding(BindingNote::Bound {
                    extension,
                    source,
                    contact,
                    user_agent,
                    expires,
                }));
            }
            Event::Refreshed { extension, source } => {
                let bound = self.sip.bindings(&extension);
                let until = bound
                    .iter()
                    .find(|one| one.source == source)
                    .map(|one| one.expires_at);
                if let Some(expires) = until.map(|at| at.since(now.mono)) {
                    self.say(Output::Binding(BindingNote::Refreshed {
                        extension,
                        source,
                        expires,
                    }));
                }
            }
            Event::Unbound {
                extension,
                source,
                reason,
            } => {
                self.fact(
                    now,
                    Actor::System,
                    PhoneUnbound {
                        extension: extension.clone(),
                        source,
                        reason,
                    },
                );
                self.say(Output::Binding(BindingNote::Unbound {
                    extension,
                    source,
                    reason,
                }));
            }
            _ => {}
        }
    }

    pub(crate) fn calls_say(&mut self, now: Now, output: calls::Output) {
        match output {
            calls::Output::Leg { call, leg, act } => self.act(now, call, leg, act),
            calls::Output::Media { call, order } => self.order_media(call, order),
            calls::Output::Fact(body) => {
                let actor = match (call_of(&body), &body) {
                    (Some(call), Body::CallTaken(_) | Body::CallGuestCame(_)) => {
                        self.changer_of(call)
                    }
                    (Some(call), _) => self.actor_of(call),
                    (None, _) => Actor::System,
                };
                self.note_trunk(now, &body);
                self.meter(now, &body);
                self.fact(now, actor, body);
            }
            calls::Output::Record { call, formats } => self.record(now, call, formats),
            calls::Output::Unreached {
                call,
                cause,
                redirect,
                rang,
            } => self.unreached(now, call, cause, redirect, rang),
            calls::Output::LegMoved { from, to } => self.leg_moved(from, to),
            calls::Output::ChannelFree { trunk } => self.gate.release(&trunk),
            calls::Output::Closed { call, ports } => {
                let guest = ports.guest.into_iter();
                let ports = [ports.caller, ports.callee].into_iter().chain(guest);
                self.ports.closed(call, ports);
                self.notes.remove(&call);
                self.courses.remove(&call);
                self.ways.remove(&call);
            }
        }
    }

    fn act(&mut self, now: Now, call: CallId, no: LegNo, act: LegAct) {
        if let LegAct::Invite(invitation) = act {
            return self.invite(now, call, no, *invitation);
        }
        let Some(leg) = self.leg_of.get(&(call, no)).copied() else {
            return;
        };
        let command = match act {
            LegAct::Invite(_) => return,
            LegAct::Progress { code, sdp } => Command::Progress { leg, code, sdp },
            LegAct::Answer { sdp } => Command::Answer { leg, sdp },
            LegAct::Release { code, cause } => Command::Release {
                leg,
                code,
                cause,
                retry_after: None,
            },
            LegAct::Reoffer { sdp } => Command::Reoffer { leg, sdp },
            LegAct::AcceptReoffer { sdp } => Command::AcceptReoffer { leg, sdp },
            LegAct::RefuseReoffer { code } => Command::RefuseReoffer { leg, code },
            LegAct::Report { code } => Command::ReportReferral { leg, code },
        };
        self.sip.handle(now, sip::Input::Command(command));
    }

    fn invite(&mut self, now: Now, call: CallId, no: LegNo, invitation: Invitation) {
        let leg = self.sip.mint_leg();
        self.bind_leg(leg, call, no);
        let Invitation {
            to,
            shown,
            display,
            private,
            diverted,
            sdp,
        } = invitation;
        let mut silence_max = None;
        let (to, called, auto_answer) = match to {
            Invitee::Phone(place) => {
                let (extension, contact) = (place.extension, place.contact);
                self.engaged
                    .begin(leg, extension.clone(), Some(contact.clone()), true);
                let called = extension.to_string();
                let to = Target::Place { extension, contact };
                (to, called, place.auto_answer)
            }
            Invitee::Trunk(invite) => {
                if invite.has_others() {
                    silence_max = Some(SILENCE_MAX);
                }
                let (trunk, called) = invite.into_parts();
                (Target::Trunk(trunk), called, false)
            }
        };
        let diverted = diverted.into_iter().map(|one| Diversion {
            by: one.by,
            reason: one.reason,
        });
        let invite = Invite {
            leg,
            to,
            called,
            caller: shown,
            display,
            sdp: Some(sdp),
            private,
            diverted: diverted.collect(),
            auto_answer,
            silence_max,
        };
        self.sip
            .handle(now, sip::Input::Command(Command::Invite(Box::new(invite))));
    }
}

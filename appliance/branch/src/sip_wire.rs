//! Between SIP and the calls: leg ids to call and side, events to what the calls understand, acts to commands.
use crate::api::{BindingNote, Output};
use crate::facts::call_of;
use crate::incoming::Invited;
use crate::machine::Branch;
use crate::signalling::Signalling;
use calls::{Invitation, LegAct, LegEvent};
use messages::fact::{Actor, PhoneBound, PhoneUnbound, Side, TrunkStateChanged};
use messages::{CallId, Now};
use sansio::Machine;
use sip::{Command, DialogRecord, Event, Invite, LegId, Target};

impl<S: Signalling> Branch<S> {
    pub(crate) fn sip_says(&mut self, now: Now, output: sip::Output) {
        match output {
            sip::Output::Send { flow, bytes } => self.say(Output::Send { flow, bytes }),
            sip::Output::CloseFlow { flow } => self.say(Output::CloseFlow { flow }),
            sip::Output::Event(event) => self.sip_event(now, event),
        }
    }

    #[allow(clippy::too_many_lines)] // one short arm for each event
    fn sip_event(&mut self, now: Now, event: Event) {
        match event {
            Event::Invited {
                leg,
                origin,
                source,
                local,
                called,
                caller,
                display,
                sdp,
            } => {
                self.invited(
                    now,
                    Invited {
                        leg,
                        origin,
                        source,
                        local,
                        called,
                        caller,
                        display,
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
            } => self.tell(now, leg, LegEvent::Answered { sdp, source }),
            Event::Acked { leg, sdp } => self.tell(now, leg, LegEvent::Acked { sdp }),
            Event::Reoffered { leg, sdp } => self.tell(now, leg, LegEvent::Reoffered { sdp }),
            Event::Ended {
                leg,
                by_peer,
                cause,
            } => {
                self.leg_ended(now, leg, LegEvent::Ended { by_peer, cause });
            }
            Event::DialogOpened { leg, record } => self.dialog_opened(leg, record),
            Event::DialogClosed { leg } => self.say(Output::DialogClosed { leg }),
            Event::OrphanEnded(orphan) => self.say(Output::OrphanEnded(orphan)),
            Event::Refused { flow, why } => self.say(Output::Refused { flow, why }),
            Event::Bound { .. } | Event::Refreshed { .. } | Event::Unbound { .. } => {
                self.binding(now, event)
            }
            Event::TrunkState {
                trunk: name,
                reachable,
                code,
            } => {
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
            // Digits pass in the media; new offers of our own and client registrations are not made here.
            Event::Digit { .. }
            | Event::Reanswered { .. }
            | Event::ReofferRefused { .. }
            | Event::Registered { .. }
            | Event::RegisterFailed { .. } => {}
        }
    }

    fn leg_ended(&mut self, now: Now, leg: LegId, event: LegEvent) {
        self.tell(now, leg, event);
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
        let Some((call, side)) = self.legs.get(&leg).copied() else {
            return;
        };
        self.calls
            .handle(now, calls::Input::Leg { call, side, event });
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
            calls::Output::Leg { call, side, act } => self.act(now, call, side, act),
            calls::Output::Media { call, order } => self.order_media(call, order),
            calls::Output::Fact(body) => {
                let actor = call_of(&body).map_or(Actor::System, |call| self.actor_of(call));
                self.fact(now, actor, body);
            }
            calls::Output::Record { call, formats } => self.record(now, call, formats),
            calls::Output::Closed {
                call,
                channel,
                ports,
            } => {
                if let Some(trunk) = channel {
                    self.gate.release(&trunk);
                }
                self.ports.closed(call, ports);
                self.notes.remove(&call);
            }
        }
    }

    fn act(&mut self, now: Now, call: CallId, side: Side, act: LegAct) {
        if let LegAct::Invite(invitation) = act {
            return self.invite(now, call, side, invitation);
        }
        let Some(leg) = self.leg_of.get(&(call, side)).copied() else {
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
            LegAct::AcceptReoffer { sdp } => Command::AcceptReoffer { leg, sdp },
            LegAct::RefuseReoffer { code } => Command::RefuseReoffer { leg, code },
        };
        self.sip.handle(now, sip::Input::Command(command));
    }

    fn invite(&mut self, now: Now, call: CallId, side: Side, invitation: Invitation) {
        let leg = self.sip.mint_leg();
        self.bind_leg(leg, call, side);
        let invite = match invitation {
            Invitation::Phone {
                extension,
                shown,
                display,
                sdp,
                auto_answer,
            } => Invite {
                leg,
                called: extension.as_str().to_owned(),
                to: Target::Phone(extension),
                caller: shown,
                display,
                sdp: Some(sdp),
                auto_answer,
            },
            Invitation::Trunk(invite) => {
                let (trunk, called, caller, sdp) = invite.into_parts();
                Invite {
                    leg,
                    to: Target::Trunk(trunk),
                    called,
                    caller,
                    display: None,
                    sdp: Some(sdp),
                    auto_answer: false,
                }
            }
        };
        self.sip
            .handle(now, sip::Input::Command(Command::Invite(Box::new(invite))));
    }
}

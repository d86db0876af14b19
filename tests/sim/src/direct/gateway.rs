//! What stands in the branch machine instead of `sip`: legs and bindings, without a word of text.
use super::switch::{Arriving, End, Pair, Switch};
use crate::form::Peer;
use crate::site::{CARRIER, GATEWAY, extension, flow, phone_address};
use branch::Signalling;
use bytes::Bytes;
use messages::{Extension, HangUpCause, Moment, Now, Q850, SipCode, UnbindReason};
use sansio::{Machine, TimerTable};
use sip::{
    BoundAt, Command, DialogRecord, Event, Flow, Input, Invite, LegId, Origin, Output, Target,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

fn phone_of(extension: &Extension) -> usize {
    extension
        .as_str()
        .parse::<usize>()
        .map_or(0, |number| number.saturating_sub(1_000))
}

/// The gateway's side.
pub struct Speechless {
    switch: Rc<RefCell<Switch>>,
    out: VecDeque<Output>,
    bindings: BTreeMap<Extension, BoundAt>,
    expiring: TimerTable<Extension>,
    minted: u64,
    open: usize,
}

impl Speechless {
    pub(super) fn new(switch: Rc<RefCell<Switch>>) -> Self {
        Self {
            switch,
            out: VecDeque::new(),
            bindings: BTreeMap::new(),
            expiring: TimerTable::default(),
            minted: 0,
            open: 0,
        }
    }

    fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    fn ended(&mut self, leg: LegId, by_peer: bool, cause: HangUpCause) {
        self.tell(Event::Ended {
            leg,
            by_peer,
            cause,
        });
    }

    #[allow(clippy::too_many_lines)] // one short arm for each arrival
    fn arrive(&mut self, now: Now, arriving: Arriving) {
        let local = Switch::local;
        match arriving {
            Arriving::Invite(peer, invite) => self.invited(peer, *invite),
            Arriving::Progress(leg, code, sdp) => {
                if let Some(source) = self.source_of(leg, End::Ringing) {
                    self.tell(Event::Progressed {
                        leg: local(leg),
                        code,
                        sdp,
                        source,
                        local: GATEWAY.ip(),
                    });
                }
            }
            Arriving::Answer(leg, sdp) => self.answered(leg, sdp),
            Arriving::Acked(leg, sdp) => {
                if self.source_of(leg, End::Up).is_some() {
                    self.tell(Event::Acked {
                        leg: local(leg),
                        sdp,
                    });
                }
            }
            Arriving::Reoffer(leg, sdp) => {
                if self.source_of(leg, End::Up).is_some() {
                    let sdp = Some(sdp);
                    self.tell(Event::Reoffered {
                        leg: local(leg),
                        sdp,
                    });
                }
            }
            Arriving::Refuse(leg, code, q850) => self.peer_ended(leg, Some(code), q850),
            Arriving::Cancel(leg, q850) => self.peer_ended(leg, Some(SipCode(487)), q850),
            Arriving::Bye(leg, q850) => self.peer_ended(leg, None, q850),
            Arriving::Register(extension, expires) => self.bind(now, extension, expires),
            Arriving::Unregister(extension) => self.unbind(&extension, UnbindReason::Unregistered),
        }
    }

    /// The peer's address, where the gateway's end is as far as that.
    fn source_of(&self, leg: LegId, end: End) -> Option<IpAddr> {
        let mut switch = self.switch.borrow_mut();
        let pair = switch.pair(leg).filter(|pair| pair.gateway == end)?;
        Some(pair.source)
    }

    fn invited(&mut self, peer: Peer, invite: Invite) {
        let leg = self.mint_leg();
        let (origin, source) = match peer {
            Peer::Carrier => (Origin::Trunk(crate::site::carrier_name()), CARRIER.ip()),
            Peer::Phones => {
                let caller = Extension::parse(&invite.caller).unwrap_or_else(|| extension(0));
                let source = phone_address(phone_of(&caller)).ip();
                (Origin::Phone(caller), source)
            }
        };
        let mut switch = self.switch.borrow_mut();
        let name = switch.name(leg);
        switch.join(
            name,
            Pair {
                peer,
                peer_leg: invite.leg,
                source,
                by_gateway: false,
                gateway: End::Ringing,
                peer_end: End::Ringing,
                late: invite.sdp.is_none(),
            },
        );
        drop(switch);
        self.open += 1;
        self.tell(Event::Invited {
            leg,
            origin,
            flow: Flow::udp(GATEWAY, SocketAddr::new(source, 5060)),
            called: invite.called,
            caller: invite.caller,
            display: invite.display,
            private: invite.private,
            diversions: invite.diverted.len(),
            replaces: None,
            sdp: invite.sdp,
        });
    }

    fn answered(&mut self, name: LegId, sdp: Option<Bytes>) {
        let Some(source) = self.source_of(name, End::Ringing) else {
            return;
        };
        if let Some(pair) = self.switch.borrow_mut().pair(name) {
            pair.gateway = End::Up;
        }
        let leg = Switch::local(name);
        let record = DialogRecord(name.0.to_string());
        self.tell(Event::DialogOpened { leg, record });
        self.tell(Event::Answered {
            leg,
            sdp,
            source,
            local: GATEWAY.ip(),
        });
    }

    fn peer_ended(&mut self, name: LegId, sip: Option<SipCode>, q850: Option<Q850>) {
        let mut switch = self.switch.borrow_mut();
        let Some(was) = switch.pair(name).map(|pair| pair.gateway) else {
            return;
        };
        switch.gateway_ends(name, HangUpCause::default());
        drop(switch);
        let leg = Switch::local(name);
        match was {
            End::Gone => return,
            End::Up => self.tell(Event::DialogClosed { leg }),
            End::Ringing => {}
        }
        self.open -= 1;
        self.ended(leg, true, HangUpCause { sip, q850 });
    }

    fn bind(&mut self, now: Now, extension: Extension, expires: Duration) {
        let source = phone_address(phone_of(&extension));
        let bound = BoundAt {
            contact: format!("sip:{}@{source}", extension.as_str()),
            flow: flow(GATEWAY, source),
            source,
            user_agent: "phone".to_owned(),
            expires_at: now.mono + expires,
        };
        let (contact, user_agent) = (bound.contact.clone(), bound.user_agent.clone());
        self.expiring.set(extension.clone(), bound.expires_at);
        let known = self.bindings.insert(extension.clone(), bound).is_some();
        self.tell(if known {
            Event::Refreshed { extension, source }
        } else {
            Event::Bound {
                extension,
                source,
                contact,
                user_agent,
                expires,
            }
        });
    }

    fn unbind(&mut self, extension: &Extension, reason: UnbindReason) {
        if let Some(bound) = self.bindings.remove(extension) {
            self.expiring.cancel(extension);
            self.tell(Event::Unbound {
                extension: extension.clone(),
                source: bound.source,
                reason,
            });
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Invite(invite) => self.invite(*invite),
            Command::Progress { leg, code, sdp } => {
                let mut switch = self.switch.borrow_mut();
                let name = switch.name(leg);
                let Some(pair) = switch.pair(name).copied() else {
                    return;
                };
                if pair.gateway == End::Ringing && !pair.by_gateway {
                    let source = GATEWAY.ip();
                    let event = Event::Progressed {
                        leg: pair.peer_leg,
                        code,
                        sdp,
                        source,
                        local: source,
                    };
                    switch.post_to_peer(&pair, event);
                }
            }
            Command::Answer { leg, sdp } => self.answer(leg, sdp),
            Command::Release {
                leg, code, cause, ..
            } => self.release(leg, code, cause),
            Command::ByeOrphan { orphan, record } => {
                let leg = record.0.parse().map_or(LegId(0), LegId);
                let mut switch = self.switch.borrow_mut();
                switch.gateway_ends(leg, HangUpCause::default());
                drop(switch);
                self.tell(Event::OrphanEnded(orphan));
            }
            Command::AcceptReoffer { .. }
            | Command::RefuseReoffer { .. }
            | Command::Reoffer { .. }
            | Command::ReportReferral { .. }
            | Command::Register(_)
            | Command::Unregister { .. }
            | Command::SignOff
            | Command::Light { .. }
            | Command::OfferProfile { .. }
            | Command::Resync { .. }
            | Command::Unban { .. } => {}
        }
    }

    fn invite(&mut self, invite: Invite) {
        let (peer, source) = match &invite.to {
            Target::Phone(extension) | Target::Place { extension, .. } => {
                let Some(bound) = self.bindings.get(extension) else {
                    let cause = HangUpCause {
                        sip: Some(SipCode(480)),
                        q850: None,
                    };
                    return self.ended(invite.leg, false, cause);
                };
                (Peer::Phones, bound.source.ip())
            }
            Target::Registrar { .. } => return,
            Target::Trunk(_) => (Peer::Carrier, CARRIER.ip()),
        };
        let mut switch = self.switch.borrow_mut();
        let peer_leg = switch.mint_peer_leg(peer);
        let pair = Pair {
            peer,
            peer_leg,
            source,
            by_gateway: true,
            gateway: End::Ringing,
            peer_end: End::Ringing,
            late: false,
        };
        let name = switch.name(invite.leg);
        switch.join(name, pair);
        let origin = match peer {
            Peer::Carrier => Origin::Trunk(crate::site::gateway_name()),
            Peer::Phones => Origin::Registrar {
                user: invite.called.clone(),
            },
        };
        let event = Event::Invited {
            leg: peer_leg,
            origin,
            flow: Flow::udp(GATEWAY, GATEWAY),
            called: invite.called,
            caller: invite.caller,
            display: invite.display,
            private: invite.private,
            diversions: invite.diverted.len(),
            replaces: None,
            sdp: invite.sdp,
        };
        switch.post_to_peer(&pair, event);
        drop(switch);
        self.open += 1;
    }

    fn answer(&mut self, leg: LegId, sdp: Bytes) {
        let mut switch = self.switch.borrow_mut();
        let name = switch.name(leg);
        let Some(pair) = switch.pair(name) else {
            return;
        };
        if pair.gateway != End::Ringing || pair.by_gateway {
            return;
        }
        pair.gateway = End::Up;
        pair.peer_end = match pair.peer_end {
            End::Ringing => End::Up,
            End::Up | End::Gone => pair.peer_end,
        };
        let pair = *pair;
        let event = Event::Answered {
            leg: pair.peer_leg,
            sdp: Some(sdp),
            source: GATEWAY.ip(),
            local: GATEWAY.ip(),
        };
        switch.post_to_peer(&pair, event);
        drop(switch);
        let record = DialogRecord(name.0.to_string());
        self.tell(Event::DialogOpened { leg, record });
    }

    fn release(&mut self, leg: LegId, code: SipCode, q850: Option<Q850>) {
        let mut switch = self.switch.borrow_mut();
        let name = switch.name(leg);
        let Some(was) = switch.pair(name).map(|pair| pair.gateway) else {
            return;
        };
        let sip = match was {
            End::Gone => return,
            End::Up => None,
            End::Ringing => Some(code),
        };
        switch.gateway_ends(name, HangUpCause { sip, q850 });
        drop(switch);
        if was == End::Up {
            self.tell(Event::DialogClosed { leg });
        }
        self.open -= 1;
        self.ended(leg, false, HangUpCause { sip, q850 });
    }
}

impl Machine for Speechless {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Received { .. } => {
                let arrived = self.switch.borrow_mut().arrived.take();
                if let Some(arriving) = arrived {
                    self.arrive(now, arriving);
                }
            }
            Input::Command(command) => self.command(command),
            Input::Configure(_) | Input::FlowClosed { .. } => {}
        }
    }

    fn tick(&mut self, now: Now) {
        while let Some(extension) = self.expiring.pop_due(now.mono) {
            self.unbind(&extension, UnbindReason::Expired);
        }
    }

    fn deadline(&self) -> Option<Moment> {
        self.expiring.deadline()
    }

    fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }
}

impl Signalling for Speechless {
    fn mint_leg(&mut self) -> LegId {
        self.minted += 1;
        LegId(self.minted)
    }

    fn bindings(&self, extension: &Extension) -> Vec<BoundAt> {
        self.bindings.get(extension).cloned().into_iter().collect()
    }

    fn restore_binding(
        &mut self,
        extension: &Extension,
        contact: &str,
        flow: Flow,
        user_agent: &str,
        expires_at: Moment,
    ) -> bool {
        let bound = BoundAt {
            contact: contact.to_owned(),
            flow,
            source: flow.remote,
            user_agent: user_agent.to_owned(),
            expires_at,
        };
        self.expiring.set(extension.clone(), expires_at);
        self.bindings.insert(extension.clone(), bound);
        true
    }

    fn open_count(&self) -> usize {
        self.open
    }
}

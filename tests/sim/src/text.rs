//! With text: phones and carrier are `sip` machines of their own, and every message crosses the network as bytes.
use crate::form::{Arrival, Form, Peer};
use crate::net::Net;
use crate::shape::Shape;
use crate::site::{CARRIER, GATEWAY, gateway_name};
use bytes::Bytes;
use messages::command::TrunkSource;
use messages::{Moment, Now};
use sansio::{Machine as _, SeededSecrets};
use sip::{Command, Config, Event, Flow, LegId, Sip, TrunkAccount};
use std::collections::VecDeque;

/// Both peers and the wire.
pub struct Text {
    phones: Sip,
    carrier: Sip,
    net: Net,
    heard: VecDeque<(Peer, Event)>,
}

impl Text {
    fn peer(&mut self, peer: Peer) -> &mut Sip {
        match peer {
            Peer::Phones => &mut self.phones,
            Peer::Carrier => &mut self.carrier,
        }
    }

    fn collect(&mut self, now: Now) {
        for (peer, machine) in [
            (Peer::Phones, &mut self.phones),
            (Peer::Carrier, &mut self.carrier),
        ] {
            while let Some(output) = machine.poll() {
                match output {
                    sip::Output::Send { flow, bytes } => self.net.send(now.mono, flow, bytes),
                    sip::Output::CloseFlow { .. }
                    | sip::Output::Traced(_)
                    | sip::Output::LegNamed { .. } => {}
                    sip::Output::Event(event) => self.heard.push_back((peer, event)),
                }
            }
        }
    }
}

impl Form for Text {
    type Signalling = Sip;

    fn new(seed: u64, shape: &Shape) -> Self {
        let mut carrier = Sip::new(Box::new(SeededSecrets::new(seed ^ 0xca)));
        let gateway = TrunkAccount {
            name: gateway_name(),
            flow: Some(Flow::udp(CARRIER, GATEWAY)),
            host: GATEWAY.to_string(),
            accept_from: vec![TrunkSource {
                ip: GATEWAY.ip(),
                port: None,
            }],
            options_every: None,
            offers: sip::Offers::default(),
            domain: None,
            login: None,
            caller_in: Default::default(),
        };
        let config = Config {
            trunks: vec![gateway],
            ..Config::default()
        };
        let now = crate::world::start();
        carrier.handle(now, sip::Input::Configure(config));
        let mut phones = Sip::new(Box::new(SeededSecrets::new(seed ^ 0xf0)));
        let config = Config {
            user_agent: "phone".to_owned(),
            ..Config::default()
        };
        phones.handle(now, sip::Input::Configure(config));
        Self {
            phones,
            carrier,
            net: Net::new(seed, shape.network),
            heard: VecDeque::new(),
        }
    }

    fn signalling(&mut self, seed: u64) -> Sip {
        Sip::new(Box::new(SeededSecrets::new(seed)))
    }

    fn mint_leg(&mut self, peer: Peer) -> LegId {
        self.peer(peer).mint_leg()
    }

    fn does(&mut self, now: Now, peer: Peer, command: Command) {
        self.peer(peer).handle(now, sip::Input::Command(command));
        self.collect(now);
    }

    fn gateway_sends(&mut self, now: Now, flow: Flow, bytes: Bytes) {
        self.net.send(now.mono, flow, bytes);
    }

    fn tick(&mut self, now: Now) {
        for peer in [Peer::Phones, Peer::Carrier] {
            let machine = self.peer(peer);
            if machine.deadline().is_some_and(|at| at <= now.mono) {
                machine.tick(now);
            }
        }
        self.collect(now);
    }

    fn deadline(&self) -> Option<Moment> {
        [
            self.phones.deadline(),
            self.carrier.deadline(),
            self.net.next_at(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn arrival(&mut self, now: Now) -> Option<Arrival> {
        loop {
            if let Some((peer, event)) = self.heard.pop_front() {
                return Some(Arrival::At(peer, event));
            }
            let datagram = self.net.arrival(now.mono)?;
            let to = datagram.flow.local;
            if to == GATEWAY {
                return Some(Arrival::AtGateway(datagram.flow, datagram.bytes));
            }
            let peer = if to == CARRIER {
                Peer::Carrier
            } else {
                Peer::Phones
            };
            let (flow, bytes) = (datagram.flow, datagram.bytes);
            self.peer(peer)
                .handle(now, sip::Input::Received { flow, bytes });
            self.collect(now);
        }
    }

    fn gateway_died(&mut self) {
        self.net.forget_for(GATEWAY);
    }

    fn peers_legs(&self) -> usize {
        self.phones.legs_count() + self.carrier.legs_count()
    }
}

//! Without text: the peers' commands become the gateway's events, and the other way round. No bytes, no transactions.
mod gateway;
mod peers;
mod switch;

use crate::form::{Arrival, Form, Peer};
use crate::shape::Shape;
use crate::site::{CARRIER, GATEWAY, flow};
use bytes::Bytes;
use gateway::Speechless;
use messages::{Moment, Now};
use sip::{Command, Event, Flow, LegId};
use std::cell::RefCell;
use std::rc::Rc;
use switch::{Parcel, Switch};

/// The peers' side.
pub struct Direct {
    switch: Rc<RefCell<Switch>>,
    registrations: peers::Registrations,
}

impl Form for Direct {
    type Signalling = Speechless;

    fn new(_seed: u64, _shape: &Shape) -> Self {
        Self {
            switch: Rc::default(),
            registrations: peers::Registrations::default(),
        }
    }

    fn signalling(&mut self, _seed: u64) -> Speechless {
        Speechless::new(Rc::clone(&self.switch))
    }

    fn mint_leg(&mut self, peer: Peer) -> LegId {
        self.switch.borrow_mut().mint_peer_leg(peer)
    }

    fn does(&mut self, now: Now, peer: Peer, command: Command) {
        let mut switch = self.switch.borrow_mut();
        peers::act(&mut switch, &mut self.registrations, now, peer, command);
    }

    fn gateway_sends(&mut self, _now: Now, _flow: Flow, _bytes: Bytes) {}

    fn tick(&mut self, now: Now) {
        let mut switch = self.switch.borrow_mut();
        self.registrations.refresh(&mut switch, now);
    }

    fn deadline(&self) -> Option<Moment> {
        self.registrations.next_at()
    }

    fn arrival(&mut self, _now: Now) -> Option<Arrival> {
        let mut switch = self.switch.borrow_mut();
        match switch.parcels.pop_front()? {
            Parcel::ToGateway(arriving) => {
                switch.arrived = Some(arriving);
                Some(Arrival::AtGateway(flow(GATEWAY, CARRIER), Bytes::new()))
            }
            Parcel::To(peer, event) => {
                if let Event::Answered { leg, .. } = &event {
                    switch.acknowledge(peer, *leg);
                }
                Some(Arrival::At(peer, event))
            }
        }
    }

    fn gateway_died(&mut self) {
        self.switch.borrow_mut().gateway_died();
    }

    fn peers_legs(&self) -> usize {
        self.switch.borrow().peers_legs()
    }
}

//! How the branch's peers are reached: with SIP text or without. People, relay and watch know nothing of the difference.
use crate::Shape;
use branch::Signalling;
use bytes::Bytes;
use messages::{Moment, Now};
use sip::{Command, Event, Flow, LegId};

/// A side of the world outside the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// All phones of the branch.
    Phones,
    Carrier,
}

/// Something arrives now.
#[derive(Debug)]
pub enum Arrival {
    AtGateway(Flow, Bytes),
    At(Peer, Event),
}

/// One way of speaking. Its peers obey `sip`'s commands and tell `sip`'s events.
pub trait Form {
    /// What stands in the branch machine.
    type Signalling: Signalling;

    fn new(seed: u64, shape: &Shape) -> Self;

    /// For the next run of the gateway.
    fn signalling(&mut self, seed: u64) -> Self::Signalling;

    fn mint_leg(&mut self, peer: Peer) -> LegId;

    fn does(&mut self, now: Now, peer: Peer, command: Command);

    fn gateway_sends(&mut self, now: Now, flow: Flow, bytes: Bytes);

    fn tick(&mut self, now: Now);

    fn deadline(&self) -> Option<Moment>;

    /// The next thing that arrives at `now`; call until `None`.
    fn arrival(&mut self, now: Now) -> Option<Arrival>;

    /// The gateway's process is gone: what is on its way to it finds nobody.
    fn gateway_died(&mut self);

    /// Legs of the peers that are not over.
    fn peers_legs(&self) -> usize;
}

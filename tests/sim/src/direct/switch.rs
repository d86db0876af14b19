//! What lies between the gateway and its peers: parcels on their way, and which legs belong together.
use crate::form::Peer;
use bytes::Bytes;
use messages::{Extension, HangUpCause, Q850, SipCode};
use sip::{Event, Invite, LegId};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

/// Something on its way; all in one order.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // it lives for one step
pub(super) enum Parcel {
    ToGateway(Arriving),
    To(Peer, Event),
}

/// What a peer said, as it reaches the gateway.
#[derive(Debug)]
pub(super) enum Arriving {
    Invite(Peer, Box<Invite>),
    Progress(LegId, SipCode, Option<Bytes>),
    Answer(LegId, Option<Bytes>),
    Acked(LegId, Option<Bytes>),
    Reoffer(LegId, Bytes),
    Refuse(LegId, SipCode, Option<Q850>),
    Cancel(LegId, Option<Q850>),
    Bye(LegId, Option<Q850>),
    Register(Extension, Duration),
    Unregister(Extension),
}

/// One leg, seen from both ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) peer: Peer,
    pub(super) peer_leg: LegId,
    /// Where the peer's messages come from.
    pub(super) source: IpAddr,
    /// The gateway called.
    pub(super) by_gateway: bool,
    pub(super) gateway: End,
    pub(super) peer_end: End,
    /// The peer's INVITE had no offer: its ACK brings the answer.
    pub(super) late: bool,
}

/// How far one end of a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Ringing,
    Up,
    Gone,
}

#[derive(Default)]
pub(super) struct Switch {
    pub(super) parcels: VecDeque<Parcel>,
    /// Taken by the gateway with its next input.
    pub(super) arrived: Option<Arriving>,
    pairs: BTreeMap<LegId, Pair>,
    of_peer: BTreeMap<(Peer, LegId), Option<LegId>>,
    minted: [u64; 2],
    /// Legs of earlier runs keep their names apart.
    run: u64,
}

impl Switch {
    pub(super) fn mint_peer_leg(&mut self, peer: Peer) -> LegId {
        let count = &mut self.minted[usize::from(peer == Peer::Carrier)];
        *count += 1;
        LegId(*count)
    }

    /// The switch's own name of a gateway's leg.
    pub(super) const fn name(&self, leg: LegId) -> LegId {
        LegId(leg.0 + (self.run << 32))
    }

    /// The gateway's name of it.
    pub(super) const fn local(leg: LegId) -> LegId {
        LegId(leg.0 & 0xffff_ffff)
    }

    pub(super) fn peer_invites(&mut self, peer: Peer, invite: Box<Invite>) {
        self.of_peer.insert((peer, invite.leg), None);
        self.parcels
            .push_back(Parcel::ToGateway(Arriving::Invite(peer, invite)));
    }

    pub(super) fn join(&mut self, leg: LegId, pair: Pair) {
        self.of_peer.insert((pair.peer, pair.peer_leg), Some(leg));
        self.pairs.insert(leg, pair);
    }

    pub(super) fn pair(&mut self, leg: LegId) -> Option<&mut Pair> {
        self.pairs.get_mut(&leg)
    }

    pub(super) fn leg_of(&self, peer: Peer, leg: LegId) -> Option<LegId> {
        self.of_peer.get(&(peer, leg)).copied().flatten()
    }

    pub(super) fn post_to_gateway(&mut self, arriving: Arriving) {
        self.parcels.push_back(Parcel::ToGateway(arriving));
    }

    pub(super) fn post_to_peer(&mut self, pair: &Pair, event: Event) {
        if pair.peer_end != End::Gone {
            self.parcels.push_back(Parcel::To(pair.peer, event));
        }
    }

    /// The gateway's end is gone, and so says the wire.
    pub(super) fn gateway_ends(&mut self, leg: LegId, cause: HangUpCause) {
        let Some(pair) = self.pairs.get_mut(&leg) else {
            return;
        };
        pair.gateway = End::Gone;
        let pair = *pair;
        if pair.peer_end == End::Gone {
            self.pairs.remove(&leg);
            return;
        }
        let ended = Event::Ended {
            leg: pair.peer_leg,
            by_peer: true,
            cause,
        };
        self.post_to_peer(&pair, ended);
        self.peer_gone(leg);
    }

    /// The peer's end is gone; what is left of the pair waits for the gateway.
    pub(super) fn peer_gone(&mut self, leg: LegId) {
        let Some(pair) = self.pairs.get_mut(&leg) else {
            return;
        };
        pair.peer_end = End::Gone;
        self.of_peer.remove(&(pair.peer, pair.peer_leg));
        if pair.gateway == End::Gone {
            self.pairs.remove(&leg);
        }
    }

    /// A peer whose call never reached anybody.
    pub(super) fn peer_alone(&mut self, peer: Peer, leg: LegId) {
        self.of_peer.remove(&(peer, leg));
    }

    /// A caller's end acknowledges the gateway's 200, unless it owes an answer.
    pub(super) fn acknowledge(&mut self, peer: Peer, peer_leg: LegId) {
        let Some(leg) = self.leg_of(peer, peer_leg) else {
            return;
        };
        let late = self.pairs.get(&leg).is_some_and(|pair| pair.late);
        if !late {
            self.post_to_gateway(Arriving::Acked(leg, None));
        }
    }

    pub(super) fn gateway_died(&mut self) {
        for parcel in core::mem::take(&mut self.parcels) {
            match parcel {
                Parcel::ToGateway(Arriving::Invite(peer, invite)) => {
                    self.peer_alone(peer, invite.leg);
                }
                Parcel::ToGateway(_) => {}
                Parcel::To(..) => self.parcels.push_back(parcel),
            }
        }
        self.arrived = None;
        self.run += 1;
        // Legs that were not up have no dialog: nobody will end them but their peers.
        let ringing: Vec<LegId> = self
            .pairs
            .iter()
            .filter(|(_, pair)| pair.gateway == End::Ringing || pair.peer_end == End::Ringing)
            .map(|(leg, _)| *leg)
            .collect();
        for leg in ringing {
            self.gateway_ends(leg, HangUpCause::default());
        }
    }

    pub(super) fn peers_legs(&self) -> usize {
        self.of_peer.len()
    }
}

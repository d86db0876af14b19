//! The network between the machines: datagrams that come once and in order, or not.
use crate::shape::Network;
use bytes::Bytes;
use messages::Moment;
use sansio::SeededRng;
use sip::Flow;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

/// A datagram as its receiver sees it.
#[derive(Clone, Debug)]
pub(crate) struct Datagram {
    pub(crate) flow: Flow,
    pub(crate) bytes: Bytes,
}

/// What is on its way.
pub(crate) struct Net {
    network: Network,
    rng: SeededRng,
    at_once: VecDeque<Datagram>,
    later: BTreeMap<(Moment, u64), Datagram>,
    sent: u64,
}

impl Net {
    pub(crate) fn new(seed: u64, network: Network) -> Self {
        Self {
            network,
            rng: SeededRng::new(seed ^ 0x0e7),
            at_once: VecDeque::new(),
            later: BTreeMap::new(),
            sent: 0,
        }
    }

    /// `flow` as the sender sees it.
    pub(crate) fn send(&mut self, now: Moment, flow: Flow, bytes: Bytes) {
        let flow = Flow {
            local: flow.remote,
            remote: flow.local,
            ..flow
        };
        let datagram = Datagram { flow, bytes };
        match self.network {
            Network::Perfect => self.at_once.push_back(datagram),
            Network::Lossy {
                lost,
                twice,
                delay_ms_max,
            } => {
                let copies = if self.rng.below(1_000) < lost {
                    0
                } else if self.rng.below(1_000) < twice {
                    2
                } else {
                    1
                };
                for _ in 0..copies {
                    let delay = Duration::from_millis(1 + self.rng.below(delay_ms_max));
                    self.sent += 1;
                    self.later
                        .insert((now + delay, self.sent), datagram.clone());
                }
            }
        }
    }

    pub(crate) fn next_at(&self) -> Option<Moment> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn arrival(&mut self, now: Moment) -> Option<Datagram> {
        if let Some(datagram) = self.at_once.pop_front() {
            return Some(datagram);
        }
        if self.next_at()? > now {
            return None;
        }
        self.later.pop_first().map(|(_, datagram)| datagram)
    }

    /// What was for this address is gone.
    pub(crate) fn forget_for(&mut self, address: SocketAddr) {
        self.at_once.retain(|one| one.flow.local != address);
        self.later.retain(|_, one| one.flow.local != address);
    }
}

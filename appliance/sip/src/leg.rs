//! Legs: one INVITE session with one peer, from its first message to its end.
pub(crate) mod identity;
pub(crate) mod incoming;
pub(crate) mod orphan;
pub(crate) mod outgoing;
pub(crate) mod refer;
pub(crate) mod release;
pub(crate) mod reliable;
pub(crate) mod reoffer;
pub(crate) mod replaces;
pub(crate) mod session_timer;
pub(crate) mod within;

use crate::api::{Flow, LegId, Origin};
use crate::dialog::Dialog;
use crate::timer::TxId;
use bytes::Bytes;
use core::time::Duration;
pub(crate) use refer::Referral;
pub(crate) use reliable::{Heard, Insisted};
pub(crate) use session_timer::{Session, SessionTimer};
use std::collections::BTreeMap;
use std::net::IpAddr;

#[derive(Debug)]
pub(crate) struct Leg {
    pub id: LegId,
    pub peer: Origin,
    /// We sent the INVITE that made it.
    pub ours: bool,
    pub dialog: Dialog,
    pub state: LegState,
    pub session: Session,
    /// Our last description: said again where it only keeps the session alive.
    pub said: Option<Bytes>,
    /// The peer's reliable provisional answers.
    pub heard: Heard,
    /// Ours, to a caller that insists.
    pub insisted: Option<Insisted>,
    /// The peer asked to be replaced by somebody else, and waits to hear of it.
    pub referral: Option<Referral>,
}

#[derive(Debug)]
pub(crate) enum LegState {
    /// Our INVITE is out.
    Calling { tx: TxId },
    /// Their INVITE waits for our answer.
    Invited { tx: TxId },
    /// A 2xx went by.
    Up { ack: Ack, offer: Offer },
    /// Over for everybody but the peer: our BYE is out, or waits for the ACK of our 200.
    Closing { bye: ClosingBye },
}

/// How the 2xx of the last INVITE stands.
#[derive(Debug)]
pub(crate) enum Ack {
    Settled,
    /// We sent the 200, the peer owes the ACK.
    Awaited(PendingOk),
    /// The peer's 200 carried an offer: our ACK waits for `Answer`.
    Owed {
        tx: TxId,
        seq: u32,
    },
}

/// A 200 that is repeated until its ACK comes.
#[derive(Debug)]
pub(crate) struct PendingOk {
    pub seq: u32,
    pub flow: Flow,
    pub bytes: Bytes,
    pub interval: Duration,
}

/// The one offer that may be open in a running dialog.
#[derive(Debug)]
pub(crate) enum Offer {
    None,
    /// Our re-INVITE is out.
    Ours {
        sdp: Bytes,
        tries: u8,
    },
    /// Our re-INVITE is out, and says nothing new: it keeps the session alive. What is new waits behind it.
    Refresh {
        next: Option<Bytes>,
    },
    /// Ours collided with theirs and will be tried again.
    Backoff {
        sdp: Bytes,
        tries: u8,
    },
    /// Theirs waits for `AcceptReoffer` or `RefuseReoffer`.
    Theirs {
        tx: TxId,
        update: bool,
        /// What their request agreed on for the session.
        timer: Option<SessionTimer>,
    },
}

#[derive(Debug)]
pub(crate) enum ClosingBye {
    /// A callee may not send BYE before the ACK of its 200 (RFC 3261 §15.1.1).
    AfterAck {
        pending: PendingOk,
        reason: String,
    },
    Sent,
}

impl Leg {
    /// Where the peer's messages come from, and our address towards it: for media.
    pub(crate) fn ends(&self) -> (IpAddr, IpAddr) {
        (self.dialog.flow.remote.ip(), self.dialog.flow.local.ip())
    }
}

/// All legs, and the tags that find them.
#[derive(Debug, Default)]
pub(crate) struct Legs {
    by_id: BTreeMap<LegId, Box<Leg>>,
    by_tag: BTreeMap<String, LegId>,
    minted: u64,
}

impl Legs {
    pub(crate) fn mint(&mut self) -> LegId {
        self.minted += 1;
        LegId(self.minted)
    }

    pub(crate) fn insert(&mut self, leg: Leg) {
        self.by_tag.insert(leg.dialog.local_tag.clone(), leg.id);
        self.by_id.insert(leg.id, Box::new(leg));
    }

    pub(crate) fn remove(&mut self, id: LegId) -> Option<Box<Leg>> {
        let leg = self.by_id.remove(&id)?;
        self.by_tag.remove(&leg.dialog.local_tag);
        Some(leg)
    }

    pub(crate) fn get(&self, id: LegId) -> Option<&Leg> {
        self.by_id.get(&id).map(Box::as_ref)
    }

    pub(crate) fn get_mut(&mut self, id: LegId) -> Option<&mut Leg> {
        self.by_id.get_mut(&id).map(Box::as_mut)
    }

    /// By call and both tags (RFC 3261 §12.2.2).
    pub(crate) fn find(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> Option<LegId> {
        let leg = self.by_tag(local_tag)?;
        let dialog = &leg.dialog;
        (dialog.call_id == call_id && dialog.remote_tag == remote_tag).then_some(leg.id)
    }

    pub(crate) fn by_tag(&self, local_tag: &str) -> Option<&Leg> {
        self.get(*self.by_tag.get(local_tag)?)
    }

    pub(crate) fn on_flow(&self, flow: Flow) -> Vec<LegId> {
        let on_it = self.by_id.values().filter(|leg| leg.dialog.flow == flow);
        on_it.map(|leg| leg.id).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

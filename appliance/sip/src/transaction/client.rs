//! Client transactions and how responses find them.
use crate::api::{Flow, LegId, Orphan};
use crate::lamps::WatchId;
use crate::message::Draft;
use crate::registration::Registrant;
use crate::timer::TxId;
use bytes::Bytes;
use core::time::Duration;
use messages::{Extension, TrunkName};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientState {
    /// Sent, nothing heard.
    Trying,
    /// A provisional answer came.
    Proceeding,
    /// A final answer came (INVITE: a refusal).
    Completed,
    /// INVITE: a 2xx came.
    Accepted,
}

/// Who wants to know what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The INVITE that makes this leg.
    Invite(LegId),
    /// An INVITE whose leg has ended: a late 200 is acknowledged and ended.
    Abandoned,
    /// A new offer within this leg.
    Reoffer(LegId),
    /// An UPDATE that only keeps the session of this leg alive.
    Refresh(LegId),
    /// The BYE of this leg.
    Bye(LegId),
    /// The BYE of a dialog of an earlier run.
    Orphan(Orphan),
    /// Nobody: CANCEL, BYE of a forked or stray dialog.
    Nobody,
    Register(Registrant),
    Unregister(Registrant),
    Ping(TrunkName),
    /// What a phone is told that looks at another one.
    Watch(WatchId),
    /// The request to look for a new configuration.
    Resync(Extension),
}

/// How far a wish to cancel an INVITE has come: CANCEL may not go out before a provisional answer (RFC 3261 §9.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cancelling {
    No,
    /// Reason header value, empty for none.
    Wanted(String),
    Sent,
}

/// The ACK of one 2xx, kept to be repeated.
#[derive(Clone, Debug)]
pub(crate) struct KeptAck {
    pub remote_tag: String,
    pub flow: Flow,
    pub bytes: Bytes,
}

#[derive(Debug)]
pub(crate) struct ClientTx {
    pub key: ClientKey,
    pub draft: Draft,
    pub via: String,
    pub flow: Flow,
    pub bytes: Bytes,
    pub state: ClientState,
    /// Timer A's or E's next interval.
    pub interval: Duration,
    pub owner: Owner,
    pub cancelling: Cancelling,
    /// To tag of the first 2xx: that of the dialog that goes on.
    pub won: Option<String>,
    /// The ACK of a refusal or of each forked 2xx.
    pub acks: Vec<KeptAck>,
    /// Credentials were sent so many times.
    pub auth_tries: u8,
}

/// The CANCEL of an INVITE has its branch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClientKey {
    pub branch: String,
    pub cancel: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Clients {
    by_id: BTreeMap<TxId, ClientTx>,
    by_key: BTreeMap<ClientKey, TxId>,
}

impl Clients {
    pub(crate) fn insert(&mut self, id: TxId, tx: ClientTx) {
        self.by_key.insert(tx.key.clone(), id);
        self.by_id.insert(id, tx);
    }

    pub(crate) fn remove(&mut self, id: TxId) -> Option<ClientTx> {
        let tx = self.by_id.remove(&id)?;
        self.by_key.remove(&tx.key);
        Some(tx)
    }

    pub(crate) fn get(&self, id: TxId) -> Option<&ClientTx> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: TxId) -> Option<&mut ClientTx> {
        self.by_id.get_mut(&id)
    }

    pub(crate) fn find(&self, key: &ClientKey) -> Option<TxId> {
        self.by_key.get(key).copied()
    }

    pub(crate) fn on_flow(&self, flow: Flow) -> Vec<TxId> {
        let on_it = |(id, tx): (&TxId, &ClientTx)| (tx.flow == flow).then_some(*id);
        self.by_id.iter().filter_map(on_it).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

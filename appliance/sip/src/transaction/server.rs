//! Server transactions and how requests find them.
use crate::api::{Flow, LegId};
use crate::message::{Method, ReplyHead, Request};
use crate::timer::TxId;
use bytes::Bytes;
use core::time::Duration;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerState {
    /// Nothing or only provisional answers sent.
    Proceeding,
    /// A final answer sent (INVITE: a refusal, ACK awaited).
    Completed,
    /// INVITE: the refusal is acknowledged.
    Confirmed,
    /// INVITE: 2xx sent; whoever sent it repeats it.
    Accepted,
}

#[derive(Debug)]
pub(crate) struct ServerTx {
    pub invite: bool,
    pub key: String,
    /// Tells the same INVITE by another path; empty for other methods.
    pub merge_key: String,
    /// Where answers go.
    pub flow: Flow,
    pub echo: ReplyHead,
    /// CSeq number of the request.
    pub seq: u32,
    /// To tag of our answers.
    pub tag: String,
    pub state: ServerState,
    /// The last answer; empty before the first.
    pub last: Bytes,
    /// Timer G's next interval.
    pub interval: Duration,
    /// Whose INVITE it is.
    pub leg: Option<LegId>,
}

#[derive(Debug, Default)]
pub(crate) struct Servers {
    by_id: BTreeMap<TxId, ServerTx>,
    by_key: BTreeMap<String, TxId>,
    merged: BTreeMap<String, TxId>,
}

impl Servers {
    pub(crate) fn insert(&mut self, id: TxId, tx: ServerTx) {
        self.by_key.insert(tx.key.clone(), id);
        if !tx.merge_key.is_empty() {
            self.merged.insert(tx.merge_key.clone(), id);
        }
        self.by_id.insert(id, tx);
    }

    pub(crate) fn remove(&mut self, id: TxId) -> Option<ServerTx> {
        let tx = self.by_id.remove(&id)?;
        self.by_key.remove(&tx.key);
        if self.merged.get(&tx.merge_key) == Some(&id) {
            self.merged.remove(&tx.merge_key);
        }
        Some(tx)
    }

    pub(crate) fn get(&self, id: TxId) -> Option<&ServerTx> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: TxId) -> Option<&mut ServerTx> {
        self.by_id.get_mut(&id)
    }

    /// `method` is INVITE for the ACK and CANCEL that look for their INVITE.
    pub(crate) fn find(&self, request: &Request, method: &Method) -> Option<TxId> {
        self.by_key.get(&key(request, method)).copied()
    }

    /// The same INVITE came by another path (RFC 3261 §8.2.2.2).
    pub(crate) fn is_merged(&self, request: &Request) -> bool {
        self.merged.contains_key(&merge_key(request))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

/// Matching of RFC 3261 §17.2.3; without the magic cookie that of RFC 2543.
pub(crate) fn key(request: &Request, method: &Method) -> String {
    let branch = request.via.branch();
    let method = method.as_str();
    if branch.starts_with("z9hG4bK") {
        return format!("{branch} {} {method}", request.via.sent_by());
    }
    format!(
        "{} {} {} {} {method}",
        request.call_id,
        request.from.tag(),
        request.cseq,
        request.via
    )
}

pub(crate) fn merge_key(request: &Request) -> String {
    format!(
        "{} {} {}",
        request.call_id,
        request.from.tag(),
        request.cseq
    )
}

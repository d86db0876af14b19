//! The machine's side of server transactions: open, answer, repeat, forget.
use super::server::{ServerState, ServerTx, key, merge_key};
use crate::api::{Flow, Transport};
use crate::machine::Sip;
use crate::message::{Method, Name, Reply, ReplyHead, Request};
use crate::timer::{GIVE_UP, T1, T2, T4, Timer, TxId};
use bytes::Bytes;
use core::time::Duration;
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;

/// Where an answer goes (RFC 3261 §18.2.2, RFC 3581).
pub(crate) fn reply_flow(flow: Flow, to: SocketAddr) -> Flow {
    if flow.transport == Transport::Udp {
        Flow { remote: to, ..flow }
    } else {
        flow
    }
}

impl Sip {
    /// Opens a server transaction. Whoever lets an INVITE wait answers it 100 at once.
    pub(crate) fn open_server(&mut self, flow: Flow, request: &Request, tag: String) -> TxId {
        let invite = request.method == Method::Invite;
        let fresh = invite && request.to.tag().is_empty();
        let id = self.mint_tx();
        let tx = ServerTx {
            invite,
            key: key(request, &request.method),
            merge_key: if fresh {
                merge_key(request)
            } else {
                String::new()
            },
            flow: reply_flow(flow, request.via.reply_to(flow.remote)),
            echo: request.echo.clone(),
            seq: request.cseq,
            tag,
            state: ServerState::Proceeding,
            last: Bytes::new(),
            interval: T1,
            leg: None,
        };
        self.servers.insert(id, tx);
        id
    }

    /// Sends an answer within its transaction; hands back its bytes.
    pub(crate) fn respond(&mut self, id: TxId, mut reply: Reply) -> Bytes {
        self.sign_reply(&mut reply);
        let Some(tx) = self.servers.get_mut(id) else {
            return Bytes::new();
        };
        if tx.state != ServerState::Proceeding {
            return Bytes::new();
        }
        let tag = if reply.code == 100 { "" } else { &tx.tag };
        let bytes = reply.print(&tx.echo, tag);
        let flow = tx.flow;
        let reliable = flow.transport != Transport::Udp;
        let now = self.now.mono;
        tx.last = bytes.clone();
        match (tx.invite, reply.code) {
            (_, ..200) => {}
            (true, 200..300) => {
                tx.state = ServerState::Accepted;
                tx.last = Bytes::new();
                self.timers.set(Timer::L(id), now + GIVE_UP);
            }
            (true, 300..) => {
                tx.state = ServerState::Completed;
                if !reliable {
                    self.timers.set(Timer::G(id), now + T1);
                }
                self.timers.set(Timer::H(id), now + GIVE_UP);
            }
            (false, 200..) => {
                tx.state = ServerState::Completed;
                self.timers
                    .set(Timer::J(id), if reliable { now } else { now + GIVE_UP });
            }
        }
        self.send(flow, bytes.clone());
        bytes
    }

    /// Answers without keeping anything: repeated requests are judged anew.
    pub(crate) fn respond_stateless(&mut self, flow: Flow, request: &Request, reply: Reply) {
        let to = request.via.reply_to(flow.remote);
        self.respond_to_echo(reply_flow(flow, to), &request.echo, reply);
    }

    pub(crate) fn respond_to_echo(&mut self, flow: Flow, echo: &ReplyHead, mut reply: Reply) {
        self.sign_reply(&mut reply);
        let tag = self.stateless_tag(echo);
        let bytes = reply.print(echo, &tag);
        self.send(flow, bytes);
    }

    fn sign_reply(&self, reply: &mut Reply) {
        if !self.config.user_agent.is_empty() && reply.code >= 200 {
            reply
                .head
                .push(Name::Server, self.config.user_agent.as_str());
        }
    }

    /// The same for every repetition of a request (RFC 3261 §8.2.7).
    fn stateless_tag(&self, echo: &ReplyHead) -> String {
        let mut hash = Sha256::new();
        hash.update(self.tag_key);
        for part in [&echo.call_id, &echo.from, &echo.cseq] {
            hash.update(part);
            hash.update([0]);
        }
        hex::encode(&hash.finalize()[..8])
    }

    /// A request that its transaction has seen before.
    pub(crate) fn on_repeated(&mut self, id: TxId) {
        let Some(tx) = self.servers.get(id) else {
            return;
        };
        let again = matches!(tx.state, ServerState::Proceeding | ServerState::Completed);
        if again && !tx.last.is_empty() {
            self.send(tx.flow, tx.last.clone());
        }
    }

    /// ACK of a refusal. False if it belongs to a 2xx, or to nothing.
    pub(crate) fn on_ack_of_refusal(&mut self, id: TxId) -> bool {
        let Some(tx) = self.servers.get_mut(id) else {
            return false;
        };
        match tx.state {
            ServerState::Completed => {
                tx.state = ServerState::Confirmed;
                let linger = if tx.flow.transport == Transport::Udp {
                    T4
                } else {
                    Duration::ZERO
                };
                self.timers.cancel(&Timer::G(id));
                self.timers.cancel(&Timer::H(id));
                self.timers.set(Timer::I(id), self.now.mono + linger);
                true
            }
            ServerState::Confirmed => true,
            ServerState::Proceeding | ServerState::Accepted => false,
        }
    }

    pub(crate) fn on_timer_g(&mut self, id: TxId) {
        let Some(tx) = self.servers.get_mut(id) else {
            return;
        };
        tx.interval = (tx.interval * 2).min(T2);
        let (flow, bytes, next) = (tx.flow, tx.last.clone(), tx.interval);
        self.timers.set(Timer::G(id), self.now.mono + next);
        self.send(flow, bytes);
    }

    /// Timers H, I, J, L: nothing more will come.
    pub(crate) fn forget_server(&mut self, id: TxId) {
        if self.servers.remove(id).is_some() {
            for timer in [
                Timer::G(id),
                Timer::H(id),
                Timer::I(id),
                Timer::J(id),
                Timer::L(id),
            ] {
                self.timers.cancel(&timer);
            }
        }
    }
}

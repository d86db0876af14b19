//! The machine's side of client transactions: send, repeat, take answers, give up.
use super::client::{Cancelling, ClientKey, ClientState, ClientTx, KeptAck, Owner};
use crate::api::{Flow, Transport};
use crate::machine::Sip;
use crate::message::{Draft, Head, Method, Name, Response, uri};
use crate::timer::{GIVE_UP, RING_MAX, T1, T2, T4, Timer, TxId};
use bytes::Bytes;
use core::time::Duration;

/// Forks of one INVITE that are acknowledged and ended; more are left to time out.
const FORKS_MAX: usize = 8;

/// Why no answer will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    TimedOut,
    FlowClosed,
}

impl Sip {
    /// Sends a request in a new transaction.
    pub(crate) fn open_client(&mut self, flow: Flow, draft: Draft, owner: Owner) -> TxId {
        let branch = self.mint_branch();
        let key = ClientKey {
            branch,
            cancel: false,
        };
        self.open_client_as(flow, draft, owner, key)
    }

    fn open_client_as(
        &mut self,
        flow: Flow,
        mut draft: Draft,
        owner: Owner,
        key: ClientKey,
    ) -> TxId {
        self.sign(&mut draft);
        let id = self.mint_tx();
        let via = via(flow, &key.branch);
        let bytes = draft.print(&via);
        let invite = draft.method == Method::Invite;
        let reliable = flow.transport != Transport::Udp;
        let tx = ClientTx {
            key,
            draft,
            via,
            flow,
            bytes: bytes.clone(),
            state: ClientState::Trying,
            interval: T1,
            owner,
            cancelling: Cancelling::No,
            won: None,
            acks: Vec::new(),
            auth_tries: 0,
        };
        self.clients.insert(id, tx);
        let now = self.now.mono;
        let (again, give_up) = if invite {
            (Timer::A(id), Timer::B(id))
        } else {
            (Timer::E(id), Timer::F(id))
        };
        if !reliable {
            self.timers.set(again, now + T1);
        }
        self.timers.set(give_up, now + GIVE_UP);
        self.send(flow, bytes);
        id
    }

    /// Sends a request that gets no answer (ACK of a 2xx); hands back its bytes.
    pub(crate) fn send_alone(&mut self, flow: Flow, mut draft: Draft) -> Bytes {
        self.sign(&mut draft);
        let branch = self.mint_branch();
        let bytes = draft.print(&via(flow, &branch));
        self.send(flow, bytes.clone());
        bytes
    }

    fn sign(&self, draft: &mut Draft) {
        if !self.config.user_agent.is_empty() && draft.head.first(Name::UserAgent).is_none() {
            draft
                .head
                .push(Name::UserAgent, self.config.user_agent.as_str());
        }
    }

    pub(crate) fn on_response(&mut self, flow: Flow, response: &Response) {
        let key = ClientKey {
            branch: response.via.branch().to_owned(),
            cancel: response.method == Method::Cancel,
        };
        let Some(id) = self.clients.find(&key) else {
            return self.on_stray_answer(flow, response);
        };
        let Some(tx) = self.clients.get(id) else {
            return;
        };
        let same_call = tx.draft.head.first(Name::CallId) == Some(response.call_id.as_str());
        if tx.draft.method != response.method || !same_call {
            return;
        }
        if response.method == Method::Invite {
            self.on_invite_response(id, tx.state, response);
        } else {
            self.on_other_response(id, tx.state, response);
        }
    }

    fn on_other_response(&mut self, id: TxId, state: ClientState, response: &Response) {
        if matches!(state, ClientState::Completed | ClientState::Accepted) {
            return;
        }
        let now = self.now.mono;
        let Some(tx) = self.clients.get_mut(id) else {
            return;
        };
        let reliable = tx.flow.transport != Transport::Udp;
        if response.code < 200 {
            tx.state = ClientState::Proceeding;
            tx.interval = T2;
            return;
        }
        tx.state = ClientState::Completed;
        let owner = tx.owner.clone();
        self.timers.cancel(&Timer::E(id));
        self.timers.cancel(&Timer::F(id));
        let linger = if reliable { Duration::ZERO } else { T4 };
        self.timers.set(Timer::K(id), now + linger);
        self.on_answer(id, &owner, response);
    }

    fn on_invite_response(&mut self, id: TxId, state: ClientState, response: &Response) {
        match (state, response.code) {
            (ClientState::Trying | ClientState::Proceeding, ..200) => {
                self.on_provisional(id, response)
            }
            (ClientState::Trying | ClientState::Proceeding, 200..300) => {
                self.settle_invite(id, ClientState::Accepted, Timer::M(id), GIVE_UP);
                if let Some(tx) = self.clients.get_mut(id) {
                    tx.won = Some(response.to.tag().to_owned());
                }
                self.tell_owner(id, response);
            }
            (ClientState::Trying | ClientState::Proceeding, _) => {
                self.settle_invite(id, ClientState::Completed, Timer::D(id), GIVE_UP);
                self.ack_refusal(id, response);
                self.tell_owner(id, response);
            }
            (ClientState::Completed, 300..) => {
                self.repeat_ack(id, "");
            }
            (ClientState::Accepted, 200..300) => self.on_accepted_again(id, response),
            (ClientState::Completed | ClientState::Accepted, _) => {}
        }
    }

    fn tell_owner(&mut self, id: TxId, response: &Response) {
        if let Some(owner) = self.clients.get(id).map(|tx| tx.owner.clone()) {
            self.on_answer(id, &owner, response);
        }
    }

    fn on_provisional(&mut self, id: TxId, response: &Response) {
        self.timers.cancel(&Timer::A(id));
        self.timers.cancel(&Timer::B(id));
        self.timers.cancel(&Timer::Silence(id));
        let Some(tx) = self.clients.get_mut(id) else {
            return;
        };
        tx.state = ClientState::Proceeding;
        if tx.cancelling != Cancelling::Sent {
            self.timers.set(Timer::C(id), self.now.mono + RING_MAX);
        }
        if matches!(tx.cancelling, Cancelling::Wanted(_)) {
            self.send_cancel(id);
        }
        self.tell_owner(id, response);
    }

    fn settle_invite(&mut self, id: TxId, state: ClientState, linger: Timer, during: Duration) {
        for timer in [
            Timer::A(id),
            Timer::B(id),
            Timer::Silence(id),
            Timer::C(id),
            Timer::CancelUnheard(id),
        ] {
            self.timers.cancel(&timer);
        }
        if let Some(tx) = self.clients.get_mut(id) {
            tx.state = state;
            let gone = state == ClientState::Completed && tx.flow.transport != Transport::Udp;
            let during = if gone { Duration::ZERO } else { during };
            self.timers.set(linger, self.now.mono + during);
        }
    }

    /// The ACK of a refusal belongs to the transaction (RFC 3261 §17.1.1.3).
    fn ack_refusal(&mut self, id: TxId, response: &Response) {
        let Some(tx) = self.clients.get_mut(id) else {
            return;
        };
        let mut draft = hop_request(&tx.draft, Method::Ack);
        draft
            .head
            .push(Name::To, response.head.first(Name::To).unwrap_or_default());
        let bytes = draft.print(&tx.via);
        let flow = tx.flow;
        tx.acks = vec![KeptAck {
            remote_tag: String::new(),
            flow,
            bytes: bytes.clone(),
        }];
        self.send(flow, bytes);
    }

    /// A repeated 200 wants its ACK again; one of another fork is ended. Where our ACK is still owed, nothing is said.
    fn on_accepted_again(&mut self, id: TxId, response: &Response) {
        let tag = response.to.tag();
        let won = self
            .clients
            .get(id)
            .is_some_and(|tx| tx.won.as_deref() == Some(tag));
        let known = self.clients.get(id).map_or(0, |tx| tx.acks.len());
        if !self.repeat_ack(id, tag) && !won && known < FORKS_MAX {
            self.end_fork(id, response);
        }
    }

    /// False if no ACK was made for this tag yet.
    fn repeat_ack(&mut self, id: TxId, tag: &str) -> bool {
        let kept = self
            .clients
            .get(id)
            .and_then(|tx| tx.acks.iter().find(|ack| ack.remote_tag == tag));
        let Some(kept) = kept.cloned() else {
            return false;
        };
        self.send(kept.flow, kept.bytes);
        true
    }

    /// Acknowledges a 2xx and keeps the ACK for its repetitions. `body`: the answer to a late offer.
    pub(crate) fn ack_accepted(&mut self, id: TxId, remote_tag: &str, flow: Flow, draft: Draft) {
        let bytes = self.send_alone(flow, draft);
        if let Some(tx) = self
            .clients
            .get_mut(id)
            .filter(|tx| tx.acks.len() < FORKS_MAX)
        {
            tx.acks.push(KeptAck {
                remote_tag: remote_tag.to_owned(),
                flow,
                bytes,
            });
        }
    }

    /// Asks for the end of an INVITE that has no final answer yet.
    pub(crate) fn cancel_invite(&mut self, id: TxId, reason: String) {
        let Some(tx) = self.clients.get_mut(id) else {
            return;
        };
        tx.owner = Owner::Abandoned;
        if tx.cancelling != Cancelling::No {
            return;
        }
        tx.cancelling = Cancelling::Wanted(reason);
        if tx.state == ClientState::Proceeding {
            self.send_cancel(id);
        }
    }

    fn send_cancel(&mut self, id: TxId) {
        let Some(tx) = self.clients.get_mut(id) else {
            return;
        };
        let mut draft = hop_request(&tx.draft, Method::Cancel);
        draft
            .head
            .push(Name::To, tx.draft.head.first(Name::To).unwrap_or_default());
        if let Cancelling::Wanted(reason) = &tx.cancelling
            && !reason.is_empty()
        {
            draft.head.push(Name::Reason, reason.as_str());
        }
        tx.cancelling = Cancelling::Sent;
        let (flow, branch) = (tx.flow, tx.key.branch.clone());
        let key = ClientKey {
            branch,
            cancel: true,
        };
        self.timers.cancel(&Timer::C(id));
        self.timers
            .set(Timer::CancelUnheard(id), self.now.mono + GIVE_UP);
        self.open_client_as(flow, draft, Owner::Nobody, key);
    }

    /// Timers A and E.
    pub(crate) fn on_timer_resend(&mut self, id: TxId, invite: bool) {
        let Some(tx) = self.clients.get_mut(id) else {
            return;
        };
        let doubled = tx.interval * 2;
        tx.interval = if invite { doubled } else { doubled.min(T2) };
        let (flow, bytes, next) = (tx.flow, tx.bytes.clone(), tx.interval);
        let timer = if invite { Timer::A(id) } else { Timer::E(id) };
        self.timers.set(timer, self.now.mono + next);
        self.send(flow, bytes);
    }

    /// Timers B and F, an unheard CANCEL, a closed flow.
    pub(crate) fn give_up(&mut self, id: TxId, why: Unanswered) {
        if let Some(tx) = self.forget_client(id) {
            let waiting = matches!(tx.state, ClientState::Trying | ClientState::Proceeding);
            if waiting {
                self.on_unanswered(&tx, why);
            }
        }
    }

    /// Timers D, K, M: nothing more will come.
    pub(crate) fn forget_client(&mut self, id: TxId) -> Option<ClientTx> {
        let tx = self.clients.remove(id)?;
        let all = [
            Timer::A(id),
            Timer::B(id),
            Timer::Silence(id),
            Timer::C(id),
            Timer::D(id),
            Timer::E(id),
            Timer::F(id),
            Timer::K(id),
            Timer::M(id),
            Timer::CancelUnheard(id),
        ];
        for timer in all {
            self.timers.cancel(&timer);
        }
        Some(tx)
    }
}

fn via(flow: Flow, branch: &str) -> String {
    let transport = match flow.transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
        Transport::Tls => "TLS",
        Transport::Wss => "WSS",
    };
    let host = uri::host_text(flow.local.ip());
    format!(
        "SIP/2.0/{transport} {host}:{};branch={branch};rport",
        flow.local.port()
    )
}

/// ACK of a refusal and CANCEL: the INVITE's URI, route, From, Call-ID and number; To is put by the caller.
fn hop_request(invite: &Draft, method: Method) -> Draft {
    let mut head = Head::default();
    for name in [Name::Route, Name::From, Name::CallId] {
        for value in invite.head.all(name) {
            head.push(name, value);
        }
    }
    let number = invite
        .head
        .first(Name::CSeq)
        .and_then(|c| c.split(' ').next());
    head.push(
        Name::CSeq,
        format!("{} {}", number.unwrap_or("1"), method.as_str()),
    );
    head.push(Name::MaxForwards, "70");
    Draft {
        method,
        uri: invite.uri.clone(),
        head,
        body: Bytes::new(),
    }
}

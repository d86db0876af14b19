//! Reliable provisional answers (RFC 3262): those of a callee are acknowledged, and ours are where a caller insists on it.
use super::{Leg, LegState};
use crate::api::{Flow, LegId};
use crate::machine::{Sip, cause_of_code};
use crate::message::{Head, Method, Name, Reply, Request, Response, scan};
use crate::timer::{GIVE_UP, T1, Timer, TxId};
use crate::transaction::Owner;
use bytes::Bytes;
use core::time::Duration;

/// The option tag.
pub(crate) const RELIABLE: &str = "100rel";
/// Forks of one INVITE whose provisional answers are acknowledged.
const FORKS_MAX: usize = 8;
/// Numbers begin with 1 here; a peer may begin with any (§3).
const FIRST: u32 = 1;

/// The last number acknowledged to each fork of our INVITE, by its tag.
#[derive(Debug, Default)]
pub(crate) struct Heard(Vec<(String, u32)>);

impl Heard {
    /// Is this the next one of its fork? Then it is noted.
    fn take(&mut self, tag: &str, number: u32) -> bool {
        match self.0.iter_mut().find(|(fork, _)| fork == tag) {
            Some((_, last)) if last.checked_add(1) == Some(number) => {
                *last = number;
                true
            }
            Some(_) => false,
            None => {
                let room = self.0.len() < FORKS_MAX;
                if room {
                    self.0.push((tag.to_owned(), number));
                }
                room
            }
        }
    }
}

/// Our provisional answers to a caller that insists.
#[derive(Debug, Default)]
pub(crate) struct Insisted {
    /// The last number that was used.
    last: u32,
    waiting: Option<Unheard>,
    /// What we want to say once the one before is acknowledged.
    next: Option<Next>,
}

/// A provisional answer that is repeated until its PRACK comes.
#[derive(Debug)]
struct Unheard {
    flow: Flow,
    bytes: Bytes,
    interval: Duration,
}

#[derive(Debug)]
enum Next {
    Progress(Reply),
    Answer(Bytes),
}

fn requires(head: &Head) -> bool {
    head.list(Name::Require)
        .any(|one| one.eq_ignore_ascii_case(RELIABLE))
}

fn number(text: Option<&str>) -> Option<u32> {
    u32::try_from(scan::number(text?.trim(), u64::from(u32::MAX))?).ok()
}

impl Sip {
    /// A provisional answer to our INVITE. False: it is a repetition, or came before its turn, and counts for nothing.
    pub(crate) fn acknowledge_progress(&mut self, id: LegId, response: &Response) -> bool {
        let rseq = number(response.head.first(Name::RSeq));
        let Some(rseq) = rseq.filter(|_| requires(&response.head)) else {
            return true;
        };
        let Some(leg) = self.legs.get_mut(id) else {
            return false;
        };
        if !leg.heard.take(response.to.tag(), rseq) {
            return false;
        }
        let mut early = leg.dialog.clone();
        early.confirm(response);
        let mut draft = early.request(Method::Prack);
        leg.dialog.local_seq = early.local_seq;
        let rack = format!("{rseq} {} INVITE", response.cseq);
        draft.head.push(Name::RAck, rack);
        let flow = early.next_flow();
        self.open_client(flow, draft, Owner::Nobody);
        true
    }

    /// Says it reliably where the caller insists. True if that is how it was, or will be, said.
    pub(crate) fn progress_reliably(&mut self, id: LegId, tx: TxId, reply: &Reply) -> bool {
        let Some(insisted) = self.legs.get_mut(id).and_then(|leg| leg.insisted.as_mut()) else {
            return false;
        };
        if insisted.waiting.is_some() {
            insisted.next = Some(Next::Progress(reply.clone()));
            return true;
        }
        insisted.last = if insisted.last == 0 {
            FIRST
        } else {
            insisted.last.saturating_add(1)
        };
        let numbered = reply
            .clone()
            .with(Name::Require, RELIABLE)
            .with(Name::RSeq, insisted.last.to_string());
        let Some(flow) = self.servers.get(tx).map(|held| held.flow) else {
            return true;
        };
        let bytes = self.respond(tx, numbered);
        if let Some(insisted) = self.legs.get_mut(id).and_then(|leg| leg.insisted.as_mut()) {
            insisted.waiting = Some(Unheard {
                flow,
                bytes,
                interval: T1,
            });
        }
        let now = self.now.mono;
        self.timers.set(Timer::ProgressAgain(id), now + T1);
        self.timers.set(Timer::PrackMissing(id), now + GIVE_UP);
        true
    }

    /// An answer may not go before what was said reliably is acknowledged (§3). True: it waits for that.
    pub(crate) fn answer_waits(&mut self, id: LegId, sdp: &Bytes) -> bool {
        let insisted = self.legs.get_mut(id).and_then(|leg| leg.insisted.as_mut());
        let Some(insisted) = insisted.filter(|insisted| insisted.waiting.is_some()) else {
            return false;
        };
        insisted.next = Some(Next::Answer(sdp.clone()));
        true
    }

    /// The acknowledgement of what we said reliably.
    pub(crate) fn on_prack(&mut self, flow: Flow, id: LegId, request: &Request) {
        let named = rack(request);
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let invite = match &leg.state {
            LegState::Invited { tx } => self.servers.get(*tx).map(|held| held.seq),
            LegState::Calling { .. } | LegState::Up { .. } | LegState::Closing { .. } => None,
        };
        let insisted = leg.insisted.as_mut().filter(|one| one.waiting.is_some());
        let Some(insisted) = insisted.filter(|one| invite.map(|seq| (one.last, seq)) == named)
        else {
            return self.respond_within(flow, request, Reply::new(481));
        };
        insisted.waiting = None;
        let next = insisted.next.take();
        self.timers.cancel(&Timer::ProgressAgain(id));
        self.timers.cancel(&Timer::PrackMissing(id));
        // a new offer would need an answer of its own: the session is described by INVITE and 200
        let code = if request.body.is_empty() { 200 } else { 488 };
        self.respond_within(flow, request, Reply::new(code));
        match next {
            Some(Next::Answer(sdp)) => self.answer(id, sdp),
            Some(Next::Progress(reply)) => {
                if let Some(LegState::Invited { tx }) = self.legs.get(id).map(|leg| &leg.state) {
                    self.progress_reliably(id, *tx, &reply);
                }
            }
            None => {}
        }
    }

    pub(crate) fn on_progress_again(&mut self, id: LegId) {
        let insisted = self.legs.get_mut(id).and_then(|leg| leg.insisted.as_mut());
        let Some(waiting) = insisted.and_then(|one| one.waiting.as_mut()) else {
            return;
        };
        waiting.interval *= 2;
        let (flow, bytes, next) = (waiting.flow, waiting.bytes.clone(), waiting.interval);
        self.timers
            .set(Timer::ProgressAgain(id), self.now.mono + next);
        self.send(flow, bytes);
    }

    /// Nobody acknowledges it: the INVITE is refused (§3).
    pub(crate) fn on_prack_missing(&mut self, id: LegId) {
        self.timers.cancel(&Timer::ProgressAgain(id));
        let Some(LegState::Invited { tx }) = self.legs.get(id).map(|leg| &leg.state) else {
            return;
        };
        let tx = *tx;
        self.respond(tx, Reply::new(504));
        self.forget_leg(id);
        self.tell_ended(id, false, cause_of_code(504));
    }
}

/// The number of the answer, and the one of the INVITE.
fn rack(request: &Request) -> Option<(u32, u32)> {
    let mut words = request.head.first(Name::RAck)?.split_ascii_whitespace();
    let (rseq, cseq) = (number(words.next())?, number(words.next())?);
    (words.next() == Some("INVITE")).then_some((rseq, cseq))
}

impl Leg {
    /// Of a caller that insists on reliable answers.
    pub(crate) fn insisting(request: &Request) -> Option<Insisted> {
        requires(&request.head).then(Insisted::default)
    }
}

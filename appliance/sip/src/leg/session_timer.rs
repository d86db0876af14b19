//! Session timers (RFC 4028): a session that nobody refreshes any more is ended, so that no call outlives its peer.
use super::{Ack, LegState, Offer};
use crate::api::LegId;
use crate::machine::Sip;
use crate::message::params::Params;
use crate::message::{Head, Method, Name, Reply, Request, Response, scan};
use crate::timer::{Timer, TxId};
use crate::transaction::Owner;
use core::time::Duration;
use messages::SipCode;

/// The option tag.
pub(crate) const TIMER: &str = "timer";
/// Nothing shorter is agreed to (§5).
const SHORTEST: Duration = Duration::from_secs(90);
/// What we ask for (§4: 1,800 s is recommended).
const USUAL: Duration = Duration::from_secs(1_800);
/// A session is ended so long before it is over, or a third of it (§10).
const EARLY: Duration = Duration::from_secs(32);
/// Something else is going on in the dialog: tried again after this.
const LATER: Duration = Duration::from_secs(2);

/// What both sides agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionTimer {
    pub interval: Duration,
    /// It is ours to refresh.
    pub ours: bool,
}

/// What a leg knows for its refreshes.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub timer: Option<SessionTimer>,
    /// The peer takes UPDATE.
    pub updates: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answered it.
    Uas,
}

/// A Session-Expires.
#[derive(Clone, Copy, Debug)]
struct Wish {
    interval: Duration,
    refresher: Option<Refresher>,
}

impl Wish {
    /// `None` where there is none, or none that can be read: a request is not refused for it.
    fn of(head: &Head) -> Option<Self> {
        let text = head.first(Name::SessionExpires)?;
        let (seconds, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        let seconds = scan::number(seconds.trim(), u64::from(u32::MAX))?;
        let params = Params::parse(rest).unwrap_or_default();
        let refresher = match params.get("refresher").map(str::to_ascii_lowercase) {
            Some(name) if name == "uac" => Some(Refresher::Uac),
            Some(name) if name == "uas" => Some(Refresher::Uas),
            Some(_) | None => None,
        };
        Some(Self {
            interval: Duration::from_secs(seconds),
            refresher,
        })
    }
}

fn lists(head: &Head, name: Name, wanted: &str) -> bool {
    head.list(name).any(|one| one.eq_ignore_ascii_case(wanted))
}

/// The peer's Allow, where it says one.
pub(crate) fn takes_updates(head: &Head) -> bool {
    lists(head, Name::Allow, "UPDATE")
}

/// What a request for a session, or for its refresh, comes to; the answer where it is too short.
pub(crate) fn agree(request: &Request) -> Result<Option<SessionTimer>, Reply> {
    let supported =
        lists(&request.head, Name::Supported, TIMER) || lists(&request.head, Name::Require, TIMER);
    let wish = Wish::of(&request.head);
    let short = wish.is_some_and(|wish| wish.interval < SHORTEST);
    if short && supported {
        let least = SHORTEST.as_secs().to_string();
        return Err(Reply::new(422).with(Name::MinSe, least));
    }
    // who does not know of timers can refresh nothing, and is asked nothing unless somebody on the way wants it
    let refresher = match (supported, wish) {
        (true, Some(wish)) => wish.refresher.unwrap_or(Refresher::Uac),
        (true, None) => Refresher::Uac,
        (false, Some(_)) => Refresher::Uas,
        (false, None) => return Ok(None),
    };
    Ok(Some(SessionTimer {
        interval: wish.map_or(USUAL, |wish| wish.interval.max(SHORTEST)),
        ours: refresher == Refresher::Uas,
    }))
}

/// What our answer says of it: we are the one that was asked.
pub(crate) fn put_answer(reply: Reply, timer: Option<SessionTimer>) -> Reply {
    let reply = reply.with(Name::Supported, TIMER);
    let Some(SessionTimer { interval, ours }) = timer else {
        return reply;
    };
    let who = if ours { "uas" } else { "uac" };
    let reply = reply.with(
        Name::SessionExpires,
        format!("{};refresher={who}", interval.as_secs()),
    );
    if ours {
        reply
    } else {
        reply.with(Name::Require, TIMER)
    }
}

/// What a request of ours asks for.
pub(crate) fn put_wish(head: &mut Head, timer: Option<SessionTimer>) {
    head.push(Name::Supported, TIMER);
    let text = match timer {
        None => USUAL.as_secs().to_string(),
        Some(SessionTimer { interval, ours }) => {
            let who = if ours { "uac" } else { "uas" };
            format!("{};refresher={who}", interval.as_secs())
        }
    };
    head.push(Name::SessionExpires, text);
    head.push(Name::MinSe, SHORTEST.as_secs().to_string());
}

/// What the peer's 2xx to a request of ours settles.
pub(crate) fn settled(response: &Response) -> Option<SessionTimer> {
    let wish = Wish::of(&response.head)?;
    Some(SessionTimer {
        interval: wish.interval.max(SHORTEST),
        ours: wish.refresher != Some(Refresher::Uas),
    })
}

impl Sip {
    /// From now on, counted anew with each refresh.
    pub(crate) fn keep_session(&mut self, id: LegId, timer: Option<SessionTimer>) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        leg.session.timer = timer;
        self.timers.cancel(&Timer::SessionRefresh(id));
        self.timers.cancel(&Timer::SessionOver(id));
        let Some(SessionTimer { interval, ours }) = timer else {
            return;
        };
        let now = self.now.mono;
        if ours {
            self.timers
                .set(Timer::SessionRefresh(id), now + interval / 2);
        }
        let over = interval - EARLY.min(interval / 3);
        self.timers.set(Timer::SessionOver(id), now + over);
    }

    /// Half of it has gone by, and it is ours to refresh: UPDATE where the peer takes it, else the last offer again.
    pub(crate) fn on_session_refresh(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let LegState::Up { ack, offer } = &leg.state else {
            return;
        };
        if !matches!((ack, offer), (Ack::Settled, Offer::None)) {
            return self
                .timers
                .set(Timer::SessionRefresh(id), self.now.mono + LATER);
        }
        if !leg.session.updates {
            return self.refresh_by_offer(id);
        }
        let mut draft = leg.dialog.request(Method::Update);
        put_wish(&mut draft.head, leg.session.timer);
        let flow = leg.dialog.next_flow();
        self.open_client(flow, draft, Owner::Refresh(id));
    }

    /// What became of our UPDATE.
    pub(crate) fn on_refresh_answer(&mut self, id: LegId, response: &Response) {
        match response.code {
            ..200 => {}
            200..300 => self.keep_session(id, settled(response)),
            408 | 481 => self.break_off(id, Some(SipCode(response.code))),
            422 => self.lengthen(id, response),
            405 | 501 => {
                if let Some(leg) = self.legs.get_mut(id) {
                    leg.session.updates = false;
                }
                self.refresh_soon(id);
            }
            // the session stands until its time is over
            _ => self.refresh_soon(id),
        }
    }

    /// Nobody answers it: the peer is gone.
    pub(crate) fn on_refresh_unanswered(&mut self, id: LegId) {
        self.break_off(id, Some(SipCode(408)));
    }

    pub(crate) fn refresh_soon(&mut self, id: LegId) {
        self.timers
            .set(Timer::SessionRefresh(id), self.now.mono + LATER);
    }

    fn lengthen(&mut self, id: LegId, response: &Response) {
        let Some(least) = least_of(response) else {
            return;
        };
        if let Some(timer) = self
            .legs
            .get_mut(id)
            .and_then(|leg| leg.session.timer.as_mut())
        {
            timer.interval = timer.interval.max(least);
        }
        self.refresh_soon(id);
    }

    /// The peer, or somebody on the way, wants longer sessions than we asked for: asked once more (§7.3). True if it was.
    pub(crate) fn ask_for_longer_session(
        &mut self,
        tx: TxId,
        id: LegId,
        response: &Response,
    ) -> bool {
        let Some((least, held)) = least_of(response).zip(self.clients.get(tx)) else {
            return false;
        };
        let before = Wish::of(&held.draft.head).map_or(Duration::ZERO, |wish| wish.interval);
        if least <= before {
            return false;
        }
        let (mut draft, flow, owner) = (held.draft.clone(), held.flow, held.owner.clone());
        let Some(leg) = self.legs.get_mut(id) else {
            return false;
        };
        leg.dialog.local_seq += 1;
        for name in [Name::CSeq, Name::SessionExpires, Name::MinSe] {
            draft.head.remove(name);
        }
        let seq = leg.dialog.local_seq;
        draft.head.push(Name::CSeq, format!("{seq} INVITE"));
        let seconds = least.as_secs().to_string();
        draft.head.push(Name::SessionExpires, seconds.as_str());
        draft.head.push(Name::MinSe, seconds);
        let again = self.open_client(flow, draft, owner);
        if let Some(LegState::Calling { tx }) = self.legs.get_mut(id).map(|leg| &mut leg.state) {
            *tx = again;
        }
        true
    }

    /// Nobody refreshed it in time.
    pub(crate) fn on_session_over(&mut self, id: LegId) {
        self.break_off(id, Some(SipCode(408)));
    }
}

/// Of a 422: at most a day is believed.
fn least_of(response: &Response) -> Option<Duration> {
    let text = response.head.first(Name::MinSe)?;
    let text = text.split(';').next().unwrap_or(text).trim();
    scan::number(text, 86_400).map(Duration::from_secs)
}

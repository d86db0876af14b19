//! Keys with a lamp: phones that want to know how another phone of the branch is (dialog event package, RFC 4235 and RFC 6665).
use crate::access::Access;
use crate::api::{Flow, Lamp};
use crate::dialog::Dialog;
use crate::leg::incoming::contact;
use crate::machine::Sip;
use crate::message::{Method, Name, Reply, Request, Response, scan};
use crate::timer::Timer;
use crate::transaction::Owner;
use bytes::Bytes;
use core::time::Duration;
use messages::{Extension, Moment};
use std::collections::{BTreeMap, BTreeSet};

const DIALOG: &str = "dialog";
/// What can be subscribed here.
pub(crate) const EVENTS: &str = "dialog, ua-profile";
const EXPIRES_MIN: Duration = Duration::from_secs(60);
const EXPIRES_MAX: Duration = Duration::from_secs(3_600);
/// Keys of one phone: two rows of a sidecar.
const OF_ONE_MAX: usize = 64;
const ALL_MAX: usize = 20_000;

/// One subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WatchId(u64);

#[derive(Debug)]
struct Watch {
    dialog: Dialog,
    watcher: Extension,
    watched: Extension,
    /// Of the next document.
    version: u32,
    until: Moment,
}

#[derive(Debug, Default)]
pub(crate) struct Lamps {
    minted: u64,
    watches: BTreeMap<WatchId, Watch>,
    /// Who looks at a phone.
    of: BTreeMap<Extension, BTreeSet<WatchId>>,
    /// Phones that are not idle.
    lit: BTreeMap<Extension, Lamp>,
}

impl Lamps {
    fn find(&self, request: &Request) -> Option<WatchId> {
        let mut all = self.watches.iter();
        let same = |watch: &Watch| {
            watch.dialog.call_id == request.call_id
                && watch.dialog.local_tag == request.to.tag()
                && watch.dialog.remote_tag == request.from.tag()
        };
        all.find(|(_, watch)| same(watch)).map(|(id, _)| *id)
    }

    fn of_watcher(&self, watcher: &Extension) -> usize {
        let mine = |watch: &&Watch| watch.watcher == *watcher;
        self.watches.values().filter(mine).count()
    }

    fn add(&mut self, watch: Watch) -> WatchId {
        self.minted += 1;
        let id = WatchId(self.minted);
        self.of.entry(watch.watched.clone()).or_default().insert(id);
        self.watches.insert(id, watch);
        id
    }

    fn remove(&mut self, id: WatchId) {
        let Some(watch) = self.watches.remove(&id) else {
            return;
        };
        if let Some(all) = self.of.get_mut(&watch.watched) {
            all.remove(&id);
            if all.is_empty() {
                self.of.remove(&watch.watched);
            }
        }
    }

    fn those(&self, goes: impl Fn(&Watch) -> bool) -> Vec<WatchId> {
        let all = self.watches.iter();
        all.filter(|(_, watch)| goes(watch))
            .map(|(id, _)| *id)
            .collect()
    }
}

pub(crate) fn asks_for_dialogs(request: &Request) -> bool {
    let event = request.head.first(Name::Event).unwrap_or_default();
    let name = event.split(';').next().unwrap_or_default().trim();
    request.method == Method::Subscribe && name.eq_ignore_ascii_case(DIALOG)
}

impl Sip {
    /// A phone begins to look at another one.
    pub(crate) fn on_watch(&mut self, flow: Flow, request: &Request) {
        let watcher = match self.access(flow, request) {
            Access::Granted(extension) => extension,
            Access::Refused(reply) => return self.respond_stateless(flow, request, reply),
        };
        let watched = self.config.phone(&request.uri.user);
        let Some(watched) = watched.map(|phone| phone.extension.clone()) else {
            return self.respond_stateless(flow, request, Reply::new(404));
        };
        let full = self.lamps.watches.len() >= ALL_MAX
            || self.lamps.of_watcher(&watcher) >= OF_ONE_MAX
            || self.is_full();
        if full {
            return self.refuse_full(flow, request);
        }
        let expires = match wished(request) {
            Ok(expires) => expires,
            Err(reply) => return self.respond_stateless(flow, request, reply),
        };
        let tag = self.mint_tag();
        let contact = contact(watched.as_str(), flow);
        let dialog = Dialog::of_request(request, flow, &tag, contact.clone(), false);
        let tx = self.open_server(flow, request, tag);
        self.respond(tx, accepted(expires).with(Name::Contact, contact));
        let until = self.now.mono + expires;
        let id = self.lamps.add(Watch {
            dialog,
            watcher,
            watched,
            version: 0,
            until,
        });
        self.go_on_watching(id, expires);
    }

    /// Within a subscription: it goes on, or it ends (Expires: 0). False: there is no such one.
    pub(crate) fn on_watch_within(&mut self, flow: Flow, request: &Request) -> bool {
        let Some(id) = self.lamps.find(request) else {
            return false;
        };
        let expires = match wished(request) {
            Ok(expires) => expires,
            Err(reply) => {
                self.respond_stateless(flow, request, reply);
                return true;
            }
        };
        let Some(watch) = self.lamps.watches.get_mut(&id) else {
            return false;
        };
        let last = watch.dialog.remote_seq;
        if last.is_some_and(|last| request.cseq <= last) {
            self.respond_stateless(flow, request, Reply::new(500));
            return true;
        }
        watch.dialog.remote_seq = Some(request.cseq);
        watch.dialog.flow = flow;
        watch.dialog.retarget(&request.head);
        watch.until = self.now.mono + expires;
        let contact = watch.dialog.contact.clone();
        self.respond_within(
            flow,
            request,
            accepted(expires).with(Name::Contact, contact),
        );
        self.go_on_watching(id, expires);
        true
    }

    fn go_on_watching(&mut self, id: WatchId, expires: Duration) {
        if expires.is_zero() {
            return self.end_watch(id, "timeout");
        }
        self.timers.set(Timer::Watch(id), self.now.mono + expires);
        self.show(id, None);
    }

    pub(crate) fn on_watch_over(&mut self, id: WatchId) {
        self.end_watch(id, "timeout");
    }

    fn end_watch(&mut self, id: WatchId, reason: &str) {
        self.show(id, Some(reason));
        self.forget_watch(id);
    }

    fn forget_watch(&mut self, id: WatchId) {
        self.timers.cancel(&Timer::Watch(id));
        self.lamps.remove(id);
    }

    /// How a phone is now; whoever looks at it is told.
    pub(crate) fn light(&mut self, of: Extension, lamp: Lamp) {
        let before = if lamp == Lamp::Idle {
            self.lamps.lit.remove(&of)
        } else {
            self.lamps.lit.insert(of.clone(), lamp)
        };
        if before.unwrap_or(Lamp::Idle) == lamp {
            return;
        }
        let looking: Vec<WatchId> = self
            .lamps
            .of
            .get(&of)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for id in looking {
            self.show(id, None);
        }
    }

    fn show(&mut self, id: WatchId, over: Option<&str>) {
        let now = self.now.mono;
        let Some(watch) = self.lamps.watches.get_mut(&id) else {
            return;
        };
        let lamp = self.lamps.lit.get(&watch.watched).copied();
        let state = over.map_or_else(
            || format!("active;expires={}", watch.until.since(now).as_secs()),
            |reason| format!("terminated;reason={reason}"),
        );
        let mut draft = watch.dialog.request(Method::Notify);
        draft.head.push(Name::Event, DIALOG);
        draft.head.push(Name::SubscriptionState, state);
        draft
            .head
            .push(Name::ContentType, "application/dialog-info+xml");
        draft.body = document(watch, lamp.unwrap_or(Lamp::Idle));
        watch.version = watch.version.wrapping_add(1);
        let flow = watch.dialog.next_flow();
        let owner = match over {
            Some(_) => Owner::Nobody,
            None => Owner::Watch(id),
        };
        self.open_client(flow, draft, owner);
    }

    /// Who does not know the subscription any longer, or wants to see its credentials, is not told again (RFC 6665 §4.2.2).
    pub(crate) fn on_shown(&mut self, id: WatchId, response: &Response) {
        if response.code >= 300 {
            self.forget_watch(id);
        }
    }

    pub(crate) fn on_not_shown(&mut self, id: WatchId) {
        self.forget_watch(id);
    }

    pub(crate) fn forget_watches_on(&mut self, flow: Flow) {
        for id in self.lamps.those(|watch| watch.dialog.flow == flow) {
            self.forget_watch(id);
        }
    }

    /// Phones that are gone look at nobody, and nobody looks at them.
    pub(crate) fn end_unknown_watches(&mut self) {
        let config = &self.config;
        let known = |one: &Extension| config.phone(one.as_str()).is_some();
        let gone = |watch: &Watch| !known(&watch.watcher) || !known(&watch.watched);
        for id in self.lamps.those(gone) {
            self.end_watch(id, "noresource");
        }
    }
}

/// How long it wants to look; an hour where it does not say.
fn wished(request: &Request) -> Result<Duration, Reply> {
    let said = request.head.first(Name::Expires);
    let seconds = match said {
        None => EXPIRES_MAX.as_secs(),
        Some(text) => scan::number(text, u64::from(u32::MAX)).ok_or_else(|| Reply::new(400))?,
    };
    let expires = Duration::from_secs(seconds).min(EXPIRES_MAX);
    if expires.is_zero() || expires >= EXPIRES_MIN {
        return Ok(expires);
    }
    let least = EXPIRES_MIN.as_secs().to_string();
    Err(Reply::new(423).with(Name::MinExpires, least))
}

fn accepted(expires: Duration) -> Reply {
    Reply::new(200).with(Name::Expires, expires.as_secs().to_string())
}

/// One dialog stands for all of a phone: its key has one lamp.
fn document(watch: &Watch, lamp: Lamp) -> Bytes {
    let (extension, version) = (&watch.watched, watch.version);
    let host = watch.dialog.flow.local.ip();
    let host = crate::message::uri::host_text(host);
    let state = match lamp {
        Lamp::Idle => "terminated",
        Lamp::Ringing => "early",
        Lamp::Busy => "confirmed",
    };
    let direction = match lamp {
        Lamp::Ringing => " direction=\"recipient\"",
        Lamp::Idle | Lamp::Busy => "",
    };
    Bytes::from(format!(
        "<?xml version=\"1.0\"?>\r\n\
         <dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" state=\"full\" \
         entity=\"sip:{extension}@{host}\">\r\n\
         <dialog id=\"{extension}\"{direction}><state>{state}</state></dialog>\r\n\
         </dialog-info>\r\n"
    ))
}

//! What is going on right now: phones, trunks, calls, link, machine. Plain data, moved by `LiveEvent`s only.
use super::event::{BranchShape, CallChange, LinkHealth, LiveEvent, OpenCall};
use messages::command::Profile;
use messages::fact::{PhoneOfCall, Side, phone_on};
use messages::lane::HwSample;
use messages::{CallId, Extension, SipCode, TrunkName, UtcMs};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// Calls shown at one time; the branch machine's own limit lies below it.
const CALLS_MAX: usize = 10_000;
const MINUTE_MS: i64 = 60_000;
const CODE_MINUTES: usize = 60;

/// The whole state.
#[derive(Clone, Debug, Default)]
pub(in crate::web) struct Board {
    pub(in crate::web) profile: Profile,
    pub(in crate::web) phones: BTreeMap<Extension, PhoneState>,
    pub(in crate::web) trunks: BTreeMap<TrunkName, TrunkState>,
    pub(in crate::web) calls: BTreeMap<CallId, CallState>,
    pub(in crate::web) link: LinkHealth,
    pub(in crate::web) machine: Option<HwSample>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::web) struct PhoneState {
    pub(in crate::web) label: String,
    /// Where it can be reached, and since when.
    pub(in crate::web) bindings: BTreeMap<SocketAddr, Bound>,
    pub(in crate::web) calls: u32,
}

#[derive(Clone, Debug)]
pub(in crate::web) struct Bound {
    pub(in crate::web) user_agent: String,
    pub(in crate::web) since: UtcMs,
}

#[derive(Clone, Debug, Default)]
pub(in crate::web) struct TrunkState {
    /// `None`: not asked yet, or never asked.
    pub(in crate::web) reachable: Option<bool>,
    /// `None`: it wants no registration, or has not answered ours yet.
    pub(in crate::web) registered: Option<bool>,
    pub(in crate::web) last_code: Option<SipCode>,
    pub(in crate::web) in_use: u32,
    pub(in crate::web) concurrent_max: u32,
    pub(in crate::web) cps_max: u32,
    codes: VecDeque<(i64, BTreeMap<SipCode, u32>)>,
}

#[derive(Clone, Debug)]
pub(in crate::web) struct CallState {
    pub(in crate::web) call: OpenCall,
    pub(in crate::web) phase: Phase,
    /// Since when the phase is what it is.
    pub(in crate::web) phase_since: UtcMs,
    pub(in crate::web) recorded: bool,
    /// 三方通话
    pub(in crate::web) three: bool,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Dialling,
    Ringing,
    Talking,
    Held,
}

/// Which thing an event has changed: enough to look it up again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::web) enum Touched {
    /// All of it: take a new snapshot.
    Everything,
    Phone(Extension),
    Trunk(TrunkName),
    Call(CallId),
    Link,
    Machine,
}

impl TrunkState {
    /// Final SIP codes of calls that ended within the last hour.
    #[must_use]
    pub(in crate::web) fn codes_of_last_hour(&self, now: UtcMs) -> BTreeMap<SipCode, u32> {
        let from = now.0 / MINUTE_MS - i64::try_from(CODE_MINUTES).unwrap_or(60);
        let mut sum = BTreeMap::new();
        for (_, codes) in self.codes.iter().filter(|(minute, _)| *minute > from) {
            for (code, count) in codes {
                *sum.entry(*code).or_insert(0) += count;
            }
        }
        sum
    }

    fn count(&mut self, code: SipCode, at: UtcMs) {
        let minute = at.0 / MINUTE_MS;
        if self.codes.back().is_none_or(|(last, _)| *last < minute) {
            self.codes.push_back((minute, BTreeMap::new()));
        }
        if let Some((_, codes)) = self.codes.back_mut() {
            *codes.entry(code).or_insert(0) += 1;
        }
        while self.codes.len() > CODE_MINUTES {
            self.codes.pop_front();
        }
    }
}

impl Board {
    /// Moves the board; hands back what changed. What does not fit (a call it never saw) changes nothing.
    pub(in crate::web) fn apply(&mut self, event: LiveEvent) -> Vec<Touched> {
        match event {
            LiveEvent::Configured(shape) => self.configure(*shape),
            LiveEvent::PhoneBound {
                extension,
                source,
                user_agent,
                at,
            } => self.bound(extension, source, user_agent, at),
            LiveEvent::PhoneUnbound { extension, source } => self.unbound(extension, source),
            LiveEvent::TrunkState {
                name,
                reachable,
                code,
            } => {
                let Some(trunk) = self.trunks.get_mut(&name) else {
                    return Vec::new();
                };
                trunk.reachable = Some(reachable);
                trunk.last_code = code;
                vec![Touched::Trunk(name)]
            }
            LiveEvent::TrunkRegistered {
                name,
                registered,
                code,
            } => {
                let Some(trunk) = self.trunks.get_mut(&name) else {
                    return Vec::new();
                };
                trunk.registered = Some(registered);
                trunk.last_code = code;
                vec![Touched::Trunk(name)]
            }
            LiveEvent::CallOpened(call) => self.open(*call),
            LiveEvent::CallRerouted { call, trunk } => self.rerouted(call, trunk),
            LiveEvent::CallChanged { call, change, at } => self.change(call, change, at),
            LiveEvent::CallTaken {
                call,
                side,
                extension,
                at,
            } => self.taken(call, side, extension, at),
            LiveEvent::CallClosed { call, code, at } => self.close(call, code, at),
            LiveEvent::Link(health) => {
                self.link = health;
                vec![Touched::Link]
            }
            LiveEvent::Machine(sample) => {
                self.machine = Some(sample);
                vec![Touched::Machine]
            }
        }
    }

    fn configure(&mut self, shape: BranchShape) -> Vec<Touched> {
        self.profile = shape.profile;
        let mut phones = BTreeMap::new();
        for (extension, label) in shape.phones {
            let old = self.phones.remove(&extension).unwrap_or_default();
            phones.insert(extension, PhoneState { label, ..old });
        }
        let mut trunks = BTreeMap::new();
        for trunk in shape.trunks {
            let old = self.trunks.remove(&trunk.name).unwrap_or_default();
            let state = TrunkState {
                concurrent_max: trunk.concurrent_max,
                cps_max: trunk.cps_max,
                ..old
            };
            trunks.insert(trunk.name, state);
        }
        self.phones = phones;
        self.trunks = trunks;
        vec![Touched::Everything]
    }

    fn bound(
        &mut self,
        extension: Extension,
        source: SocketAddr,
        user_agent: String,
        since: UtcMs,
    ) -> Vec<Touched> {
        let Some(phone) = self.phones.get_mut(&extension) else {
            return Vec::new();
        };
        phone.bindings.insert(source, Bound { user_agent, since });
        vec![Touched::Phone(extension)]
    }

    fn unbound(&mut self, extension: Extension, source: SocketAddr) -> Vec<Touched> {
        let gone = self
            .phones
            .get_mut(&extension)
            .and_then(|phone| phone.bindings.remove(&source));
        match gone {
            Some(_) => vec![Touched::Phone(extension)],
            None => Vec::new(),
        }
    }

    fn open(&mut self, call: OpenCall) -> Vec<Touched> {
        if self.calls.len() >= CALLS_MAX || self.calls.contains_key(&call.id) {
            return Vec::new();
        }
        let touched = self.count_in(&call, true);
        let state = CallState {
            phase: Phase::Dialling,
            phase_since: call.since,
            recorded: false,
            three: false,
            call,
        };
        self.calls.insert(state.call.id, state);
        touched
    }

    fn change(&mut self, id: CallId, change: CallChange, at: UtcMs) -> Vec<Touched> {
        let Some(call) = self.calls.get_mut(&id) else {
            return Vec::new();
        };
        let phase = match change {
            CallChange::Ringing => Phase::Ringing,
            CallChange::Answered | CallChange::Resumed => Phase::Talking,
            CallChange::Held => Phase::Held,
            CallChange::Recorded
            | CallChange::NotRecorded
            | CallChange::Three
            | CallChange::Two => call.phase,
        };
        if phase != call.phase {
            call.phase = phase;
            call.phase_since = at;
        }
        match change {
            CallChange::Recorded => call.recorded = true,
            CallChange::NotRecorded => call.recorded = false,
            CallChange::Three => call.three = true,
            CallChange::Two => call.three = false,
            CallChange::Ringing | CallChange::Answered | CallChange::Held | CallChange::Resumed => {
            }
        }
        vec![Touched::Call(id)]
    }

    /// The call holds a channel of another trunk.
    fn rerouted(&mut self, id: CallId, trunk: TrunkName) -> Vec<Touched> {
        let Some(mut state) = self.calls.remove(&id) else {
            return Vec::new();
        };
        let mut touched = self.count_in(&state.call, false);
        state.call.trunk = Some(trunk);
        touched.extend(self.count_in(&state.call, true));
        self.calls.insert(id, state);
        touched.sort();
        touched.dedup();
        touched
    }

    /// The talk goes on with another phone.
    fn taken(&mut self, id: CallId, side: Side, phone: Extension, at: UtcMs) -> Vec<Touched> {
        let Some(mut state) = self.calls.remove(&id) else {
            return Vec::new();
        };
        let mut touched = self.count_in(&state.call, false);
        match phone_on(state.call.direction, side) {
            Some(PhoneOfCall::Extension) => state.call.extension = Some(phone),
            Some(PhoneOfCall::OtherExtension) => state.call.other_extension = Some(phone),
            None => {}
        }
        if state.phase != Phase::Talking {
            state.phase = Phase::Talking;
            state.phase_since = at;
        }
        touched.extend(self.count_in(&state.call, true));
        self.calls.insert(id, state);
        touched.sort();
        touched.dedup();
        touched
    }

    fn close(&mut self, id: CallId, code: Option<SipCode>, at: UtcMs) -> Vec<Touched> {
        let Some(state) = self.calls.remove(&id) else {
            return Vec::new();
        };
        let trunk = state
            .call
            .trunk
            .as_ref()
            .and_then(|name| self.trunks.get_mut(name));
        if let (Some(trunk), Some(code)) = (trunk, code) {
            trunk.count(code, at);
        }
        self.count_in(&state.call, false)
    }

    /// Phones and trunk of a call get one call more, or one less.
    fn count_in(&mut self, call: &OpenCall, more: bool) -> Vec<Touched> {
        let moved = |count: &mut u32| {
            *count = if more {
                *count + 1
            } else {
                count.saturating_sub(1)
            };
        };
        let mut touched = vec![Touched::Call(call.id)];
        for extension in [&call.extension, &call.other_extension]
            .into_iter()
            .flatten()
        {
            if let Some(phone) = self.phones.get_mut(extension) {
                moved(&mut phone.calls);
                touched.push(Touched::Phone(extension.clone()));
            }
        }
        if let Some(name) = &call.trunk
            && let Some(trunk) = self.trunks.get_mut(name)
        {
            moved(&mut trunk.in_use);
            touched.push(Touched::Trunk(name.clone()));
        }
        touched
    }
}

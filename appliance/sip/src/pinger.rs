//! OPTIONS to trunks: are they there?
use crate::api::{Event, Flow};
use crate::leg::outgoing::trunk_host;
use crate::machine::Sip;
use crate::message::{Draft, Head, Method, Name, uri};
use crate::timer::Timer;
use crate::transaction::Owner;
use bytes::Bytes;
use messages::{SipCode, TrunkName};
use std::collections::BTreeMap;

/// So many failures in a row make a trunk unreachable; one answer makes it reachable.
const FAILURES_MAX: u8 = 2;

#[derive(Debug, Default)]
pub(crate) struct Pinger {
    trunks: BTreeMap<TrunkName, Pinged>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Pinged {
    /// `None`: not told yet.
    reachable: Option<bool>,
    failures: u8,
}

impl Pinger {
    /// The new state, if it is one.
    fn note(&mut self, trunk: &TrunkName, answered: bool) -> Option<bool> {
        let held = self.trunks.entry(trunk.clone()).or_default();
        held.failures = if answered {
            0
        } else {
            held.failures.saturating_add(1)
        };
        let reachable = if answered {
            true
        } else if held.failures >= FAILURES_MAX {
            false
        } else {
            return None;
        };
        (held.reachable.replace(reachable) != Some(reachable)).then_some(reachable)
    }
}

impl Sip {
    /// Starts, keeps or stops the timers as the configuration says.
    pub(crate) fn plan_pings(&mut self) {
        let wanted: Vec<TrunkName> = self
            .config
            .trunks()
            .filter(|t| t.options_every.is_some())
            .map(|t| t.name.clone())
            .collect();
        self.pinger.trunks.retain(|name, _| wanted.contains(name));
        for name in wanted {
            let timer = Timer::Ping(name.clone());
            self.pinger.trunks.entry(name).or_default();
            if self.timers.get(&timer).is_none() {
                self.timers.set(timer, self.now.mono);
            }
        }
    }

    pub(crate) fn ping(&mut self, name: &TrunkName) {
        let Some(trunk) = self.config.trunk(name) else {
            return;
        };
        let Some(every) = trunk.options_every else {
            return;
        };
        let at = self.now.mono + every.max(core::time::Duration::from_secs(1));
        let flow = trunk.flow;
        let host = trunk.host.clone();
        self.timers.set(Timer::Ping(name.clone()), at);
        let Some(flow) = flow else {
            return;
        };
        let target = format!("sip:{}", trunk_host(&host, flow));
        let draft = self.options(flow, target);
        self.open_client(flow, draft, Owner::Ping(name.clone()));
    }

    fn options(&mut self, flow: Flow, target: String) -> Draft {
        let own = format!(
            "sip:{}:{}",
            uri::host_text(flow.local.ip()),
            flow.local.port()
        );
        let tag = self.mint_tag();
        let mut head = Head::default();
        head.push(Name::MaxForwards, "70");
        head.push(Name::From, format!("<{own}>;tag={tag}"));
        head.push(Name::To, format!("<{target}>"));
        head.push(Name::CallId, self.secrets.hex(16));
        head.push(Name::CSeq, "1 OPTIONS");
        head.push(Name::Contact, format!("<{own}>"));
        head.push(Name::Accept, "application/sdp");
        Draft {
            method: Method::Options,
            uri: target,
            head,
            body: Bytes::new(),
        }
    }

    /// Any answer shows that the trunk is there, but 408 and 503.
    pub(crate) fn on_pinged(&mut self, trunk: &TrunkName, code: Option<SipCode>) {
        let answered = code.is_some_and(|code| !matches!(code.0, 408 | 503));
        if self.config.trunk(trunk).is_none() {
            return;
        }
        if let Some(reachable) = self.pinger.note(trunk, answered) {
            let trunk = trunk.clone();
            self.tell(Event::TrunkState {
                trunk,
                reachable,
                code,
            });
        }
    }
}

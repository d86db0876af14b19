//! A caller that places many calls at a steady pace, as a carrier that hands calls in: the load of laboratories and benches.
use crate::audio::Voice;
use crate::endpoint::Endpoint;
use crate::sdp;
use crate::talk::{Says, Talk};
use core::time::Duration;
use messages::{Moment, Q850, SipCode};
use sip::{Command, Event, Invite, LegId, Target};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What is placed.
#[derive(Clone, Debug)]
pub struct Load {
    /// Where the calls come from: an address that the gateway's trunk accepts.
    pub listen: SocketAddr,
    pub gateway: SocketAddr,
    /// Every call dials this prefix and six digits of its own.
    pub prefix: String,
    pub count: u32,
    pub per_second: u32,
    /// From answer to hang-up.
    pub hold: Duration,
    /// Speech-like sound while the call is up.
    pub sound: bool,
}

/// What became of the calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    pub answered: u32,
    pub failed: u32,
    pub packets_sent: u64,
    pub packets_received: u64,
    /// INVITE to answer; p50 and p99.
    pub set_up_p50: Duration,
    pub set_up_p99: Duration,
}

struct Call {
    invited: Moment,
    hang_up: Option<Moment>,
    answered: bool,
}

pub struct Caller {
    load: Load,
    endpoint: Endpoint,
    talk: Talk,
    calls: BTreeMap<LegId, Call>,
    placed: Placed,
    set_ups: Vec<Duration>,
}

impl Caller {
    pub fn new(load: Load) -> anyhow::Result<Self> {
        let name =
            messages::TrunkName::parse("gateway").ok_or_else(|| anyhow::anyhow!("no name"))?;
        let trunk = sip::TrunkAccount {
            name,
            flow: Some(sip::Flow::udp(load.listen, load.gateway)),
            host: load.gateway.to_string(),
            accept_from: Vec::new(),
            options_every: None,
            offers: sip::Offers::default(),
            domain: None,
            login: None,
            caller_in: Default::default(),
        };
        let config = sip::Config {
            user_agent: "zhunkehu-simulator".to_owned(),
            trunks: vec![trunk],
            ..sip::Config::default()
        };
        Ok(Self {
            endpoint: Endpoint::bind(load.listen, config)?,
            load,
            talk: Talk::default(),
            calls: BTreeMap::new(),
            placed: Placed::default(),
            set_ups: Vec::new(),
        })
    }

    /// Places all calls and waits for their ends. `at_full_load` is called once, when all that fit are up.
    pub fn run(mut self, mut at_full_load: impl FnMut()) -> anyhow::Result<Placed> {
        let beat = self.talk.start("caller-rtp")?;
        let gap = Duration::from_secs(1) / self.load.per_second.max(1);
        let start = self.endpoint.now().mono;
        let mut next = start;
        let mut begun = 0;
        let mut told = false;
        while begun < self.load.count || !self.calls.is_empty() {
            let now = self.endpoint.now().mono;
            while begun < self.load.count && next <= now {
                self.place(begun)?;
                begun += 1;
                next = next + gap;
            }
            self.hang_up_due(now);
            if !told && begun == self.load.count {
                told = true;
                at_full_load();
            }
            let wait = next
                .since(now)
                .clamp(Duration::from_millis(1), Duration::from_millis(5));
            for event in self.endpoint.step(wait) {
                self.event(event);
            }
        }
        self.talk.stop();
        beat.join()
            .map_err(|_panic| anyhow::anyhow!("the sound thread panicked"))?;
        self.set_ups.sort_unstable();
        let at = |part: usize| {
            self.set_ups
                .get(self.set_ups.len() * part / 100)
                .copied()
                .unwrap_or_default()
        };
        Ok(Placed {
            set_up_p50: at(50),
            set_up_p99: at(99),
            ..self.placed
        })
    }

    fn place(&mut self, number: u32) -> anyhow::Result<()> {
        let leg = self.endpoint.mint_leg();
        let address = self.endpoint.local().ip();
        let port = if self.load.sound {
            self.talk.open(leg.0, address)?
        } else {
            9
        };
        let to = messages::TrunkName::parse("gateway").ok_or_else(|| anyhow::anyhow!("no name"))?;
        let invite = Invite {
            leg,
            to: Target::Trunk(to),
            called: format!("{}{number:06}", self.load.prefix),
            caller: "load".to_owned(),
            display: None,
            sdp: Some(sdp::describe(address, port)),
            private: false,
            diverted: Vec::new(),
            auto_answer: false,
            silence_max: None,
        };
        let invited = self.endpoint.now().mono;
        self.calls.insert(
            leg,
            Call {
                invited,
                hang_up: None,
                answered: false,
            },
        );
        self.endpoint.command(Command::Invite(Box::new(invite)));
        Ok(())
    }

    #[allow(clippy::wildcard_enum_match_arm)] // a caller is never called
    fn event(&mut self, event: Event) {
        let now = self.endpoint.now().mono;
        match event {
            Event::Answered { leg, sdp, .. } => {
                let Some(call) = self.calls.get_mut(&leg) else {
                    return;
                };
                call.answered = true;
                call.hang_up = Some(now + self.load.hold);
                self.set_ups.push(now.since(call.invited));
                if self.load.sound {
                    self.talk.point(leg.0, sdp.as_deref().and_then(sdp::remote));
                    self.talk
                        .say(leg.0, Says::Voice(Box::new(Voice::new(leg.0))));
                }
            }
            Event::Ended { leg, .. } => {
                let Some(call) = self.calls.remove(&leg) else {
                    return;
                };
                let counts = self.talk.close(leg.0);
                self.placed.answered += u32::from(call.answered);
                self.placed.failed += u32::from(!call.answered);
                self.placed.packets_sent += counts.sent;
                self.placed.packets_received += counts.received;
            }
            _ => {}
        }
    }

    fn hang_up_due(&mut self, now: Moment) {
        let due: Vec<LegId> = self
            .calls
            .iter_mut()
            .filter_map(|(leg, call)| call.hang_up.take_if(|at| *at <= now).map(|_| *leg))
            .collect();
        for leg in due {
            let cause = Some(Q850::NORMAL);
            self.endpoint.command(Command::Release {
                leg,
                code: SipCode(480),
                cause,
                retry_after: None,
            });
        }
    }
}

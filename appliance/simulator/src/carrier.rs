//! The carrier: each INVITE gets a fate by the seed, is played to its end, and leaves a line in the log.
mod fate;

use crate::announcement::Announcement;
use crate::audio::Voice;
use crate::config::CarrierConfig;
use crate::endpoint::Endpoint;
use crate::journal::{CallLine, Journal};
use crate::sdp;
use crate::talk::{Says, Talk};
use bytes::Bytes;
use fate::{Fate, Plan};
use messages::{Now, Q850, SipCode};
use sansio::{SeededRng, TimerTable};
use sip::{Command, Event, LegId};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What happens next on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Ring(LegId),
    Answer(LegId),
    Refuse(LegId),
    HangUp(LegId),
}

struct Call {
    plan: Plan,
    offer: Option<Bytes>,
    /// Where its sound comes in, once there is any.
    port: Option<u16>,
    line: CallLine,
    hung_up_here: bool,
}

pub struct Carrier {
    config: CarrierConfig,
    endpoint: Endpoint,
    talk: Talk,
    journal: Journal,
    rng: SeededRng,
    announcement: Announcement,
    timers: TimerTable<Next>,
    calls: BTreeMap<LegId, Call>,
    /// Times of the INVITEs of the last second.
    recent: VecDeque<i64>,
}

impl Carrier {
    pub fn new(config: CarrierConfig) -> anyhow::Result<Self> {
        let trunk = sip::TrunkAccount {
            name: messages::TrunkName::parse("gateway")
                .ok_or_else(|| anyhow::anyhow!("no name"))?,
            flow: config
                .gateway
                .map(|gateway| sip::Flow::udp(config.listen, gateway)),
            host: config
                .gateway
                .map_or_else(|| "gateway".to_owned(), |gateway| gateway.to_string()),
            accept_from: vec![messages::command::TrunkSource {
                ip: config
                    .gateway
                    .map_or(config.listen.ip(), |gateway| gateway.ip()),
                port: config.gateway.map(|gateway| gateway.port()),
            }],
            options_every: None,
            offers: sip::Offers::default(),
            domain: None,
            login: None,
            caller_in: Default::default(),
        };
        let sip = sip::Config {
            user_agent: "zhunkehu-simulator".to_owned(),
            trunks: vec![trunk],
            ..sip::Config::default()
        };
        let endpoint = Endpoint::bind(config.listen, sip)?;
        let journal = Journal::open(&config.log)?;
        let rng = SeededRng::new(config.seed);
        let announcement = match &config.announcement {
            Some(file) => Announcement::read(file)?,
            None => Announcement::vacant()?,
        };
        Ok(Self {
            config,
            endpoint,
            talk: Talk::default(),
            journal,
            rng,
            announcement,
            timers: TimerTable::default(),
            calls: BTreeMap::new(),
            recent: VecDeque::new(),
        })
    }

    #[must_use]
    pub const fn local(&self) -> std::net::SocketAddr {
        self.endpoint.local()
    }

    /// Runs until `stop`; then ends what is up and writes its lines.
    pub fn run(mut self, stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
        let beat = self.talk.start("carrier-rtp")?;
        while !stop.load(Ordering::Relaxed) {
            self.step();
        }
        let end = self.endpoint.now().mono + Duration::from_secs(2);
        let open: Vec<LegId> = self.calls.keys().copied().collect();
        open.into_iter().for_each(|leg| self.hang_up(leg));
        while !self.calls.is_empty() && self.endpoint.now().mono < end {
            self.step();
        }
        let now = self.endpoint.now();
        let left: Vec<LegId> = self.calls.keys().copied().collect();
        left.into_iter()
            .for_each(|leg| self.ended(now, leg, "open", None));
        self.talk.stop();
        beat.join()
            .map_err(|_panic| anyhow::anyhow!("the sound thread panicked"))
    }

    fn step(&mut self) {
        let now = self.endpoint.now().mono;
        let most = Duration::from_millis(100);
        let wait = self
            .timers
            .deadline()
            .map_or(most, |at| at.since(now).min(most));
        for event in self.endpoint.step(wait) {
            self.event(event);
        }
        let now = self.endpoint.now();
        while let Some(next) = self.timers.pop_due(now.mono) {
            self.next(now, next);
        }
    }

    #[allow(clippy::wildcard_enum_match_arm)] // a carrier registers nobody and offers nothing anew
    fn event(&mut self, event: Event) {
        let now = self.endpoint.now();
        match event {
            Event::Invited {
                leg,
                called,
                caller,
                sdp,
                ..
            } => self.invited(now, leg, called, caller, sdp),
            Event::Acked {
                leg,
                sdp: Some(sdp),
            } => self.talk.point(leg.0, sdp::remote(&sdp)),
            Event::Reoffered { leg, sdp } => self.reoffered(leg, sdp.as_deref()),
            Event::Ended {
                leg,
                by_peer,
                cause,
            } => {
                let by = if by_peer { "far" } else { "near" };
                self.ended(now, leg, by, cause.sip.map(|code| code.0));
            }
            _ => {}
        }
    }

    fn invited(
        &mut self,
        now: Now,
        leg: LegId,
        called: String,
        caller: String,
        offer: Option<Bytes>,
    ) {
        let full = self.is_over_limit(now);
        let plan = if full {
            Plan::over_limit()
        } else {
            Plan::draw(&self.config, self.announcement.millis(), &mut self.rng)
        };
        let line = CallLine {
            end: "carrier".to_owned(),
            called,
            caller,
            outcome: plan.fate.code().to_owned(),
            invited: now.utc.0,
            ..CallLine::default()
        };
        self.calls.insert(
            leg,
            Call {
                plan,
                offer,
                port: None,
                line,
                hung_up_here: false,
            },
        );
        match plan.fate {
            Fate::Limit | Fate::FastFailure | Fate::Busy => {
                self.timers
                    .set(Next::Refuse(leg), now.mono + plan.before_final);
            }
            Fate::Answer | Fate::NoAnswer | Fate::Vacant => {
                self.timers
                    .set(Next::Ring(leg), now.mono + plan.before_ring);
            }
        }
    }

    fn is_over_limit(&mut self, now: Now) -> bool {
        while self
            .recent
            .front()
            .is_some_and(|at| now.utc.0 - at >= 1_000)
        {
            self.recent.pop_front();
        }
        let too_fast = self.recent.len() >= self.config.cps_max as usize;
        if !too_fast {
            self.recent.push_back(now.utc.0);
        }
        too_fast || self.calls.len() >= self.config.concurrent_max as usize
    }

    fn next(&mut self, now: Now, next: Next) {
        match next {
            Next::Ring(leg) => self.ring(now, leg),
            Next::Answer(leg) => self.answer(now, leg),
            Next::Refuse(leg) => self.refuse(leg),
            Next::HangUp(leg) => self.hang_up(leg),
        }
    }

    fn ring(&mut self, now: Now, leg: LegId) {
        let Some(plan) = self.calls.get(&leg).map(|call| call.plan) else {
            return;
        };
        let (code, sdp) = match plan.fate {
            Fate::Vacant => {
                let says = Says::Announcement(self.announcement.clone());
                (SipCode(183), self.open_sound(leg, says))
            }
            Fate::Answer | Fate::NoAnswer | Fate::Busy | Fate::FastFailure | Fate::Limit => {
                (SipCode(180), None)
            }
        };
        self.endpoint.command(Command::Progress { leg, code, sdp });
        let after = now.mono + plan.before_final;
        self.timers.set(
            if plan.fate == Fate::Answer {
                Next::Answer(leg)
            } else {
                Next::Refuse(leg)
            },
            after,
        );
    }

    fn answer(&mut self, now: Now, leg: LegId) {
        let Some(plan) = self.calls.get(&leg).map(|call| call.plan) else {
            return;
        };
        let voice = Says::Voice(Box::new(Voice::new(plan.voice)));
        let Some(sdp) = self.open_sound(leg, voice) else {
            return self.hang_up(leg);
        };
        self.endpoint.command(Command::Answer { leg, sdp });
        let Some(call) = self.calls.get_mut(&leg) else {
            return;
        };
        call.line.answered = Some(now.utc.0);
        call.line.code = Some(200);
        if let Some(talk) = call.plan.hang_up_after {
            self.timers.set(Next::HangUp(leg), now.mono + talk);
        }
    }

    fn refuse(&mut self, leg: LegId) {
        let Some(call) = self.calls.get_mut(&leg) else {
            return;
        };
        let (code, cause) = call.plan.fate.refusal();
        call.line.code = Some(code);
        call.hung_up_here = true;
        let command = Command::Release {
            leg,
            code: SipCode(code),
            cause: cause.map(Q850),
            retry_after: None,
        };
        self.endpoint.command(command);
    }

    fn hang_up(&mut self, leg: LegId) {
        let Some(call) = self.calls.get_mut(&leg) else {
            return;
        };
        call.hung_up_here = true;
        let command = Command::Release {
            leg,
            code: SipCode(480),
            cause: Some(Q850::NORMAL),
            retry_after: None,
        };
        self.endpoint.command(command);
    }

    /// The description for a leg whose sound begins now.
    fn open_sound(&mut self, leg: LegId, says: Says) -> Option<Bytes> {
        let address = self.endpoint.local().ip();
        let port = self.talk.open(leg.0, address).ok()?;
        let call = self.calls.get_mut(&leg)?;
        call.port = Some(port);
        self.talk
            .point(leg.0, call.offer.as_deref().and_then(sdp::remote));
        self.talk.say(leg.0, says);
        Some(sdp::describe(address, port))
    }

    /// Hold and moved media: the new address is taken, the own description stays.
    fn reoffered(&mut self, leg: LegId, offer: Option<&[u8]>) {
        let port = self.calls.get(&leg).and_then(|call| call.port);
        let command = match (offer.and_then(sdp::remote), port) {
            (Some(remote), Some(port)) => {
                self.talk.point(leg.0, Some(remote));
                Command::AcceptReoffer {
                    leg,
                    sdp: sdp::describe(self.endpoint.local().ip(), port),
                }
            }
            (None, _) | (_, None) => Command::RefuseReoffer {
                leg,
                code: SipCode(488),
            },
        };
        self.endpoint.command(command);
    }

    fn ended(&mut self, now: Now, leg: LegId, by: &str, code: Option<u16>) {
        for next in [
            Next::Ring(leg),
            Next::Answer(leg),
            Next::Refuse(leg),
            Next::HangUp(leg),
        ] {
            self.timers.cancel(&next);
        }
        let Some(Call {
            mut line,
            hung_up_here,
            ..
        }) = self.calls.remove(&leg)
        else {
            return;
        };
        let counts = self.talk.close(leg.0);
        line.ended = now.utc.0;
        line.ended_by = if hung_up_here { "near" } else { by }.to_owned();
        line.code = line.code.or(code);
        line.packets_sent = counts.sent;
        line.packets_received = counts.received;
        line.packets_voiced = counts.voiced;
        self.journal.write(&line);
    }
}

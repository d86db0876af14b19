//! One phone: a registration kept fresh, calls answered after a moment, calls that are dialled at it.
use super::hand::Hand;
use crate::audio::Voice;
use crate::config::PhonesConfig;
use crate::endpoint::Endpoint;
use crate::journal::{CallLine, Journal};
use crate::sdp;
use crate::talk::{Says, Talk};
use bytes::Bytes;
use messages::{Moment, Q850, SipCode};
use sansio::SeededRng;
use sip::{Command, Event, LegId, Origin, RegisterAs};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// What the person at the desk sees of the phone.
#[derive(Clone, Default)]
pub(super) struct Line {
    registered: Arc<AtomicBool>,
    calls: Arc<AtomicU32>,
}

impl Line {
    pub(super) fn is_free(&self) -> bool {
        self.registered.load(Ordering::Relaxed) && self.calls.load(Ordering::Relaxed) == 0
    }
}

pub(super) struct Call {
    answer_at: Option<Moment>,
    pub(super) hang_up_at: Option<Moment>,
    offer: Option<Bytes>,
    port: Option<u16>,
    pub(super) line: CallLine,
}

impl Call {
    /// One that this phone dialled: its sound has a port already.
    pub(super) const fn placed(port: u16, line: CallLine) -> Self {
        Self {
            answer_at: None,
            hang_up_at: None,
            offer: None,
            port: Some(port),
            line,
        }
    }
}

pub(super) struct Phone {
    pub(super) extension: String,
    pub(super) endpoint: Endpoint,
    pub(super) talk: Talk,
    journal: Journal,
    pub(super) line: Line,
    pub(super) seed: u64,
    answer_after: Duration,
    talk_ms: [u64; 2],
    rng: SeededRng,
    pub(super) hand: Option<Hand>,
    pub(super) calls: BTreeMap<LegId, Call>,
}

impl Phone {
    pub(super) fn new(
        config: &PhonesConfig,
        number: u32,
        talk: Talk,
        journal: Journal,
    ) -> anyhow::Result<(Self, Line)> {
        let extension = number.to_string();
        let sip = sip::Config {
            user_agent: "zhunkehu-simulator phone".to_owned(),
            ..sip::Config::default()
        };
        let mut endpoint = Endpoint::bind((config.address, 0).into(), sip)?;
        let register = RegisterAs {
            user: extension.clone(),
            auth_user: extension.clone(),
            password: config.password.replace("{user}", &extension),
            domain: config.gateway.to_string(),
            flow: endpoint.flow_to(config.gateway),
            expires: Duration::from_secs(300),
        };
        endpoint.command(Command::Register(Box::new(register)));
        let line = Line::default();
        let now = endpoint.now().mono;
        let own = config.seed.wrapping_add(u64::from(number));
        let hand = config.hand.as_ref();
        let phone = Self {
            hand: hand.and_then(|hand| Hand::new(hand, !own, now)),
            seed: config.seed.wrapping_add(extension.parse().unwrap_or(0)),
            extension,
            endpoint,
            talk,
            journal,
            line: line.clone(),
            answer_after: Duration::from_millis(config.answer_after_ms),
            talk_ms: config.talk_ms,
            rng: SeededRng::new(own),
            calls: BTreeMap::new(),
        };
        Ok((phone, line))
    }

    pub(super) fn run(mut self, stop: &Arc<AtomicBool>) -> anyhow::Result<()> {
        while !stop.load(Ordering::Relaxed) {
            self.step();
            self.dial_if_due();
        }
        let open: Vec<LegId> = self.calls.keys().copied().collect();
        open.into_iter().for_each(|leg| self.hang_up(leg));
        self.endpoint.command(Command::Unregister {
            user: self.extension.clone(),
        });
        let end = self.endpoint.now().mono + Duration::from_secs(2);
        while (!self.calls.is_empty() || self.line.registered.load(Ordering::Relaxed))
            && self.endpoint.now().mono < end
        {
            self.step();
            if self.calls.is_empty() {
                break;
            }
        }
        let left: Vec<LegId> = self.calls.keys().copied().collect();
        left.into_iter()
            .for_each(|leg| self.ended(leg, "open", None));
        Ok(())
    }

    fn step(&mut self) {
        for event in self.endpoint.step(Duration::from_millis(50)) {
            self.event(event);
        }
        let now = self.endpoint.now().mono;
        let due: Vec<LegId> = self
            .calls
            .iter()
            .filter(|(_, call)| call.answer_at.is_some_and(|at| at <= now))
            .map(|(leg, _)| *leg)
            .collect();
        due.into_iter().for_each(|leg| self.answer(leg));
        let over = self
            .calls
            .iter_mut()
            .filter_map(|(leg, call)| call.hang_up_at.take_if(|at| *at <= now).map(|_| *leg));
        let over: Vec<LegId> = over.collect();
        over.into_iter().for_each(|leg| self.hang_up(leg));
    }

    fn hang_up(&mut self, leg: LegId) {
        let cause = Some(Q850::NORMAL);
        self.endpoint.command(Command::Release {
            leg,
            code: SipCode(480),
            cause,
            retry_after: None,
        });
    }

    #[allow(clippy::wildcard_enum_match_arm)] // a phone has no trunks and registers nobody
    fn event(&mut self, event: Event) {
        match event {
            Event::Registered { .. } => self.line.registered.store(true, Ordering::Relaxed),
            Event::RegisterFailed { code, .. } => {
                self.line.registered.store(false, Ordering::Relaxed);
                tracing::warn!(extension = %self.extension, ?code, "not registered");
            }
            Event::Invited {
                leg,
                origin: Origin::Registrar { .. },
                called,
                caller,
                sdp,
                ..
            } => {
                self.invited(leg, called, caller, sdp);
            }
            Event::Progressed { leg, sdp, .. } => self.progressed(leg, sdp.as_deref()),
            Event::Answered { leg, sdp, .. } => self.was_answered(leg, sdp.as_deref()),
            Event::Acked {
                leg,
                sdp: Some(sdp),
            } => self.talk.point(self.sound(leg), sdp::remote(&sdp)),
            Event::Reoffered { leg, sdp } => self.reoffered(leg, sdp.as_deref()),
            Event::Ended {
                leg,
                by_peer,
                cause,
            } => {
                self.ended(
                    leg,
                    if by_peer { "far" } else { "near" },
                    cause.sip.map(|code| code.0),
                );
            }
            _ => {}
        }
    }

    fn invited(&mut self, leg: LegId, called: String, caller: String, offer: Option<Bytes>) {
        let now = self.endpoint.now();
        let line = CallLine {
            end: self.extension.clone(),
            called,
            caller,
            outcome: "phone".to_owned(),
            invited: now.utc.0,
            ..CallLine::default()
        };
        self.endpoint.command(Command::Progress {
            leg,
            code: SipCode(180),
            sdp: None,
        });
        let answer_at = Some(now.mono + self.answer_after);
        self.calls.insert(
            leg,
            Call {
                answer_at,
                hang_up_at: None,
                offer,
                port: None,
                line,
            },
        );
        self.tell_desk();
    }

    pub(super) fn talk_time(&mut self) -> Duration {
        let [least, most] = self.talk_ms;
        Duration::from_millis(least + self.rng.below(most.saturating_sub(least) + 1))
    }

    fn answer(&mut self, leg: LegId) {
        let talk = self.talk_time();
        let now = self.endpoint.now();
        let (address, sound) = (self.endpoint.local().ip(), self.sound(leg));
        let Some(call) = self.calls.get_mut(&leg) else {
            return;
        };
        call.answer_at = None;
        call.hang_up_at = Some(now.mono + talk);
        let Ok(port) = self.talk.open(sound, address) else {
            return;
        };
        call.port = Some(port);
        call.line.answered = Some(now.utc.0);
        call.line.code = Some(200);
        self.talk
            .point(sound, call.offer.as_deref().and_then(sdp::remote));
        self.talk
            .say(sound, Says::Voice(Box::new(Voice::new(self.seed ^ sound))));
        self.endpoint.command(Command::Answer {
            leg,
            sdp: sdp::describe(address, port),
        });
    }

    fn reoffered(&mut self, leg: LegId, offer: Option<&[u8]>) {
        let port = self.calls.get(&leg).and_then(|call| call.port);
        let command = match (offer.and_then(sdp::remote), port) {
            (Some(remote), Some(port)) => {
                self.talk.point(self.sound(leg), Some(remote));
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

    fn ended(&mut self, leg: LegId, by: &str, code: Option<u16>) {
        let Some(Call { mut line, .. }) = self.calls.remove(&leg) else {
            return;
        };
        let counts = self.talk.close(self.sound(leg));
        line.ended = self.endpoint.now().utc.0;
        line.ended_by = by.to_owned();
        line.code = line.code.or(code);
        line.packets_sent = counts.sent;
        line.packets_received = counts.received;
        line.packets_voiced = counts.voiced;
        self.journal.write(&line);
        self.tell_desk();
    }

    pub(super) fn tell_desk(&self) {
        self.line.calls.store(
            u32::try_from(self.calls.len()).unwrap_or(u32::MAX),
            Ordering::Relaxed,
        );
    }

    /// All phones share one beat: a leg's name is made of the phone's port and the leg's number.
    pub(super) fn sound(&self, leg: LegId) -> u64 {
        u64::from(self.endpoint.local().port()) << 40 | (leg.0 & 0xff_ffff_ffff)
    }
}

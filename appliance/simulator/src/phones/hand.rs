//! A person who takes the handset off and dials: an INVITE from the phone, answered to the gateway's challenge.
use super::phone::{Call, Phone};
use crate::audio::Voice;
use crate::config::HandConfig;
use crate::journal::CallLine;
use crate::sdp;
use crate::talk::Says;
use messages::Moment;
use sansio::SeededRng;
use sip::{Command, Invite, LegId, Target};
use std::time::Duration;

/// When the next number is dialled, and which.
pub(super) struct Hand {
    config: HandConfig,
    rng: SeededRng,
    next: Moment,
}

impl Hand {
    /// Nobody dials where there is no number.
    pub(super) fn new(config: &HandConfig, seed: u64, now: Moment) -> Option<Self> {
        let mut hand = Self {
            config: config.clone(),
            rng: SeededRng::new(seed),
            next: now,
        };
        hand.rest(now);
        (!config.numbers.is_empty()).then_some(hand)
    }

    fn rest(&mut self, now: Moment) {
        let [least, most] = self.config.pause_ms;
        let pause = least + self.rng.below(most.saturating_sub(least) + 1);
        self.next = now + Duration::from_millis(pause);
    }

    /// A number, if it is time for one.
    fn turn(&mut self, now: Moment) -> Option<String> {
        if now < self.next {
            return None;
        }
        self.rest(now);
        let choice = self.rng.below(self.config.numbers.len() as u64);
        let choice = usize::try_from(choice).unwrap_or(0);
        self.config.numbers.get(choice).cloned()
    }
}

impl Phone {
    /// Dials, if somebody sits here whose time it is and the phone is free.
    pub(super) fn dial_if_due(&mut self) {
        let now = self.endpoint.now().mono;
        if !self.line.is_free() {
            return;
        }
        if let Some(number) = self.hand.as_mut().and_then(|hand| hand.turn(now)) {
            self.dial(number);
        }
    }

    fn dial(&mut self, number: String) {
        let leg = self.endpoint.mint_leg();
        let (address, sound) = (self.endpoint.local().ip(), self.sound(leg));
        let Ok(port) = self.talk.open(sound, address) else {
            return;
        };
        let line = CallLine {
            end: self.extension.clone(),
            called: number.clone(),
            caller: self.extension.clone(),
            outcome: "dialled".to_owned(),
            invited: self.endpoint.now().utc.0,
            ..CallLine::default()
        };
        self.calls.insert(leg, Call::placed(port, line));
        self.tell_desk();
        let invite = Invite {
            leg,
            to: Target::Registrar {
                user: self.extension.clone(),
            },
            called: number,
            caller: self.extension.clone(),
            display: None,
            sdp: Some(sdp::describe(address, port)),
            private: false,
            diverted: Vec::new(),
            auto_answer: false,
            silence_max: None,
        };
        self.endpoint.command(Command::Invite(Box::new(invite)));
    }

    /// What the far end plays before it answers is heard.
    pub(super) fn progressed(&self, leg: LegId, sdp: Option<&[u8]>) {
        self.talk.point(self.sound(leg), sdp.and_then(sdp::remote));
    }

    pub(super) fn was_answered(&mut self, leg: LegId, sdp: Option<&[u8]>) {
        let talk = self.talk_time();
        let now = self.endpoint.now();
        let (sound, voice) = (self.sound(leg), self.seed);
        let Some(call) = self.calls.get_mut(&leg) else {
            return;
        };
        call.hang_up_at = Some(now.mono + talk);
        call.line.answered = Some(now.utc.0);
        call.line.code = Some(200);
        self.talk.point(sound, sdp.and_then(sdp::remote));
        self.talk
            .say(sound, Says::Voice(Box::new(Voice::new(voice ^ sound))));
    }
}

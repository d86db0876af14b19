//! The people at the other ends: whether and when they answer, hold, hang up. They decide as they hear of a call.
use crate::agenda::{Act, Agenda};
use crate::form::Peer;
use crate::site::Says;
use messages::{Moment, Q850, SipCode};
use sansio::SeededRng;
use sip::{Command, Event, LegId};
use std::collections::BTreeSet;
use std::time::Duration;

/// What rings unheard is switched off: later than the gateway gives up.
const GIVES_UP: Duration = Duration::from_secs(200);

pub(crate) struct People {
    rng: SeededRng,
    /// Callers that made no offer: they owe an answer to the gateway's.
    late: BTreeSet<(Peer, LegId)>,
}

impl People {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: SeededRng::new(seed ^ 0x9e0),
            late: BTreeSet::new(),
        }
    }

    pub(crate) fn hear(&mut self, now: Moment, peer: Peer, event: &Event, agenda: &mut Agenda) {
        let leg = match event {
            Event::Invited { leg, called, .. } => {
                return match peer {
                    Peer::Carrier => self.outsider_called(now, *leg, called, agenda),
                    Peer::Phones => self.colleague_called(now, *leg, agenda),
                };
            }
            Event::Answered { leg, .. } => *leg,
            Event::Ended { leg, .. } => {
                self.late.remove(&(peer, *leg));
                return;
            }
            Event::Progressed { .. }
            | Event::Acked { .. }
            | Event::Reoffered { .. }
            | Event::Reanswered { .. }
            | Event::ReofferRefused { .. }
            | Event::Digit { .. }
            | Event::Referred { .. }
            | Event::Redirected { .. }
            | Event::DialogOpened { .. }
            | Event::DialogClosed { .. }
            | Event::ProfileAsked(_)
            | Event::OrphanEnded(_)
            | Event::Bound { .. }
            | Event::Refreshed { .. }
            | Event::Unbound { .. }
            | Event::TrunkState { .. }
            | Event::TrunkRegistered { .. }
            | Event::Banned { .. }
            | Event::Registered { .. }
            | Event::RegisterFailed { .. }
            | Event::Refused { .. } => return,
        };
        self.answered(now, peer, leg, agenda);
    }

    /// A call begins: its caller may lose patience.
    pub(crate) fn calling(
        &mut self,
        now: Moment,
        peer: Peer,
        leg: LegId,
        late: bool,
        agenda: &mut Agenda,
    ) {
        if late {
            self.late.insert((peer, leg));
        }
        if self.rng.below(100) < 15 {
            let after = self.between(300, 9_000);
            agenda.put(
                now + after,
                Act::Does(peer, release(leg, 487, Some(Q850::NORMAL))),
            );
        }
    }

    pub(crate) fn dice(&mut self) -> &mut SeededRng {
        &mut self.rng
    }

    fn between(&mut self, from_ms: u64, to_ms: u64) -> Duration {
        Duration::from_millis(from_ms + self.rng.below(to_ms - from_ms))
    }

    fn answered(&mut self, now: Moment, peer: Peer, leg: LegId, agenda: &mut Agenda) {
        if self.late.remove(&(peer, leg)) {
            let sdp = Says::ALaw.sdp();
            agenda.put(now, Act::Does(peer, Command::Answer { leg, sdp }));
        }
        let fate = self.rng.below(100);
        if fate < 15 {
            let says = if fate < 3 { Says::Foreign } else { Says::Hold };
            for (after, says) in [(2_000, says), (6_000, Says::ALaw)] {
                let after = self.between(after, after + 3_000);
                let sdp = says.sdp();
                agenda.put(now + after, Act::Does(peer, Command::Reoffer { leg, sdp }));
            }
        }
        match fate {
            0..60 => {
                let talk = self.between(1_000, 45_000);
                self.bye(now + talk, peer, leg, agenda);
            }
            60..85 => self.bye(together(now), peer, leg, agenda),
            // The callee hangs up, or the length of calls is limited.
            _ => {}
        }
    }

    fn bye(&mut self, at: Moment, peer: Peer, leg: LegId, agenda: &mut Agenda) {
        let cause = (self.rng.below(3) > 0).then_some(Q850::NORMAL);
        agenda.put(at, Act::Does(peer, release(leg, 200, cause)));
    }

    fn outsider_called(&mut self, now: Moment, leg: LegId, called: &str, agenda: &mut Agenda) {
        let mut does = |after: Duration, command| {
            agenda.put(now + after, Act::Does(Peer::Carrier, command));
        };
        let emergency = called.len() == 3;
        let fate = if emergency { 0 } else { self.rng.below(100) };
        let soon = self.between(20, 1_500);
        match fate {
            0..58 => {
                let early = fate % 5 == 1;
                does(soon, ring(leg, early));
                self.answer(now + soon, Peer::Carrier, leg, agenda);
            }
            58..70 => does(soon, release(leg, 486, Some(Q850::USER_BUSY))),
            70..76 => {
                does(soon, ring(leg, false));
                let late = self.between(20_000, 60_000);
                does(soon + late, release(leg, 480, Some(Q850::NO_ANSWER)));
            }
            76..83 => {
                does(soon, ring(leg, true));
                let announced = self.between(2_000, 5_000);
                does(soon + announced, release(leg, 404, Some(Q850(1))));
            }
            83..90 => does(Duration::from_millis(50), release(leg, 503, Some(Q850(34)))),
            90..93 => {
                does(soon, ring(leg, false));
                does(GIVES_UP, release(leg, 480, None));
            }
            93..96 => does(soon, release(leg, 603, None)),
            _ => self.answer(now, Peer::Carrier, leg, agenda),
        }
    }

    fn colleague_called(&mut self, now: Moment, leg: LegId, agenda: &mut Agenda) {
        let soon = self.between(10, 400);
        let fate = self.rng.below(100);
        if fate < 92 {
            agenda.put(now + soon, Act::Does(Peer::Phones, ring(leg, false)));
        }
        match fate {
            0..75 => self.answer(now + soon, Peer::Phones, leg, agenda),
            75..88 => agenda.put(
                now + soon * 2,
                Act::Does(Peer::Phones, release(leg, 486, None)),
            ),
            // Nobody is there: it rings, or says nothing at all.
            _ => agenda.put(
                now + GIVES_UP,
                Act::Does(Peer::Phones, release(leg, 480, None)),
            ),
        }
    }

    /// Lifts after a while; perhaps it is this side that hangs up.
    fn answer(&mut self, from: Moment, peer: Peer, leg: LegId, agenda: &mut Agenda) {
        let at = from + self.between(50, 8_000);
        let says = match self.rng.below(100) {
            0..3 => Says::Foreign,
            3..5 => Says::Broken,
            5..15 => Says::MuLaw,
            _ => Says::ALaw,
        };
        let sdp = says.sdp();
        agenda.put(at, Act::Does(peer, Command::Answer { leg, sdp }));
        match self.rng.below(100) {
            0..40 => {
                let talk = self.between(500, 40_000);
                self.bye(at + talk, peer, leg, agenda);
            }
            40..70 => self.bye(together(at), peer, leg, agenda),
            _ => {}
        }
    }
}

/// When both sides hang up at once: each finds the same time by when it was answered.
fn together(answered: Moment) -> Moment {
    answered + Duration::from_millis(3_000 + answered.micros() / 1_000 % 7_000)
}

const fn ring(leg: LegId, early: bool) -> Command {
    Command::Progress {
        leg,
        code: SipCode(if early { 183 } else { 180 }),
        sdp: if early { Some(Says::ALaw.sdp()) } else { None },
    }
}

const fn release(leg: LegId, code: u16, cause: Option<Q850>) -> Command {
    Command::Release {
        leg,
        code: SipCode(code),
        cause,
        retry_after: None,
    }
}

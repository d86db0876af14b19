//! The course of a call through the branch: which phone next, after nobody was reached. Forwards, do not disturb, hunt groups.
use crate::machine::Branch;
use crate::signalling::Signalling;
use calls::{Callee, Diverted, Next, Place};
use core::time::Duration;
use gate::{Pass, Request};
use messages::command::{CallHandling, HuntGroup, HuntStrategy};
use messages::fact::{Actor, CallDiverted, CallTarget, OutsideParty};
use messages::{CallId, DivertReason, Extension, HangUpCause, Now, SipCode};
use sansio::Machine;
use sip::Transport;
use std::collections::VecDeque;

/// A call that was given on more often than this goes in circles.
const DIVERSIONS_MAX: usize = 5;

/// How far a call has come on its way to somebody.
#[derive(Debug)]
pub(crate) struct Course {
    /// The phone or group that it is at.
    at: Extension,
    /// It has been rung there.
    tried: bool,
    /// Members of the group who have not been rung.
    members: VecDeque<Extension>,
    /// Who gave it on, the last one first.
    diverted: Vec<Diverted>,
    /// How often it was given on before it came to the branch.
    before: usize,
    record: bool,
}

/// What to do next.
enum Step {
    Ring(Box<Next>),
    Nobody(Option<HangUpCause>),
}

impl Course {
    pub(crate) fn to(at: Extension, record: bool, before: usize) -> Self {
        Self {
            at,
            tried: false,
            members: VecDeque::new(),
            diverted: Vec::new(),
            before,
            record,
        }
    }
}

impl<S: Signalling> Branch<S> {
    /// Whoever was rung was not reached, or nobody was rung yet.
    pub(crate) fn unreached(
        &mut self,
        now: Now,
        call: CallId,
        cause: HangUpCause,
        redirect: Option<String>,
        rang: bool,
    ) {
        if let Some(next) = self.other_way(now, call, cause, rang) {
            let next = Box::new(next);
            return self.calls.handle(now, calls::Input::TryNext { call, next });
        }
        let course = self.courses.remove(&call);
        let step = course.map_or(Step::Nobody(None), |course| {
            self.go_on(now, call, course, cause, redirect)
        });
        let input = match step {
            Step::Ring(next) => calls::Input::TryNext { call, next },
            Step::Nobody(cause) => calls::Input::GiveUp { call, cause },
        };
        self.calls.handle(now, input);
    }

    fn go_on(
        &mut self,
        now: Now,
        call: CallId,
        mut course: Course,
        cause: HangUpCause,
        redirect: Option<String>,
    ) -> Step {
        if !course.tried {
            return self.arrive(now, call, course);
        }
        if let Some(member) = course.members.pop_front() {
            return self.ring_member(call, course, member);
        }
        let handling = self.handling_of(&course.at);
        // a member that sends its own calls on does not send the group's
        let redirect = redirect.filter(|_| self.group(&course.at).is_none());
        let (reason, target) = match (redirect, cause.sip.map_or(0, |code| code.0)) {
            (Some(to), _) => (DivertReason::ByPhone, Some(to)),
            (None, 486 | 600 | 603) => (DivertReason::Busy, handling.forward_busy),
            (None, _) => (DivertReason::NoAnswer, handling.forward_no_answer),
        };
        match target {
            Some(to) => self.divert(now, call, course, &to, reason),
            None => Step::Nobody(None),
        }
    }

    /// The call comes to a phone or a group.
    fn arrive(&mut self, now: Now, call: CallId, mut course: Course) -> Step {
        course.tried = true;
        let handling = self.handling_of(&course.at);
        if let Some(to) = &handling.forward_always {
            return self.divert(now, call, course, &to.clone(), DivertReason::Always);
        }
        let engaged = self.engaged.is(&course.at) && !handling.call_waiting;
        let closed = match (handling.do_not_disturb, engaged) {
            (true, _) => Some(DivertReason::DoNotDisturb),
            (false, true) => Some(DivertReason::Busy),
            (false, false) => None,
        };
        if let Some(reason) = closed {
            return match &handling.forward_busy {
                Some(to) => self.divert(now, call, course, &to.clone(), reason),
                None => Step::Nobody(Some(code(486))),
            };
        }
        if let Some(group) = self.group(&course.at).cloned() {
            return self.hunt(now, call, course, &group);
        }
        let places = self.places_of(&course.at);
        if places.is_empty() {
            return self.nobody_free(now, call, course, false);
        }
        let patience = patience_of(&handling);
        self.ring(call, course, places, patience)
    }

    /// Nobody can be rung where the call is: all are busy, or none is there.
    fn nobody_free(&mut self, now: Now, call: CallId, course: Course, busy: bool) -> Step {
        let handling = self.handling_of(&course.at);
        let otherwise = handling.forward_no_answer;
        let (reason, target, sip) = if busy {
            let target = handling.forward_busy.or(otherwise);
            (DivertReason::Busy, target, 486)
        } else {
            (DivertReason::Unreachable, otherwise, 480)
        };
        match target {
            Some(to) => self.divert(now, call, course, &to, reason),
            None => Step::Nobody(Some(code(sip))),
        }
    }

    fn ring(
        &mut self,
        call: CallId,
        course: Course,
        places: Vec<Place>,
        ring_for: Option<Duration>,
    ) -> Step {
        let record = course.record;
        let next = Next {
            callee: Callee::Phones { places, record },
            ring_for,
            diverted: course.diverted.clone(),
        };
        self.courses.insert(call, course);
        Step::Ring(Box::new(next))
    }

    fn hunt(&mut self, now: Now, call: CallId, mut course: Course, group: &HuntGroup) -> Step {
        let mut members: Vec<Extension> = group
            .members
            .iter()
            .filter(|member| self.takes_calls_of_groups(member))
            .cloned()
            .collect();
        match group.strategy {
            HuntStrategy::RingAll => {
                let places = members.iter().flat_map(|one| self.places_of(one));
                let places: Vec<Place> = places.collect();
                if !places.is_empty() {
                    let patience = patience_of(&self.handling_of(&course.at));
                    return self.ring(call, course, places, patience);
                }
            }
            HuntStrategy::InTurn => {}
            HuntStrategy::LongestIdle => {
                members.sort_by_key(|one| self.engaged.idle_since(one));
            }
        }
        course.members = members.into();
        match course.members.pop_front() {
            Some(first) => self.ring_member(call, course, first),
            None => {
                let busy = group.members.iter().any(|one| self.engaged.is(one));
                self.nobody_free(now, call, course, busy)
            }
        }
    }

    fn ring_member(&mut self, call: CallId, course: Course, member: Extension) -> Step {
        let patience = self.group(&course.at).map(|group| group.ring_s);
        let patience = patience.map(|seconds| Duration::from_secs(seconds.into()));
        let places = self.places_of(&member);
        self.ring(call, course, places, patience)
    }

    /// Members who are in a call, want no calls or are not there are passed over.
    fn takes_calls_of_groups(&self, member: &Extension) -> bool {
        let disturbed = !self.handling_of(member).do_not_disturb;
        disturbed && !self.engaged.is(member) && !self.sip.bindings(member).is_empty()
    }

    /// Whoever the call is at gives it on. The gate is asked as for any dialled number.
    fn divert(
        &mut self,
        now: Now,
        call: CallId,
        mut course: Course,
        to: &str,
        reason: DivertReason,
    ) -> Step {
        if course.before + course.diverted.len() >= DIVERSIONS_MAX {
            return Step::Nobody(Some(code(482)));
        }
        let by = course.at.clone();
        let phone = by.clone();
        let diverted = Diverted {
            by: by.to_string(),
            reason,
        };
        course.diverted.insert(0, diverted);
        let asked = Request {
            dialled: to,
            purpose: crate::machine::DIALLED_BY_HAND,
            by: self.meters.by(Some(&phone)),
            utc: now.utc,
        };
        match self.gate.ask(&asked, now.mono) {
            Ok(Pass::Phone { extension, record }) => {
                let to = CallTarget {
                    extension: Some(extension.clone()),
                    ..CallTarget::default()
                };
                self.note_diverted(now, call, by, reason, to);
                course.at = extension;
                course.record |= record;
                self.arrive(now, call, course)
            }
            Ok(Pass::Outside(token)) => {
                let to = CallTarget {
                    extension: None,
                    trunk: Some(token.trunk().clone()),
                    outside: Some(OutsideParty::of(token.party().clone())),
                };
                self.note_diverted(now, call, by, reason, to);
                let callee = self.outside(now, call, &asked, token);
                self.diverted_outside(call, &course.diverted);
                Step::Ring(Box::new(Next {
                    callee,
                    ring_for: None,
                    diverted: course.diverted,
                }))
            }
            Err(blocked) => {
                let sip = blocked.refusal.sip_code();
                self.blocked(now, call, Some(by), to, blocked);
                Step::Nobody(Some(code(sip)))
            }
        }
    }

    fn note_diverted(
        &mut self,
        now: Now,
        call: CallId,
        by: Extension,
        reason: DivertReason,
        to: CallTarget,
    ) {
        let actor = Actor::Phone(by.clone());
        let fact = CallDiverted {
            call,
            by,
            reason,
            to,
        };
        self.fact(now, actor, fact);
    }

    /// Where a phone can be reached now.
    pub(crate) fn places_of(&self, extension: &Extension) -> Vec<Place> {
        let named = self.config.as_ref().and_then(|config| config.media_address);
        let bound = self.sip.bindings(extension).into_iter();
        bound
            .map(|at| Place {
                extension: extension.clone(),
                contact: at.contact,
                address: named.unwrap_or_else(|| at.flow.local.ip()),
                auto_answer: false,
                private_way: at.flow.transport == Transport::Tls,
            })
            .collect()
    }

    fn handling_of(&self, extension: &Extension) -> CallHandling {
        let config = self.config.as_ref();
        let found = config.and_then(|config| config.handling.get(extension));
        found.cloned().unwrap_or_default()
    }

    fn group(&self, number: &Extension) -> Option<&HuntGroup> {
        self.config.as_ref()?.groups.get(number)
    }
}

/// How long it rings before the call goes on, where it goes on at all.
fn patience_of(handling: &CallHandling) -> Option<Duration> {
    let forwards = handling.forward_no_answer.is_some();
    forwards.then(|| Duration::from_secs(handling.no_answer_s.into()))
}

const fn code(sip: u16) -> HangUpCause {
    HangUpCause {
        sip: Some(SipCode(sip)),
        q850: None,
    }
}

//! The way out of a call to somebody outside: which trunks were tried, what they said, which one is next.
use crate::machine::Branch;
use crate::signalling::Signalling;
use calls::{Callee, Diverted, Next};
use core::time::Duration;
use gate::{Met, Pass, Request, Token};
use messages::command::TrunkSpeech;
use messages::fact::Body;
use messages::{AttemptId, CallId, HangUpCause, Now, Purpose, TrunkName};

/// One try to reach somebody outside, over however many trunks.
#[derive(Debug)]
pub(crate) struct Way {
    dialled: String,
    purpose: Purpose,
    attempt: AttemptId,
    /// The last one is the one that has it now.
    tried: Vec<TrunkName>,
    /// Who gave the call on to the outside, the last one first.
    diverted: Vec<Diverted>,
}

impl Way {
    fn trunk(&self) -> Option<&TrunkName> {
        self.tried.last()
    }
}

impl<S: Signalling> Branch<S> {
    /// The call goes outside with this token, which the gate gave for `asked`.
    pub(crate) fn outside(
        &mut self,
        now: Now,
        call: CallId,
        asked: &Request<'_>,
        token: Token,
    ) -> Callee {
        let attempt = self.mint.attempt(now.utc);
        let way = Way {
            dialled: asked.dialled.to_owned(),
            purpose: asked.purpose,
            attempt,
            tried: vec![token.trunk().clone()],
            diverted: Vec::new(),
        };
        self.ways.insert(call, way);
        Callee::Outside {
            attempt,
            address: self.address_towards_trunk(token.trunk(), call),
            speech: self.speech_of(token.trunk()),
            token,
        }
    }

    /// What a trunk speaks.
    pub(crate) fn speech_of(&self, trunk: &TrunkName) -> TrunkSpeech {
        let mut trunks = self.config.iter().flat_map(|config| &config.trunks);
        let found = trunks.find(|(plan, _)| plan.name == *trunk);
        found
            .map(|(plan, _)| plan.speech.clone())
            .unwrap_or_default()
    }

    /// Each trunk that is tried is told who gave the call on.
    pub(crate) fn diverted_outside(&mut self, call: CallId, diverted: &[Diverted]) {
        if let Some(way) = self.ways.get_mut(&call) {
            way.diverted = diverted.to_vec();
        }
    }

    /// A trunk did not bring the call through: whom to try next, if it is for another trunk to try. If not, the try is over.
    pub(crate) fn other_way(
        &mut self,
        now: Now,
        call: CallId,
        cause: HangUpCause,
        rang: bool,
    ) -> Option<Next> {
        let next = self.next_trunk(now, call, cause, rang);
        if next.is_none() {
            self.ways.remove(&call);
        }
        next
    }

    fn next_trunk(
        &mut self,
        now: Now,
        call: CallId,
        cause: HangUpCause,
        rang: bool,
    ) -> Option<Next> {
        let way = self.ways.get(&call)?;
        let trunk = way.trunk()?;
        let passes_on = !rang && self.gate.passes_on(trunk, cause.sip);
        let met = if passes_on {
            Met::Failure(cause.sip)
        } else {
            Met::Ended(cause.sip)
        };
        self.gate.met(trunk, met, now.mono);
        if !passes_on || self.stopping {
            return None;
        }
        let asked = Request {
            dialled: &way.dialled,
            purpose: way.purpose,
            // it was let out already
            by: None,
            utc: now.utc,
        };
        let (attempt, diverted) = (way.attempt, way.diverted.clone());
        let pass = self.gate.ask_beside(&asked, &way.tried, now.mono);
        let Ok(Pass::Outside(token)) = pass else {
            return None;
        };
        let address = self.address_towards_trunk(token.trunk(), call);
        let speech = self.speech_of(token.trunk());
        if let Some(way) = self.ways.get_mut(&call) {
            way.tried.push(token.trunk().clone());
        }
        Some(Next {
            callee: Callee::Outside {
                attempt,
                token,
                address,
                speech,
            },
            ring_for: None,
            diverted,
        })
    }

    /// What the books say of a call tells how its trunk bears it.
    #[allow(clippy::wildcard_enum_match_arm)] // the other facts say nothing of a trunk
    pub(crate) fn note_trunk(&mut self, now: Now, body: &Body) {
        let (call, met) = match body {
            Body::CallRinging(fact) => {
                let after = Duration::from_millis(fact.post_dial_delay_ms.into());
                (fact.call, Met::Ringing { after })
            }
            Body::CallAnswered(fact) => (fact.call, Met::Ended(None)),
            Body::CallTaken(fact) => (fact.call, Met::Ended(None)),
            _ => return,
        };
        let way = self.ways.get(&call);
        if let Some(trunk) = way.and_then(Way::trunk) {
            self.gate.met(trunk, met, now.mono);
        }
        if let Met::Ended(_) = met {
            self.ways.remove(&call);
        }
    }
}

//! What calls to the outside use: who wanted them, over which trunk, how long they talked.
use crate::machine::Branch;
use crate::signalling::Signalling;
use gate::{By, Spent};
use messages::fact::Body;
use messages::{AttemptId, CallId, Destination, Extension, Now, TrunkName};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
struct Meter {
    by: Option<Extension>,
    trunk: TrunkName,
    destination: Option<Destination>,
}

#[derive(Debug, Default)]
pub(crate) struct Meters {
    /// By call first: a call that was given on has several.
    running: BTreeMap<(CallId, AttemptId), Meter>,
    /// Tries of each phone that are outside.
    of: BTreeMap<Extension, u32>,
}

impl Meters {
    /// Whose phone asks for a call, as the gate wants to know it.
    pub(crate) fn by<'a>(&self, phone: Option<&'a Extension>) -> Option<By<'a>> {
        let phone = phone?;
        let calls = self.of.get(phone).copied().unwrap_or(0);
        Some(By { phone, calls })
    }

    fn start(&mut self, at: (CallId, AttemptId), meter: Meter) {
        if let Some(by) = &meter.by {
            *self.of.entry(by.clone()).or_default() += 1;
        }
        self.running.insert(at, meter);
    }

    fn stop(&mut self, at: (CallId, AttemptId)) -> Option<Meter> {
        let meter = self.running.remove(&at)?;
        if let Some(by) = &meter.by
            && let Some(count) = self.of.get_mut(by)
        {
            *count -= 1;
            if *count == 0 {
                self.of.remove(by);
            }
        }
        Some(meter)
    }

    fn of_call(&self, call: CallId) -> Vec<AttemptId> {
        let from = (call, AttemptId::from_bytes([0; 16]));
        let all = self.running.range(from..);
        all.take_while(|((one, _), _)| *one == call)
            .map(|((_, attempt), _)| *attempt)
            .collect()
    }
}

impl<S: Signalling> Branch<S> {
    /// A meter runs from a try to the end of its call, and is paid by whoever wanted it. A try that nobody answered costs
    /// nothing; of a call that was given on, each answered one counts for the whole: rather too much than too little.
    #[allow(clippy::wildcard_enum_match_arm)] // other facts use nothing
    pub(crate) fn meter(&mut self, now: Now, body: &Body) {
        match body {
            Body::AttemptStarted(fact) => {
                let meter = Meter {
                    by: fact.wanted_by.clone(),
                    trunk: fact.trunk.clone(),
                    destination: fact.destination,
                };
                self.meters.start((fact.call, fact.attempt), meter);
            }
            Body::AttemptRerouted(fact) => {
                let at = (fact.call, fact.attempt);
                if let Some(meter) = self.meters.running.get_mut(&at) {
                    meter.trunk = fact.to.clone();
                }
            }
            Body::AttemptEnded(fact) if !fact.result.was_answered() => {
                self.meters.stop((fact.call, fact.attempt));
            }
            Body::CallEnded(fact) => {
                for attempt in self.meters.of_call(fact.call) {
                    let Some(meter) = self.meters.stop((fact.call, attempt)) else {
                        continue;
                    };
                    let spent = Spent {
                        by: meter.by,
                        trunk: meter.trunk,
                        destination: meter.destination,
                        talk_ms: fact.talk_ms,
                    };
                    self.gate.spent(&spent, now.utc);
                }
            }
            _ => {}
        }
    }
}

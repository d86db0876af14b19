//! What calls to the outside use: whose they are, over which trunk, how long they talked.
use crate::machine::Branch;
use crate::signalling::Signalling;
use gate::{By, Spent};
use messages::fact::Body;
use messages::{CallId, Destination, Extension, Now, TrunkName};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
struct Meter {
    by: Option<Extension>,
    trunk: TrunkName,
    destination: Option<Destination>,
}

#[derive(Debug, Default)]
pub(crate) struct Meters {
    running: BTreeMap<CallId, Meter>,
    /// Calls of each phone that are outside.
    of: BTreeMap<Extension, u32>,
}

impl Meters {
    /// Whose phone asks for a call, as the gate wants to know it.
    pub(crate) fn by<'a>(&self, phone: Option<&'a Extension>) -> Option<By<'a>> {
        let phone = phone?;
        let calls = self.of.get(phone).copied().unwrap_or(0);
        Some(By { phone, calls })
    }

    fn start(&mut self, call: CallId, meter: Meter) {
        self.stop(call);
        if let Some(by) = &meter.by {
            *self.of.entry(by.clone()).or_default() += 1;
        }
        self.running.insert(call, meter);
    }

    fn stop(&mut self, call: CallId) -> Option<Meter> {
        let meter = self.running.remove(&call)?;
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
}

impl<S: Signalling> Branch<S> {
    /// A meter runs from a try to the end of its call; who is charged is the phone of the call.
    #[allow(clippy::wildcard_enum_match_arm)] // other facts use nothing
    pub(crate) fn meter(&mut self, now: Now, body: &Body) {
        match body {
            Body::AttemptStarted(fact) => {
                let note = self.notes.get(&fact.call);
                let meter = Meter {
                    by: note.and_then(|note| note.phone.clone()),
                    trunk: fact.trunk.clone(),
                    destination: fact.destination,
                };
                self.meters.start(fact.call, meter);
            }
            Body::AttemptRerouted(fact) => {
                if let Some(meter) = self.meters.running.get_mut(&fact.call) {
                    meter.trunk = fact.to.clone();
                }
            }
            Body::CallEnded(fact) => {
                let Some(meter) = self.meters.stop(fact.call) else {
                    return;
                };
                let spent = Spent {
                    by: meter.by,
                    trunk: meter.trunk,
                    destination: meter.destination,
                    talk_ms: fact.talk_ms,
                };
                self.gate.spent(&spent, now.utc);
            }
            _ => {}
        }
    }
}

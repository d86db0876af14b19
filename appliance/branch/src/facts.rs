//! Facts on their way out: who did it, and when.
use crate::api::Output;
use crate::machine::Branch;
use crate::signalling::Signalling;
use messages::fact::{Actor, Body, Fact};
use messages::{CallId, Now};

impl<S: Signalling> Branch<S> {
    pub(crate) fn fact(&mut self, now: Now, actor: Actor, body: impl Into<Body>) {
        self.outputs.push_back(Output::Fact(Fact::new(
            now.utc,
            now.utc_trusted,
            actor,
            body,
        )));
    }

    /// Who asked that a side of a call becomes somebody else's.
    pub(crate) fn changer_of(&mut self, call: CallId) -> Actor {
        let asked = self.notes.get_mut(&call);
        let asked = asked.and_then(|note| note.asked_by.take());
        asked.unwrap_or_else(|| self.actor_of(call))
    }

    /// A call's facts carry who began it.
    pub(crate) fn actor_of(&self, call: CallId) -> Actor {
        self.notes
            .get(&call)
            .map_or(Actor::System, |note| note.actor.clone())
    }
}

/// The call that a fact of `calls` is about.
#[allow(clippy::wildcard_enum_match_arm)] // `calls` states facts about calls only
pub(crate) const fn call_of(body: &Body) -> Option<CallId> {
    Some(match body {
        Body::CallStarted(fact) => fact.call,
        Body::AttemptStarted(fact) => fact.call,
        Body::AttemptRerouted(fact) => fact.call,
        Body::CallRinging(fact) => fact.call,
        Body::CallAnswered(fact) => fact.call,
        Body::CallTaken(fact) => fact.call,
        Body::CallGuestCame(fact) => fact.call,
        Body::CallGuestLeft(fact) => fact.call,
        Body::CallHeld(fact) => fact.call,
        Body::CallResumed(fact) => fact.call,
        Body::OneWayAudioHeard(fact) => fact.call,
        Body::AttemptEnded(fact) => fact.call,
        Body::CallEnded(fact) => fact.call,
        _ => return None,
    })
}

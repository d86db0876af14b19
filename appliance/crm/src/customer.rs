//! Rules about customers, their numbers and their recordings.
use crate::reason::reason;
use messages::fact::{
    Actor, CustomerStageMoved, DncAdded, DncLifted, HangUpAsked, NumberViewed, RecordingExported,
    RecordingPlayed,
};
use messages::registry::{Decision, Registry};
use messages::{CallId, CustomerId, PartyNumber, RecordingId, Refusal, Stage, UserName};
use rights::{Row, Subject, Viewer, sees};

pub(crate) fn move_stage(
    customer: CustomerId,
    to: Stage,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let state = registry
        .customer(customer)?
        .ok_or(Refusal::UnknownCustomer)?;
    if state.stage == to {
        return Err(Refusal::StageUnchanged);
    }
    Ok(Decision::of(CustomerStageMoved {
        customer,
        from: state.stage,
        to,
    }))
}

pub(crate) fn view_number(
    customer: CustomerId,
    why: &str,
    actor: &Actor,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let by = person(actor)?.clone();
    let reason = reason(why)?;
    let state = registry
        .customer(customer)?
        .ok_or(Refusal::UnknownCustomer)?;
    if registry
        .party(state.party)?
        .is_none_or(|party| party.erased)
    {
        return Err(Refusal::PartyErased);
    }
    Ok(Decision::of(NumberViewed {
        customer,
        by,
        reason,
    }))
}

/// Refusing twice changes nothing.
pub(crate) fn refuse_contact(
    number: &PartyNumber,
    why: &str,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let reason = reason(why)?;
    if registry.refuses_contact(number)? {
        return Ok(Decision::nothing());
    }
    Ok(Decision::of(DncAdded {
        index: registry.blind_index(number),
        tenant: registry.tenant_index(number),
        reason,
    }))
}

pub(crate) fn lift_refusal(
    number: &PartyNumber,
    why: &str,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let reason = reason(why)?;
    if !registry.refuses_contact(number)? {
        return Ok(Decision::nothing());
    }
    Ok(Decision::of(DncLifted {
        index: registry.blind_index(number),
        tenant: registry.tenant_index(number),
        reason,
    }))
}

/// An agent hears only what was said at the own phone.
pub(crate) fn played(
    recording: RecordingId,
    actor: &Actor,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let by = person(actor)?;
    let state = registry
        .recording(recording)?
        .ok_or(Refusal::UnknownRecording)?;
    let user = registry.user(by)?.ok_or(Refusal::UnknownUser)?;
    let viewer = Viewer::of_branch(user.role, by.clone(), user.extension);
    let row = Row {
        extension: state.extension.as_ref(),
        other_extension: state.other_extension.as_ref(),
    };
    if !sees(&viewer, Subject::Recordings, row) {
        return Err(Refusal::NotAllowed);
    }
    Ok(Decision::of(RecordingPlayed {
        recording,
        by: by.clone(),
    }))
}

pub(crate) fn exported(
    recording: RecordingId,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    registry
        .recording(recording)?
        .ok_or(Refusal::UnknownRecording)?;
    Ok(Decision::of(RecordingExported { recording }))
}

pub(crate) fn hang_up_asked(call: CallId, registry: &dyn Registry) -> Result<Decision, Refusal> {
    if !registry.has_call(call)? {
        return Err(Refusal::UnknownCall);
    }
    Ok(Decision::of(HangUpAsked { call }))
}

/// What is recorded by a person's name can be done only by a person.
const fn person(actor: &Actor) -> Result<&UserName, Refusal> {
    match actor {
        Actor::User(user) => Ok(user),
        Actor::System | Actor::Console | Actor::Phone(_) | Actor::Trunk(_) | Actor::Hq => {
            Err(Refusal::NotAllowed)
        }
    }
}

//! Rules about forgetting a person. What follows in vault, recordings and copies follows from the fact.
use crate::reason::reason;
use messages::fact::{Body, CustomerErased, DncAdded, ErasureConfirmed, PartyErased};
use messages::registry::{Decision, Outcome, Registry};
use messages::{CustomerId, DataCopy, PartyId, PartyNumber, Refusal, UtcMs};

/// Why, and whether the number must never be called again.
pub(crate) struct Wish<'a> {
    pub(crate) reason: &'a str,
    pub(crate) never_call: bool,
}

pub(crate) fn customer(
    customer: CustomerId,
    wish: &Wish<'_>,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let state = registry
        .customer(customer)?
        .ok_or(Refusal::UnknownCustomer)?;
    erase(state.party, Some(customer), wish, registry)
}

/// By the number: of a customer, or of somebody who only called.
pub(crate) fn number(
    number: &PartyNumber,
    wish: &Wish<'_>,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let party = registry.party_of(number)?.ok_or(Refusal::UnknownCustomer)?;
    erase(party, registry.customer_of(party)?, wish, registry)
}

/// As headquarters names people.
pub(crate) fn party(
    party: PartyId,
    wish: &Wish<'_>,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    erase(party, registry.customer_of(party)?, wish, registry)
}

/// The word of a copy at headquarters, about somebody who was erased here.
pub(crate) fn confirmed(
    party: PartyId,
    copy: DataCopy,
    on: UtcMs,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let state = registry.party(party)?.ok_or(Refusal::UnknownCustomer)?;
    if !state.erased || !copy.is_of_headquarters() {
        return Err(Refusal::NotAllowed);
    }
    Ok(Decision::of(ErasureConfirmed { party, copy, on }))
}

/// Not during a call: its recording has an open container, and its next facts would speak of nobody.
fn erase(
    party: PartyId,
    customer: Option<CustomerId>,
    wish: &Wish<'_>,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let reason = reason(wish.reason)?;
    let state = registry.party(party)?.ok_or(Refusal::UnknownCustomer)?;
    if state.erased {
        return Err(Refusal::PartyErased);
    }
    if state.in_call {
        return Err(Refusal::PartyInCall);
    }
    let mut facts: Vec<Body> = Vec::new();
    if let Some(index) = state
        .blind
        .filter(|_| wish.never_call && !state.refuses_contact)
    {
        let reason = reason.clone();
        // the number itself is not at hand here: the other branches do not hear of this refusal
        let tenant = None;
        facts.push(
            DncAdded {
                index,
                tenant,
                reason,
            }
            .into(),
        );
    }
    facts.push(customer.map_or_else(
        || {
            PartyErased {
                party,
                reason: reason.clone(),
            }
            .into()
        },
        |customer| {
            CustomerErased {
                customer,
                party,
                reason: reason.clone(),
            }
            .into()
        },
    ));
    Ok(Decision {
        facts,
        outcome: Outcome::Done,
    })
}

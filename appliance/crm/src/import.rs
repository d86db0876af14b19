//! Import: each number once in the file and once in the branch.
use messages::command::ImportRow;
use messages::fact::{Body, CustomerImported, PartyMet};
use messages::registry::{Decision, Outcome, Registry, RowFate};
use messages::{CustomerId, IdMint, Now, PartyId, PartyNumber, Personal, Refusal};
use std::collections::BTreeMap;

pub(crate) fn decide(
    batch: &str,
    rows: &[ImportRow],
    now: Now,
    registry: &dyn Registry,
    mint: &mut IdMint,
) -> Result<Decision, Refusal> {
    let mut seen: BTreeMap<&PartyNumber, CustomerId> = BTreeMap::new();
    let mut facts = Vec::with_capacity(rows.len() * 2);
    let mut fates = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(customer) = seen.get(&row.number) {
            fates.push(RowFate::Repeated(*customer));
            continue;
        }
        let party = registry.party_of(&row.number)?;
        if let Some(customer) = owner(party, registry)? {
            fates.push(RowFate::Known(customer));
            continue;
        }
        let party = party.unwrap_or_else(|| met(&row.number, now, mint, &mut facts));
        let customer = mint.customer(now.utc);
        facts.push(imported(batch, row, customer, party));
        seen.insert(&row.number, customer);
        fates.push(RowFate::New(customer));
    }
    Ok(Decision {
        facts,
        outcome: Outcome::Imported(fates),
    })
}

fn owner(party: Option<PartyId>, registry: &dyn Registry) -> Result<Option<CustomerId>, Refusal> {
    party.map_or(Ok(None), |party| registry.customer_of(party))
}

fn met(number: &PartyNumber, now: Now, mint: &mut IdMint, facts: &mut Vec<Body>) -> PartyId {
    let party = mint.party(now.utc);
    facts.push(
        PartyMet {
            party,
            number: Personal::Clear(number.clone()),
        }
        .into(),
    );
    party
}

fn imported(batch: &str, row: &ImportRow, customer: CustomerId, party: PartyId) -> Body {
    CustomerImported {
        customer,
        party,
        name: Personal::Clear(row.name.clone()),
        number: Personal::Clear(row.number.clone()),
        stage: row.stage,
        batch: batch.to_owned(),
    }
    .into()
}

//! The tables of parties and customers: personal values stay the sealed bytes that came.
use super::apply::{At, Failed};
use super::column::{Question, id, small, small_or_none, text, utc, utc_or_none};
use super::erasures;
use crate::{CustomerQuery, CustomerRecord, Erased, StoreError};
use messages::{
    BoxId, CustomerId, DataCopy, PartyId, Personal, PersonalValue, Sealed, Stage,
    fact::{CallEnded, CustomerImported, CustomerStageMoved, PartyMet},
    wire,
};
use rusqlite::{Connection, Row, params, params_from_iter, types::Value};

/// The bytes of a sealed value; `None` for an erased one.
fn sealed<T>(value: &Personal<T>) -> Result<Option<Vec<u8>>, Failed> {
    match value {
        Personal::Sealed(sealed) => wire::encode(sealed)
            .map(Some)
            .map_err(|_bad| Failed::Unfit("personal_not_encoded")),
        Personal::Erased => Ok(None),
        // The decoder makes none; if one came, it would not be written.
        Personal::Clear(_) => Err(Failed::Unfit("personal_clear")),
    }
}

fn opened<T: PersonalValue>(row: &Row<'_>, name: &'static str) -> Result<Personal<T>, StoreError> {
    let bytes: Option<Vec<u8>> = row.get(name)?;
    let Some(bytes) = bytes else {
        return Ok(Personal::Erased);
    };
    wire::decode::<Sealed>(&bytes)
        .map(Personal::Sealed)
        .map_err(|_bad| StoreError::Foreign(name))
}

pub(super) fn party_met(at: At<'_>, body: &PartyMet) -> Result<(), Failed> {
    note_party(at, body.party, sealed(&body.number)?)?;
    erasures::keep_erased(at, body.party)
}

fn note_party(at: At<'_>, party: PartyId, number: Option<Vec<u8>>) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "INSERT INTO party (tenant, box, party, number) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET number = excluded.number",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            party.as_bytes(),
            number
        ])?;
    Ok(())
}

pub(super) fn imported(at: At<'_>, body: &CustomerImported) -> Result<(), Failed> {
    let number = sealed(&body.number)?;
    note_party(at, body.party, number.clone())?;
    let inserted = at
        .db
        .prepare_cached(
            "INSERT INTO customer (tenant, box, customer, party, name, number, stage, batch, imported)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.customer.as_bytes(),
            body.party.as_bytes(),
            sealed(&body.name)?,
            number,
            body.stage.code(),
            body.batch,
            at.utc.0
        ])?;
    if inserted == 0 {
        return Err(Failed::Unfit("customer_exists"));
    }
    erasures::keep_erased(at, body.party)
}

pub(super) fn stage_moved(at: At<'_>, body: &CustomerStageMoved) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "UPDATE customer SET stage = ?4 WHERE tenant = ?1 AND box = ?2 AND customer = ?3",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.customer.as_bytes(),
            body.to.code()
        ])?;
    Ok(())
}

/// A call with a customer ended: one attempt more if it had one, a contact if it was answered; as the branch counts it.
pub(super) fn call_ended(at: At<'_>, body: &CallEnded) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "UPDATE customer SET
                 attempts = customer.attempts + (call.first_attempt IS NOT NULL),
                 last_contact = CASE WHEN call.answered IS NULL
                     THEN customer.last_contact
                     ELSE max(coalesce(customer.last_contact, 0), ?4) END
             FROM call
             WHERE call.tenant = ?1 AND call.box = ?2 AND call.call = ?3
                 AND customer.tenant = ?1 AND customer.box = ?2 AND customer.customer = call.customer",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.call.as_bytes(),
            at.utc.0
        ])?;
    Ok(())
}

pub(super) fn page(
    db: &Connection,
    tenant: &str,
    query: &CustomerQuery,
) -> Result<Vec<CustomerRecord>, StoreError> {
    let question = question(tenant, query);
    db.prepare_cached(&question.sql)?
        .query_and_then(params_from_iter(question.values), record)?
        .collect()
}

/// How many copies have confirmed; NULL where nobody was erased.
const CONFIRMED: &str = "(SELECT (SELECT COUNT(*) FROM erasure_copy
        WHERE erasure_copy.tenant = erasure.tenant AND erasure_copy.box = erasure.box
            AND erasure_copy.party = erasure.party)
    FROM erasure WHERE erasure.tenant = customer.tenant AND erasure.box = customer.box
        AND erasure.party = customer.party) AS confirmed";

pub(super) fn question(tenant: &str, query: &CustomerQuery) -> Question {
    let source = match (&query.box_id, query.stage) {
        (None | Some(_), None) => "customer",
        (None, Some(_)) => "customer INDEXED BY customer_by_stage",
        (Some(_), Some(_)) => "customer INDEXED BY customer_by_box_stage",
    };
    let mut question = Question::new(&format!("SELECT *, {CONFIRMED} FROM {source}"), tenant);
    if let Some(box_id) = &query.box_id {
        question.and("box = ?", [box_id.as_str().to_owned().into()]);
    }
    if let Some(stage) = query.stage {
        question.and("stage = ?", [stage.code().to_owned().into()]);
    }
    if let Some(after) = &query.after {
        question.and(
            "(box, customer) < (?, ?)",
            [
                after.box_id.as_str().to_owned().into(),
                Value::Blob(after.customer.as_bytes().to_vec()),
            ],
        );
    }
    question.ordered("box DESC, customer DESC", query.limit.and_one());
    question
}

fn record(row: &Row<'_>) -> Result<CustomerRecord, StoreError> {
    Ok(CustomerRecord {
        box_id: text(row, "box", BoxId::parse)?,
        customer: id(row, "customer", CustomerId::from_bytes)?,
        party: id(row, "party", PartyId::from_bytes)?,
        name: opened(row, "name")?,
        number: opened(row, "number")?,
        stage: text(row, "stage", Stage::parse)?,
        attempts: small(row, "attempts")?,
        last_contact: utc_or_none(row, "last_contact")?,
        imported: utc(row, "imported")?,
        erased: small_or_none::<usize>(row, "confirmed")?.map(|confirmed| {
            if confirmed >= DataCopy::ALL.len() {
                Erased::Complete
            } else {
                Erased::Pending
            }
        }),
    })
}

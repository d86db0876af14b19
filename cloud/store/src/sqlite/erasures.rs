//! Persons are forgotten: their values go from the tables, and each copy's receipt is kept.
use super::apply::{At, Failed};
use crate::{StoreError, Unconfirmed};
use messages::fact::{
    CustomerErased, ErasureConfirmed, FieldPolicyChanged, PartyErased, RecordingErased,
};
use messages::{BoxId, CustomerId, DataCopy, PartyId, UtcMs, asked_before_backups};
use rusqlite::{Connection, params};

/// Told at once.
const UNCONFIRMED_MAX: u32 = 1_000;

pub(super) fn customer_erased(at: At<'_>, body: &CustomerErased) -> Result<(), Failed> {
    erase(at, body.party, Some(body.customer))
}

pub(super) fn party_erased(at: At<'_>, body: &PartyErased) -> Result<(), Failed> {
    erase(at, body.party, None)
}

/// A fact that was set aside and is applied late brings nobody back.
pub(super) fn keep_erased(at: At<'_>, party: PartyId) -> Result<(), Failed> {
    let erased: bool = at
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM erasure WHERE tenant = ? AND box = ? AND party = ?)",
        )?
        .query_row(
            params![at.tenant, at.box_id.as_str(), party.as_bytes()],
            |row| row.get(0),
        )?;
    if erased { empty(at, party) } else { Ok(()) }
}

/// Twice is once.
fn erase(at: At<'_>, party: PartyId, customer: Option<CustomerId>) -> Result<(), Failed> {
    empty(at, party)?;
    at.db
        .prepare_cached(
            "INSERT INTO erasure (tenant, box, party, customer, asked) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET asked = min(asked, excluded.asked),
                 customer = coalesce(customer, excluded.customer)",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            party.as_bytes(),
            customer.as_ref().map(CustomerId::as_bytes),
            at.utc.0
        ])?;
    Ok(())
}

fn empty(at: At<'_>, party: PartyId) -> Result<(), Failed> {
    let whose = params![at.tenant, at.box_id.as_str(), party.as_bytes()];
    at.db
        .prepare_cached(
            "UPDATE party SET number = NULL WHERE tenant = ? AND box = ? AND party = ?",
        )?
        .execute(whose)?;
    at.db
        .prepare_cached(
            "UPDATE customer SET name = NULL, number = NULL
             WHERE tenant = ? AND box = ? AND party = ?",
        )?
        .execute(whose)?;
    Ok(())
}

pub(super) fn confirmed(at: At<'_>, body: &ErasureConfirmed) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "INSERT INTO erasure_copy (tenant, box, party, copy, gone) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.party.as_bytes(),
            body.copy.code(),
            body.on.0
        ])?;
    Ok(())
}

pub(super) fn recording_erased(at: At<'_>, body: &RecordingErased) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "UPDATE recording SET state = 'erased' WHERE tenant = ? AND box = ? AND recording = ?",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.recording.as_bytes()
        ])?;
    Ok(())
}

pub(super) fn policy_changed(at: At<'_>, body: &FieldPolicyChanged) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "INSERT OR REPLACE INTO field_policy (tenant, box, name, number) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            body.name.code(),
            body.number.code()
        ])?;
    Ok(())
}

pub(super) fn sees(db: &Connection, tenant: &str, box_id: &BoxId) -> Result<bool, StoreError> {
    let sees = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM field_policy
                 WHERE tenant = ? AND box = ? AND (name <> 'never' OR number <> 'never'))",
        )?
        .query_row(params![tenant, box_id.as_str()], |row| row.get(0))?;
    Ok(sees)
}

/// Boxes whose policy shows headquarters nothing.
pub(super) fn silent_boxes(db: &Connection, tenant: &str) -> Result<Vec<BoxId>, StoreError> {
    let mut found = db.prepare_cached(
        "SELECT box FROM field_policy WHERE tenant = ? AND name = 'never' AND number = 'never'",
    )?;
    let rows = found.query_and_then([tenant], |row| {
        let box_id: String = row.get(0)?;
        BoxId::parse(&box_id).ok_or(StoreError::Foreign("box"))
    })?;
    rows.collect()
}

/// Of these parties the tables may hold values again: they came back with a backup.
pub(super) fn erase_again(
    db: &Connection,
    tenant: &str,
    parties: &[(BoxId, PartyId)],
    now: UtcMs,
) -> Result<(), StoreError> {
    for (box_id, party) in parties {
        let at = At {
            db,
            tenant,
            box_id,
            utc: now,
        };
        match erase(at, *party, None) {
            Ok(()) => {}
            Err(Failed::Store(bad)) => return Err(bad),
            Err(Failed::Unfit(code)) => return Err(StoreError::Foreign(code)),
        }
    }
    Ok(())
}

/// Copies of headquarters that the branch has no receipt of; those of backups only when there is one to give.
pub(super) const UNCONFIRMED: &str =
    "SELECT erasure.box, erasure.party, needed.column1, erasure.asked
    FROM erasure CROSS JOIN (VALUES ('hq_tables'), ('hq_keys'), ('hq_backups')) AS needed
    WHERE erasure.tenant = ?1 AND (needed.column1 <> 'hq_backups' OR erasure.asked <= ?2)
        AND NOT EXISTS (SELECT 1 FROM erasure_copy
            WHERE erasure_copy.tenant = ?1 AND erasure_copy.box = erasure.box
                AND erasure_copy.party = erasure.party AND erasure_copy.copy = needed.column1)";

/// Oldest first.
pub(super) fn unconfirmed(
    db: &Connection,
    tenant: &str,
    now: UtcMs,
) -> Result<Vec<Unconfirmed>, StoreError> {
    some(db, tenant, now, UNCONFIRMED)
}

pub(super) fn some(
    db: &Connection,
    tenant: &str,
    now: UtcMs,
    sql: &str,
) -> Result<Vec<Unconfirmed>, StoreError> {
    let mut found = db.prepare_cached(&format!(
        "{sql} ORDER BY erasure.asked LIMIT {UNCONFIRMED_MAX}"
    ))?;
    let gone = asked_before_backups(now);
    let rows = found.query_and_then(params![tenant, gone.0], |row| {
        let box_id: String = row.get(0)?;
        let copy: String = row.get(2)?;
        Ok(Unconfirmed {
            box_id: BoxId::parse(&box_id).ok_or(StoreError::Foreign("box"))?,
            party: PartyId::from_bytes(row.get(1)?),
            copy: DataCopy::parse(&copy).ok_or(StoreError::Foreign("copy"))?,
            asked: UtcMs(row.get(3)?),
        })
    })?;
    rows.collect()
}

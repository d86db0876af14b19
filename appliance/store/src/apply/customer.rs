//! Parties, customers and refusals of contact follow their facts.
use super::{Applied, Context, cbor, offers};
use messages::fact::{CustomerImported, CustomerStageMoved, DncAdded, DncLifted, PartyMet};
use messages::{UtcMs, wire};
use rusqlite::{Connection, Result, params};

pub(super) fn party_met(conn: &Connection, context: Context, fact: &PartyMet) -> Result<Applied> {
    let changed = conn
        .prepare_cached("INSERT OR IGNORE INTO party (id, blind, number, met) VALUES (?, ?, ?, ?)")?
        .execute(params![
            fact.party.as_bytes(),
            context.blind.as_ref().map(seal::BlindIndex::as_bytes),
            cbor(wire::encode(&fact.number))?,
            context.utc.0
        ])?;
    if changed > 0 {
        offers::changed(conn, fact.party)?;
    }
    Ok(Applied::one(changed, "party_known"))
}

pub(super) fn imported(conn: &Connection, utc: UtcMs, fact: &CustomerImported) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO customer (id, party, name, stage, batch, imported)
             VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            fact.customer.as_bytes(),
            fact.party.as_bytes(),
            cbor(wire::encode(&fact.name))?,
            fact.stage.code(),
            fact.batch,
            utc.0
        ])?;
    Ok(Applied::one(changed, "customer_known"))
}

pub(super) fn stage_moved(conn: &Connection, fact: &CustomerStageMoved) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE customer SET stage = ? WHERE id = ?")?
        .execute(params![fact.to.code(), fact.customer.as_bytes()])?;
    Ok(Applied::one(changed, "customer_unknown"))
}

pub(super) fn dnc_added(conn: &Connection, utc: UtcMs, fact: &DncAdded) -> Result<Applied> {
    conn.prepare_cached("INSERT OR IGNORE INTO dnc (blind, reason, added) VALUES (?, ?, ?)")?
        .execute(params![fact.index, fact.reason, utc.0])?;
    Ok(Applied::Followed)
}

pub(super) fn dnc_lifted(conn: &Connection, fact: &DncLifted) -> Result<Applied> {
    conn.prepare_cached("DELETE FROM dnc WHERE blind = ?")?
        .execute([&fact.index])?;
    Ok(Applied::Followed)
}

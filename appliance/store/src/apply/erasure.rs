//! Persons are forgotten: their values become erased in every table, and each copy's receipt is kept.
use super::{Applied, cbor, offers};
use messages::fact::{CustomerErased, ErasureConfirmed, PartyErased, RecordingErased};
use messages::{CustomerId, PartyId, PartyNumber, PersonName, Personal, UtcMs, wire};
use rusqlite::{Connection, Result, params};

pub(super) fn customer_erased(
    conn: &Connection,
    utc: UtcMs,
    fact: &CustomerErased,
) -> Result<Applied> {
    erase(conn, utc, fact.party, Some(fact.customer))
}

pub(super) fn party_erased(conn: &Connection, utc: UtcMs, fact: &PartyErased) -> Result<Applied> {
    erase(conn, utc, fact.party, None)
}

/// Twice is once: an erasure may come again from a side that was restored.
fn erase(
    conn: &Connection,
    utc: UtcMs,
    party: PartyId,
    customer: Option<CustomerId>,
) -> Result<Applied> {
    let number = cbor(wire::encode(&Personal::<PartyNumber>::Erased))?;
    let name = cbor(wire::encode(&Personal::<PersonName>::Erased))?;
    conn.prepare_cached("UPDATE party SET blind = NULL, number = ?2 WHERE id = ?1")?
        .execute(params![party.as_bytes(), number])?;
    conn.prepare_cached("UPDATE customer SET name = ?2 WHERE party = ?1")?
        .execute(params![party.as_bytes(), name])?;
    conn.prepare_cached(
        "INSERT INTO erasure (party, customer, asked)
         VALUES (?1, COALESCE(?2, (SELECT id FROM customer WHERE party = ?1)), ?3)
         ON CONFLICT (party) DO UPDATE SET asked = MIN(asked, excluded.asked)",
    )?
    .execute(params![
        party.as_bytes(),
        customer.as_ref().map(CustomerId::as_bytes),
        utc.0
    ])?;
    conn.prepare_cached(
        "UPDATE recording SET state = 'erasing'
         WHERE party = ? AND state NOT IN ('open', 'erasing', 'erased')",
    )?
    .execute([party.as_bytes()])?;
    offers::changed(conn, party)?;
    Ok(Applied::Followed)
}

pub(super) fn confirmed(conn: &Connection, fact: &ErasureConfirmed) -> Result<Applied> {
    conn.prepare_cached("INSERT OR IGNORE INTO erasure_copy (party, copy, gone) VALUES (?, ?, ?)")?
        .execute(params![fact.party.as_bytes(), fact.copy.code(), fact.on.0])?;
    Ok(Applied::Followed)
}

pub(super) fn recording_erased(conn: &Connection, fact: &RecordingErased) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE recording SET state = 'erased' WHERE id = ?")?
        .execute([fact.recording.as_bytes()])?;
    Ok(Applied::one(changed, "recording_unknown"))
}

//! Blind indexes that are missing: copies of the data are kept without them, and facts that come back from elsewhere bring none.
use crate::column;
use crate::error::StoreError;
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use messages::{PartyId, PartyNumber, Personal};
use rusqlite::{Connection, params};

/// Every party that can be opened is found by its number again. Not moved by facts: it follows from the sealed number.
pub(super) fn fill(conn: &mut Connection, ring: &KeyRing, keys: &Keys) -> Result<(), StoreError> {
    let missing = missing(conn)?;
    if missing.is_empty() {
        return Ok(());
    }
    let tx = conn.transaction()?;
    for (party, number) in missing {
        let number = ring.open_value(number);
        let Some(number) = number.clear() else {
            continue;
        };
        tx.prepare_cached("UPDATE OR IGNORE party SET blind = ?2 WHERE id = ?1")?
            .execute(params![
                party.as_bytes(),
                keys.blind.index(number).as_bytes()
            ])?;
    }
    tx.commit()?;
    Ok(())
}

fn missing(conn: &Connection) -> Result<Vec<(PartyId, Personal<PartyNumber>)>, StoreError> {
    let mut found = conn.prepare(
        "SELECT id, number FROM party WHERE blind IS NULL
         AND NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.party = party.id)",
    )?;
    let rows = found.query_map([], |row| {
        Ok((
            column::id(row, 0, PartyId::from_bytes)?,
            column::personal(row, 1)?,
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

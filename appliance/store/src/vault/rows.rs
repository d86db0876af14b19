//! The vault's statements: rows out, rows from one generation to the next, and no old page left behind.
use super::Moved;
use crate::column;
use crate::error::StoreError;
use crate::keys::Keys;
use messages::PartyId;
use rusqlite::{Connection, params};
use sansio::Secrets;
use seal::WrappedKey;
use std::collections::{BTreeMap, BTreeSet};

/// Rows moved in one transaction: a few milliseconds, so that the journal never waits long behind it.
const ROWS_AT_ONCE: u32 = 500;

/// Parties whose rows are gone, each with the last generation that knew it.
pub(crate) fn gone(vault: &Connection) -> Result<BTreeMap<PartyId, u32>, StoreError> {
    let mut found = vault.prepare("SELECT party, generation FROM erased")?;
    let rows = found.query_map([], |row| {
        Ok((column::id(row, 0, PartyId::from_bytes)?, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn doomed(vault: &Connection) -> Result<BTreeSet<u32>, StoreError> {
    let mut found = vault.prepare("SELECT generation FROM doomed")?;
    let rows = found.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those of `parties` that the vault still has a key of.
pub(crate) fn held(vault: &Connection, parties: &[PartyId]) -> Result<Vec<PartyId>, StoreError> {
    let mut found = vault.prepare(
        "SELECT EXISTS (SELECT 1 FROM party_key WHERE party = ?1)
             OR EXISTS (SELECT 1 FROM recording_key WHERE party = ?1)",
    )?;
    let mut held = Vec::new();
    for party in parties {
        if found.query_row([party.as_bytes()], |row| row.get(0))? {
            held.push(*party);
        }
    }
    Ok(held)
}

pub(crate) fn delete(
    vault: &mut Connection,
    parties: &[PartyId],
    generation: u32,
) -> Result<(), StoreError> {
    let tx = vault.transaction()?;
    for party in parties {
        tx.prepare_cached("DELETE FROM party_key WHERE party = ?")?
            .execute([party.as_bytes()])?;
        tx.prepare_cached("DELETE FROM recording_key WHERE party = ?")?
            .execute([party.as_bytes()])?;
        tx.prepare_cached("INSERT OR REPLACE INTO erased (party, generation) VALUES (?, ?)")?
            .execute(params![party.as_bytes(), generation])?;
    }
    note_doomed(&tx, generation)?;
    tx.commit()?;
    Ok(())
}

pub(crate) fn doom(vault: &Connection, generation: u32) -> Result<(), StoreError> {
    note_doomed(vault, generation)
}

fn note_doomed(vault: &Connection, generation: u32) -> Result<(), StoreError> {
    vault
        .prepare_cached("INSERT OR IGNORE INTO doomed (generation) VALUES (?)")?
        .execute([generation])?;
    Ok(())
}

/// Moves the next rows behind `after`; the last party looked at, `None` if there were none.
pub(crate) fn move_on(
    vault: &mut Connection,
    keys: &Keys,
    after: Option<PartyId>,
    secrets: &mut dyn Secrets,
) -> Result<(Option<PartyId>, Moved), StoreError> {
    let (newest, _older) = keys.generations();
    let rows = behind(vault, after, newest)?;
    let mut moved = Moved::default();
    let tx = vault.transaction()?;
    for row in &rows {
        let Ok(again) = keys.rewrap(row, secrets) else {
            tracing::error!(party = %row.party, "a party's key does not open and is given up");
            moved.damaged += 1;
            continue;
        };
        tx.prepare_cached("UPDATE party_key SET generation = ?2, wrapped = ?3 WHERE party = ?1")?
            .execute(params![
                again.party.as_bytes(),
                again.generation,
                again.bytes
            ])?;
        moved.rows += 1;
    }
    tx.commit()?;
    Ok((rows.last().map(|row| row.party), moved))
}

fn behind(
    vault: &Connection,
    after: Option<PartyId>,
    newest: u32,
) -> Result<Vec<WrappedKey>, StoreError> {
    let mut found = vault.prepare_cached(
        "SELECT party, version, generation, wrapped FROM party_key
         WHERE party > ?1 AND generation < ?2 ORDER BY party LIMIT ?3",
    )?;
    let after: &[u8] = after.as_ref().map_or(&[], |party| party.as_bytes());
    let rows = found.query_map(params![after, newest, ROWS_AT_ONCE], |row| {
        Ok(WrappedKey {
            party: column::id(row, 0, PartyId::from_bytes)?,
            version: row.get(1)?,
            generation: row.get(2)?,
            bytes: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everything into the database itself and the log to nothing; false if somebody reads just now.
pub(crate) fn scrub(vault: &Connection) -> Result<bool, StoreError> {
    let busy: bool = vault.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(!busy)
}

/// Their keys are destroyed.
pub(crate) fn forget_doomed(vault: &Connection, newest: u32) -> Result<(), StoreError> {
    vault
        .prepare_cached("DELETE FROM doomed WHERE generation < ?")?
        .execute([newest])?;
    Ok(())
}

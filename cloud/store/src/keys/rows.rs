//! The key file's statements. What is deleted is overwritten.
use super::{KeyBookError, Offered};
use messages::journal::ChainHash;
use messages::{BoxId, PartyId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sansio::Secrets;
use seal::{VaultKeys, WrappedKey};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

mod schema {
    refinery::embed_migrations!("../../migrations/cloud-keys");
}

const BUSY: Duration = Duration::from_secs(5);
/// Rows moved in one transaction.
const ROWS_AT_ONCE: u32 = 5_000;

pub(super) fn open(file: &Path) -> Result<Connection, KeyBookError> {
    let mut db = Connection::open(file)?;
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    private(file)?;
    schema::migrations::runner()
        .run(&mut db)
        .map_err(|bad| KeyBookError::Migration(bad.to_string()))?;
    Ok(db)
}

fn private(file: &Path) -> Result<(), KeyBookError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(file, mode).map_err(|why| KeyBookError::Io {
        path: file.to_owned(),
        why,
    })
}

/// Moves a box's count of offers.
pub(super) fn stand(
    db: &Connection,
    box_id: &BoxId,
    offered: &Offered,
) -> Result<(), KeyBookError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO offered (box, epoch, upto, last) VALUES (?, ?, ?, ?)",
    )?
    .execute(params![
        box_id.as_str(),
        offered.epoch,
        i64::try_from(offered.upto).unwrap_or(i64::MAX),
        offered.last.map(|last| last.0)
    ])?;
    Ok(())
}

/// Nothing, where the count is of another epoch.
pub(super) fn kept(
    db: &Connection,
    box_id: &BoxId,
    epoch: u32,
) -> Result<(u64, Option<ChainHash>), KeyBookError> {
    let found = db
        .prepare_cached("SELECT upto, last FROM offered WHERE box = ? AND epoch = ?")?
        .query_row(params![box_id.as_str(), epoch], |row| {
            let upto: i64 = row.get(0)?;
            let last: Option<[u8; 32]> = row.get(1)?;
            Ok((u64::try_from(upto).unwrap_or(0), last.map(ChainHash)))
        })
        .optional()?;
    Ok(found.unwrap_or((0, None)))
}

/// Persons that were erased are passed over.
pub(super) fn keep(
    db: &mut Connection,
    box_id: &BoxId,
    keys: Vec<WrappedKey>,
) -> Result<usize, KeyBookError> {
    let tx = db.transaction()?;
    let mut kept = 0;
    for key in keys {
        kept += tx
            .prepare_cached(
                "INSERT OR REPLACE INTO party_key (box, party, version, generation, wrapped)
                 SELECT ?1, ?2, ?3, ?4, ?5
                 WHERE NOT EXISTS (SELECT 1 FROM erased WHERE box = ?1 AND party = ?2)",
            )?
            .execute(params![
                box_id.as_str(),
                key.party.as_bytes(),
                key.version,
                key.generation,
                key.bytes
            ])?;
    }
    tx.commit()?;
    Ok(kept)
}

/// How many of them were there; then their generation is doomed.
pub(super) fn delete(
    db: &mut Connection,
    box_id: &BoxId,
    parties: &[PartyId],
    newest: Option<u32>,
    erased: bool,
) -> Result<usize, KeyBookError> {
    let tx = db.transaction()?;
    let mut known = 0;
    for party in parties {
        known += tx
            .prepare_cached("DELETE FROM party_key WHERE box = ? AND party = ?")?
            .execute(params![box_id.as_str(), party.as_bytes()])?;
        if erased {
            tx.prepare_cached("INSERT OR IGNORE INTO erased (box, party) VALUES (?, ?)")?
                .execute(params![box_id.as_str(), party.as_bytes()])?;
        }
    }
    if let Some(generation) = newest.filter(|_| known > 0) {
        tx.prepare_cached("INSERT OR IGNORE INTO doomed (box, generation) VALUES (?, ?)")?
            .execute(params![box_id.as_str(), generation])?;
    }
    tx.commit()?;
    Ok(known)
}

pub(super) fn delete_all(db: &mut Connection, box_id: &BoxId) -> Result<(), KeyBookError> {
    let tx = db.transaction()?;
    for table in ["party_key", "doomed"] {
        tx.execute(
            &format!("DELETE FROM {table} WHERE box = ?"),
            [box_id.as_str()],
        )?;
    }
    tx.commit()?;
    Ok(())
}

pub(super) fn one(
    db: &Connection,
    box_id: &BoxId,
    party: PartyId,
) -> Result<Option<WrappedKey>, KeyBookError> {
    let found = db
        .prepare_cached(
            "SELECT party, version, generation, wrapped FROM party_key WHERE box = ? AND party = ?",
        )?
        .query_row(params![box_id.as_str(), party.as_bytes()], read)
        .optional()?;
    Ok(found)
}

pub(super) fn count(db: &Connection, box_id: &BoxId) -> Result<u64, KeyBookError> {
    let count: i64 = db
        .prepare_cached("SELECT COUNT(*) FROM party_key WHERE box = ?")?
        .query_row([box_id.as_str()], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

pub(super) fn erased(db: &Connection) -> Result<BTreeSet<(BoxId, PartyId)>, KeyBookError> {
    let mut found = db.prepare("SELECT box, party FROM erased")?;
    let rows = found.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, PartyId::from_bytes(row.get(1)?)))
    })?;
    let mut all = BTreeSet::new();
    for row in rows {
        let (box_id, party) = row?;
        all.extend(BoxId::parse(&box_id).map(|box_id| (box_id, party)));
    }
    Ok(all)
}

pub(super) fn doomed(db: &Connection) -> Result<BTreeSet<(BoxId, u32)>, KeyBookError> {
    let mut found = db.prepare_cached("SELECT box, generation FROM doomed")?;
    let rows = found.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut all = BTreeSet::new();
    for row in rows {
        let (box_id, generation) = row?;
        all.extend(BoxId::parse(&box_id).map(|box_id| (box_id, generation)));
    }
    Ok(all)
}

pub(super) fn forget_doomed(
    db: &Connection,
    box_id: &BoxId,
    newest: u32,
) -> Result<(), KeyBookError> {
    db.prepare_cached("DELETE FROM doomed WHERE box = ? AND generation < ?")?
        .execute(params![box_id.as_str(), newest])?;
    Ok(())
}

/// Every row of the box to the newest generation. One that does not open is of no use, and goes.
pub(super) fn move_all(
    db: &mut Connection,
    box_id: &BoxId,
    place: &str,
    keys: &VaultKeys,
    secrets: &mut dyn Secrets,
) -> Result<(), KeyBookError> {
    loop {
        let rows = older(db, box_id, keys.newest())?;
        if rows.is_empty() {
            return Ok(());
        }
        let tx = db.transaction()?;
        for row in &rows {
            let Ok(again) = keys.rewrap(place, row, secrets) else {
                tracing::error!(%box_id, party = %row.party, "a key does not open and is given up");
                tx.prepare_cached("DELETE FROM party_key WHERE box = ? AND party = ?")?
                    .execute(params![box_id.as_str(), row.party.as_bytes()])?;
                continue;
            };
            tx.prepare_cached(
                "UPDATE party_key SET generation = ?3, wrapped = ?4 WHERE box = ?1 AND party = ?2",
            )?
            .execute(params![
                box_id.as_str(),
                again.party.as_bytes(),
                again.generation,
                again.bytes
            ])?;
        }
        tx.commit()?;
    }
}

fn older(db: &Connection, box_id: &BoxId, newest: u32) -> Result<Vec<WrappedKey>, KeyBookError> {
    let mut found = db.prepare_cached(
        "SELECT party, version, generation, wrapped FROM party_key
         WHERE box = ? AND generation < ? LIMIT ?",
    )?;
    let rows = found.query_map(params![box_id.as_str(), newest, ROWS_AT_ONCE], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everything into the file itself and the log to nothing; false if somebody reads just now.
pub(super) fn scrub(db: &Connection) -> Result<bool, KeyBookError> {
    let busy: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(!busy)
}

fn read(row: &Row<'_>) -> rusqlite::Result<WrappedKey> {
    Ok(WrappedKey {
        party: PartyId::from_bytes(row.get(0)?),
        version: row.get(1)?,
        generation: row.get(2)?,
        bytes: row.get(3)?,
    })
}

//! Care of the file itself: a copy while others write, whether a copy is sound, each box's chain walked again, backups remembered.
use super::column::{count, int, utc};
use super::{boxes, lines, open, wishes};
use crate::{BackupRecord, RestoredRecord, StoreError, Walk};
use messages::{
    BoxId,
    journal::{ChainHash, Head},
};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Row, params};
use std::path::Path;

/// Every seq of a box, wherever it stands, in order.
pub(super) const WALK: &str =
    "SELECT seq, epoch, bytes, hash FROM journal WHERE tenant = ?1 AND box = ?2
    UNION ALL SELECT seq, epoch, bytes, hash FROM dead_letter WHERE tenant = ?1 AND box = ?2
    UNION ALL SELECT seq, epoch, bytes, hash FROM raw_fact WHERE tenant = ?1 AND box = ?2
    ORDER BY seq, epoch";
/// Where a line goes on behind facts that never come.
const GAPS: &str = "SELECT first, last, hash FROM line_break
    WHERE tenant = ?1 AND box = ?2 AND kind = 'gap' AND hash IS NOT NULL ORDER BY id";
pub(super) const LAST_BACKUP: &str =
    "SELECT * FROM backup WHERE tenant = ?1 ORDER BY taken DESC LIMIT 1";
pub(super) const LAST_RESTORED: &str =
    "SELECT * FROM restored WHERE tenant = ?1 ORDER BY restored DESC LIMIT 1";

/// Copies the whole file as it stands at one moment; writers go on meanwhile.
pub(super) fn copy(path: &Path, into: &Path) -> Result<(), StoreError> {
    let from = open::for_reading(path)?;
    let mut to = Connection::open(into)?;
    {
        let backup = Backup::new(&from, &mut to)?;
        #[allow(clippy::wildcard_enum_match_arm)] // of a foreign enum
        // All pages in one step: one moment, whoever writes.
        match backup.step(-1)? {
            StepResult::Done => {}
            // What else it may say means: not now.
            _ => return Err(StoreError::Busy),
        }
    }
    // One file that stands alone, without a log beside it.
    to.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(())
}

/// Pages, indexes and constraints of a file hold together.
pub(super) fn check(path: &Path) -> Result<(), StoreError> {
    let db = open::for_reading(path)?;
    let said: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" {
        Ok(())
    } else {
        Err(StoreError::Damaged(said))
    }
}

pub(super) fn walk(db: &Connection, tenant: &str, box_id: &BoxId) -> Result<Walk, StoreError> {
    let record = boxes::one(db, tenant, box_id)?.ok_or(StoreError::UnknownBox)?;
    let claimed = record.applied;
    let mut proved = Head::EMPTY;
    let mut statement = db.prepare(WALK)?;
    let mut rows = statement.query(params![tenant, box_id.as_str()])?;
    let mut broken_at = None;
    let gaps = gaps(db, tenant, box_id)?;
    while let Some(row) = rows.next()? {
        let (seq, bytes): (u64, Vec<u8>) = (count(row, "seq")?, row.get("bytes")?);
        let hash: Vec<u8> = row.get("hash")?;
        proved = behind_gap(&gaps, proved);
        let next = Head {
            seq: proved.seq + 1,
            hash: proved.hash.next(&bytes),
        };
        if seq != next.seq || ChainHash::from_slice(&hash) != Some(next.hash) {
            // A seq that comes again is itself the bad one; a hole begins with the first that is missing.
            broken_at = Some(seq.min(next.seq));
            break;
        }
        proved = next;
    }
    if broken_at.is_none() {
        proved = behind_gap(&gaps, proved);
    }
    if broken_at.is_none() && proved != claimed {
        broken_at = Some(if proved.seq == claimed.seq {
            proved.seq
        } else {
            proved.seq.min(claimed.seq) + 1
        });
    }
    Ok(Walk {
        box_id: box_id.clone(),
        claimed,
        proved,
        broken_at,
    })
}

/// Each gap's first fact, and where the line goes on.
fn gaps(db: &Connection, tenant: &str, box_id: &BoxId) -> Result<Vec<(u64, Head)>, StoreError> {
    let of_row = |row: &Row<'_>| {
        let hash: Vec<u8> = row.get("hash")?;
        let go_on = Head {
            seq: count(row, "last")?,
            hash: ChainHash::from_slice(&hash).ok_or(StoreError::Foreign("hash"))?,
        };
        Ok((count(row, "first")?, go_on))
    };
    db.prepare_cached(GAPS)?
        .query_and_then(params![tenant, box_id.as_str()], of_row)?
        .collect()
}

fn behind_gap(gaps: &[(u64, Head)], proved: Head) -> Head {
    let here = gaps.iter().find(|(first, _)| *first == proved.seq + 1);
    here.map_or(proved, |(_, go_on)| *go_on)
}

/// Remembers a verified backup; each box is safe up to what the backup holds of it, if that is still its history.
pub(super) fn note_backup(
    db: &Connection,
    tenant: &str,
    backup: &BackupRecord,
    heads: &[(BoxId, Head)],
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO backup (tenant, taken, verified, name, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        tenant,
        backup.taken.0,
        backup.verified.0,
        backup.name,
        int(backup.bytes)
    ])?;
    for (box_id, head) in heads {
        if head.seq > 0 && lines::hash_at(db, tenant, box_id, head.seq)? == Some(head.hash) {
            boxes::move_safe(db, tenant, box_id, head.seq)?;
        }
    }
    Ok(())
}

/// All that is here came out of a verified backup: so far every box is safe.
pub(super) fn note_restored(
    db: &Connection,
    tenant: &str,
    restored: &RestoredRecord,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO restored (tenant, restored, taken, name) VALUES (?1, ?2, ?3, ?4)",
        params![tenant, restored.restored.0, restored.taken.0, restored.name],
    )?;
    db.execute(
        "UPDATE box SET safe_seq = applied_seq, link_up = 0 WHERE tenant = ?1",
        [tenant],
    )?;
    wishes::unsure_of_all(db, tenant)
}

pub(super) fn last_backup(
    db: &Connection,
    tenant: &str,
) -> Result<Option<BackupRecord>, StoreError> {
    let of_row = |row: &Row<'_>| {
        Ok(BackupRecord {
            taken: utc(row, "taken")?,
            verified: utc(row, "verified")?,
            name: row.get("name")?,
            bytes: count(row, "bytes")?,
        })
    };
    db.prepare_cached(LAST_BACKUP)?
        .query_and_then([tenant], of_row)?
        .next()
        .transpose()
}

pub(super) fn last_restored(
    db: &Connection,
    tenant: &str,
) -> Result<Option<RestoredRecord>, StoreError> {
    let of_row = |row: &Row<'_>| {
        Ok(RestoredRecord {
            restored: utc(row, "restored")?,
            taken: utc(row, "taken")?,
            name: row.get("name")?,
        })
    };
    db.prepare_cached(LAST_RESTORED)?
        .query_and_then([tenant], of_row)?
        .next()
        .transpose()
}

#[cfg(test)]
mod tests;

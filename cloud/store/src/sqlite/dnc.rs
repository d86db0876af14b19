//! Refusals of contact of all branches and of headquarters: everybody says their own, and one refusal is enough.
use super::column::{count, int, text, utc};
use super::users;
use crate::{Deed, DncAuthor, DncRecord, StoreError};
use messages::directive::{DncSet, Wish};
use messages::lane::{DNC_CHANGES_MAX, DncChange};
use messages::{BoxId, UtcMs};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

pub(super) const NEWEST: &str =
    "SELECT * FROM dnc INDEXED BY dnc_by_version WHERE tenant = ?1 ORDER BY version DESC LIMIT ?2";
pub(super) const BEHIND: &str = "SELECT * FROM dnc INDEXED BY dnc_by_version
    WHERE tenant = ?1 AND version > ?2 ORDER BY version LIMIT ?3";

/// Writes down what one author says; hands back for how many numbers something changed for all.
pub(super) fn change(
    db: &Connection,
    tenant: &str,
    author: &DncAuthor,
    changes: &[DncChange],
    at: UtcMs,
) -> Result<u64, StoreError> {
    let name = match author {
        DncAuthor::Hq { .. } => "",
        DncAuthor::Branch(box_id) => box_id.as_str(),
    };
    let mut changed = 0;
    for one in changes {
        if say(db, tenant, name, one)? {
            changed += u64::from(follow(db, tenant, name, one)?);
        }
    }
    if let DncAuthor::Hq { by, from_ip } = author {
        let deed = Deed::DncChanged {
            numbers: changes.len(),
        };
        users::note_deed(db, tenant, Some(by), &deed, *from_ip, at)?;
    }
    Ok(changed)
}

/// The newest word of an author counts; one that comes late or again changes nothing.
fn say(db: &Connection, tenant: &str, author: &str, one: &DncChange) -> Result<bool, StoreError> {
    let said = db
        .prepare_cached(
            "INSERT INTO dnc_said (tenant, number, author, refused, reason, utc)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET refused = excluded.refused, reason = excluded.reason, utc = excluded.utc
             WHERE excluded.utc > dnc_said.utc",
        )?
        .execute(params![
            tenant,
            one.index,
            author,
            one.refused,
            one.reason,
            one.utc.0
        ])?;
    Ok(said > 0)
}

/// What follows for all. While anybody refuses it stays refused, and whoever lifted is told so.
fn follow(
    db: &Connection,
    tenant: &str,
    author: &str,
    one: &DncChange,
) -> Result<bool, StoreError> {
    let before: bool = db
        .prepare_cached("SELECT refused FROM dnc WHERE tenant = ?1 AND number = ?2")?
        .query_row(params![tenant, one.index], |row| row.get(0))
        .optional()?
        .unwrap_or(false);
    let other: Option<(String, String, i64)> = if one.refused {
        None
    } else {
        db.prepare_cached(
            "SELECT author, reason, utc FROM dnc_said
             WHERE tenant = ?1 AND number = ?2 AND refused ORDER BY author LIMIT 1",
        )?
        .query_row(params![tenant, one.index], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?
    };
    match other {
        Some((other, reason, utc)) => {
            let stays = DncChange {
                index: one.index.clone(),
                refused: true,
                reason,
                utc: UtcMs(utc),
            };
            put(db, tenant, &other, &stays)
        }
        None if before == one.refused => Ok(false),
        None => put(db, tenant, author, one),
    }
}

fn put(db: &Connection, tenant: &str, author: &str, one: &DncChange) -> Result<bool, StoreError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO dnc (tenant, number, refused, reason, utc, author, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6,
             (SELECT coalesce(max(version), 0) + 1 FROM dnc WHERE tenant = ?1))",
    )?
    .execute(params![
        tenant,
        one.index,
        one.refused,
        one.reason,
        one.utc.0,
        author
    ])?;
    Ok(true)
}

/// The next changes that a branch is to hear, as one wish, and the version behind them; none: it has all.
pub(super) fn behind(
    db: &Connection,
    tenant: &str,
    version: u64,
) -> Result<Option<(Wish, u64)>, StoreError> {
    let most = i64::try_from(DNC_CHANGES_MAX).unwrap_or(i64::MAX);
    let rows: Vec<DncRecord> = db
        .prepare_cached(BEHIND)?
        .query_and_then(params![tenant, int(version), most], record)?
        .collect::<Result<_, StoreError>>()?;
    let Some(last) = rows.last().map(|row| row.version) else {
        return Ok(None);
    };
    let changes = rows.into_iter().map(|row| row.change).collect();
    Ok(Some((Wish::from(DncSet { changes }), last)))
}

pub(super) fn newest(
    db: &Connection,
    tenant: &str,
    limit: u32,
) -> Result<Vec<DncRecord>, StoreError> {
    db.prepare_cached(NEWEST)?
        .query_and_then(params![tenant, limit], record)?
        .collect()
}

fn record(row: &Row<'_>) -> Result<DncRecord, StoreError> {
    let author: String = row.get("author")?;
    Ok(DncRecord {
        change: DncChange {
            index: row.get("number")?,
            refused: row.get("refused")?,
            reason: row.get("reason")?,
            utc: utc(row, "utc")?,
        },
        author: if author.is_empty() {
            None
        } else {
            Some(text(row, "author", BoxId::parse)?)
        },
        version: count(row, "version")?,
    })
}

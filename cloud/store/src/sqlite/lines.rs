//! The lines of the boxes: read wherever their facts stand, broken where a greeting says so, closed by a person.
use super::column::{count, id_or_none, int, small, text, text_or_none, utc, utc_or_none};
use super::{erasures, rebuild, users};
use crate::line::{BreakKind, BreakQuery, CloseBreak, Closed, LineBreak, LineChange, LineFact};
use crate::line::{NotClosed, hash_of};
use crate::{Deed, Greeting, StoreError};
use messages::{
    BootId, BoxId, PartyId, UserName, UtcMs,
    journal::{ChainHash, Head},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Where the facts of a line may stand.
pub(super) const TABLES: [&str; 3] = ["journal", "dead_letter", "raw_fact"];

pub(super) const LINE: &str = "SELECT seq, epoch, bytes, hash FROM journal
        WHERE tenant = ?1 AND box = ?2 AND seq > ?3 AND seq <= ?4
    UNION ALL SELECT seq, epoch, bytes, hash FROM dead_letter
        WHERE tenant = ?1 AND box = ?2 AND seq > ?3 AND seq <= ?4
    UNION ALL SELECT seq, epoch, bytes, hash FROM raw_fact
        WHERE tenant = ?1 AND box = ?2 AND seq > ?3 AND seq <= ?4
    ORDER BY seq, epoch";
pub(super) const BREAKS: &str = "SELECT * FROM line_break WHERE tenant = ?1
    ORDER BY closed IS NOT NULL, noted DESC, box, id LIMIT ?2";
pub(super) const BREAKS_OF: &str = "SELECT * FROM line_break WHERE tenant = ?1 AND box = ?3
    ORDER BY closed IS NOT NULL, noted DESC, box, id LIMIT ?2";
pub(super) const OLD: &str = "SELECT seq, epoch, bytes, hash FROM old_fact
    WHERE tenant = ?1 AND box = ?2 AND break = ?3 AND seq > ?4 ORDER BY seq LIMIT ?5";

/// Facts behind `after`, in order and without a hole, at most `limit`.
pub(super) fn facts(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    after: u64,
    limit: u32,
) -> Result<Vec<LineFact>, StoreError> {
    let upto = after.saturating_add(limit.into());
    let rows: Vec<LineFact> = db
        .prepare_cached(LINE)?
        .query_and_then(
            params![tenant, box_id.as_str(), int(after), int(upto)],
            fact,
        )?
        .collect::<Result<_, _>>()?;
    let whole = (after + 1..).zip(rows);
    let whole = whole.take_while(|(seq, row)| row.head.seq == *seq);
    Ok(whole.map(|(_, row)| row).collect())
}

fn fact(row: &Row<'_>) -> Result<LineFact, StoreError> {
    let hash: Vec<u8> = row.get("hash")?;
    Ok(LineFact {
        head: Head {
            seq: count(row, "seq")?,
            hash: ChainHash::from_slice(&hash).ok_or(StoreError::Foreign("hash"))?,
        },
        epoch: small(row, "epoch")?,
        bytes: row.get("bytes")?,
    })
}

/// Where the chain of a box stands behind `seq`, as far as it is known here.
pub(super) fn hash_at(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    seq: u64,
) -> Result<Option<ChainHash>, StoreError> {
    let gaps = "SELECT hash FROM line_break
        WHERE tenant = ?1 AND box = ?2 AND last = ?3 AND hash IS NOT NULL";
    let of_table =
        |table| format!("SELECT hash FROM {table} WHERE tenant = ?1 AND box = ?2 AND seq = ?3");
    for sql in TABLES.map(of_table).into_iter().chain([gaps.to_owned()]) {
        let found: Option<Vec<u8>> = db
            .prepare_cached(&sql)?
            .query_row(params![tenant, box_id.as_str(), int(seq)], |row| row.get(0))
            .optional()?;
        if let Some(bytes) = found {
            return Ok(ChainHash::from_slice(&bytes));
        }
    }
    Ok(None)
}

/// The line's change, in the transaction of its greeting. Hands back where the cursor stands then.
pub(super) fn change(
    db: &Connection,
    tenant: &str,
    greeting: &Greeting,
) -> Result<Option<Head>, StoreError> {
    match greeting.line.change {
        LineChange::GoesOn => Ok(None),
        LineChange::OldTail { at, upto, .. } => {
            let id = note(db, tenant, greeting, (at.seq + 1, upto))?;
            put_aside(db, tenant, &greeting.box_id, id, at.seq)?;
            Ok(Some(at))
        }
        LineChange::Gap { first, go_on } => {
            note(db, tenant, greeting, (first, go_on.seq))?;
            Ok(Some(go_on))
        }
        LineChange::Copied => {
            note(db, tenant, greeting, (0, 0))?;
            Ok(None)
        }
    }
}

fn note(
    db: &Connection,
    tenant: &str,
    greeting: &Greeting,
    (first, last): (u64, u64),
) -> Result<u64, StoreError> {
    let change = greeting.line.change;
    let (kind, epoch) = match change {
        LineChange::OldTail { epoch, .. } => (BreakKind::OldTail, epoch),
        LineChange::Gap { .. } | LineChange::GoesOn => (BreakKind::Gap, greeting.epoch),
        LineChange::Copied => (BreakKind::Copied, greeting.epoch),
    };
    let run = |boot: Option<BootId>| {
        boot.filter(|_| kind == BreakKind::Copied)
            .map(|boot| *boot.as_bytes())
    };
    let id: i64 = db
        .prepare_cached(
            "INSERT INTO line_break (tenant, box, id, kind, noted, epoch, first, last, hash, run, other_run)
             VALUES (?1, ?2, (SELECT coalesce(max(id), 0) + 1 FROM line_break WHERE tenant = ?1 AND box = ?2),
                 ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             RETURNING id",
        )?
        .query_row(
            params![
                tenant,
                greeting.box_id.as_str(),
                kind.code(),
                greeting.received.0,
                epoch,
                int(first),
                int(last),
                hash_of(change).map(|hash| hash.0),
                run(greeting.boot),
                run(greeting.boot_before),
            ],
            |row| row.get(0),
        )?;
    u64::try_from(id).map_err(|_negative| StoreError::Foreign("id"))
}

/// What stood behind the branch point counts no more: the tables are made again without it. An erasure stays an erasure.
fn put_aside(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    id: u64,
    at: u64,
) -> Result<(), StoreError> {
    for table in TABLES {
        let of_tail = format!("FROM {table} WHERE tenant = ?1 AND box = ?2 AND seq > ?3");
        db.execute(
            &format!(
                "INSERT OR IGNORE INTO old_fact (tenant, box, break, seq, epoch, bytes, hash)
                 SELECT tenant, box, ?4, seq, epoch, bytes, hash {of_tail}"
            ),
            params![tenant, box_id.as_str(), int(at), int(id)],
        )?;
        db.execute(
            &format!("DELETE {of_tail}"),
            params![tenant, box_id.as_str(), int(at)],
        )?;
    }
    let erased = erased(db, tenant, box_id)?;
    rebuild::of_box(db, tenant, box_id, &mut |_, _| {})?;
    for (party, asked) in erased {
        erasures::erase_again(db, tenant, &[(box_id.clone(), party)], asked)?;
    }
    db.execute(
        "UPDATE box SET
             dead_letters = (SELECT count(*) FROM dead_letter WHERE tenant = ?1 AND box = ?2),
             raw = (SELECT count(*) FROM raw_fact WHERE tenant = ?1 AND box = ?2),
             fact_utc = (SELECT utc FROM journal WHERE tenant = ?1 AND box = ?2
                 ORDER BY seq DESC, epoch DESC LIMIT 1)
         WHERE tenant = ?1 AND box = ?2",
        params![tenant, box_id.as_str()],
    )?;
    Ok(())
}

fn erased(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
) -> Result<Vec<(PartyId, UtcMs)>, StoreError> {
    let of_row = |row: &Row<'_>| {
        let party = id_or_none(row, "party", PartyId::from_bytes)?;
        Ok((
            party.ok_or(StoreError::Foreign("party"))?,
            utc(row, "asked")?,
        ))
    };
    db.prepare_cached("SELECT party, asked FROM erasure WHERE tenant = ?1 AND box = ?2")?
        .query_and_then(params![tenant, box_id.as_str()], of_row)?
        .collect()
}

pub(super) fn breaks(
    db: &Connection,
    tenant: &str,
    query: &BreakQuery,
) -> Result<Vec<LineBreak>, StoreError> {
    let rows = query.limit.rows();
    match &query.box_id {
        None => db
            .prepare_cached(BREAKS)?
            .query_and_then(params![tenant, rows], line_break)?
            .collect(),
        Some(box_id) => db
            .prepare_cached(BREAKS_OF)?
            .query_and_then(params![tenant, rows, box_id.as_str()], line_break)?
            .collect(),
    }
}

fn line_break(row: &Row<'_>) -> Result<LineBreak, StoreError> {
    let runs = id_or_none(row, "run", BootId::from_bytes)?.zip(id_or_none(
        row,
        "other_run",
        BootId::from_bytes,
    )?);
    let closed = match (
        utc_or_none(row, "closed")?,
        text_or_none(row, "closed_by", UserName::parse)?,
    ) {
        (Some(at), Some(by)) => Some(Closed {
            at,
            by,
            reason: row.get("reason")?,
        }),
        (_, _) => None,
    };
    Ok(LineBreak {
        box_id: text(row, "box", BoxId::parse)?,
        id: count(row, "id")?,
        kind: text(row, "kind", BreakKind::parse)?,
        noted: utc(row, "noted")?,
        epoch: small(row, "epoch")?,
        first: count(row, "first")?,
        last: count(row, "last")?,
        runs,
        closed,
    })
}

/// Facts of an old tail, in order.
pub(super) fn old_facts(
    db: &Connection,
    tenant: &str,
    (box_id, id): (&BoxId, u64),
    after: u64,
    limit: u32,
) -> Result<Vec<LineFact>, StoreError> {
    db.prepare_cached(OLD)?
        .query_and_then(
            params![tenant, box_id.as_str(), int(id), int(after), limit],
            fact,
        )?
        .collect()
}

pub(super) fn close(
    db: &Connection,
    tenant: &str,
    wanted: &CloseBreak,
) -> Result<Result<(), NotClosed>, StoreError> {
    let of_box = wanted.box_id.as_str();
    let found = db
        .prepare_cached("SELECT * FROM line_break WHERE tenant = ?1 AND box = ?2 AND id = ?3")?
        .query_and_then(params![tenant, of_box, int(wanted.id)], line_break)?
        .next()
        .transpose()?;
    let Some(found) = found else {
        return Ok(Err(NotClosed::Unknown));
    };
    if found.closed.is_some() {
        return Ok(Err(NotClosed::Already));
    }
    let chosen = match (found.runs, wanted.run) {
        (None, None) => None,
        (Some((one, other)), Some(run)) if run == one || run == other => Some(run),
        (None | Some(_), _) => return Ok(Err(NotClosed::OtherRun)),
    };
    if let Some(run) = chosen {
        db.prepare_cached(
            "UPDATE box SET boot = ?3, boot_before = NULL, quarantined = 0,
                 last_error = NULL, last_error_utc = NULL
             WHERE tenant = ?1 AND box = ?2",
        )?
        .execute(params![tenant, of_box, run.as_bytes()])?;
    }
    db.prepare_cached(
        "UPDATE line_break SET closed = ?4, closed_by = ?5, reason = ?6
         WHERE tenant = ?1 AND box = ?2 AND id = ?3",
    )?
    .execute(params![
        tenant,
        of_box,
        int(wanted.id),
        wanted.at.0,
        wanted.by.as_str(),
        wanted.reason
    ])?;
    let box_id = wanted.box_id.clone();
    let deed = match chosen {
        Some(_) => Deed::BoxReleased { box_id },
        None => Deed::BreakClosed { box_id },
    };
    users::note_deed(
        db,
        tenant,
        Some(&wanted.by),
        &deed,
        wanted.from_ip,
        wanted.at,
    )?;
    Ok(Ok(()))
}

//! The journal as an audit log: who did what, when, to what. Bodies stay sealed.
use super::{Page, Reader, page, size};
use crate::column::{self, int};
use crate::error::StoreError;
use crate::month::{Ledger, Month, Source};
use messages::UtcMs;
use messages::fact::{Actor, SealedFact};
use rusqlite::{Connection, ToSql, params_from_iter};
use std::net::IpAddr;

/// One fact, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub seq: u64,
    pub utc: UtcMs,
    pub clock_trusted: bool,
    pub kind: String,
    pub actor: Actor,
    pub from_ip: Option<IpAddr>,
    /// `call:…`, `customer:…`, `user:…`
    pub subject: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// At this time or later.
    pub from: Option<UtcMs>,
    /// Before this time.
    pub until: Option<UtcMs>,
    /// What this person did: a user, or the console.
    pub person: Option<Actor>,
    pub kind: Option<String>,
    pub subject: Option<String>,
    /// Behind this one (`Page::next`).
    pub after: Option<u64>,
}

impl Reader {
    /// Newest first, at most `PAGE_MAX`.
    pub fn audit(
        &self,
        filter: &AuditFilter,
        max: usize,
    ) -> Result<Page<AuditRow, u64>, StoreError> {
        let (max, limit) = size(max);
        let ledger = Ledger::of(&self.conn, &self.folder)?;
        let mut rows = Vec::new();
        for source in ledger.sources().rev() {
            let rest = limit - i64::try_from(rows.len()).unwrap_or(limit);
            match source {
                Source::Hot => rows.extend(search(ledger.hot(), filter, u64::MAX, rest)?),
                Source::Month(month, _) if passed_over(month, filter) => {}
                Source::Month(month, last) => {
                    let mut conn = ledger.open(month)?;
                    self.conn.hold_to_time(&mut conn)?;
                    rows.extend(search(&conn, filter, last, rest)?);
                }
            }
            if rows.len() > max {
                break;
            }
        }
        Ok(page(rows, max, |row| row.seq))
    }
}

/// Nothing in it can be asked for.
fn passed_over(month: &Month, filter: &AuditFilter) -> bool {
    filter.from.is_some_and(|from| month.until < from)
        || filter.until.is_some_and(|until| month.from >= until)
        || filter.after.is_some_and(|after| month.first >= after)
}

/// Newest first, out of one file, up to `last`.
fn search(
    conn: &Connection,
    filter: &AuditFilter,
    last: u64,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let Some((first, last)) = span(conn, filter, last)? else {
        return Ok(Vec::new());
    };
    let mut sql = "SELECT seq, utc, bytes FROM journal WHERE seq >= ? AND seq <= ?".to_owned();
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(int(first)), Box::new(int(last))];
    let mut only = |part: &str, value: Option<Box<dyn ToSql>>| {
        if let Some(value) = value {
            sql.push_str(part);
            values.push(value);
        }
    };
    only(" AND subject = ?", filter.subject.clone().map(boxed));
    let person = filter.person.as_ref().map(ToString::to_string);
    only(" AND person = ?", person.map(boxed));
    only(" AND kind = ?", filter.kind.clone().map(boxed));
    only(" AND utc >= ?", filter.from.map(|utc| boxed(utc.0)));
    only(" AND utc < ?", filter.until.map(|utc| boxed(utc.0)));
    sql.push_str(" ORDER BY seq DESC LIMIT ?");
    values.push(Box::new(limit));
    let mut found = conn.prepare_cached(&sql)?;
    let mut raw = found.query(params_from_iter(values))?;
    let mut rows = Vec::new();
    while let Some(row) = raw.next()? {
        rows.push(audit_row(column::count(row, 0)?, row.get(2)?)?);
    }
    Ok(rows)
}

/// The seqs between which the times lie; clocks may have jumped, so each row is looked at again.
fn span(
    conn: &Connection,
    filter: &AuditFilter,
    last: u64,
) -> Result<Option<(u64, u64)>, StoreError> {
    let behind = filter.after.map_or(u64::MAX, |seq| seq.saturating_sub(1));
    let before = behind.min(last);
    if filter.from.is_none() && filter.until.is_none() {
        return Ok(Some((0, before)));
    }
    let from = filter.from.map_or(i64::MIN, |utc| utc.0);
    let until = filter.until.map_or(i64::MAX, |utc| utc.0);
    let (first, last): (Option<i64>, Option<i64>) = conn
        .prepare_cached("SELECT MIN(seq), MAX(seq) FROM journal WHERE utc >= ? AND utc < ?")?
        .query_row([from, until], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let seq = |seq: i64| u64::try_from(seq).unwrap_or(0);
    Ok(first
        .zip(last)
        .map(|(first, last)| (seq(first), seq(last).min(before))))
}

fn boxed(value: impl ToSql + 'static) -> Box<dyn ToSql> {
    Box::new(value)
}

fn audit_row(seq: u64, bytes: Vec<u8>) -> Result<AuditRow, StoreError> {
    let fact = SealedFact::decode(bytes).map_err(|bad| StoreError::Row(bad.to_string()))?;
    let envelope = fact.envelope();
    Ok(AuditRow {
        seq,
        utc: envelope.utc,
        clock_trusted: envelope.clock_trusted,
        kind: envelope.kind.clone(),
        actor: envelope.actor.clone(),
        from_ip: envelope.from_ip,
        subject: envelope.subject.clone(),
    })
}

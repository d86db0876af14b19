//! The hour and day tables: each fact's contribution is added, periods are summed.
use super::apply::{At, Failed};
use super::column::{count, int, text, utc};
use crate::{RollupQuery, RollupRow, StoreError, Tally, day_of};
use messages::{BoxId, UtcMs};
use rusqlite::{Connection, Row, params};

#[derive(Clone, Copy)]
pub(super) enum Period {
    Hour,
    Day,
}

impl Period {
    const fn table(self) -> &'static str {
        match self {
            Self::Hour => "rollup_hour",
            Self::Day => "rollup_day",
        }
    }
}

const SUMS: &str = "sum(attempts) AS attempts, sum(answered) AS answered, sum(talk_ms) AS talk_ms,
    sum(inbound) AS inbound, sum(inbound_answered) AS inbound_answered,
    sum(inbound_talk_ms) AS inbound_talk_ms, sum(blocked) AS blocked";

/// Adds to the hour and to its day.
pub(super) fn add(at: At<'_>, hour: UtcMs, tally: Tally) -> Result<(), Failed> {
    for (period, bucket) in [(Period::Hour, hour), (Period::Day, day_of(hour))] {
        let table = period.table();
        at.db
            .prepare_cached(&format!(
                "INSERT INTO {table} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts,
                     answered = answered + excluded.answered, talk_ms = talk_ms + excluded.talk_ms,
                     inbound = inbound + excluded.inbound,
                     inbound_answered = inbound_answered + excluded.inbound_answered,
                     inbound_talk_ms = inbound_talk_ms + excluded.inbound_talk_ms,
                     blocked = blocked + excluded.blocked"
            ))?
            .execute(params![
                at.tenant,
                at.box_id.as_str(),
                bucket.0,
                int(tally.attempts),
                int(tally.answered),
                int(tally.talk_ms),
                int(tally.inbound),
                int(tally.inbound_answered),
                int(tally.inbound_talk_ms),
                int(tally.blocked)
            ])?;
    }
    Ok(())
}

pub(super) fn rows_sql(period: Period, one_box: bool) -> String {
    let table = period.table();
    let (source, only) = if one_box {
        (table.to_owned(), "AND box = ?4")
    } else {
        (format!("{table} INDEXED BY {table}_by_bucket"), "")
    };
    format!(
        "SELECT bucket, {SUMS} FROM {source}
         WHERE tenant = ?1 {only} AND bucket >= ?2 AND bucket < ?3 GROUP BY bucket ORDER BY bucket"
    )
}

pub(super) fn rows(
    db: &Connection,
    tenant: &str,
    period: Period,
    query: &RollupQuery,
) -> Result<Vec<RollupRow>, StoreError> {
    let of_row = |row: &Row<'_>| {
        Ok(RollupRow {
            bucket: utc(row, "bucket")?,
            tally: tally(row)?,
        })
    };
    let mut statement = db.prepare_cached(&rows_sql(period, query.box_id.is_some()))?;
    let (from, to) = (query.from.0, query.to.0);
    match &query.box_id {
        Some(one) => statement
            .query_and_then(params![tenant, from, to, one.as_str()], of_row)?
            .collect(),
        None => statement
            .query_and_then(params![tenant, from, to], of_row)?
            .collect(),
    }
}

pub(super) fn day_totals_sql() -> String {
    format!(
        "SELECT box, {SUMS} FROM rollup_day INDEXED BY rollup_day_by_bucket
         WHERE tenant = ?1 AND bucket >= ?2 AND bucket < ?3 GROUP BY box ORDER BY box"
    )
}

pub(super) fn day_totals(
    db: &Connection,
    tenant: &str,
    query: &RollupQuery,
) -> Result<Vec<(BoxId, Tally)>, StoreError> {
    let of_row =
        |row: &Row<'_>| Ok::<_, StoreError>((text(row, "box", BoxId::parse)?, tally(row)?));
    let all: Vec<_> = db
        .prepare_cached(&day_totals_sql())?
        .query_and_then(params![tenant, query.from.0, query.to.0], of_row)?
        .collect::<Result<_, _>>()?;
    let wanted = |one: &(BoxId, Tally)| query.box_id.as_ref().is_none_or(|only| *only == one.0);
    Ok(all.into_iter().filter(wanted).collect())
}

fn tally(row: &Row<'_>) -> Result<Tally, StoreError> {
    Ok(Tally {
        attempts: count(row, "attempts")?,
        answered: count(row, "answered")?,
        talk_ms: count(row, "talk_ms")?,
        inbound: count(row, "inbound")?,
        inbound_answered: count(row, "inbound_answered")?,
        inbound_talk_ms: count(row, "inbound_talk_ms")?,
        blocked: count(row, "blocked")?,
    })
}

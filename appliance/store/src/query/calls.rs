//! Calls: pages by customer or phone, one by id, counts.
use super::{Page, Reader, ext, page, size};
use crate::column;
use crate::error::StoreError;
use messages::{
    AttemptId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyId, PartyNumber,
    PersonName, Personal, Purpose, RecordingId, ReleasedBy, SystemResult, TrunkName, UtcMs,
};
use rusqlite::{OptionalExtension as _, Row, params};

/// One call, opened. `ended` is `None` while it is up.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRow {
    pub call: CallId,
    pub direction: Direction,
    pub purpose: Purpose,
    pub extension: Option<Extension>,
    pub other_extension: Option<Extension>,
    pub trunk: Option<TrunkName>,
    pub party: Option<PartyId>,
    pub number: Option<Personal<PartyNumber>>,
    pub customer: Option<CustomerId>,
    pub customer_name: Option<Personal<PersonName>>,
    pub started: UtcMs,
    pub ringing: Option<UtcMs>,
    pub answered: Option<UtcMs>,
    pub ended: Option<UtcMs>,
    /// Nothing was heard from one side for a while.
    pub one_way: bool,
    pub result: Option<SystemResult>,
    pub cause: HangUpCause,
    pub released_by: Option<ReleasedBy>,
    pub ring_ms: Option<u64>,
    pub talk_ms: Option<u64>,
    /// The newest recording of the call.
    pub recording: Option<RecordingId>,
}

/// One try to reach one number, within a call.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptRow {
    pub attempt: AttemptId,
    pub trunk: TrunkName,
    pub started: UtcMs,
    pub ended: Option<UtcMs>,
    pub result: Option<SystemResult>,
    pub cause: HangUpCause,
}

#[derive(Clone, Debug, Default)]
pub struct CallFilter {
    /// Calls of this phone, on either side.
    pub extension: Option<Extension>,
    pub customer: Option<CustomerId>,
    /// Behind this one (`Page::next`).
    pub after: Option<CallId>,
}

/// Calls that began in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallCounts {
    pub started: u64,
    pub answered: u64,
    pub up: u64,
    pub recorded: u64,
}

const COLUMNS: &str = "SELECT call.id, call.direction, call.purpose, call.extension,
    call.other_extension, call.trunk, call.party, party.number, call.customer, customer.name,
    call.started, call.ringing, call.answered, call.ended, call.one_way, call.result, call.sip,
    call.q850, call.released_by, call.ring_ms, call.talk_ms,
    (SELECT recording.id FROM recording WHERE recording.call = call.id AND recording.state <> 'failed'
     ORDER BY recording.id DESC LIMIT 1)
    FROM call LEFT JOIN party ON party.id = call.party
    LEFT JOIN customer ON customer.id = call.customer";

/// Which calls: each is answered by one index. Parameters: customer, extension, after, limit.
const ALL: &str = "WHERE call.id < ?3 ORDER BY call.id DESC LIMIT ?4";
const OF_CUSTOMER: &str =
    "WHERE call.customer = ?1 AND call.id < ?3 ORDER BY call.id DESC LIMIT ?4";
const OF_PHONE: &str = "WHERE call.id IN (
        SELECT id FROM (SELECT id FROM call WHERE extension = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4)
        UNION
        SELECT id FROM (SELECT id FROM call WHERE other_extension = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4))
    ORDER BY call.id DESC LIMIT ?4";
const OF_CUSTOMER_AND_PHONE: &str = "WHERE call.customer = ?1 AND call.id < ?3
    AND (call.extension = ?2 OR call.other_extension = ?2) ORDER BY call.id DESC LIMIT ?4";

impl Reader {
    /// Newest first, at most `PAGE_MAX`.
    pub fn calls(
        &self,
        filter: &CallFilter,
        max: usize,
    ) -> Result<Page<CallRow, CallId>, StoreError> {
        let (max, limit) = size(max);
        let which = match (&filter.customer, &filter.extension) {
            (None, None) => ALL,
            (Some(_), None) => OF_CUSTOMER,
            (None, Some(_)) => OF_PHONE,
            (Some(_), Some(_)) => OF_CUSTOMER_AND_PHONE,
        };
        let after = filter.after.map_or([0xff; 16], |id| *id.as_bytes());
        let customer = filter.customer.as_ref().map(CustomerId::as_bytes);
        let mut found = self.conn.prepare_cached(&format!("{COLUMNS} {which}"))?;
        let extension = ext(filter.extension.as_ref());
        bind(&mut found, customer, extension, &after, limit)?;
        let mut raw = found.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = raw.next()? {
            rows.push(self.opened_call(read(row)?));
        }
        Ok(page(rows, max, |row| row.call))
    }

    pub fn call(&self, id: CallId) -> Result<Option<CallRow>, StoreError> {
        let row = self
            .conn
            .prepare_cached(&format!("{COLUMNS} WHERE call.id = ?"))?
            .query_row([id.as_bytes()], read)
            .optional()?;
        Ok(row.map(|row| self.opened_call(row)))
    }

    /// In the order in which they began.
    pub fn attempts(&self, call: CallId) -> Result<Vec<AttemptRow>, StoreError> {
        let mut found = self.conn.prepare_cached(
            "SELECT id, trunk, started, ended, result, sip, q850 FROM attempt
             WHERE call = ? ORDER BY id",
        )?;
        let rows = found.query_map([call.as_bytes()], |row| {
            Ok(AttemptRow {
                attempt: column::id(row, 0, AttemptId::from_bytes)?,
                trunk: column::text(row, 1, TrunkName::parse)?,
                started: column::utc(row, 2)?,
                ended: column::utc_or_none(row, 3)?,
                result: column::text_or_none(row, 4, SystemResult::parse)?,
                cause: column::cause(row, 5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Of the calls that began at `from` or later and before `until`.
    pub fn call_counts(&self, from: UtcMs, until: UtcMs) -> Result<CallCounts, StoreError> {
        let counts = self
            .conn
            .prepare_cached(
                "SELECT COUNT(*), COUNT(answered), COUNT(*) - COUNT(ended),
                 COALESCE(SUM(EXISTS (SELECT 1 FROM recording WHERE recording.call = call.id)), 0)
                 FROM call WHERE started >= ? AND started < ?",
            )?
            .query_row(params![from.0, until.0], |row| {
                Ok(CallCounts {
                    started: column::count(row, 0)?,
                    answered: column::count(row, 1)?,
                    up: column::count(row, 2)?,
                    recorded: column::count(row, 3)?,
                })
            })?;
        Ok(counts)
    }

    /// How the calls of a span of time ended.
    pub fn result_counts(
        &self,
        from: UtcMs,
        until: UtcMs,
    ) -> Result<Vec<(SystemResult, u64)>, StoreError> {
        let mut found = self.conn.prepare_cached(
            "SELECT result, COUNT(*) FROM call
             WHERE started >= ? AND started < ? AND result IS NOT NULL GROUP BY result",
        )?;
        let rows = found.query_map(params![from.0, until.0], |row| {
            Ok((
                column::text(row, 0, SystemResult::parse)?,
                column::count(row, 1)?,
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn opened_call(&self, mut row: CallRow) -> CallRow {
        row.number = row.number.map(|number| self.open(number));
        row.customer_name = row.customer_name.map(|name| self.open(name));
        row
    }
}

/// Binds what the statement asks for: not each of them has all four.
pub(super) fn bind(
    found: &mut rusqlite::Statement<'_>,
    customer: Option<&[u8; 16]>,
    extension: Option<&str>,
    after: &[u8; 16],
    limit: i64,
) -> rusqlite::Result<()> {
    if found.parameter_index("?1")?.is_some() {
        found.raw_bind_parameter(1, customer)?;
    }
    if found.parameter_index("?2")?.is_some() {
        found.raw_bind_parameter(2, extension)?;
    }
    found.raw_bind_parameter(3, after)?;
    found.raw_bind_parameter(4, limit)
}

fn read(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        call: column::id(row, 0, CallId::from_bytes)?,
        direction: column::text(row, 1, Direction::parse)?,
        purpose: column::text(row, 2, Purpose::parse)?,
        extension: column::extension(row, 3)?,
        other_extension: column::extension(row, 4)?,
        trunk: column::text_or_none(row, 5, TrunkName::parse)?,
        party: column::id_or_none(row, 6, PartyId::from_bytes)?,
        number: column::personal_or_none(row, 7)?,
        customer: column::id_or_none(row, 8, CustomerId::from_bytes)?,
        customer_name: column::personal_or_none(row, 9)?,
        started: column::utc(row, 10)?,
        ringing: column::utc_or_none(row, 11)?,
        answered: column::utc_or_none(row, 12)?,
        ended: column::utc_or_none(row, 13)?,
        one_way: row.get(14)?,
        result: column::text_or_none(row, 15, SystemResult::parse)?,
        cause: column::cause(row, 16)?,
        released_by: column::text_or_none(row, 18, ReleasedBy::parse)?,
        ring_ms: column::count_or_none(row, 19)?,
        talk_ms: column::count_or_none(row, 20)?,
        recording: column::id_or_none(row, 21, RecordingId::from_bytes)?,
    })
}

/// For the test that reads their plans.
#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    [ALL, OF_CUSTOMER, OF_PHONE, OF_CUSTOMER_AND_PHONE]
        .map(|which| format!("{COLUMNS} {which}"))
        .to_vec()
}

//! What a query string asks, read into types; what does not fit names its field.
use hq_store::PageLimit;
use messages::{BoxId, UtcMs};
use portal::paging::PageQuery;
use portal::{FieldError, Problem};

/// One text of a query; `None` if it is not given.
pub(super) fn parsed<T>(
    field: &str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    text.map(|text| parse(text).ok_or_else(|| wrong(field, "unknown_value")))
        .transpose()
}

pub(super) fn box_id(text: Option<&str>) -> Result<Option<BoxId>, Problem> {
    parsed("/box", text, BoxId::parse)
}

pub(super) fn wrong(field: &str, code: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(field, code)])
}

/// A page of a list: its cursor and its length.
pub(super) struct PageAsked {
    pub(super) query: PageQuery,
    pub(super) limit: PageLimit,
}

impl PageAsked {
    pub(super) fn of(cursor: Option<String>, limit: Option<u16>) -> Result<Self, Problem> {
        let query = PageQuery { cursor, limit };
        let limit =
            PageLimit::new(query.limit()?).ok_or_else(|| wrong("/limit", "out_of_range"))?;
        Ok(Self { query, limit })
    }
}

/// A period: `from` not after `to`, and no longer than `max_ms`.
pub(super) fn period(from: UtcMs, to: UtcMs, max_ms: i64) -> Result<(UtcMs, UtcMs), Problem> {
    match to.0.checked_sub(from.0) {
        Some(length) if (0..=max_ms).contains(&length) => Ok((from, to)),
        Some(_) | None => Err(wrong("/to", "out_of_range")),
    }
}

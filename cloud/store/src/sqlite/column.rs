//! Columns read back into the types they were written from.
use crate::StoreError;
use messages::UtcMs;
use rusqlite::{Row, types::Value};

/// A number as SQLite keeps it. Counts beyond 2^63 do not occur.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn count(row: &Row<'_>, name: &'static str) -> Result<u64, StoreError> {
    let value: i64 = row.get(name)?;
    u64::try_from(value).map_err(|_negative| StoreError::Foreign(name))
}

/// A small number, as narrow as its type.
pub(super) fn small<T: TryFrom<i64>>(row: &Row<'_>, name: &'static str) -> Result<T, StoreError> {
    let value: i64 = row.get(name)?;
    T::try_from(value).map_err(|_outside| StoreError::Foreign(name))
}

pub(super) fn small_or_none<T: TryFrom<i64>>(
    row: &Row<'_>,
    name: &'static str,
) -> Result<Option<T>, StoreError> {
    let value: Option<i64> = row.get(name)?;
    value
        .map(|value| T::try_from(value).map_err(|_outside| StoreError::Foreign(name)))
        .transpose()
}

pub(super) fn utc(row: &Row<'_>, name: &'static str) -> Result<UtcMs, StoreError> {
    Ok(UtcMs(row.get(name)?))
}

pub(super) fn utc_or_none(row: &Row<'_>, name: &'static str) -> Result<Option<UtcMs>, StoreError> {
    Ok(row.get::<_, Option<i64>>(name)?.map(UtcMs))
}

/// A text that one of our `parse` functions reads.
pub(super) fn text<T>(
    row: &Row<'_>,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    let text = row.get_ref(name)?.as_str().ok();
    text.and_then(parse).ok_or(StoreError::Foreign(name))
}

pub(super) fn text_or_none<T>(
    row: &Row<'_>,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.get(name)?;
    text.map(|text| parse(&text).ok_or(StoreError::Foreign(name)))
        .transpose()
}

/// Sixteen bytes.
pub(super) fn id<T>(
    row: &Row<'_>,
    name: &'static str,
    of: impl Fn([u8; 16]) -> T,
) -> Result<T, StoreError> {
    id_or_none(row, name, of)?.ok_or(StoreError::Foreign(name))
}

pub(super) fn id_or_none<T>(
    row: &Row<'_>,
    name: &'static str,
    of: impl Fn([u8; 16]) -> T,
) -> Result<Option<T>, StoreError> {
    let bytes: Option<Vec<u8>> = row.get(name)?;
    bytes
        .map(|bytes| {
            let bytes = bytes.try_into().map_err(|_len| StoreError::Foreign(name))?;
            Ok(of(bytes))
        })
        .transpose()
}

/// A list's question as it grows: conditions with their values.
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Question {
    pub(super) fn new(sql: &str, tenant: &str) -> Self {
        Self {
            sql: format!("{sql} WHERE tenant = ?"),
            values: vec![Value::Text(tenant.to_owned())],
        }
    }

    pub(super) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// Ends the question: the order and one row more than the page holds.
    pub(super) fn ordered(&mut self, order: &str, rows: u32) {
        self.sql.push_str(" ORDER BY ");
        self.sql.push_str(order);
        self.sql.push_str(" LIMIT ?");
        self.values.push(Value::Integer(rows.into()));
    }
}

//! From columns to our own kinds of values, and back.
use messages::{
    Extension, HangUpCause, Personal, PersonalValue, Q850, Sealed, SipCode, UtcMs,
    wire::{self, WireError},
};
use rusqlite::{Result, Row, types::Type};

/// A seq or a count as SQLite keeps it.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn count(row: &Row<'_>, at: usize) -> Result<u64> {
    let value: i64 = row.get(at)?;
    Ok(u64::try_from(value).unwrap_or(0))
}

pub(crate) fn count_or_none(row: &Row<'_>, at: usize) -> Result<Option<u64>> {
    let value: Option<i64> = row.get(at)?;
    Ok(value.map(|value| u64::try_from(value).unwrap_or(0)))
}

pub(crate) fn id<T>(row: &Row<'_>, at: usize, from: impl Fn([u8; 16]) -> T) -> Result<T> {
    row.get(at).map(from)
}

pub(crate) fn id_or_none<T>(
    row: &Row<'_>,
    at: usize,
    from: impl Fn([u8; 16]) -> T,
) -> Result<Option<T>> {
    Ok(row.get::<_, Option<[u8; 16]>>(at)?.map(from))
}

pub(crate) fn utc(row: &Row<'_>, at: usize) -> Result<UtcMs> {
    row.get(at).map(UtcMs)
}

pub(crate) fn utc_or_none(row: &Row<'_>, at: usize) -> Result<Option<UtcMs>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(UtcMs))
}

/// A code or a name that `parse` understands.
pub(crate) fn text<T>(row: &Row<'_>, at: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(at)?;
    parse(&text).ok_or_else(|| unreadable(at, Type::Text))
}

pub(crate) fn text_or_none<T>(
    row: &Row<'_>,
    at: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(at)? else {
        return Ok(None);
    };
    parse(&text)
        .map(Some)
        .ok_or_else(|| unreadable(at, Type::Text))
}

pub(crate) fn extension(row: &Row<'_>, at: usize) -> Result<Option<Extension>> {
    text_or_none(row, at, Extension::parse)
}

/// CBOR that `decode` (always `wire::decode`) understands.
pub(crate) fn cbor<T>(
    row: &Row<'_>,
    at: usize,
    decode: impl Fn(&[u8]) -> core::result::Result<T, WireError>,
) -> Result<T> {
    let bytes: Vec<u8> = row.get(at)?;
    decode(&bytes).map_err(|_bad| unreadable(at, Type::Blob))
}

/// Still sealed.
pub(crate) fn personal<T: PersonalValue>(row: &Row<'_>, at: usize) -> Result<Personal<T>> {
    cbor(row, at, wire::decode)
}

/// Still sealed; `None` for a NULL of an outer join.
pub(crate) fn personal_or_none<T: PersonalValue>(
    row: &Row<'_>,
    at: usize,
) -> Result<Option<Personal<T>>> {
    let Some(bytes) = row.get::<_, Option<Vec<u8>>>(at)? else {
        return Ok(None);
    };
    wire::decode::<Option<Sealed>>(&bytes)
        .map(|sealed| Some(sealed.map_or(Personal::Erased, Personal::Sealed)))
        .map_err(|_bad| unreadable(at, Type::Blob))
}

/// Two columns: SIP code and Q.850 cause.
pub(crate) fn cause(row: &Row<'_>, at: usize) -> Result<HangUpCause> {
    Ok(HangUpCause {
        sip: row.get::<_, Option<u16>>(at)?.map(SipCode),
        q850: row.get::<_, Option<u8>>(at + 1)?.map(Q850),
    })
}

pub(crate) fn unreadable(at: usize, kind: Type) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, kind, "not what was put there".into())
}

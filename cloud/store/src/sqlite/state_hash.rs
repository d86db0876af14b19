//! One hash over all that follows from a box's journal: row by row in the order of the keys, each value with its type and length.
use super::rebuild::DERIVED;
use crate::StoreError;
use messages::BoxId;
use rusqlite::{Connection, params, types::ValueRef};
use sha2::{Digest as _, Sha256};

pub(super) fn of_box(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
) -> Result<[u8; 32], StoreError> {
    let mut hasher = Sha256::new();
    for (table, key) in DERIVED {
        hasher.update(table.as_bytes());
        let mut statement = db.prepare_cached(&format!(
            "SELECT * FROM {table} WHERE tenant = ?1 AND box = ?2 ORDER BY {key}"
        ))?;
        let columns = statement.column_count();
        let mut rows = statement.query(params![tenant, box_id.as_str()])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                add(&mut hasher, row.get_ref(column)?);
            }
        }
    }
    Ok(hasher.finalize().into())
}

fn add(hasher: &mut Sha256, value: ValueRef<'_>) {
    let mut part = |kind: u8, bytes: &[u8]| {
        hasher.update([kind]);
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(bytes);
    };
    match value {
        ValueRef::Null => part(0, &[]),
        ValueRef::Integer(number) => part(1, &number.to_be_bytes()),
        ValueRef::Real(number) => part(2, &number.to_be_bytes()),
        ValueRef::Text(text) => part(3, text),
        ValueRef::Blob(bytes) => part(4, bytes),
    }
}

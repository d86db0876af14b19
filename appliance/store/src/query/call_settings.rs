//! What becomes of calls to phones and groups, as it stands.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use crate::keys::Keys;
use messages::command::{CallHandling, HuntGroup};
use messages::fact::BoxSealed;
use messages::{Extension, wire};
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::BTreeMap;

impl Reader {
    /// Where it is not as it is for everybody.
    pub fn call_handling(&self) -> Result<BTreeMap<Extension, CallHandling>, StoreError> {
        handling(&self.conn, &self.keys)
    }

    pub fn hunt_groups(&self) -> Result<BTreeMap<Extension, HuntGroup>, StoreError> {
        let mut found = self
            .conn
            .prepare_cached("SELECT plan FROM hunt_group ORDER BY number")?;
        let rows = found.query_map([], |row| column::cbor(row, 0, wire::decode::<HuntGroup>))?;
        rows.map(|row| Ok(row.map(|group| (group.number.clone(), group))?))
            .collect()
    }
}

fn handling(
    conn: &Connection,
    keys: &Keys,
) -> Result<BTreeMap<Extension, CallHandling>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT extension, do_not_disturb, call_waiting, no_answer_s, forwards FROM call_handling",
    )?;
    let rows = found.query_map([], |row| {
        let extension = column::text(row, 0, Extension::parse)?;
        let handling = CallHandling {
            do_not_disturb: row.get(1)?,
            call_waiting: row.get(2)?,
            no_answer_s: row.get(3)?,
            ..CallHandling::default()
        };
        Ok((extension, handling, BoxSealed(row.get(4)?)))
    })?;
    rows.map(|row| {
        let (extension, handling, sealed) = row?;
        let forwards = keys.box_key.open(&format!("handling:{extension}"), &sealed);
        let forwards = forwards.or(Err(StoreError::VaultKeys("box key")))?;
        Ok((extension, handling.with_forwards(&forwards)))
    })
    .collect()
}

pub(crate) fn hunt_group(
    conn: &Connection,
    number: &Extension,
) -> Result<Option<HuntGroup>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT plan FROM hunt_group WHERE number = ?")?
        .query_row([number.as_str()], |row| column::cbor(row, 0, wire::decode))
        .optional()?)
}

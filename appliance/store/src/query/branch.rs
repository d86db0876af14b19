//! The branch as it is configured, and where its phones and trunks are.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use crate::keys::Keys;
use messages::ceilings::Ceilings;
use messages::command::{BranchPlan, DialRule, Did, PhonePlan, Profile, TrunkPlan};
use messages::fact::BoxSealed;
use messages::{Destination, Extension, SipCode, UtcMs, wire};
use rusqlite::{Connection, OptionalExtension as _, Row};
use std::net::SocketAddr;

/// A phone without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneRow {
    pub extension: Extension,
    pub label: String,
    /// Where it can be reached; empty: not registered.
    pub bindings: Vec<BindingRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingRow {
    pub extension: Extension,
    pub source: SocketAddr,
    pub user_agent: String,
    pub bound: UtcMs,
    pub contact: Option<String>,
    pub expires: Option<UtcMs>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrunkRow {
    pub plan: TrunkPlan,
    /// The answer to OPTIONS; `None`: not asked yet.
    pub reachable: Option<bool>,
    pub code: Option<SipCode>,
    pub seen: Option<UtcMs>,
    /// `None`: it wants no registration, or has not answered ours.
    pub registered: Option<bool>,
}

impl Reader {
    /// The whole configuration that stands, passwords in clear: for the branch machine and for `apply`.
    pub fn plan(&self) -> Result<BranchPlan, StoreError> {
        plan(&self.conn, &self.keys)
    }

    pub fn profile(&self) -> Result<Profile, StoreError> {
        profile(&self.conn)
    }

    pub fn rules(&self) -> Result<Vec<DialRule>, StoreError> {
        rules(&self.conn)
    }

    /// In the order of their extensions.
    pub fn phones(&self) -> Result<Vec<PhoneRow>, StoreError> {
        let mut found = self
            .conn
            .prepare_cached("SELECT extension, label FROM phone ORDER BY extension")?;
        let rows = found.query_map([], |row| {
            Ok(PhoneRow {
                extension: column::text(row, 0, Extension::parse)?,
                label: row.get(1)?,
                bindings: Vec::new(),
            })
        })?;
        let mut phones = rows.collect::<Result<Vec<_>, _>>()?;
        for binding in bindings(&self.conn)? {
            let at = phones.binary_search_by(|phone| phone.extension.cmp(&binding.extension));
            if let Ok(at) = at {
                phones[at].bindings.push(binding);
            }
        }
        Ok(phones)
    }

    /// By name.
    pub fn trunks(&self) -> Result<Vec<TrunkRow>, StoreError> {
        trunks(&self.conn)
    }
}

pub(crate) fn plan(conn: &Connection, keys: &Keys) -> Result<BranchPlan, StoreError> {
    Ok(BranchPlan {
        profile: profile(conn)?,
        phones: phone_plans(conn, keys)?,
        trunks: trunk_plans(conn, keys)?,
        rules: rules(conn)?,
        dids: dids(conn)?,
        destinations: destinations(conn)?,
        ceilings: ceilings(conn)?,
    })
}

/// Production, until something else was said.
fn profile(conn: &Connection) -> Result<Profile, StoreError> {
    let found = conn
        .prepare_cached("SELECT profile FROM policy")?
        .query_row([], |row| column::text(row, 0, Profile::parse))
        .optional()?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn policy_version(conn: &Connection) -> Result<u32, StoreError> {
    let found = conn
        .query_row("SELECT version FROM policy", [], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(0))
}

pub(super) fn phone_plans(conn: &Connection, keys: &Keys) -> Result<Vec<PhonePlan>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT extension, label, password, of_device FROM phone ORDER BY extension",
    )?;
    let rows = found.query_map([], |row| {
        let extension = column::text(row, 0, Extension::parse)?;
        let sealed = BoxSealed(row.get(2)?);
        Ok((extension, row.get(1)?, sealed, row.get(3)?))
    })?;
    rows.map(|row| {
        let (extension, label, sealed, of_device) = row?;
        let password = keys.box_key.open(&format!("phone:{extension}"), &sealed);
        Ok(PhonePlan {
            extension,
            label,
            password: password.or(Err(StoreError::VaultKeys("box key")))?,
            of_device,
        })
    })
    .collect()
}

/// With the passwords of their logins.
fn trunk_plans(conn: &Connection, keys: &Keys) -> Result<Vec<TrunkPlan>, StoreError> {
    let mut found = conn.prepare_cached("SELECT plan, password FROM trunk ORDER BY name")?;
    let rows = found.query_map([], |row| {
        let plan: TrunkPlan = column::cbor(row, 0, wire::decode)?;
        Ok((plan, row.get::<_, Option<Vec<u8>>>(1)?.map(BoxSealed)))
    })?;
    rows.map(|row| {
        let (mut plan, sealed) = row?;
        if let (Some(login), Some(sealed)) = (&mut plan.login, sealed) {
            let password = keys.box_key.open(&format!("trunk:{}", plan.name), &sealed);
            login.password = password.or(Err(StoreError::VaultKeys("box key")))?;
        }
        Ok(plan)
    })
    .collect()
}

fn destinations(conn: &Connection) -> Result<Vec<Destination>, StoreError> {
    let found = conn
        .prepare_cached("SELECT open FROM open_destination")?
        .query_row([], |row| {
            column::text(row, 0, |text| {
                text.split_whitespace().map(Destination::parse).collect()
            })
        })
        .optional()?;
    Ok(found.unwrap_or_else(|| Destination::USUAL.to_vec()))
}

fn ceilings(conn: &Connection) -> Result<Ceilings, StoreError> {
    let found = conn
        .prepare_cached("SELECT ceilings FROM ceiling")?
        .query_row([], |row| column::cbor(row, 0, wire::decode))
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn dids(conn: &Connection) -> Result<Vec<Did>, StoreError> {
    let mut found = conn.prepare_cached("SELECT did FROM did ORDER BY position")?;
    let rows = found.query_map([], |row| column::cbor(row, 0, wire::decode))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn rules(conn: &Connection) -> Result<Vec<DialRule>, StoreError> {
    let mut found = conn.prepare_cached("SELECT rule FROM dial_rule ORDER BY position")?;
    let rows = found.query_map([], |row| column::cbor(row, 0, wire::decode))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn trunks(conn: &Connection) -> Result<Vec<TrunkRow>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT plan, reachable, code, seen, registered FROM trunk ORDER BY name",
    )?;
    let rows = found.query_map([], |row| {
        Ok(TrunkRow {
            plan: column::cbor(row, 0, wire::decode)?,
            reachable: row.get(1)?,
            code: row.get::<_, Option<u16>>(2)?.map(SipCode),
            seen: column::utc_or_none(row, 3)?,
            registered: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn bindings(conn: &Connection) -> Result<Vec<BindingRow>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT extension, source, user_agent, bound, contact, expires FROM phone_binding
         ORDER BY extension, bound DESC",
    )?;
    let rows = found.query_map([], read_binding)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_binding(row: &Row<'_>) -> rusqlite::Result<BindingRow> {
    Ok(BindingRow {
        extension: column::text(row, 0, Extension::parse)?,
        source: column::text(row, 1, |text| text.parse().ok())?,
        user_agent: row.get(2)?,
        bound: column::utc(row, 3)?,
        contact: row.get(4)?,
        expires: column::utc_or_none(row, 5)?,
    })
}

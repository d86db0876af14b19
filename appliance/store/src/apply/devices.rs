//! Desk phones that are configured by the branch.
use super::Applied;
use messages::UtcMs;
use messages::fact::{DeviceAssigned, DeviceProvisioned, DeviceReleased};
use rusqlite::{Connection, Result, params};

/// Its tokens go on where they were: an old one never becomes good again.
pub(super) fn assigned(conn: &Connection, utc: UtcMs, fact: &DeviceAssigned) -> Result<Applied> {
    conn.prepare_cached(
        "INSERT INTO device (mac, vendor, model, extension, assigned, open_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (mac) DO UPDATE SET vendor = ?2, model = ?3, extension = ?4, assigned = ?5,
             open_until = ?6, serial = serial + 1",
    )?
    .execute(params![
        fact.mac.to_string(),
        fact.vendor.code(),
        fact.model,
        fact.extension.as_str(),
        utc.0,
        fact.open_until.0
    ])?;
    Ok(Applied::Followed)
}

/// Its row stays, without a number: a device that comes back shows no token of before.
pub(super) fn released(conn: &Connection, fact: &DeviceReleased) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE device SET extension = '' WHERE mac = ? AND extension != ''")?
        .execute([fact.mac.to_string()])?;
    Ok(Applied::one(changed, "device_unknown"))
}

pub(super) fn provisioned(
    conn: &Connection,
    utc: UtcMs,
    fact: &DeviceProvisioned,
) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE device SET serial = ?2, given = ?3, given_to = ?4 WHERE mac = ?1")?
        .execute(params![
            fact.mac.to_string(),
            fact.serial.saturating_add(1),
            utc.0,
            fact.source.to_string()
        ])?;
    Ok(Applied::one(changed, "device_unknown"))
}

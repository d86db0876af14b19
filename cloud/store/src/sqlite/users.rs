//! People at headquarters, and the audit of what they do.
use super::column::{text, text_or_none, utc, utc_or_none};
use crate::{AuditRow, Deed, StoreError, UserRecord};
use messages::{
    UserName, UtcMs,
    command::{Role, Secret},
};
use rusqlite::{Connection, Row, params};
use std::net::IpAddr;

pub(super) const ALL: &str = "SELECT * FROM hq_user WHERE tenant = ?1 ORDER BY user";
const ONE: &str = "SELECT * FROM hq_user WHERE tenant = ?1 AND user = ?2";
pub(super) const AUDIT: &str =
    "SELECT utc, user, what, about, from_ip FROM hq_audit WHERE tenant = ?1
    ORDER BY utc DESC, id DESC LIMIT ?2";

pub(super) fn all(db: &Connection, tenant: &str) -> Result<Vec<UserRecord>, StoreError> {
    db.prepare_cached(ALL)?
        .query_and_then([tenant], record)?
        .collect()
}

pub(super) fn one(
    db: &Connection,
    tenant: &str,
    user: &UserName,
) -> Result<Option<UserRecord>, StoreError> {
    db.prepare_cached(ONE)?
        .query_and_then(params![tenant, user.as_str()], record)?
        .next()
        .transpose()
}

fn record(row: &Row<'_>) -> Result<UserRecord, StoreError> {
    Ok(UserRecord {
        user: text(row, "user", UserName::parse)?,
        role: text(row, "role", Role::parse)?,
        password_hash: Secret::new(row.get("password_hash")?),
        created: utc(row, "created")?,
        changed: utc(row, "changed")?,
        locked_until: utc_or_none(row, "locked_until")?,
    })
}

pub(super) fn create(db: &Connection, tenant: &str, user: &UserRecord) -> Result<(), StoreError> {
    let inserted = db
        .prepare_cached(
            "INSERT INTO hq_user (tenant, user, role, password_hash, created, changed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            tenant,
            user.user.as_str(),
            user.role.code(),
            user.password_hash.expose(),
            user.created.0,
            user.changed.0
        ])?;
    if inserted == 0 {
        return Err(StoreError::UserExists);
    }
    let who = Some(&user.user);
    note_deed(db, tenant, who, &Deed::UserCreated, None, user.created)
}

pub(super) fn set_password(
    db: &Connection,
    tenant: &str,
    user: &UserName,
    hash: &Secret,
    at: UtcMs,
) -> Result<(), StoreError> {
    let changed = db
        .prepare_cached(
            "UPDATE hq_user SET password_hash = ?3, changed = ?4, locked_until = NULL
             WHERE tenant = ?1 AND user = ?2",
        )?
        .execute(params![tenant, user.as_str(), hash.expose(), at.0])?;
    if changed == 0 {
        return Err(StoreError::UnknownUser);
    }
    note_deed(db, tenant, Some(user), &Deed::PasswordReset, None, at)
}

pub(super) fn note_deed(
    db: &Connection,
    tenant: &str,
    user: Option<&UserName>,
    deed: &Deed,
    from_ip: Option<IpAddr>,
    at: UtcMs,
) -> Result<(), StoreError> {
    let name = user.map(UserName::as_str);
    if let Deed::LockedOut { until } = deed {
        db.prepare_cached("UPDATE hq_user SET locked_until = ?3 WHERE tenant = ?1 AND user = ?2")?
            .execute(params![tenant, name, until.0])?;
    }
    db.prepare_cached(
        "INSERT INTO hq_audit (tenant, utc, user, what, from_ip, about)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        tenant,
        at.0,
        name,
        deed.code(),
        from_ip.map(|ip| ip.to_string()),
        deed.about()
    ])?;
    Ok(())
}

pub(super) fn audit(
    db: &Connection,
    tenant: &str,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let of_row = |row: &Row<'_>| {
        Ok(AuditRow {
            utc: utc(row, "utc")?,
            user: text_or_none(row, "user", UserName::parse)?,
            what: row.get("what")?,
            about: row.get("about")?,
            from_ip: row.get("from_ip")?,
        })
    };
    db.prepare_cached(AUDIT)?
        .query_and_then(params![tenant, limit], of_row)?
        .collect()
}

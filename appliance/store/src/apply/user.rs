//! Users follow their facts.
use super::Applied;
use messages::UtcMs;
use messages::fact::{SignInFailed, SignedIn, UserCreated, UserLockedOut, UserPasswordReset};
use rusqlite::{Connection, Result, params};

pub(super) fn created(conn: &Connection, utc: UtcMs, fact: &UserCreated) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO user (name, role, extension, password_hash, created)
             VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            fact.user.as_str(),
            fact.role.code(),
            fact.extension.as_ref().map(messages::Extension::as_str),
            fact.password_hash.0,
            utc.0
        ])?;
    Ok(Applied::one(changed, "user_known"))
}

/// A new password ends a lock-out, too.
pub(super) fn password_reset(conn: &Connection, fact: &UserPasswordReset) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "UPDATE user SET password_hash = ?2, failures = 0, locked_until = NULL WHERE name = ?1",
        )?
        .execute(params![fact.user.as_str(), fact.password_hash.0])?;
    Ok(Applied::one(changed, "user_unknown"))
}

pub(super) fn locked_out(conn: &Connection, fact: &UserLockedOut) -> Result<Applied> {
    let changed = conn
        .prepare_cached("UPDATE user SET locked_until = ?, failures = 0 WHERE name = ?")?
        .execute(params![fact.until.0, fact.user.as_str()])?;
    Ok(Applied::one(changed, "user_unknown"))
}

pub(super) fn signed_in(conn: &Connection, utc: UtcMs, fact: &SignedIn) -> Result<Applied> {
    let changed = conn
        .prepare_cached(
            "UPDATE user SET signed_in = ?2, failures = 0, locked_until = NULL WHERE name = ?1",
        )?
        .execute(params![fact.user.as_str(), utc.0])?;
    Ok(Applied::one(changed, "user_unknown"))
}

/// An unknown name is no user: nothing to count.
pub(super) fn sign_in_failed(conn: &Connection, fact: &SignInFailed) -> Result<Applied> {
    let Some(user) = &fact.user else {
        return Ok(Applied::Followed);
    };
    let changed = conn
        .prepare_cached("UPDATE user SET failures = failures + 1 WHERE name = ?")?
        .execute([user.as_str()])?;
    Ok(Applied::one(changed, "user_unknown"))
}

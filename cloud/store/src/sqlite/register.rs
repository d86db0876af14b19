//! The register of the boxes in SQLite.
use super::SqliteStore;
use super::column::{count, int, small, text, text_or_none, utc, utc_or_none};
use super::users;
use crate::register::{
    By, CertificateRecord, Enrolment, NewCertificate, NewEnrolment, Register, TRIES_MAX, Tried,
};
use crate::{Deed, StoreError};
use messages::enrolment::{CertificateOrigin, EnrolPurpose, EnrolState, Serial};
use messages::{BoxId, UserName, UtcMs, command::Secret};
use rusqlite::{Connection, Row, params};

pub(super) const ENROLMENTS: &str =
    "SELECT * FROM enrolment WHERE tenant = ?1 ORDER BY id DESC LIMIT ?2";
pub(super) const LAST: &str =
    "SELECT * FROM enrolment WHERE tenant = ?1 AND box = ?2 ORDER BY id DESC LIMIT 1";
pub(super) const CERTIFICATES: &str = "SELECT * FROM box_certificate WHERE tenant = ?1";
pub(super) const REVOKED: &str = "SELECT serial FROM box_certificate WHERE tenant = ?1 AND revoked IS NOT NULL AND not_after > ?2";

impl Register for SqliteStore {
    fn make_enrolment(&self, new: &NewEnrolment, by: &By) -> Result<Enrolment, StoreError> {
        let (new, by) = (new.clone(), by.clone());
        self.write(move |db, tenant| make(db, tenant, &new, &by))
    }

    fn cancel_enrolment(&self, id: u64, by: &By) -> Result<(), StoreError> {
        let by = by.clone();
        self.write(move |db, tenant| cancel(db, tenant, id, &by))
    }

    fn enrolments(&self, limit: u32) -> Result<Vec<Enrolment>, StoreError> {
        self.read(|db, tenant| {
            db.prepare_cached(ENROLMENTS)?
                .query_and_then(params![tenant, limit], enrolment)?
                .collect()
        })
    }

    fn begin_try(&self, box_id: &BoxId, by: &By) -> Result<Tried, StoreError> {
        let (box_id, by) = (box_id.clone(), by.clone());
        self.write(move |db, tenant| begin_try(db, tenant, &box_id, &by))
    }

    fn note_wrong_code(&self, box_id: &BoxId, id: Option<u64>, by: &By) -> Result<(), StoreError> {
        let (box_id, by) = (box_id.clone(), by.clone());
        self.write(move |db, tenant| wrong(db, tenant, &box_id, id, &by))
    }

    fn use_enrolment(
        &self,
        id: u64,
        certificate: &NewCertificate,
        by: &By,
    ) -> Result<Option<Vec<Serial>>, StoreError> {
        let (certificate, by) = (certificate.clone(), by.clone());
        self.write(move |db, tenant| take(db, tenant, id, &certificate, &by))
    }

    fn note_certificate(&self, certificate: &NewCertificate, by: &By) -> Result<(), StoreError> {
        let (certificate, by) = (certificate.clone(), by.clone());
        self.write(move |db, tenant| {
            insert(db, tenant, &certificate, by.at)?;
            deed(
                db,
                tenant,
                &Deed::CertificateRenewed {
                    box_id: certificate.box_id.clone(),
                },
                &by,
            )
        })
    }

    fn note_connected(&self, used: &NewCertificate, at: UtcMs) -> Result<Vec<Serial>, StoreError> {
        let used = used.clone();
        self.write(move |db, tenant| connected(db, tenant, &used, at))
    }

    fn certificates(&self) -> Result<Vec<CertificateRecord>, StoreError> {
        let mut all: Vec<CertificateRecord> = self.read(|db, tenant| {
            db.prepare_cached(CERTIFICATES)?
                .query_and_then([tenant], certificate)?
                .collect()
        })?;
        all.sort_by(|one, two| {
            (&one.box_id, two.first_seen, &one.serial).cmp(&(
                &two.box_id,
                one.first_seen,
                &two.serial,
            ))
        });
        Ok(all)
    }

    fn good_certificates(&self, box_id: &BoxId, at: UtcMs) -> Result<u32, StoreError> {
        self.read(|db, tenant| {
            Ok(db.query_row(
                "SELECT COUNT(*) FROM box_certificate
                 WHERE tenant = ?1 AND box = ?2 AND revoked IS NULL AND not_after > ?3",
                params![tenant, box_id.as_str(), at.0],
                |row| row.get(0),
            )?)
        })
    }

    fn revoke(
        &self,
        box_id: &BoxId,
        serial: Option<&Serial>,
        why: &str,
        by: &By,
    ) -> Result<Vec<Serial>, StoreError> {
        let (box_id, serial, why, by) =
            (box_id.clone(), serial.cloned(), why.to_owned(), by.clone());
        self.write(move |db, tenant| {
            let gone = end(
                db,
                tenant,
                &box_id,
                |one| serial.as_ref().is_none_or(|only| one == only),
                &why,
                &by,
            )?;
            if gone.is_empty() {
                return Err(StoreError::UnknownBox);
            }
            deed(
                db,
                tenant,
                &Deed::CertificateRevoked {
                    box_id: box_id.clone(),
                },
                &by,
            )?;
            Ok(gone)
        })
    }

    fn revoked_serials(&self, at: UtcMs) -> Result<Vec<Serial>, StoreError> {
        self.read(|db, tenant| {
            db.prepare_cached(REVOKED)?
                .query_and_then(params![tenant, at.0], |row| {
                    text(row, "serial", Serial::parse)
                })?
                .collect()
        })
    }
}

fn deed(db: &Connection, tenant: &str, deed: &Deed, by: &By) -> Result<(), StoreError> {
    users::note_deed(db, tenant, by.user.as_ref(), deed, by.from_ip, by.at)
}

fn make(
    db: &Connection,
    tenant: &str,
    new: &NewEnrolment,
    by: &By,
) -> Result<Enrolment, StoreError> {
    let made_by = by.user.as_ref().ok_or(StoreError::UnknownUser)?;
    db.prepare_cached(
        "UPDATE enrolment SET state = 'replaced', closed = ?3 WHERE tenant = ?1 AND box = ?2 AND state = 'open'",
    )?
    .execute(params![tenant, new.box_id.as_str(), by.at.0])?;
    db.prepare_cached(
        "INSERT INTO enrolment (tenant, box, purpose, code_hash, made, made_by, expires, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open')",
    )?
    .execute(params![
        tenant,
        new.box_id.as_str(),
        new.purpose.code(),
        new.code_hash.expose(),
        by.at.0,
        made_by.as_str(),
        new.expires.0
    ])?;
    deed(
        db,
        tenant,
        &Deed::EnrolmentMade {
            box_id: new.box_id.clone(),
        },
        by,
    )?;
    db.prepare_cached(LAST)?
        .query_and_then(params![tenant, new.box_id.as_str()], enrolment)?
        .next()
        .ok_or(StoreError::UnknownEnrolment)?
}

fn cancel(db: &Connection, tenant: &str, id: u64, by: &By) -> Result<(), StoreError> {
    let box_id = db
        .prepare_cached(
            "UPDATE enrolment SET state = 'cancelled', closed = ?3
             WHERE tenant = ?1 AND id = ?2 AND state = 'open' RETURNING box",
        )?
        .query_and_then(params![tenant, int(id), by.at.0], |row| {
            text(row, "box", BoxId::parse)
        })?
        .next()
        .ok_or(StoreError::UnknownEnrolment)??;
    deed(db, tenant, &Deed::EnrolmentCancelled { box_id }, by)
}

fn begin_try(db: &Connection, tenant: &str, box_id: &BoxId, by: &By) -> Result<Tried, StoreError> {
    let last = db
        .prepare_cached(LAST)?
        .query_and_then(params![tenant, box_id.as_str()], |row| {
            let hash = Secret::new(row.get("code_hash")?);
            Ok::<_, StoreError>((enrolment(row)?, hash))
        })?
        .next()
        .transpose()?;
    let Some((last, code_hash)) = last else {
        return Ok(Tried::Nothing);
    };
    match last.state_at(by.at) {
        EnrolState::Open => {}
        EnrolState::Expired => return Ok(Tried::Expired),
        EnrolState::Locked => return Ok(Tried::Locked),
        EnrolState::Used | EnrolState::Cancelled | EnrolState::Replaced => {
            return Ok(Tried::Nothing);
        }
    }
    let state = if last.tries + 1 >= TRIES_MAX {
        EnrolState::Locked
    } else {
        EnrolState::Open
    };
    if last.tries >= TRIES_MAX {
        return Ok(Tried::Locked);
    }
    // The last try is written as a lock: whoever knows the code opens it again by using it.
    db.prepare_cached(
        "UPDATE enrolment SET tries = tries + 1, state = ?3, from_ip = ?4 WHERE tenant = ?1 AND id = ?2",
    )?
    .execute(params![
        tenant,
        int(last.id),
        state.code(),
        by.from_ip.map(|ip| ip.to_string())
    ])?;
    Ok(Tried::Compare {
        id: last.id,
        code_hash,
    })
}

fn wrong(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    id: Option<u64>,
    by: &By,
) -> Result<(), StoreError> {
    deed(
        db,
        tenant,
        &Deed::EnrolmentFailed {
            box_id: box_id.clone(),
        },
        by,
    )?;
    let Some(id) = id else { return Ok(()) };
    let locked = db
        .prepare_cached(
            "UPDATE enrolment SET closed = ?3
             WHERE tenant = ?1 AND id = ?2 AND state = 'locked' AND closed IS NULL",
        )?
        .execute(params![tenant, int(id), by.at.0])?;
    if locked > 0 {
        deed(
            db,
            tenant,
            &Deed::EnrolmentLocked {
                box_id: box_id.clone(),
            },
            by,
        )?;
    }
    Ok(())
}

fn take(
    db: &Connection,
    tenant: &str,
    id: u64,
    certificate: &NewCertificate,
    by: &By,
) -> Result<Option<Vec<Serial>>, StoreError> {
    let used = db
        .prepare_cached(
            "UPDATE enrolment SET state = 'used', closed = ?3, from_ip = ?4
             WHERE tenant = ?1 AND id = ?2 AND (state = 'open' OR (state = 'locked' AND closed IS NULL))",
        )?
        .execute(params![
            tenant,
            int(id),
            by.at.0,
            by.from_ip.map(|ip| ip.to_string())
        ])?;
    if used == 0 {
        return Ok(None);
    }
    insert(db, tenant, certificate, by.at)?;
    let other = |serial: &Serial| *serial != certificate.serial;
    let gone = end(db, tenant, &certificate.box_id, other, "superseded", by)?;
    deed(
        db,
        tenant,
        &Deed::EnrolmentUsed {
            box_id: certificate.box_id.clone(),
        },
        by,
    )?;
    Ok(Some(gone))
}

fn insert(
    db: &Connection,
    tenant: &str,
    new: &NewCertificate,
    at: UtcMs,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO box_certificate (tenant, box, serial, origin, not_before, not_after, first_seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        tenant,
        new.box_id.as_str(),
        new.serial.as_str(),
        new.origin.code(),
        new.not_before.0,
        new.not_after.0,
        at.0
    ])?;
    Ok(())
}

/// Only older ones give way: a box that falls back to its old certificate keeps the new one.
fn connected(
    db: &Connection,
    tenant: &str,
    used: &NewCertificate,
    at: UtcMs,
) -> Result<Vec<Serial>, StoreError> {
    insert(db, tenant, used, at)?;
    db.prepare_cached(
        "UPDATE box_certificate SET connected = ?4 WHERE tenant = ?1 AND box = ?2 AND serial = ?3",
    )?
    .execute(params![
        tenant,
        used.box_id.as_str(),
        used.serial.as_str(),
        at.0
    ])?;
    let known = of_box(db, tenant, &used.box_id)?;
    let Some(this) = known.iter().find(|one| one.serial == used.serial) else {
        return Ok(Vec::new());
    };
    if this.origin != CertificateOrigin::Renewal {
        return Ok(Vec::new());
    }
    let older: Vec<Serial> = known
        .iter()
        .filter(|one| one.first_seen < this.first_seen)
        .map(|one| one.serial.clone())
        .collect();
    let by = By {
        user: None,
        from_ip: None,
        at,
    };
    end(
        db,
        tenant,
        &used.box_id,
        |serial| older.contains(serial),
        "superseded",
        &by,
    )
}

/// Revokes those of a box's certificates that `which` names and that are not revoked yet.
fn end(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    which: impl Fn(&Serial) -> bool,
    why: &str,
    by: &By,
) -> Result<Vec<Serial>, StoreError> {
    let good = of_box(db, tenant, box_id)?
        .into_iter()
        .filter(|one| one.revoked.is_none() && which(&one.serial));
    let gone: Vec<Serial> = good.map(|one| one.serial).collect();
    let mut revoke = db.prepare_cached(
        "UPDATE box_certificate SET revoked = ?4, revoked_by = ?5, why = ?6
         WHERE tenant = ?1 AND box = ?2 AND serial = ?3",
    )?;
    for serial in &gone {
        revoke.execute(params![
            tenant,
            box_id.as_str(),
            serial.as_str(),
            by.at.0,
            by.user.as_ref().map(UserName::as_str),
            why
        ])?;
    }
    Ok(gone)
}

fn of_box(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
) -> Result<Vec<CertificateRecord>, StoreError> {
    db.prepare_cached("SELECT * FROM box_certificate WHERE tenant = ?1 AND box = ?2")?
        .query_and_then(params![tenant, box_id.as_str()], certificate)?
        .collect()
}

fn enrolment(row: &Row<'_>) -> Result<Enrolment, StoreError> {
    Ok(Enrolment {
        id: count(row, "id")?,
        box_id: text(row, "box", BoxId::parse)?,
        purpose: text(row, "purpose", EnrolPurpose::parse)?,
        made: utc(row, "made")?,
        made_by: text(row, "made_by", UserName::parse)?,
        expires: utc(row, "expires")?,
        tries: small(row, "tries")?,
        state: text(row, "state", EnrolState::parse)?,
        closed: utc_or_none(row, "closed")?,
        from_ip: row.get("from_ip")?,
    })
}

fn certificate(row: &Row<'_>) -> Result<CertificateRecord, StoreError> {
    Ok(CertificateRecord {
        box_id: text(row, "box", BoxId::parse)?,
        serial: text(row, "serial", Serial::parse)?,
        origin: text(row, "origin", CertificateOrigin::parse)?,
        not_before: utc(row, "not_before")?,
        not_after: utc(row, "not_after")?,
        first_seen: utc(row, "first_seen")?,
        connected: utc_or_none(row, "connected")?,
        revoked: utc_or_none(row, "revoked")?,
        revoked_by: text_or_none(row, "revoked_by", UserName::parse)?,
        why: row.get("why")?,
    })
}

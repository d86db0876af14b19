//! The field policy of the tenant, and each branch's directives: numbered, signed and kept in one transaction.
use super::apply::{At, Failed};
use super::column::{count, int, text, text_or_none, utc, utc_or_none};
use super::{dnc, users};
use crate::{
    Deed, DirectiveQuery, DirectiveRecord, InboxState, Issued, PolicyRecord, Receipt, Sign,
    StoreError, Wanted,
};
use messages::directive::{Directive, FieldPolicySet, HqSees, Passed, Wish};
use messages::{BoxId, UserName, UtcMs};
use rusqlite::{Connection, Row, params};
use std::net::IpAddr;

pub(super) const DIRECTIVES: &str = "SELECT d.seq, d.kind, d.issued, d.author, r.utc, r.applied, r.code
    FROM directive d LEFT JOIN directive_receipt r ON r.tenant = d.tenant AND r.box = d.box AND r.seq = d.seq
    WHERE d.tenant = ?1 AND d.box = ?2 AND d.seq < ?3 ORDER BY d.seq DESC LIMIT ?4";
pub(super) const BEHIND: &str = "SELECT seq, kind, bytes FROM directive
    WHERE tenant = ?1 AND box = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4";
pub(super) const POLICY: &str =
    "SELECT * FROM hq_policy WHERE tenant = ?1 ORDER BY version DESC LIMIT 1";

pub(super) fn policy(db: &Connection, tenant: &str) -> Result<Option<PolicyRecord>, StoreError> {
    let of_row = |row: &Row<'_>| {
        Ok(PolicyRecord {
            version: count(row, "version")?,
            policy: FieldPolicySet {
                name: text(row, "name", HqSees::of_code)?,
                number: text(row, "number", HqSees::of_code)?,
            },
            changed: utc(row, "changed")?,
            author: text_or_none(row, "author", UserName::parse)?,
        })
    };
    db.prepare_cached(POLICY)?
        .query_and_then([tenant], of_row)?
        .next()
        .transpose()
}

pub(super) fn set_policy(
    db: &Connection,
    tenant: &str,
    wanted: FieldPolicySet,
    by: Option<&UserName>,
    from_ip: Option<IpAddr>,
    at: UtcMs,
) -> Result<PolicyRecord, StoreError> {
    let before = policy(db, tenant)?;
    if let Some(before) = before.as_ref().filter(|before| before.policy == wanted) {
        return Ok(before.clone());
    }
    let version = before.map_or(1, |before| before.version + 1);
    db.execute(
        "INSERT INTO hq_policy (tenant, version, name, number, changed, author)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            tenant,
            int(version),
            wanted.name.code(),
            wanted.number.code(),
            at.0,
            by.map(UserName::as_str)
        ],
    )?;
    if by.is_some() {
        let deed = Deed::FieldPolicySet { version };
        users::note_deed(db, tenant, by, &deed, from_ip, at)?;
    }
    Ok(PolicyRecord {
        version,
        policy: wanted,
        changed: at,
        author: by.cloned(),
    })
}

/// A backup does not lack so many directives: an inbox that says so is not believed.
const AHEAD_MAX: u64 = 1 << 20;
/// Passed over in one transaction.
const PASSED_MAX: u64 = 4_096;

/// What a branch was sent of what all are to have.
struct Sent {
    policy_version: u64,
    dnc_version: u64,
    unsure: bool,
}

pub(super) fn open_inbox(db: &Connection, tenant: &str, box_id: &BoxId) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO inbox (tenant, box) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![tenant, box_id.as_str()])?;
    Ok(())
}

fn sent(db: &Connection, tenant: &str, box_id: &BoxId) -> Result<Sent, StoreError> {
    open_inbox(db, tenant, box_id)?;
    let of_row = |row: &Row<'_>| {
        Ok::<_, StoreError>(Sent {
            policy_version: count(row, "policy_version")?,
            dnc_version: count(row, "dnc_version")?,
            unsure: row.get("unsure")?,
        })
    };
    db.prepare_cached("SELECT * FROM inbox WHERE tenant = ?1 AND box = ?2")?
        .query_and_then(params![tenant, box_id.as_str()], of_row)?
        .next()
        .unwrap_or(Err(StoreError::UnknownBox))
}

/// Writes what the branch has not been sent yet of the policy and the refusals of contact that count for all.
pub(super) fn dispatch(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    at: UtcMs,
    sign: &Sign,
) -> Result<Vec<Issued>, StoreError> {
    let sent = sent(db, tenant, box_id)?;
    let mut issued = Vec::new();
    if sent.unsure {
        return Ok(issued);
    }
    let mut policy_version = sent.policy_version;
    if let Some(policy) = policy(db, tenant)?.filter(|policy| policy.version > policy_version) {
        let wish = Wish::from(policy.policy);
        issued.push(write(db, tenant, box_id, &wish, None, at, sign)?);
        policy_version = policy.version;
    }
    let mut dnc_version = sent.dnc_version;
    while let Some((wish, upto)) = dnc::behind(db, tenant, dnc_version)? {
        issued.push(write(db, tenant, box_id, &wish, None, at, sign)?);
        dnc_version = upto;
    }
    if (policy_version, dnc_version) != (sent.policy_version, sent.dnc_version) {
        db.prepare_cached(
            "UPDATE inbox SET policy_version = ?3, dnc_version = ?4 WHERE tenant = ?1 AND box = ?2",
        )?
        .execute(params![
            tenant,
            box_id.as_str(),
            int(policy_version),
            int(dnc_version)
        ])?;
    }
    Ok(issued)
}

/// What somebody wants of one branch.
pub(super) fn issue(
    db: &Connection,
    tenant: &str,
    wanted: &Wanted,
    sign: &Sign,
) -> Result<Issued, StoreError> {
    super::boxes::one(db, tenant, &wanted.box_id)?.ok_or(StoreError::UnknownBox)?;
    let by = Some(&wanted.by);
    let issued = write(
        db,
        tenant,
        &wanted.box_id,
        &wanted.wish,
        by,
        wanted.at,
        sign,
    )?;
    let deed = Deed::DirectiveIssued {
        box_id: wanted.box_id.clone(),
        seq: issued.seq,
    };
    users::note_deed(db, tenant, by, &deed, wanted.from_ip, wanted.at)?;
    Ok(issued)
}

/// What headquarters has to say by itself.
pub(super) fn of_service(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    wish: &Wish,
    at: UtcMs,
    sign: &Sign,
) -> Result<Issued, StoreError> {
    write(db, tenant, box_id, wish, None, at, sign)
}

/// Numbers it behind all that was ever sent or received there, signs it, keeps it.
fn write(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    wish: &Wish,
    by: Option<&UserName>,
    at: UtcMs,
    sign: &Sign,
) -> Result<Issued, StoreError> {
    if sent(db, tenant, box_id)?.unsure {
        return Err(StoreError::InboxUnsure);
    }
    let state = state(db, tenant, box_id)?;
    let seq = state.newest.max(state.upto) + 1;
    write_as(db, tenant, box_id, seq, wish, by, at, sign)
}

#[allow(clippy::too_many_arguments)] // a row
fn write_as(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    seq: u64,
    wish: &Wish,
    by: Option<&UserName>,
    at: UtcMs,
    sign: &Sign,
) -> Result<Issued, StoreError> {
    let directive = Directive::new(tenant, box_id.clone(), seq, at, wish)
        .map_err(|_bad| StoreError::NotSigned)?;
    let bytes = sign(&directive).ok_or(StoreError::NotSigned)?;
    db.prepare_cached(
        "INSERT INTO directive (tenant, box, seq, kind, issued, author, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        tenant,
        box_id.as_str(),
        int(seq),
        directive.kind,
        at.0,
        by.map(UserName::as_str),
        bytes
    ])?;
    Ok(Issued {
        seq,
        kind: directive.kind,
        bytes,
    })
}

/// How all branches stand, by id.
pub(super) fn inboxes(
    db: &Connection,
    tenant: &str,
) -> Result<Vec<(BoxId, InboxState)>, StoreError> {
    db.prepare_cached(&inboxes_sql(false))?
        .query_and_then([tenant], |row| {
            Ok((text(row, "box", BoxId::parse)?, inbox(row)?))
        })?
        .collect()
}

pub(super) fn state(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
) -> Result<InboxState, StoreError> {
    db.prepare_cached(&inboxes_sql(true))?
        .query_and_then(params![tenant, box_id.as_str()], inbox)?
        .next()
        .unwrap_or(Err(StoreError::UnknownBox))
}

pub(super) fn inboxes_sql(one: bool) -> String {
    let only = if one { "AND b.box = ?2" } else { "" };
    format!(
        "SELECT b.box, coalesce(i.upto, 0) AS upto,
             coalesce((SELECT max(seq) FROM directive WHERE tenant = ?1 AND box = b.box), 0) AS newest,
             (SELECT count(*) FROM directive_receipt
                 WHERE tenant = ?1 AND box = b.box AND NOT applied) AS refused,
             NOT coalesce(i.unsure, 0)
             AND (coalesce(i.policy_version, 0)
                     < (SELECT coalesce(max(version), 0) FROM hq_policy WHERE tenant = ?1)
                 OR coalesce(i.dnc_version, 0)
                     < (SELECT coalesce(max(version), 0) FROM dnc WHERE tenant = ?1)) AS waiting
         FROM box b LEFT JOIN inbox i ON i.tenant = ?1 AND i.box = b.box
         WHERE b.tenant = ?1 {only} ORDER BY b.box"
    )
}

fn inbox(row: &Row<'_>) -> Result<InboxState, StoreError> {
    Ok(InboxState {
        newest: count(row, "newest")?,
        upto: count(row, "upto")?,
        refused: count(row, "refused")?,
        waiting: row.get("waiting")?,
    })
}

/// What the branch says that its inbox has. A HELLO says it for good; an acknowledgement only moves it on.
pub(super) fn note_inbox(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    upto: u64,
    greeted: bool,
) -> Result<(), StoreError> {
    sent(db, tenant, box_id)?;
    let newest = state(db, tenant, box_id)?.newest;
    if upto > newest + AHEAD_MAX {
        return Ok(());
    }
    // It has what we no longer know of: this store was put back. Once that is passed over, what all are to have is said again.
    let again = greeted && upto > newest;
    db.prepare_cached(
        "UPDATE inbox SET upto = CASE WHEN ?4 THEN ?3 ELSE max(upto, ?3) END,
             policy_version = CASE WHEN ?5 THEN 0 ELSE policy_version END,
             dnc_version = CASE WHEN ?5 THEN 0 ELSE dnc_version END,
             unsure = CASE WHEN ?4 THEN ?5 ELSE unsure END
         WHERE tenant = ?1 AND box = ?2 AND (?4 OR ?3 <= ?6)",
    )?
    .execute(params![
        tenant,
        box_id.as_str(),
        int(upto),
        greeted,
        again,
        int(newest)
    ])?;
    Ok(())
}

/// What was lost with a restore leaves no hole.
pub(super) fn pass_over(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    upto: u64,
    at: UtcMs,
    sign: &Sign,
) -> Result<u64, StoreError> {
    let has = state(db, tenant, box_id)?.upto;
    let upto = upto.min(has);
    let before: i64 = db.query_row(
        "SELECT coalesce(max(seq), 0) FROM directive WHERE tenant = ?1 AND box = ?2 AND seq <= ?3",
        params![tenant, box_id.as_str(), int(upto)],
        |row| row.get(0),
    )?;
    let first = before.unsigned_abs() + 1;
    let last = upto.min(first + PASSED_MAX - 1);
    for seq in first..=last {
        let nothing = Wish::from(Passed {});
        write_as(db, tenant, box_id, seq, &nothing, None, at, sign)?;
    }
    let newest = last.max(before.unsigned_abs());
    if newest >= has {
        db.prepare_cached("UPDATE inbox SET unsure = 0 WHERE tenant = ?1 AND box = ?2")?
            .execute(params![tenant, box_id.as_str()])?;
    }
    Ok(newest)
}

/// Behind a restore nobody knows what the inboxes have, until each branch says so.
pub(super) fn unsure_of_all(db: &Connection, tenant: &str) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO inbox (tenant, box, unsure) SELECT tenant, box, 1 FROM box WHERE tenant = ?1
         ON CONFLICT DO UPDATE SET unsure = 1",
        [tenant],
    )?;
    Ok(())
}

pub(super) fn page(
    db: &Connection,
    tenant: &str,
    query: &DirectiveQuery,
) -> Result<Vec<DirectiveRecord>, StoreError> {
    let before = query.before.map_or(i64::MAX, int);
    let (box_id, rows) = (query.box_id.as_str(), query.limit.and_one());
    db.prepare_cached(DIRECTIVES)?
        .query_and_then(params![tenant, box_id, before, rows], record)?
        .collect()
}

fn record(row: &Row<'_>) -> Result<DirectiveRecord, StoreError> {
    let receipt = match utc_or_none(row, "utc")? {
        Some(utc) => Some(Receipt {
            utc,
            applied: row.get("applied")?,
            code: row.get("code")?,
        }),
        None => None,
    };
    Ok(DirectiveRecord {
        seq: count(row, "seq")?,
        kind: row.get("kind")?,
        issued: utc(row, "issued")?,
        author: text_or_none(row, "author", UserName::parse)?,
        receipt,
    })
}

pub(super) fn behind(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    after: u64,
    limit: u32,
) -> Result<Vec<Issued>, StoreError> {
    let of_row = |row: &Row<'_>| {
        Ok(Issued {
            seq: count(row, "seq")?,
            kind: row.get("kind")?,
            bytes: row.get("bytes")?,
        })
    };
    db.prepare_cached(BEHIND)?
        .query_and_then(params![tenant, box_id.as_str(), int(after), limit], of_row)?
        .collect()
}

/// A receipt: the branch's fact about one of its directives.
pub(super) fn received(at: At<'_>, seq: u64, applied: bool, code: &str) -> Result<(), Failed> {
    at.db
        .prepare_cached(
            "INSERT INTO directive_receipt (tenant, box, seq, utc, applied, code)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET utc = excluded.utc, applied = excluded.applied, code = excluded.code
             WHERE NOT applied",
        )?
        .execute(params![
            at.tenant,
            at.box_id.as_str(),
            int(seq),
            at.utc.0,
            applied,
            code
        ])?;
    Ok(())
}

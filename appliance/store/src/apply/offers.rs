//! Which keys headquarters is to be offered follows from the field policy and from the parties that are met and erased.
use super::Applied;
use messages::PartyId;
use messages::directive::HqSees;
use messages::fact::FieldPolicyChanged;
use rusqlite::{Connection, Result};

/// True where the policy lets headquarters see anything at all.
const SEES: &str = "EXISTS (SELECT 1 FROM field_policy WHERE name <> 'never' OR number <> 'never')";

pub(super) fn policy_changed(conn: &Connection, fact: &FieldPolicyChanged) -> Result<Applied> {
    let saw = sees(conn)?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO field_policy (one, name, number) VALUES (1, ?, ?)",
    )?
    .execute([fact.name.code(), fact.number.code()])?;
    let shows = fact.name != HqSees::Never || fact.number != HqSees::Never;
    // all are offered when it begins; when it ends the same parties are said to be gone
    if saw != shows {
        conn.prepare_cached("INSERT INTO key_offer (party) SELECT id FROM party ORDER BY id")?
            .execute([])?;
    }
    Ok(Applied::Followed)
}

/// A party was met, or erased: what headquarters holds of it is no longer right.
pub(super) fn changed(conn: &Connection, party: PartyId) -> Result<()> {
    conn.prepare_cached(&format!(
        "INSERT INTO key_offer (party) SELECT ? WHERE {SEES}"
    ))?
    .execute([party.as_bytes()])?;
    Ok(())
}

fn sees(conn: &Connection) -> Result<bool> {
    conn.prepare_cached(&format!("SELECT {SEES}"))?
        .query_row([], |row| row.get(0))
}

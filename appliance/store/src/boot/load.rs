//! What the writer and the indexes in memory start from.
use crate::column::{self, count};
use crate::error::StoreError;
use crate::job::LinkCursor;
use crate::journal;
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use crate::month::Ledger;
use crate::query::branch;
use crate::query::erasures::unconfirmed;
use crate::search::SearchEntry;
use crate::vault::{VaultWork, rows};
use crate::writer::Standing;
use messages::journal::{ChainHash, Head};
use messages::{CustomerId, DataCopy, PartyId, PartyNumber, PersonName, Personal, UtcMs};
use rusqlite::{Connection, OptionalExtension as _};
use seal::BlindIndex;
use std::collections::BTreeSet;

pub(crate) fn standing(conn: &Connection) -> Result<Standing, StoreError> {
    Ok(Standing {
        head: journal::head(conn)?,
        policy_version: branch::policy_version(conn)?,
        cursor: link_cursor(conn)?,
    })
}

pub(crate) fn link_cursor(conn: &Connection) -> Result<LinkCursor, StoreError> {
    let found = conn
        .query_row(
            "SELECT epoch, seq, hash, safe FROM link_cursor",
            [],
            |row| {
                Ok(LinkCursor {
                    epoch: row.get(0)?,
                    applied: Head {
                        seq: count(row, 1)?,
                        hash: ChainHash(row.get(2)?),
                    },
                    safe: count(row, 3)?,
                })
            },
        )
        .optional()?;
    Ok(found.unwrap_or(LinkCursor::NEW))
}

pub(super) fn refusals(conn: &Connection) -> Result<BTreeSet<BlindIndex>, StoreError> {
    indexes(conn, "SELECT blind FROM dnc")
}

pub(super) fn tenant_refusals(conn: &Connection) -> Result<BTreeSet<BlindIndex>, StoreError> {
    indexes(conn, "SELECT blind FROM tenant_dnc")
}

fn indexes(conn: &Connection, sql: &str) -> Result<BTreeSet<BlindIndex>, StoreError> {
    let mut found = conn.prepare(sql)?;
    let rows = found.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let mut all = BTreeSet::new();
    for row in rows {
        all.extend(BlindIndex::from_slice(&row?));
    }
    Ok(all)
}

/// What the last run left to be done in the vault.
pub(super) fn vault_work(
    ledger: &Ledger<'_>,
    vault: &Connection,
    keys: &Keys,
    erased: &[PartyId],
) -> Result<VaultWork, StoreError> {
    let (_newest, older) = keys.generations();
    let waiting = unconfirmed(ledger.hot(), DataCopy::BranchVault, UtcMs(i64::MAX))?;
    let mut gone = rows::gone(vault)?;
    gone.retain(|party, _| waiting.contains(party));
    let mut work = VaultWork::from_books(gone, rows::doomed(vault)?, &older);
    work.erase(waiting);
    let last = |kind| ledger.last_of_kind(kind);
    if last("vault_rotation_asked")? > last("vault_rewrapped")? {
        work.ask_rotation();
    }
    // a vault that came back from a backup may hold them again
    work.erase_again(rows::held(vault, erased)?);
    Ok(work)
}

/// Every customer, opened, oldest first. Those that were erased are not found by anybody.
pub(super) fn search_entries(
    conn: &Connection,
    ring: &KeyRing,
) -> Result<Vec<SearchEntry>, StoreError> {
    let mut found = conn.prepare(
        "SELECT customer.id, customer.name, party.number
         FROM customer JOIN party ON party.id = customer.party ORDER BY customer.id",
    )?;
    let mut rows = found.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let name: Personal<PersonName> = ring.open_value(column::personal(row, 1)?);
        let number: Personal<PartyNumber> = ring.open_value(column::personal(row, 2)?);
        let customer = column::id(row, 0, CustomerId::from_bytes)?;
        if let (Some(name), Some(number)) = (name.clear(), number.clear()) {
            entries.push(SearchEntry::new(customer, name, number));
        }
    }
    Ok(entries)
}

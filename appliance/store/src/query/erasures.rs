//! Erasures: who is being forgotten, which copies have confirmed, and what is still to be done.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use messages::{CustomerId, DataCopy, PartyId, RecordingId, UtcMs, backups_gone};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Recordings told at once.
const RECORDINGS_AT_ONCE: u32 = 200;

/// What is still to be deleted.
pub(super) const CONTAINERS: &str = "SELECT id FROM recording WHERE state = 'erasing' LIMIT ?";

/// One erasure and its receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRow {
    pub party: PartyId,
    pub customer: Option<CustomerId>,
    pub asked: UtcMs,
    /// In the order of `DataCopy::ALL`; those of headquarters only where the branch has ever had a link.
    pub copies: Vec<(DataCopy, Option<UtcMs>)>,
}

impl ErasureRow {
    /// Since when nothing is left anywhere; `None` while a copy has not confirmed.
    #[must_use]
    pub fn complete(&self) -> Option<UtcMs> {
        let gone: Option<Vec<UtcMs>> = self.copies.iter().map(|(_, gone)| *gone).collect();
        gone?.into_iter().max()
    }

    /// The day on which it is complete everywhere if every copy does what it must.
    #[must_use]
    pub const fn due(&self) -> UtcMs {
        backups_gone(self.asked)
    }
}

impl Reader {
    /// Those that have to confirm an erasure.
    pub(super) fn copies(&self) -> impl Iterator<Item = DataCopy> + use<> {
        let linked = self.shared.cursor().epoch > 0;
        let all = DataCopy::ALL.into_iter();
        all.filter(move |copy| linked || !copy.is_of_headquarters())
    }

    /// `None`: the party was not erased.
    pub fn erasure(&self, party: PartyId) -> Result<Option<ErasureRow>, StoreError> {
        let found = self
            .conn
            .prepare_cached("SELECT customer, asked FROM erasure WHERE party = ?")?
            .query_row([party.as_bytes()], |row| {
                Ok((
                    column::id_or_none(row, 0, CustomerId::from_bytes)?,
                    column::utc(row, 1)?,
                ))
            })
            .optional()?;
        let Some((customer, asked)) = found else {
            return Ok(None);
        };
        let mut copies = Vec::new();
        for copy in self.copies() {
            copies.push((copy, gone(&self.conn, party, copy)?));
        }
        Ok(Some(ErasureRow {
            party,
            customer,
            asked,
            copies,
        }))
    }

    /// Recordings of erased persons whose containers are still to be deleted: some of them.
    pub fn recordings_to_erase(&self) -> Result<Vec<RecordingId>, StoreError> {
        let mut found = self.conn.prepare_cached(CONTAINERS)?;
        let rows = found.query_map([RECORDINGS_AT_ONCE], |row| {
            column::id(row, 0, RecordingId::from_bytes)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn gone(conn: &Connection, party: PartyId, copy: DataCopy) -> Result<Option<UtcMs>, StoreError> {
    let sql = "SELECT gone FROM erasure_copy WHERE party = ? AND copy = ?";
    let row = conn
        .prepare_cached(sql)?
        .query_row(params![party.as_bytes(), copy.code()], |row| {
            column::utc(row, 0)
        })
        .optional()?;
    Ok(row)
}

/// Parties that were erased and of which this copy has not confirmed yet; of those asked for at `until` or before.
pub(crate) fn unconfirmed(
    conn: &Connection,
    copy: DataCopy,
    until: UtcMs,
) -> Result<Vec<PartyId>, StoreError> {
    let mut found = conn.prepare_cached(
        "SELECT party FROM erasure WHERE asked <= ?2 AND NOT EXISTS
         (SELECT 1 FROM erasure_copy WHERE erasure_copy.party = erasure.party AND copy = ?1)",
    )?;
    let rows = found.query_map(params![copy.code(), until.0], |row| {
        column::id(row, 0, PartyId::from_bytes)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Parties of the tables that are not erased there.
pub(crate) fn not_erased(
    conn: &Connection,
    parties: &[PartyId],
) -> Result<Vec<PartyId>, StoreError> {
    let mut found = conn.prepare(
        "SELECT EXISTS (SELECT 1 FROM party WHERE id = ?1)
         AND NOT EXISTS (SELECT 1 FROM erasure WHERE party = ?1)",
    )?;
    let mut left = Vec::new();
    for party in parties {
        if found.query_row([party.as_bytes()], |row| row.get(0))? {
            left.push(*party);
        }
    }
    Ok(left)
}

//! Customers: pages, one by id, search.
use super::{Page, Reader, page, size};
use crate::column;
use crate::error::StoreError;
use messages::{CustomerId, PartyId, PartyNumber, PersonName, Personal, Stage, UtcMs};
use rusqlite::{OptionalExtension as _, Row, params};

/// One customer, opened.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerRow {
    pub customer: CustomerId,
    pub party: PartyId,
    pub name: Personal<PersonName>,
    pub number: Personal<PartyNumber>,
    pub stage: Stage,
    /// Attempts to reach this customer, of calls that ended.
    pub attempts: u32,
    /// When the last answered call ended.
    pub last_contact: Option<UtcMs>,
    /// The import it came with.
    pub batch: String,
    pub imported: UtcMs,
    /// The person does not want to be called.
    pub refuses_contact: bool,
    pub erased: Option<Erased>,
}

/// How far a person's erasure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// Nothing opens here; some copy has not confirmed yet.
    Pending,
    Complete,
}

#[derive(Clone, Debug, Default)]
pub struct CustomerFilter {
    pub stage: Option<Stage>,
    /// Part of a name, up to four last digits, or a whole number where `whole_numbers` lets it.
    pub text: Option<String>,
    /// Only for who may read numbers: to others a yes or a no would give a masked number away, guess by guess.
    pub whole_numbers: bool,
    /// Behind this one (`Page::next`). Not used together with `text`.
    pub after: Option<CustomerId>,
}

const COLUMNS: &str =
    "SELECT customer.id, customer.party, customer.name, party.number, customer.stage,
    customer.attempts, customer.last_contact, customer.batch, customer.imported,
    EXISTS (SELECT 1 FROM dnc WHERE dnc.blind = party.blind),
    (SELECT (SELECT COUNT(*) FROM erasure_copy WHERE erasure_copy.party = erasure.party)
     FROM erasure WHERE erasure.party = customer.party)
    FROM customer JOIN party ON party.id = customer.party";

const ALL: &str = "WHERE customer.id < ? ORDER BY customer.id DESC LIMIT ?";
const OF_STAGE: &str =
    "WHERE customer.stage = ? AND customer.id < ? ORDER BY customer.id DESC LIMIT ?";

impl Reader {
    /// Newest first, at most `PAGE_MAX`.
    pub fn customers(
        &self,
        filter: &CustomerFilter,
        max: usize,
    ) -> Result<Page<CustomerRow, CustomerId>, StoreError> {
        if let Some(text) = filter
            .text
            .as_deref()
            .filter(|text| !text.trim().is_empty())
        {
            return self.customers_found(text, filter, max);
        }
        let (max, limit) = size(max);
        let after = filter.after.map_or([0xff; 16], |id| *id.as_bytes());
        let rows = match filter.stage {
            None => self.customer_rows(&format!("{COLUMNS} {ALL}"), params![after, limit])?,
            Some(stage) => self.customer_rows(
                &format!("{COLUMNS} {OF_STAGE}"),
                params![stage.code(), after, limit],
            )?,
        };
        Ok(page(rows, max, |row| row.customer))
    }

    pub fn customer(&self, id: CustomerId) -> Result<Option<CustomerRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE customer.id = ?");
        let row = self
            .conn
            .prepare_cached(&sql)?
            .query_row([id.as_bytes()], |row| self.read(row))
            .optional()?;
        Ok(row.map(|row| self.opened(row)))
    }

    /// How many customers stand in each stage.
    pub fn customer_counts(&self) -> Result<Vec<(Stage, u64)>, StoreError> {
        let mut found = self
            .conn
            .prepare_cached("SELECT stage, COUNT(*) FROM customer GROUP BY stage")?;
        let rows = found.query_map([], |row| {
            Ok((column::text(row, 0, Stage::parse)?, column::count(row, 1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All that are found, up to one page.
    fn customers_found(
        &self,
        text: &str,
        filter: &CustomerFilter,
        max: usize,
    ) -> Result<Page<CustomerRow, CustomerId>, StoreError> {
        let (max, _) = size(max);
        let mut ids = {
            let search = self
                .shared
                .search
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            search.find(text, super::PAGE_MAX)
        };
        if filter.whole_numbers
            && let Ok(number) = PartyNumber::parse(text)
            && let Some(party) = self.party_of(&number)?
            && let Some(customer) = crate::writer::customer_of(&self.conn, party)?
            && !ids.contains(&customer)
        {
            ids.insert(0, customer);
        }
        let mut rows = Vec::new();
        for id in ids {
            let row = self.customer(id)?;
            rows.extend(row.filter(|row| filter.stage.is_none_or(|stage| stage == row.stage)));
            if rows.len() == max {
                break;
            }
        }
        Ok(Page { rows, next: None })
    }

    fn customer_rows(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<CustomerRow>, StoreError> {
        let mut found = self.conn.prepare_cached(sql)?;
        let rows = found.query_map(params, |row| self.read(row))?;
        rows.map(|row| Ok(self.opened(row?))).collect()
    }

    /// Still sealed.
    fn read(&self, row: &Row<'_>) -> rusqlite::Result<CustomerRow> {
        let confirmed = column::count_or_none(row, 10)?;
        let needed = u64::try_from(self.copies().count()).unwrap_or(u64::MAX);
        let erased = confirmed.map(|confirmed| {
            if confirmed >= needed {
                Erased::Complete
            } else {
                Erased::Pending
            }
        });
        Ok(CustomerRow {
            erased,
            ..read(row)?
        })
    }

    fn opened(&self, mut row: CustomerRow) -> CustomerRow {
        row.name = self.open(row.name);
        row.number = self.open(row.number);
        row
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<CustomerRow> {
    Ok(CustomerRow {
        customer: column::id(row, 0, CustomerId::from_bytes)?,
        party: column::id(row, 1, PartyId::from_bytes)?,
        name: column::personal(row, 2)?,
        number: column::personal(row, 3)?,
        stage: column::text(row, 4, Stage::parse)?,
        attempts: row.get(5)?,
        last_contact: column::utc_or_none(row, 6)?,
        batch: row.get(7)?,
        imported: column::utc(row, 8)?,
        refuses_contact: row.get(9)?,
        erased: None,
    })
}

/// For the test that reads their plans.
#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    [ALL, OF_STAGE, "WHERE customer.id = ?"]
        .map(|which| format!("{COLUMNS} {which}"))
        .to_vec()
}

//! Keys on their way to headquarters: wrapped when they leave, by the key that only this box and headquarters have.
use super::Reader;
use crate::column::{self, int};
use crate::error::StoreError;
use messages::PartyId;
use messages::lane::{KeyOffer, OfferedKey};
use rusqlite::params;
use seal::HqBoxKey;

impl Reader {
    /// Offers behind `after` in order, each with its number; none before the box is enrolled.
    /// A party that was erased, or that headquarters may not see, is said to be gone.
    pub fn key_offers_after(
        &self,
        after: u64,
        max: usize,
    ) -> Result<Vec<(u64, KeyOffer)>, StoreError> {
        let Some(between) = self.keys.headquarters() else {
            return Ok(Vec::new());
        };
        let shows = self.shows_headquarters()?;
        let mut found = self
            .conn
            .prepare_cached("SELECT n, party FROM key_offer WHERE n > ? ORDER BY n LIMIT ?")?;
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        let rows = found.query_map(params![int(after), limit], |row| {
            Ok((
                column::count(row, 0)?,
                column::id(row, 1, PartyId::from_bytes)?,
            ))
        })?;
        let mut offers = Vec::new();
        for row in rows {
            let (n, party) = row?;
            offers.push((n, self.offer(party, shows.then_some(&between))?));
        }
        Ok(offers)
    }

    /// How many offers there are: they are counted from 1 without a hole. None before the box is enrolled.
    pub fn key_offers(&self) -> Result<u64, StoreError> {
        if self.keys.headquarters().is_none() {
            return Ok(0);
        }
        let sql = "SELECT COALESCE(MAX(n), 0) FROM key_offer";
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_row([], |row| column::count(row, 0))?)
    }

    /// `between`: what it is wrapped by, if headquarters may see anything at all.
    fn offer(&self, party: PartyId, between: Option<&HqBoxKey>) -> Result<KeyOffer, StoreError> {
        let key = match between {
            Some(_) => self.ring.party_key(party)?,
            None => None,
        };
        let wrapped = key.zip(between);
        Ok(wrapped.map_or(
            KeyOffer {
                party,
                version: 0,
                key: OfferedKey::Gone,
            },
            |(key, between)| KeyOffer {
                party,
                version: key.version,
                key: OfferedKey::Wrapped(between.wrap(&self.keys.tenant, &key)),
            },
        ))
    }

    fn shows_headquarters(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM field_policy
             WHERE name <> 'never' OR number <> 'never')";
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_row([], |row| row.get(0))?)
    }
}

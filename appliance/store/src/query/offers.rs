//! Keys on their way to headquarters: wrapped when they leave, by the key that only this box and headquarters have.
use super::Reader;
use crate::column::{self, int};
use crate::error::StoreError;
use messages::PartyId;
use messages::lane::{KeyOffer, OfferedKey};
use rusqlite::params;

impl Reader {
    /// Offers behind `after` in order, each with its number; none before the box is enrolled.
    /// A party that was erased, or that headquarters may not see, is said to be gone.
    pub fn key_offers_after(
        &self,
        after: u64,
        max: usize,
    ) -> Result<Vec<(u64, KeyOffer)>, StoreError> {
        if self.keys.headquarters.is_none() {
            return Ok(Vec::new());
        }
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
            offers.push((n, self.offer(party, shows)?));
        }
        Ok(offers)
    }

    /// How many offers there are: they are counted from 1 without a hole.
    pub fn key_offers(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COALESCE(MAX(n), 0) FROM key_offer";
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_row([], |row| column::count(row, 0))?)
    }

    fn offer(&self, party: PartyId, shows: bool) -> Result<KeyOffer, StoreError> {
        let key = if shows {
            self.ring.party_key(party)?
        } else {
            None
        };
        let wrapped = key.zip(self.keys.headquarters.as_ref());
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

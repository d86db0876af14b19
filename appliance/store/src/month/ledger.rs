//! The journal as one, wherever its facts lie: in the hot file from its first fact on, before that in the files of months.
use super::{Month, months};
use crate::error::StoreError;
use crate::{database, journal};
use messages::journal::ChainHash;
use rusqlite::{Connection, Transaction};
use std::path::Path;

/// One moment of the journal. The hot file's connection reads one state as long as this lives.
pub(crate) struct Ledger<'a> {
    hot: &'a Connection,
    /// `None` inside of a transaction that the connection is in already.
    _moment: Option<Transaction<'a>>,
    folder: &'a Path,
    /// Oldest first.
    pub(crate) months: Vec<Month>,
    /// The first fact of the hot file; behind the last month where it holds none.
    pub(crate) hot_first: u64,
}

/// A place where facts lie, and which of them are read there.
pub(crate) enum Source<'a> {
    Month(&'a Month, u64),
    Hot,
}

impl<'a> Ledger<'a> {
    pub(crate) fn of(conn: &'a Connection, folder: &'a Path) -> Result<Self, StoreError> {
        let own = conn.is_autocommit();
        let moment = own.then(|| conn.unchecked_transaction()).transpose()?;
        let months = months(conn)?;
        let behind = months.last().map_or(1, |month| month.last + 1);
        let hot_first = journal::first(conn)?.unwrap_or(behind);
        Ok(Self {
            hot: conn,
            _moment: moment,
            folder,
            months,
            hot_first,
        })
    }

    pub(crate) const fn hot(&self) -> &Connection {
        self.hot
    }

    /// The months that are read in their files: kept, and let go by the hot file, at least in part.
    pub(crate) fn filed(&self) -> impl DoubleEndedIterator<Item = &Month> {
        let filed = |month: &&Month| month.pruned.is_none() && month.first < self.hot_first;
        self.months.iter().filter(filed)
    }

    /// Every place, oldest first; with the last seq that is read there.
    pub(crate) fn sources(&self) -> impl DoubleEndedIterator<Item = Source<'_>> {
        let filed = self.filed();
        let filed = filed.map(|month| Source::Month(month, month.last.min(self.hot_first - 1)));
        filed.chain(core::iter::once(Source::Hot))
    }

    pub(crate) fn oldest(&self) -> u64 {
        self.filed()
            .next()
            .map_or(self.hot_first, |month| month.first)
    }

    pub(crate) fn open(&self, month: &Month) -> Result<Connection, StoreError> {
        database::open_month(&month.file(self.folder))
    }

    /// The chain's hash behind `seq`; the start of the chain for 0, `None` if that fact is not kept.
    pub(crate) fn hash_at(&self, seq: u64) -> Result<Option<ChainHash>, StoreError> {
        if seq == 0 || seq >= self.hot_first {
            return journal::hash_at(self.hot, seq);
        }
        if let Some(month) = self.months.iter().find(|month| month.last == seq) {
            return Ok(Some(month.hash));
        }
        match self.month_with(seq) {
            Some(month) => journal::hash_at(&self.open(month)?, seq),
            None => Ok(None),
        }
    }

    /// Facts behind `after` in order, out of one place; none where the next one is no longer kept.
    pub(crate) fn facts_after(
        &self,
        after: u64,
        max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        if after + 1 >= self.hot_first {
            return journal::facts_after(self.hot, after, max, bytes_max);
        }
        match self.month_with(after + 1) {
            Some(month) => journal::facts_after(&self.open(month)?, after, max, bytes_max),
            None => Ok(Vec::new()),
        }
    }

    /// The seq of the newest fact of a kind, if one is kept.
    pub(crate) fn last_of_kind(&self, kind: &str) -> Result<Option<u64>, StoreError> {
        for source in self.sources().rev() {
            let found = match source {
                Source::Hot => journal::last_of_kind(self.hot, kind)?,
                Source::Month(month, _) => journal::last_of_kind(&self.open(month)?, kind)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn month_with(&self, seq: u64) -> Option<&Month> {
        self.filed()
            .find(|month| (month.first..=month.last).contains(&seq))
    }
}

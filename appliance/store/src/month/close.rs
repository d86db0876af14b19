//! Closing a month: the range is fixed, copied, synced, read again; the checkpoint is stated; then the hot file lets it go.
//!
//! Until the checkpoint is durable nothing but copies was made; behind it the file is whole and synced. So it may stop
//! anywhere: what is unfinished is either thrown away or gone on with.
use super::file::{self, Copied};
use super::{Ledger, Month, MonthLabel, months, prune, snapshot};
use crate::error::StoreError;
use crate::job::Side;
use crate::store::Store;
use crate::{database, journal};
use messages::fact::{Actor, Checkpoint, Fact};
use messages::journal::{ChainHash, Head};
use messages::{Now, UtcMs};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// A hot file that holds more is closed, whatever the clock says: a month of a busy branch.
const OPEN_FACTS_MAX: u64 = 2_000_000;

/// Where a close can be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    StateCopied,
    Copying,
    Checked,
    Named,
    StateNamed,
    Stated,
    LettingGo,
    StatedPruned,
}

/// Told at each point; an error stops there, as a crash would.
pub(crate) type At<'a> = &'a mut dyn FnMut(Point) -> Result<(), StoreError>;

pub(crate) struct Closer<'a> {
    pub(super) store: &'a Store,
    pub(super) hot: Connection,
    pub(super) folder: PathBuf,
    pub(super) pace: Pace,
}

/// How much is done in one go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Facts between two looks at whether to stop.
    pub(crate) copied_at_once: u32,
    /// Facts that the hot file lets go in one commit: the writer waits no longer for it than for a batch of its own.
    pub(crate) let_go_at_once: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            copied_at_once: 5_000,
            let_go_at_once: 200,
        }
    }
}

/// The range that is still open.
struct Open {
    label: MonthLabel,
    first: u64,
    /// The chain before it.
    before: ChainHash,
}

impl<'a> Closer<'a> {
    pub(crate) fn of(store: &'a Store) -> Result<Self, StoreError> {
        let config = store.config();
        Ok(Self {
            store,
            hot: database::open_reader(&config.branch_file())?,
            folder: config.folder.clone(),
            pace: Pace::default(),
        })
    }

    /// Goes on with what was left, closes the month if it is over, forgets what nobody needs any more.
    pub(crate) fn keep(&self, now: Now, keep_days: u32, at: At<'_>) -> Result<Kept, StoreError> {
        self.finish(at)?;
        let closed = if self.is_due(now)? {
            Some(self.close(now, at)?)
        } else {
            None
        };
        let pruned = prune::prune(self, now, keep_days, at)?;
        Ok(Kept { closed, pruned })
    }

    fn is_due(&self, now: Now) -> Result<bool, StoreError> {
        let Some(open) = self.open()? else {
            return Ok(false);
        };
        let facts = self.store.head().seq.saturating_sub(open.first - 1);
        Ok(over(open.label, now) || facts > OPEN_FACTS_MAX)
    }

    /// `None` where no fact was written yet.
    fn open(&self) -> Result<Option<Open>, StoreError> {
        let closed = months(&self.hot)?;
        let before = closed.last().map_or(Head::EMPTY, Month::head);
        let first = before.seq + 1;
        let Some(utc) = journal::utc_of(&self.hot, first)? else {
            return Ok(None);
        };
        let last = closed
            .last()
            .and_then(|month| MonthLabel::parse(&month.label));
        Ok(Some(Open {
            label: label_behind(last, utc),
            first,
            before: before.hash,
        }))
    }

    /// Closes the open range, whichever month it is.
    pub(crate) fn close(&self, now: Now, at: At<'_>) -> Result<Month, StoreError> {
        let open = self.open()?.ok_or(StoreError::NothingToClose)?;
        let label = open.label.to_string();
        let path = file::path(&self.folder, &label);
        let part = file::part(&path);
        let state_part = self.folder.join("state.db.part");
        let (head, state) = snapshot::take(&self.hot, &state_part)?;
        at(Point::StateCopied)?;
        let Copied { from, until } = self.copy(&part, (open.first, head.seq), at)?;
        file::sync(&part)?;
        file::sync(&state_part)?;
        file::check(&part, open.before, open.first, head)?;
        at(Point::Checked)?;
        file::give_name(&part, &path, &self.hot)?;
        at(Point::Named)?;
        file::give_name(
            &state_part,
            &snapshot::path(&self.folder, head.seq),
            &self.hot,
        )?;
        at(Point::StateNamed)?;
        self.state(
            now,
            Checkpoint {
                month: label.clone(),
                first: open.first,
                seq: head.seq,
                chain_head: head.hash,
                state_hash: state.hash.0,
                from,
                until,
            },
        )?;
        at(Point::Stated)?;
        self.let_go(head.seq, at)?;
        let closed = months(&self.hot)?;
        snapshot::remove_old(&self.folder, &closed)?;
        closed
            .into_iter()
            .find(|month| month.label == label)
            .ok_or(StoreError::Busy)
    }

    fn copy(&self, part: &Path, range: (u64, u64), at: At<'_>) -> Result<Copied, StoreError> {
        file::copy(&self.hot, part, range, self.pace.copied_at_once, at)
    }

    /// Durable when it returns.
    pub(super) fn state(
        &self,
        now: Now,
        body: impl Into<messages::fact::Body>,
    ) -> Result<(), StoreError> {
        let fact = Fact::new(now.utc, now.utc_trusted, Actor::System, body);
        let before = self.store.head();
        if self.store.append_admitted(vec![fact]).is_err() {
            return Err(StoreError::Busy);
        }
        self.store.flush();
        if self.store.head() == before {
            return Err(StoreError::Busy);
        }
        Ok(())
    }

    /// The hot file's facts up to `last`, a few in each commit. Only behind a checkpoint, with the file in its place.
    fn let_go(&self, last: u64, at: At<'_>) -> Result<(), StoreError> {
        let stated = months(&self.hot)?.iter().any(|month| month.last == last);
        if !stated {
            return Err(StoreError::Busy);
        }
        while journal::first(&self.hot)?.is_some_and(|first| first <= last) {
            let side = Side::FactsLetGo {
                upto: last,
                rows_max: self.pace.let_go_at_once,
            };
            self.store.side(side).or(Err(StoreError::Busy))?;
            self.store.flush();
            at(Point::LettingGo)?;
        }
        Ok(())
    }

    /// What an earlier close left to be done.
    fn finish(&self, at: At<'_>) -> Result<(), StoreError> {
        let (all, hot_first) = {
            let ledger = Ledger::of(&self.hot, &self.folder)?;
            (ledger.months.clone(), ledger.hot_first)
        };
        let mut before = ChainHash::START;
        for month in &all {
            if month.pruned.is_none() && month.last >= hot_first {
                self.file_is_whole(month, before, at)?;
                self.let_go(month.last, at)?;
            }
            before = month.hash;
        }
        prune::remove_pruned(&self.folder, &all)?;
        snapshot::remove_old(&self.folder, &all)
    }

    /// Made again from the hot file where it is not, as long as that holds all of it.
    fn file_is_whole(
        &self,
        month: &Month,
        before: ChainHash,
        at: At<'_>,
    ) -> Result<(), StoreError> {
        let path = month.file(&self.folder);
        match file::check(&path, before, month.first, month.head()) {
            Ok(()) => return Ok(()),
            Err(bad) => {
                tracing::warn!(month = month.label, "its file is made again: {bad}");
            }
        }
        let part = file::part(&path);
        self.copy(&part, (month.first, month.last), at)?;
        file::sync(&part)?;
        file::check(&part, before, month.first, month.head())?;
        file::give_name(&part, &path, &self.hot)
    }
}

/// What was done about months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub closed: Option<Month>,
    /// Labels of the months that were let go for good.
    pub pruned: Vec<String>,
}

/// A clock that nobody vouches for closes nothing.
fn over(open: MonthLabel, now: Now) -> bool {
    now.utc_trusted && MonthLabel::of(now.utc) > open
}

/// The month in which the range began, but never one that was there already: a clock that jumps back makes no second
/// file of a name.
fn label_behind(last: Option<MonthLabel>, began: UtcMs) -> MonthLabel {
    let began = MonthLabel::of(began);
    last.map_or(began, |last| began.max(last.next()))
}

#[cfg(test)]
mod tests {
    use super::{MonthLabel, label_behind, over};
    use messages::{Moment, Now, UtcMs};

    const DAY_MS: i64 = 86_400_000;
    /// 2026-11-01 in China.
    const NOVEMBER: i64 = 1_793_462_400_000;

    fn at(days: i64, utc_trusted: bool) -> Now {
        Now {
            mono: Moment::START,
            utc: UtcMs(NOVEMBER + days * DAY_MS),
            utc_trusted,
        }
    }

    fn label(text: &str) -> MonthLabel {
        MonthLabel::parse(text).unwrap()
    }

    #[test]
    fn a_month_is_over_when_a_trusted_clock_says_so() {
        let november = label("2026-11");
        for (days, trusted, is_over) in [
            (0, true, false),
            (29, true, false),
            (30, true, true),
            (30, false, false),
            (-1, true, false),
            (400, true, true),
        ] {
            assert_eq!(
                over(november, at(days, trusted)),
                is_over,
                "{days} {trusted}"
            );
        }
    }

    #[test]
    fn a_label_is_never_given_twice_whatever_the_clock_does() {
        let mut last = None;
        let mut given = Vec::new();
        for days in [0, 30, -30, 0, 60, 30, -365, 0, 3_650, 0] {
            let next = label_behind(last, at(days, true).utc);
            assert!(last.is_none_or(|last| next > last));
            given.push(next.to_string());
            last = Some(next);
        }
        assert_eq!(given[..4], ["2026-11", "2026-12", "2027-01", "2027-02"]);
    }
}

//! Letting months go for good: only what headquarters holds in a backup, and only when it is older than the law asks for.
use super::close::{At, Closer, Point};
use super::{KEEP_DAYS_MIN, Month, months};
use crate::error::{StoreError, io};
use messages::Now;
use messages::fact::MonthPruned;
use std::fs;
use std::path::Path;

const DAY_MS: i64 = 86_400_000;

/// The labels of what was let go, oldest first. A fact says it before the file is removed.
pub(super) fn prune(
    closer: &Closer<'_>,
    now: Now,
    keep_days: u32,
    at: At<'_>,
) -> Result<Vec<String>, StoreError> {
    let safe = closer.store.link_cursor().safe;
    let all = months(&closer.hot)?;
    let mut gone = Vec::new();
    let kept = all.iter().filter(|month| month.pruned.is_none());
    for month in kept.take_while(|month| may_go(month, safe, now, keep_days)) {
        closer.state(
            now,
            MonthPruned {
                month: month.label.clone(),
                first: month.first,
                last: month.last,
            },
        )?;
        at(Point::StatedPruned)?;
        gone.push(month.label.clone());
    }
    if !gone.is_empty() {
        remove_pruned(&closer.folder, &months(&closer.hot)?)?;
    }
    Ok(gone)
}

/// A clock that nobody vouches for lets nothing go.
fn may_go(month: &Month, safe: u64, now: Now, keep_days: u32) -> bool {
    let keep_ms = i64::from(keep_days.max(KEEP_DAYS_MIN)) * DAY_MS;
    now.utc_trusted && month.last <= safe && month.until.0.saturating_add(keep_ms) <= now.utc.0
}

/// Files of months that were let go: a crash may have left one.
pub(super) fn remove_pruned(folder: &Path, months: &[Month]) -> Result<(), StoreError> {
    for month in months.iter().filter(|month| month.pruned.is_some()) {
        let path = month.file(folder);
        match fs::remove_file(&path) {
            Ok(()) => tracing::info!(month = month.label, "a month of the journal was let go"),
            Err(bad) if bad.kind() == std::io::ErrorKind::NotFound => {}
            Err(bad) => return Err(io(&path)(bad)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, may_go};
    use crate::month::Month;
    use messages::journal::ChainHash;
    use messages::{Moment, Now, UtcMs};

    #[test]
    fn a_month_goes_only_when_it_is_safe_and_old_enough_by_a_trusted_clock() {
        let month = Month {
            label: "2026-01".to_owned(),
            first: 1,
            last: 100,
            hash: ChainHash::START,
            state_hash: crate::StateHash([0; 32]),
            from: UtcMs(0),
            until: UtcMs(1_000),
            pruned: None,
        };
        let table = [
            ("nothing is safe", 0, 400, true, 0, false),
            ("its last fact is not safe", 99, 400, true, 0, false),
            ("too young", 100, 183, true, 0, false),
            ("old enough", 100, 184, true, 0, true),
            ("the clock is not trusted", 100, 184, false, 0, false),
            (
                "less than the floor counts as the floor",
                100,
                100,
                true,
                1,
                false,
            ),
            ("kept longer by choice", 100, 364, true, 365, false),
            ("longer than that", 100, 366, true, 365, true),
        ];
        for (what, safe, days, utc_trusted, keep_days, goes) in table {
            let now = Now {
                mono: Moment::START,
                utc: UtcMs(days * DAY_MS),
                utc_trusted,
            };
            assert_eq!(may_go(&month, safe, now, keep_days), goes, "{what}");
        }
    }
}

//! Months of the journal close by themselves, and old ones are let go: looked at once an hour.
use super::Ground;
use branch_store::{Kept, StoreError};
use core::time::Duration;

const LOOK_EVERY: Duration = Duration::from_secs(3_600);

pub(super) fn start(ground: &Ground) {
    let (store, keep_days) = (ground.store.clone(), ground.config.journal.keep_days);
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("months", async move {
        let mut beat = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            let of_months = store.clone();
            // Copying a month takes its time: not on a task's own thread. The end of the store ends it.
            let kept = tokio::task::spawn_blocking(move || of_months.keep_months(keep_days));
            tokio::select! {
                () = stop.cancelled() => return,
                kept = kept => if let Ok(kept) = kept { tell(kept) }
            }
        }
    });
}

fn tell(kept: Result<Kept, StoreError>) {
    match kept {
        Ok(Kept { closed, pruned }) => {
            if let Some(month) = closed {
                tracing::info!(
                    month = month.label,
                    first = month.first,
                    last = month.last,
                    "a month of the journal is closed"
                );
            }
            if !pruned.is_empty() {
                tracing::info!(?pruned, "months of the journal were let go");
            }
        }
        Err(bad) => tracing::warn!(code = bad.code(), "months of the journal: {bad}"),
    }
}

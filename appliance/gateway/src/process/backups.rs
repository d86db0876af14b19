//! Backups by themselves: the data and the vault into the folder of the configuration, and old ones removed.
use super::Ground;
use crate::admin::Host;
use crate::admin::backup_orders::{What, make, named, of_data};
use branch_store::{StoreError, remove_expired_vault_backups};
use core::time::Duration;
use messages::UtcMs;
use std::path::Path;

pub(super) fn start(ground: &Ground) {
    let config = ground.config.backup.clone();
    let Some(folder) = config.folder else {
        return;
    };
    let host = Host {
        store: ground.store.clone(),
        recordings: ground.config.recordings_dir(),
    };
    let (clock, stop) = (ground.clock.clone(), ground.tasks.stop_token());
    ground.tasks.spawn("backups", async move {
        let every = Duration::from_secs(u64::from(config.every_hours) * 3_600);
        let mut beat = tokio::time::interval(every);
        // the first beat comes at once: a start is no time for a backup
        beat.tick().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            let (host, folder, now) = (host.clone(), folder.clone(), clock.now().utc);
            let made = tokio::task::spawn_blocking(move || {
                if let Err(bad) = back_up(&host, &folder, config.keep, now) {
                    tracing::warn!(code = bad.code(), "no backup was made: {bad}");
                }
            });
            tokio::select! {
                () = stop.cancelled() => return,
                _made = made => {}
            }
        }
    });
}

fn back_up(host: &Host, folder: &Path, keep: usize, now: UtcMs) -> Result<(), StoreError> {
    remove_expired_vault_backups(folder, now)?;
    for what in [What::Data, What::Vault] {
        let made = make(host, what, &named(folder, what, now))?;
        tracing::info!(file = %made.file.display(), bytes = made.bytes, "a backup was made");
    }
    remove_old(folder, keep);
    Ok(())
}

/// The newest ones stay; what cannot be removed is tried again behind the next backup.
fn remove_old(folder: &Path, keep: usize) {
    let all = of_data(folder).unwrap_or_default();
    for old in all.iter().rev().skip(keep) {
        if let Err(bad) = std::fs::remove_file(old) {
            tracing::warn!(file = %old.display(), "an old backup stays: {bad}");
        }
    }
}

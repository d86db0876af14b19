//! Backups by themselves: the data and the vault into the folder of the configuration, and old ones removed. A vault that
//! was wrapped anew is backed up soon: what was made before opens no more.
use super::Ground;
use crate::admin::Host;
use crate::admin::backup_orders::{What, make, named, of_data};
use branch_store::{CommittedFact, StoreError, remove_expired_vault_backups};
use core::time::Duration;
use messages::UtcMs;
use messages::fact::Body;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Notify;

/// Behind a change of the vault.
const REST: Duration = Duration::from_secs(10);

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
    let wrapped = wrapped_anew(ground);
    ground.tasks.spawn("backups", async move {
        let every = Duration::from_secs(u64::from(config.every_hours) * 3_600);
        let mut beat = tokio::time::interval(every);
        // the first beat comes at once: a start is no time for a backup
        beat.tick().await;
        loop {
            let what: &[What] = tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => &[What::Data, What::Vault],
                () = soon(&wrapped) => &[What::Vault],
            };
            let (host, folder, now) = (host.clone(), folder.clone(), clock.now().utc);
            let made = tokio::task::spawn_blocking(move || {
                if let Err(bad) = back_up(&host, &folder, what, config.keep, now) {
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

/// Rings when every key is wrapped by a new generation.
fn wrapped_anew(ground: &Ground) -> Arc<Notify> {
    let bell = Arc::new(Notify::new());
    let ringing = Arc::clone(&bell);
    ground.store.subscribe(Box::new(move |facts| {
        let wrapped = |fact: &CommittedFact| matches!(fact.fact.body, Body::VaultRewrapped(_));
        if facts.iter().any(wrapped) {
            ringing.notify_one();
        }
    }));
    bell
}

/// Several erasures in a row need one backup.
async fn soon(wrapped: &Notify) {
    wrapped.notified().await;
    tokio::time::sleep(REST).await;
}

fn back_up(
    host: &Host,
    folder: &Path,
    what: &[What],
    keep: usize,
    now: UtcMs,
) -> Result<(), StoreError> {
    remove_expired_vault_backups(folder, now)?;
    for what in what {
        let made = make(host, *what, &named(folder, *what, now))?;
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

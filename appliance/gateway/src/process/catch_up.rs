//! Behind a restore: what this branch had sent since the backup was made comes back from headquarters, before anything
//! of its own is written. Without headquarters the branch goes on alone, and its old line is kept there and shown.
use super::boot;
use super::store_journal::StoreJournal;
use crate::clock::Clock;
use crate::config::Config;
use crate::enroll::BoxPaths;
use crate::link::{BrokerAddress, LinkConfig, LinkHandle, LinkSetup, LinkTask, SyncHealth};
use crate::log_filter::LogFilter;
use crate::secrets;
use anyhow::Context as _;
use branch_store::{Opened, Purpose, is_restored};
use core::time::Duration;
use link::LinkPhase;
use messages::BootId;
use messages::lane::Metrics;
use portal::Tasks;
use std::sync::Arc;

/// The pages are not served meanwhile.
const GRACE: Duration = Duration::from_secs(5);

/// Does nothing unless the data came out of a backup and no run has begun since.
pub(super) async fn catch_up(
    config: &Config,
    clock: &Clock,
    boot: BootId,
    log: &LogFilter,
) -> anyhow::Result<()> {
    let store_config = boot::store_config(config, boot);
    if !is_restored(&store_config)? || !BoxPaths::within(&config.identity_dir()).identity.exists() {
        return Ok(());
    }
    let Opened { store, recovered } = boot::open_store(config, clock, boot, Purpose::CatchUp)?;
    let head = store.head().seq;
    tracing::info!(
        head,
        made = recovered.restored.map_or(0, |restored| restored.made.0),
        "the data came back from a backup: asking headquarters for what is lost"
    );
    let tasks = Tasks::new();
    let journal = StoreJournal::new(store.clone(), clock.clone(), log.clone());
    let link = start(config, clock, boot, journal, &tasks)?;
    let back = wait(
        &link,
        Duration::from_secs(u64::from(config.link.catch_up_s)),
    )
    .await;
    super::late(tasks.shutdown(GRACE).await);
    let now = store.head().seq;
    tokio::task::spawn_blocking(move || store.close("caught up"))
        .await
        .context("the journal did not close")?;
    if back {
        tracing::info!(head, now, "what headquarters had is back");
    } else {
        tracing::warn!(
            code = "tail_not_back",
            head,
            now,
            "headquarters could not be asked in time: this branch goes on alone"
        );
    }
    Ok(())
}

fn start(
    config: &Config,
    clock: &Clock,
    boot: BootId,
    journal: StoreJournal,
    tasks: &Tasks,
) -> anyhow::Result<LinkHandle> {
    let of_link = clock.clone();
    let setup = LinkSetup {
        journal: Arc::new(journal),
        metrics: Box::new(|| Metrics {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Metrics::default()
        }),
        clock: portal::Clock::new(move || of_link.now()),
    };
    LinkTask::start(link_config(config, boot)?, setup, tasks).context("the link")
}

/// What the link of this run is started with.
pub(super) fn link_config(config: &Config, boot: BootId) -> anyhow::Result<LinkConfig> {
    let link = &config.link;
    let broker = link.broker.as_deref().map(BrokerAddress::parse).transpose();
    Ok(LinkConfig {
        broker: broker.map_err(|bad| anyhow::anyhow!("link.broker: {bad}"))?,
        certificates: config.identity_dir(),
        redial: Arc::default(),
        box_id: config.box_id.clone(),
        boot,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        metrics_every: Duration::from_secs(u64::from(link.metrics_every_s)),
        seed: u64::from_ne_bytes(secrets::random()),
        trust: crate::link::trust(
            &config.identity_dir(),
            link.tenant.as_deref(),
            &config.box_id,
        ),
        tenant: link.tenant.clone(),
    })
}

/// True when headquarters has what we have. False when for `patience` nothing has come.
async fn wait(link: &LinkHandle, patience: Duration) -> bool {
    let mut watch = link.watch();
    loop {
        let before = seen(&watch.borrow_and_update());
        let done = |health: &SyncHealth| {
            health.link.phase == LinkPhase::Flowing && health.link.applied >= health.link.head
        };
        let moved = watch.wait_for(|health| done(health) || seen(health) != before);
        match tokio::time::timeout(patience, moved).await {
            Ok(Ok(health)) if done(&health) => return true,
            Ok(Ok(health)) => {
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Status(&format!(
                    "catching up with headquarters: {}",
                    health.link.head
                ))]);
                let longer = u32::try_from(2 * patience.as_micros()).unwrap_or(u32::MAX);
                let _ = sd_notify::notify(&[sd_notify::NotifyState::ExtendTimeoutUsec(longer)]);
            }
            Ok(Err(_)) | Err(_) => return false,
        }
    }
}

/// What moves while it goes well: not the tries to connect.
fn seen(health: &SyncHealth) -> (u64, u64, bool) {
    let link = &health.link;
    (link.head, link.applied, link.phase.is_connected())
}

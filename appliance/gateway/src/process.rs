//! The running gateway: its parts in the order in which they are started, and in which they end.
mod backups;
mod ballast;
mod boot;
mod catch_up;
mod failed_check;
mod listening;
mod months;
mod pages;
mod pulse;
mod room;
mod self_tests;
mod store_journal;
mod telephony;

use crate::admin::{Host, control};
use crate::clock::Clock;
use crate::config::Config;
use crate::configure::{Bell, Configurator};
use crate::enroll::{Desk, Renewal, RenewalTrouble};
use crate::eraser::Eraser;
use crate::link::{LinkConfig, LinkHandle, LinkSetup, LinkTask};
use crate::log_filter::LogFilter;
use crate::provision;
use crate::secrets;
use crate::snapshot::{Leaving, SnapshotState};
use crate::web::LiveHub;
use anyhow::Context as _;
use branch_store::{Opened, Purpose, Store};
use core::time::Duration;
use messages::{BootId, UtcMs};
use portal::Tasks;
use pulse::Pulse;
use std::collections::BTreeMap;
use std::sync::Arc;
use telephony::Telephony;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// How long tasks may take to end.
const GRACE: Duration = Duration::from_secs(8);
/// How long the link may take to carry the last facts.
const LAST_CARRY: Duration = Duration::from_secs(3);

/// What every part is given.
pub(crate) struct Ground {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) portal_clock: portal::Clock,
    pub(crate) boot: BootId,
    pub(crate) started: UtcMs,
    pub(crate) store: Store,
    pub(crate) live: LiveHub,
    pub(crate) log: LogFilter,
    /// Of the pages.
    pub(crate) tasks: Tasks,
    /// The link goes on while the pages have ended.
    link_tasks: Tasks,
}

/// Runs until SIGINT or SIGTERM.
pub fn run(config: Config, log: LogFilter) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("tasks")
        .enable_all()
        .build()
        .context("the task runtime")?;
    runtime.block_on(serve(config, log))
}

async fn serve(config: Config, log: LogFilter) -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let metrics = portal::ops::install_metrics().context("metrics")?;
    if let Err(error) = room::free_if_short(&config) {
        tracing::warn!(%error, "the ballast could not be removed");
    }
    let (ground, opened) = match opened(config.clone(), log).await {
        Ok(ready) => ready,
        Err(bad) => match boot::failed_check(&bad) {
            Some(failed) => return failed_check::serve(&config, failed).await,
            None => return Err(bad),
        },
    };
    portal::ops::keep_metrics(metrics.clone(), &ground.tasks);
    let identity = pages::identity(&ground.config)?;
    let telephony = telephony::start(&ground)?;
    listening::start(&ground, &telephony, identity.0.clone()).context("SIP")?;
    provision::listen(&telephony.provision, &telephony.door, &ground.tasks);
    let configurator = Configurator {
        store: ground.store.clone(),
        door: telephony.door.clone(),
        live: ground.live.clone(),
        config: ground.config.clone(),
        sockets: telephony.sockets.clone(),
        ways: BTreeMap::new(),
    };
    let (bell, configuring) = configurator.start().context("the configuration thread")?;
    boot::hand_over(&ground, &telephony, opened);
    let eraser = Eraser::start(ground.store.clone(), ground.config.recordings_dir())
        .context("the eraser")?;
    months::start(&ground);
    backups::start(&ground);
    let room = room::start(&ground, &telephony).context("the disk of data_dir")?;
    let pulse = pulse::start(&ground);
    let redial = Arc::new(Notify::new());
    let link = start_link(&ground, &pulse, &redial)?;
    let trouble = RenewalTrouble::default();
    start_renewal(&ground, trouble.clone(), redial);
    let box_id = ground.config.box_id.clone();
    let desk = Desk::new(box_id, ground.config.identity_dir(), trouble);
    leave_snapshots(&ground, desk.snapshots());
    pages::start(&ground, &telephony, &link, desk, &room, metrics, identity)?;
    let host = Host {
        store: ground.store.clone(),
        recordings: ground.config.recordings_dir(),
    };
    let console = control::serve(host, &ground.config.data_dir).context("the control socket")?;
    announce(&ground);
    wait_for_end().await?;
    drop(console);
    drop(eraser);
    end(ground, telephony, link, &bell).await;
    configuring
        .join()
        .map_err(|_panic| anyhow::anyhow!("the configuration thread panicked"))
}

async fn opened(
    config: Config,
    log: LogFilter,
) -> anyhow::Result<(Ground, branch_store::Recovered)> {
    let clock = Clock::start();
    let boot = BootId::from_bytes(secrets::random());
    catch_up::catch_up(&config, &clock, boot, &log).await?;
    ground(config, clock, boot, log)
}

fn ground(
    config: Config,
    clock: Clock,
    boot: BootId,
    log: LogFilter,
) -> anyhow::Result<(Ground, branch_store::Recovered)> {
    let Opened { store, recovered } = boot::open_store(&config, &clock, boot, Purpose::Run)?;
    crate::configure::readable(&store).context("the configuration cannot be read")?;
    let of_portal = clock.clone();
    let portal_clock = portal::Clock::new(move || of_portal.now());
    let ground = Ground {
        started: clock.now().utc,
        live: LiveHub::new(portal_clock.clone()),
        log,
        tasks: Tasks::new(),
        link_tasks: Tasks::new(),
        config,
        clock,
        portal_clock,
        boot,
        store,
    };
    Ok((ground, recovered))
}

/// It runs without an identity too, and connects when there is one.
fn start_link(ground: &Ground, pulse: &Pulse, redial: &Arc<Notify>) -> anyhow::Result<LinkHandle> {
    let config = LinkConfig {
        redial: Arc::clone(redial),
        ..catch_up::link_config(&ground.config, ground.boot)?
    };
    let (store, clock) = (ground.store.clone(), ground.clock.clone());
    let journal = store_journal::StoreJournal::new(store, clock, ground.log.clone());
    let setup = LinkSetup {
        journal: Arc::new(journal),
        metrics: pulse.source(),
        clock: ground.portal_clock.clone(),
    };
    LinkTask::start(config, setup, &ground.link_tasks).context("the link")
}

fn start_renewal(ground: &Ground, trouble: RenewalTrouble, redial: Arc<Notify>) {
    let renewal = Renewal {
        dir: ground.config.identity_dir(),
        box_id: ground.config.box_id.clone(),
        broker: ground.config.link.broker.clone(),
        clock: ground.portal_clock.clone(),
        seed: u64::from_ne_bytes(secrets::random()),
        trouble,
        redial,
    };
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("certificate renewal", renewal.run(stop));
}

fn leave_snapshots(ground: &Ground, state: SnapshotState) {
    let config = &ground.config;
    let leaving = Leaving {
        store: ground.store.clone(),
        box_id: config.box_id.clone(),
        keys_dir: config.keys_dir.clone(),
        folder: config.data_dir.join("snapshot"),
        recordings: config.recordings_dir(),
        identity: config.identity_dir(),
        broker: config.link.broker.clone(),
        clock: ground.portal_clock.clone(),
        state,
    };
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("snapshots", leaving.run(stop));
}

fn announce(ground: &Ground) {
    tracing::info!(
        box_id = %ground.config.box_id,
        version = env!("CARGO_PKG_VERSION"),
        sip = %ground.config.sip.listen_text(),
        web = %ground.config.web.listen,
        "ready"
    );
    // Not under systemd: nobody listens.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    watchdog(ground);
}

/// Tells systemd that the process lives, as long as the journal's writer beats: also while the disk is full.
fn watchdog(ground: &Ground) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let store = ground.store.clone();
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("watchdog", async move {
        let mut beat = tokio::time::interval(limit / 2);
        let mut heard = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            let beats = Some(store.writer_beats());
            if beats != heard {
                heard = beats;
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            }
        }
    });
}

async fn wait_for_end() -> anyhow::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = term.recv() => tracing::info!("told to end (SIGTERM)"),
        _ = interrupt.recv() => tracing::info!("told to end (SIGINT)"),
    }
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    Ok(())
}

/// Calls first, so that their last facts are written; then the pages; then the link, which gets a moment to carry
/// the last word; the journal ends last.
async fn end(ground: Ground, telephony: Telephony, link: LinkHandle, bell: &Bell) {
    if tokio::task::spawn_blocking(move || telephony.end())
        .await
        .is_err()
    {
        tracing::error!("telephony did not end cleanly");
    }
    bell.stop();
    late(ground.tasks.shutdown(GRACE).await);
    let store = ground.store.clone();
    if tokio::task::spawn_blocking(move || store.say_farewell("asked to end"))
        .await
        .is_err()
    {
        tracing::error!("the run's last fact was not written");
    }
    carry_the_rest(&ground.store, &link).await;
    late(ground.link_tasks.shutdown(GRACE).await);
    let store = ground.store;
    if tokio::task::spawn_blocking(move || store.close("asked to end"))
        .await
        .is_err()
    {
        tracing::error!("the journal did not close cleanly");
    }
}

/// What cannot be carried now waits in the journal for the next run.
async fn carry_the_rest(store: &Store, link: &LinkHandle) {
    let head = store.head().seq;
    let mut health = link.watch();
    let carried =
        health.wait_for(|health| health.link.applied >= head || !health.link.phase.is_connected());
    let _in_time = tokio::time::timeout(LAST_CARRY, carried).await;
}

fn late(tasks: Vec<&'static str>) {
    if !tasks.is_empty() {
        tracing::warn!(?tasks, "tasks did not end in time");
    }
}

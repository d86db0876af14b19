//! The pages and the API: HTTPS with the appliance's own authority, plain HTTP only for the way there.
use super::Ground;
use super::room::Room;
use super::self_tests;
use super::telephony::Telephony;
use crate::config::Config;
use crate::drive::Door;
use crate::enroll::{Desk, own_ca};
use crate::link::LinkHandle;
use crate::self_test::SelfTests;
use crate::web::live::LinkHealth;
use crate::web::{self, AppState, BranchUsers, LiveEvent, RootCertificate};
use crate::web::{BoxInfo, BranchPort, DialOrder, DiskView, HandOver, Reply};
use anyhow::Context as _;
use branch::{BranchOrder, DialRequest};
use link::LinkStatus;
use messages::{CallId, DiskStage};
use metrics_exporter_prometheus::PrometheusHandle;
use portal::ops::{Health, HealthReport};
use portal::serve::{ConnectionLimits, Identity};
use portal::{Auth, AuthConfig, MemorySessions};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use std::io::IsTerminal as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

pub(super) fn start(
    ground: &Ground,
    telephony: &Telephony,
    link: &LinkHandle,
    desk: Desk,
    room: &Room,
    metrics: PrometheusHandle,
    (identity, root): (Identity, RootCertificate),
) -> anyhow::Result<()> {
    let config = &ground.config;
    first_log_in(ground)?;
    let branch: Arc<dyn BranchPort> = Arc::new(Port(telephony.door.clone()));
    let self_tests = SelfTests::new(
        Arc::clone(&branch),
        ground.store.clone(),
        ground.clock.clone(),
        telephony.looped.clone(),
    );
    self_tests::start(ground, self_tests.clone());
    let parts = web::Parts {
        store: ground.store.clone(),
        branch,
        live: ground.live.clone(),
        auth: auth(ground)?,
        clock: ground.portal_clock.clone(),
        tasks: ground.tasks.clone(),
        recordings: config.recordings_dir(),
        health: health(ground, link.clone(), room.clone()),
        disk: disk(room.clone()),
        metrics: Some(metrics),
        metrics_readers: Vec::new(),
        root: Some(root.clone()),
        desk,
        info: BoxInfo {
            box_id: config.box_id.clone(),
            boot: ground.boot,
            version: env!("CARGO_PKG_VERSION"),
            started: ground.started,
        },
        softphones: (telephony.sockets.streams.clone(), config.web.listen),
        provision: telephony.provision.clone(),
        ladders: telephony.ladders.clone(),
        self_tests,
    };
    ground.store.subscribe(web::watch_passwords(&parts.auth));
    let limits = ConnectionLimits::default();
    let router = web::router(AppState::new(parts));
    portal::serve::https(
        listener("web.listen", config.web.listen)?,
        &identity,
        router,
        limits,
        &ground.tasks,
    )?;
    if let Some(http) = config.web.http {
        let phones = web::plain_provisioning(telephony.provision.clone());
        let router = web::plain_router(Some(root), phones, config.web.listen.port());
        portal::serve::http(listener("web.http", http)?, router, limits, &ground.tasks)?;
    }
    tell_link(ground, link);
    Ok(())
}

/// The page's certificate, and the one of the appliance's own authority; made where they are missing.
pub(super) fn identity(config: &Config) -> anyhow::Result<(Identity, RootCertificate)> {
    let mut names = config.web.names.clone();
    names.push(config.web.listen.ip().to_string());
    names.retain(|name| name != "0.0.0.0" && name != "::");
    let paths =
        own_ca::ensure(&config.keys_dir.join("page"), &names).context("the page's certificate")?;
    let read =
        |path: &std::path::Path| std::fs::read(path).with_context(|| path.display().to_string());
    let identity = Identity::from_pem(&read(&paths.certificate)?, &read(&paths.key)?)?;
    Ok((identity, root_certificate(&read(&paths.ca)?)?))
}

/// A taken address is named.
pub(super) fn listener(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("{key} {address}"))
}

fn root_certificate(pem: &[u8]) -> anyhow::Result<RootCertificate> {
    let der =
        CertificateDer::from_pem_slice(pem).map_err(|bad| anyhow::anyhow!("own-ca.pem: {bad}"))?;
    Ok(RootCertificate::new(
        String::from_utf8_lossy(pem).into_owned(),
        &der,
    ))
}

/// To whoever sits at the terminal; a log keeps what it is given, so without one the password goes into a file.
fn first_log_in(ground: &Ground) -> anyhow::Result<()> {
    let keys = &ground.config.keys_dir;
    let mut out = std::io::stdout().lock();
    let hand_over = if out.is_terminal() {
        HandOver::Terminal(&mut out)
    } else {
        HandOver::KeysFolder
    };
    Ok(web::offer_first_log_in(&ground.store, keys, hand_over)?)
}

fn auth(ground: &Ground) -> anyhow::Result<Auth> {
    let config = AuthConfig::new(web::COOKIE);
    let sessions = Arc::new(MemorySessions::new(
        ground.portal_clock.clone(),
        config.sessions,
    ));
    let users = Arc::new(BranchUsers::new(ground.store.clone()));
    Ok(Auth::new(
        config,
        ground.portal_clock.clone(),
        users,
        sessions,
    )?)
}

fn health(
    ground: &Ground,
    link: LinkHandle,
    room: Room,
) -> Arc<dyn Fn() -> HealthReport + Send + Sync> {
    let store = ground.store.clone();
    Arc::new(move || {
        let troubles = store.troubles();
        let journal = match troubles.journal {
            Some(_) => Health::Failed,
            // written again, but the branch machine has not heard of it yet
            None if !room.journal_has_room() => Health::Failed,
            None if troubles.checkpoint.is_none() && store.has_room_for_new_call() => Health::Ok,
            None => Health::Degraded,
        };
        let stage = room.view().stage;
        let disk = match stage {
            DiskStage::Ample => Health::Ok,
            DiskStage::BallastFreed | DiskStage::Lean | DiskStage::NoRecordings => Health::Degraded,
            DiskStage::NoCalls => Health::Failed,
        };
        let link = link.health().link;
        // A branch that works on its own is well.
        let alone = link
            .last_error
            .is_some_and(|(code, _)| code == "not_enrolled");
        let away = !link.phase.is_connected() && !alone;
        let link = if away { Health::Degraded } else { Health::Ok };
        HealthReport::of([("journal", journal), ("disk", disk), ("link", link)])
            .because("journal", troubles.journal.or(troubles.checkpoint))
            .because("disk", (disk != Health::Ok).then(|| stage.code()))
    })
}

fn disk(room: Room) -> Arc<dyn Fn() -> DiskView + Send + Sync> {
    Arc::new(move || room.view())
}

/// Every change of the link reaches the pages.
fn tell_link(ground: &Ground, link: &LinkHandle) {
    let mut watch = link.watch();
    let live = ground.live.clone();
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("link-health", async move {
        loop {
            let health = watch.borrow_and_update().clone();
            live.tell(LiveEvent::Link(shown(&health.link)));
            tokio::select! {
                changed = watch.changed() => if changed.is_err() { return },
                () = stop.cancelled() => return,
            }
        }
    });
}

/// 同步健康.
fn shown(link: &LinkStatus) -> LinkHealth {
    LinkHealth {
        connected: link.phase.is_connected(),
        since: Some(link.since),
        head: link.head,
        applied: link.applied,
        safe: link.safe,
        last_error: link.last_error.map(|(code, _)| code.to_owned()),
        last_error_at: link.last_error.map(|(_, at)| at),
        phase: Some(link.phase.code().to_owned()),
        drain_s: link.drain_s,
        clock_offset_ms: link.clock_offset_ms,
        upgrade_wanted: link.upgrade_wanted.then_some(true),
        directives: Some(link.directives),
        directives_refused: Some(link.directives_refused),
        directive_refused_last: link.directive_refused_last.map(|(_, code)| code.to_owned()),
        notice: link.notice.map(|(code, _)| code.to_owned()),
        notice_at: link.notice.map(|(_, at)| at),
    }
}

/// The branch machine's door, as the pages know it.
struct Port(Door);

impl BranchPort for Port {
    fn dial(&self, order: DialOrder, reply: Reply<CallId>) {
        let request = DialRequest {
            extension: order.extension,
            customer: order.customer,
            number: order.number,
            purpose: order.purpose,
            over: order.over,
            actor: order.actor,
        };
        self.0.dial(request, reply);
    }

    fn order(&self, order: BranchOrder, reply: Reply<()>) {
        self.0.order(order, reply);
    }
}

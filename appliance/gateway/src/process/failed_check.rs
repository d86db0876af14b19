//! Where the boot check failed: one page that says what to do. Nothing is dialled, registered or journaled, and the
//! process stays, so that nobody's watchdog starts it again and again.
mod advice;
mod page;

use super::pages::{identity, listener};
use super::wait_for_end;
use crate::config::Config;
use crate::web;
use anyhow::Context as _;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use branch_store::StoreError;
use core::time::Duration;
use portal::Tasks;
use portal::ops::{Health, HealthReport, Ops};
use portal::serve::ConnectionLimits;
use std::sync::Arc;

const GRACE: Duration = Duration::from_secs(5);

/// Until SIGINT or SIGTERM.
pub(super) async fn serve(config: &Config, failed: &StoreError) -> anyhow::Result<()> {
    let code = failed.code();
    tracing::warn!(
        code,
        "the boot check failed, only its page is served: {failed}"
    );
    let tasks = Tasks::new();
    let (identity, root) = identity(config)?;
    let limits = ConnectionLimits::default();
    let address = config.web.listen;
    let router = router(code, &failed.to_string());
    portal::serve::https(
        listener("web.listen", address)?,
        &identity,
        router,
        limits,
        &tasks,
    )?;
    if let Some(http) = config.web.http {
        let router = web::plain_router(Some(root), Router::new(), address.port());
        portal::serve::http(listener("web.http", http)?, router, limits, &tasks)?;
    }
    let status = format!("boot check failed: {code}");
    let _ = sd_notify::notify(&[
        sd_notify::NotifyState::Ready,
        sd_notify::NotifyState::Status(&status),
    ]);
    say_alive(&tasks);
    wait_for_end().await.context("signals")?;
    super::late(tasks.shutdown(GRACE).await);
    Ok(())
}

fn router(code: &'static str, found: &str) -> Router {
    let health = move || HealthReport::of([("store", Health::Failed)]).because("store", Some(code));
    let ops = Ops {
        health: Arc::new(health),
        metrics: None,
        metrics_readers: Vec::new(),
    };
    let html = page::html(code, found);
    let router = portal::ops::router(ops).fallback(move || core::future::ready(answer(&html)));
    portal::shell::wrap(router, portal::shell::Shell::default())
}

fn answer(html: &str) -> Response {
    let kind = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, kind, html.to_owned()).into_response()
}

/// systemd is told that the process lives: starting it again would mend nothing.
fn say_alive(tasks: &Tasks) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let stop = tasks.stop_token();
    tasks.spawn("watchdog", async move {
        let mut beat = tokio::time::interval(limit / 2);
        while stop.run_until_cancelled(beat.tick()).await.is_some() {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        }
    });
}

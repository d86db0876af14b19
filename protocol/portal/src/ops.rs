//! What the operators' machines ask: is it well, and how is it doing.
use crate::{ClientIp, Problem, Tasks};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use core::time::Duration;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;

/// Seconds; from a memory read to a hopeless wait.
const SECONDS_BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Installs the process's recorder; every name that ends in `_seconds` is a histogram. Once for each process;
/// `keep_metrics` goes with it.
pub fn install_metrics() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)?
        .install_recorder()
}

/// Empties the recorder's buffers, whether or not anybody reads the figures.
pub fn keep_metrics(handle: PrometheusHandle, tasks: &Tasks) {
    let stop = tasks.stop_token();
    tasks.spawn("metrics", async move {
        let mut beat = tokio::time::interval(UPKEEP_EVERY);
        while stop.run_until_cancelled(beat.tick()).await.is_some() {
            handle.run_upkeep();
        }
    });
}

/// How well the process is: the worst of its checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Ok,
    /// It works, and somebody should look.
    Degraded,
    Failed,
}

/// `GET /healthz`: 200 unless something failed, then 503.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HealthReport {
    pub status: Health,
    /// `journal`, `disk`, `link` …
    pub checks: BTreeMap<String, Health>,
    /// Why a check is not well, by its stable code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub codes: BTreeMap<&'static str, &'static str>,
}

impl HealthReport {
    #[must_use]
    pub fn of(checks: impl IntoIterator<Item = (&'static str, Health)>) -> Self {
        let checks: BTreeMap<_, _> = checks
            .into_iter()
            .map(|(name, health)| (name.to_owned(), health))
            .collect();
        Self {
            status: checks.values().copied().max().unwrap_or(Health::Ok),
            checks,
            codes: BTreeMap::new(),
        }
    }

    /// Names the reason of a check that is not well.
    #[must_use]
    pub fn because(mut self, check: &'static str, code: Option<&'static str>) -> Self {
        self.codes.extend(code.map(|code| (check, code)));
        self
    }
}

/// What the two routes need.
#[derive(Clone)]
pub struct Ops {
    pub health: Arc<dyn Fn() -> HealthReport + Send + Sync>,
    /// `None`: no recorder is installed, `/metrics` is not there.
    pub metrics: Option<PrometheusHandle>,
    /// Besides loopback, who may read `/metrics`.
    pub metrics_readers: Vec<IpAddr>,
}

/// `/healthz` for everybody, `/metrics` for loopback and the named readers.
pub fn router<S: Clone + Send + Sync + 'static>(ops: Ops) -> Router<S> {
    let health = Arc::clone(&ops.health);
    Router::new()
        .route(
            "/healthz",
            get(move || core::future::ready(healthz(&health()))),
        )
        .route(
            "/metrics",
            get(move |ip: ClientIp| core::future::ready(figures(&ops, ip))),
        )
}

fn healthz(report: &HealthReport) -> Response {
    let status = match report.status {
        Health::Ok | Health::Degraded => StatusCode::OK,
        Health::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    (
        status,
        [(header::CACHE_CONTROL, "no-store")],
        axum::Json(report),
    )
        .into_response()
}

fn figures(ops: &Ops, ClientIp(ip): ClientIp) -> Response {
    if !ip.is_loopback() && !ops.metrics_readers.contains(&ip) {
        return Problem::forbidden().into_response();
    }
    let Some(metrics) = &ops.metrics else {
        return Problem::not_found().into_response();
    };
    metrics.run_upkeep();
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, metrics.render()).into_response()
}

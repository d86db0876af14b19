//! The branches: how far each is applied here, how its link is, and what its machine last said of itself.
use super::{asked, state::HqState};
use axum::extract::State;
use hq_store::{BoxRecord, HOUR_MS, Store, StoreError};
use messages::lane::Metrics;
use messages::{BoxId, UtcMs, wire};
use portal::paging::Page;
use portal::{Json, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Samples of one answer: two days at one in 30 s.
const SAMPLES_MAX: u32 = 6_000;
const HOURS_MAX: u32 = 7 * 24;

/// One branch, as headquarters knows it now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Branch {
    pub box_id: String,
    pub name: String,
    pub connected: bool,
    /// Since when it is connected, or is not.
    #[schema(value_type = i64)]
    pub link_changed: UtcMs,
    /// What is shown of this branch is complete up to here; none: nothing came yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub as_of: Option<UtcMs>,
    #[schema(value_type = i64)]
    pub last_seen: UtcMs,
    /// Now minus `as_of`.
    pub lag_s: u64,
    /// Facts that the branch has and headquarters has not.
    pub lag_facts: u64,
    pub epoch: u32,
    /// The end of the branch's journal, and how far it is applied and backed up here.
    pub head: u64,
    pub applied: u64,
    pub safe: u64,
    pub dead_letters: u64,
    pub version: String,
    /// The branch's clock minus ours.
    pub clock_offset_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub last_error_at: Option<UtcMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<MetricsPoint>,
}

/// One sample of a branch and its machine.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MetricsPoint {
    /// When headquarters got it, to 5 s.
    #[schema(value_type = i64)]
    pub received: UtcMs,
    /// When the branch took it, by its own clock.
    #[schema(value_type = i64)]
    pub utc: UtcMs,
    pub uptime_s: u64,
    pub phones_registered: u32,
    pub calls_live: u32,
    pub calls_today: u32,
    pub answered_today: u32,
    pub sample: HwPoint,
}

/// One look at the machine. What it has no sensor for is not there.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HwPoint {
    pub cpu_percent: f32,
    pub memory_used_bytes: u64,
    pub memory_total_bytes: u64,
    pub disk_used_bytes: u64,
    pub disk_total_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature_celsius: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttled: Option<bool>,
    pub network_received_bytes: u64,
    pub network_sent_bytes: u64,
}

impl MetricsPoint {
    /// `None` if the bytes are not (or no longer) of this form.
    fn read(received: UtcMs, bytes: &[u8]) -> Option<Self> {
        let metrics: Metrics = wire::decode(bytes).ok()?;
        let sample = metrics.sample;
        Some(Self {
            received,
            utc: metrics.utc,
            uptime_s: metrics.uptime_s,
            phones_registered: metrics.phones_registered,
            calls_live: metrics.calls_live,
            calls_today: metrics.calls_today,
            answered_today: metrics.answered_today,
            sample: HwPoint {
                cpu_percent: finite(sample.cpu_percent).unwrap_or(0.0),
                memory_used_bytes: sample.memory_used_bytes,
                memory_total_bytes: sample.memory_total_bytes,
                disk_used_bytes: sample.disk_used_bytes,
                disk_total_bytes: sample.disk_total_bytes,
                temperature_celsius: sample.temperature_celsius.and_then(finite),
                throttled: sample.throttled,
                network_received_bytes: sample.network_received_bytes,
                network_sent_bytes: sample.network_sent_bytes,
            },
        })
    }
}

/// JSON knows no NaN.
fn finite(value: f32) -> Option<f32> {
    value.is_finite().then_some(value)
}

impl Branch {
    fn of(record: BoxRecord, metrics: Option<MetricsPoint>, now: UtcMs) -> Self {
        let as_of = record.as_of();
        let (last_error, last_error_at) = record.last_error.clone().unzip();
        Self {
            box_id: record.id.to_string(),
            connected: record.link_up,
            link_changed: record.link_changed,
            as_of,
            last_seen: record.last_seen,
            lag_s: now.ms_since(as_of.unwrap_or(record.first_seen)) / 1_000,
            lag_facts: record.lag_facts(),
            epoch: record.epoch,
            head: record.head_seq,
            applied: record.applied.seq,
            safe: record.safe,
            dead_letters: record.dead_letters,
            clock_offset_ms: record.clock_offset_ms,
            last_error,
            last_error_at,
            metrics,
            name: record.name,
            version: record.version,
        }
    }
}

/// One branch with its last sample; `None` if there is no such box.
pub(super) fn one(
    store: &dyn Store,
    box_id: &BoxId,
    now: UtcMs,
) -> Result<Option<Branch>, StoreError> {
    let Some(record) = store.box_record(box_id)? else {
        return Ok(None);
    };
    with_metrics(store, record, now).map(Some)
}

/// All branches with their last samples.
pub(super) fn all(store: &dyn Store, now: UtcMs) -> Result<Vec<Branch>, StoreError> {
    let with = |record| with_metrics(store, record, now);
    store.boxes()?.into_iter().map(with).collect()
}

fn with_metrics(store: &dyn Store, record: BoxRecord, now: UtcMs) -> Result<Branch, StoreError> {
    let last = store.last_metrics(&record.id)?;
    let point = last.and_then(|(received, bytes)| MetricsPoint::read(received, &bytes));
    Ok(Branch::of(record, point, now))
}

/// All branches: as-of, lag, link, last sample.
#[utoipa::path(get, operation_id = "branches", path = "/api/v1/branches", tag = "branches",
    responses((status = OK, body = Page<Branch>), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(State(state): State<HqState>) -> Result<Json<Page<Branch>>, Problem> {
    let now = state.now();
    let items = state.ask(move |store| all(store, now)).await?;
    Ok(Json(Page { items, next: None }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MetricsAsked {
    /// How far back; 1 to 168, 24 where it is not given.
    #[param(minimum = 1, maximum = 168, default = 24)]
    hours: Option<u32>,
}

/// The samples of one branch, oldest first.
#[utoipa::path(get, operation_id = "branch_metrics", path = "/api/v1/branches/{box_id}/metrics", tag = "branches",
    params(("box_id" = String, Path), MetricsAsked),
    responses((status = OK, body = Page<MetricsPoint>), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn metrics(
    State(state): State<HqState>,
    Path(box_id): Path<String>,
    Query(asked): Query<MetricsAsked>,
) -> Result<Json<Page<MetricsPoint>>, Problem> {
    let box_id = BoxId::parse(&box_id).ok_or_else(Problem::not_found)?;
    let hours = asked.hours.unwrap_or(24);
    if !(1..=HOURS_MAX).contains(&hours) {
        return Err(asked::wrong("/hours", "out_of_range"));
    }
    let since = UtcMs(state.now().0.saturating_sub(i64::from(hours) * HOUR_MS));
    let samples = state
        .ask(move |store| {
            store.box_record(&box_id)?.ok_or(StoreError::UnknownBox)?;
            store.metrics(&box_id, since, SAMPLES_MAX)
        })
        .await?;
    let items = samples
        .into_iter()
        .filter_map(|(received, bytes)| MetricsPoint::read(received, &bytes))
        .collect();
    Ok(Json(Page { items, next: None }))
}

//! All branches in a few figures.
use super::branches::{self, Branch};
use super::state::HqState;
use axum::extract::State;
use hq_store::{HOUR_MS, RollupQuery, Store, StoreError, Tally, day_of};
use messages::UtcMs;
use portal::{Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// The figures of today are since midnight in China.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    #[schema(value_type = i64)]
    pub utc: UtcMs,
    #[schema(value_type = i64)]
    pub today: UtcMs,
    pub branches: u32,
    pub connected: u32,
    pub phones_registered: u32,
    pub calls_live: u32,
    pub attempts_today: u64,
    pub answered_today: u64,
    pub talk_ms_today: u64,
    pub inbound_today: u64,
    pub inbound_answered_today: u64,
    pub blocked_today: u64,
    /// Facts that the branches have and headquarters has not.
    pub lag_facts: u64,
    pub dead_letters: u64,
    /// Complete up to here: the oldest as-of of all branches; none if one has sent nothing yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub as_of: Option<UtcMs>,
}

impl Overview {
    /// Live figures count only branches that are connected: the others' are old.
    pub(super) fn of(branches: &[Branch], today: Tally, now: UtcMs) -> Self {
        let connected: Vec<_> = branches.iter().filter(|one| one.connected).collect();
        let samples = || connected.iter().filter_map(|one| one.metrics.as_ref());
        let as_of: Option<Vec<_>> = branches.iter().map(|one| one.as_of).collect();
        Self {
            utc: now,
            today: day_of(now),
            branches: len(branches.len()),
            connected: len(connected.len()),
            phones_registered: samples().map(|one| one.phones_registered).sum(),
            calls_live: samples().map(|one| one.calls_live).sum(),
            attempts_today: today.attempts,
            answered_today: today.answered,
            talk_ms_today: today.talk_ms,
            inbound_today: today.inbound,
            inbound_answered_today: today.inbound_answered,
            blocked_today: today.blocked,
            lag_facts: branches.iter().map(|one| one.lag_facts).sum(),
            dead_letters: branches.iter().map(|one| one.dead_letters).sum(),
            as_of: as_of.and_then(|all| all.into_iter().min()),
        }
    }
}

fn len(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The sum over all branches since midnight.
pub(super) fn today(store: &dyn Store, now: UtcMs) -> Result<Tally, StoreError> {
    let from = day_of(now);
    let to = UtcMs(from.0.saturating_add(24 * HOUR_MS));
    let totals = store.day_totals(&RollupQuery {
        box_id: None,
        from,
        to,
    })?;
    let sum = |sum: Tally, (_, one)| sum.plus(one);
    Ok(totals.into_iter().fold(Tally::default(), sum))
}

/// All branches in a few figures.
#[utoipa::path(get, path = "/api/v1/overview", tag = "overview",
    responses((status = OK, body = Overview), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn overview(State(state): State<HqState>) -> Result<Json<Overview>, Problem> {
    let now = state.now();
    let overview = state
        .ask(move |store| {
            let branches = branches::all(store, now)?;
            Ok(Overview::of(&branches, today(store, now)?, now))
        })
        .await?;
    Ok(Json(overview))
}

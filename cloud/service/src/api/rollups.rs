//! Attempts and answers by hour, each with its n.
use super::{asked, state::HqState};
use axum::extract::State;
use hq_store::{BoxRecord, HOUR_MS, RollupQuery, RollupRow};
use messages::UtcMs;
use portal::{Json, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const PERIOD_MAX_MS: i64 = 31 * 24 * HOUR_MS;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HoursAsked {
    /// First hour, ms UTC.
    from: i64,
    /// Before this hour, ms UTC; at most 31 days after `from`.
    to: i64,
    /// Only this branch; all where it is not given.
    #[serde(rename = "box")]
    box_id: Option<String>,
}

/// Hours in which something happened, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Hours {
    items: Vec<Hour>,
    /// Complete up to here: the oldest as-of of the branches asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    as_of: Option<UtcMs>,
}

/// Counts of one hour. An attempt counts in the hour in which it began, and so does its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Hour {
    /// When the hour begins.
    #[schema(value_type = i64)]
    bucket: UtcMs,
    /// Tries to reach an outside number: the n of the answer rate.
    attempts: u64,
    answered: u64,
    talk_ms: u64,
    inbound: u64,
    inbound_answered: u64,
    /// Dials that the gate refused.
    blocked: u64,
}

impl From<RollupRow> for Hour {
    fn from(row: RollupRow) -> Self {
        Self {
            bucket: row.bucket,
            attempts: row.tally.attempts,
            answered: row.tally.answered,
            talk_ms: row.tally.talk_ms,
            inbound: row.tally.inbound,
            inbound_answered: row.tally.inbound_answered,
            blocked: row.tally.blocked,
        }
    }
}

/// Attempts and answers by hour.
#[utoipa::path(get, operation_id = "rollup_hours", path = "/api/v1/rollups/hours", tag = "rollups", params(HoursAsked),
    responses((status = OK, body = Hours), (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn hours(
    State(state): State<HqState>,
    Query(asked): Query<HoursAsked>,
) -> Result<Json<Hours>, Problem> {
    let (from, to) = asked::period(UtcMs(asked.from), UtcMs(asked.to), PERIOD_MAX_MS)?;
    let box_id = asked::box_id(asked.box_id.as_deref())?;
    let query = RollupQuery { box_id, from, to };
    let (rows, boxes) = state
        .ask(move |store| {
            let boxes = match &query.box_id {
                Some(one) => store.box_record(one)?.into_iter().collect(),
                None => store.boxes()?,
            };
            Ok((store.hours(&query)?, boxes))
        })
        .await?;
    Ok(Json(Hours {
        items: rows.into_iter().map(Hour::from).collect(),
        as_of: oldest_as_of(&boxes),
    }))
}

/// `None` if some branch has not sent anything, or there is none.
fn oldest_as_of(boxes: &[BoxRecord]) -> Option<UtcMs> {
    let all: Option<Vec<_>> = boxes.iter().map(BoxRecord::as_of).collect();
    all?.into_iter().min()
}

//! The calls of all branches, newest first.
use super::asked::{self, PageAsked};
use super::{codes, state::HqState};
use axum::extract::State;
use hq_store::{CallCursor, CallQuery, CallRecord};
use messages::{BoxId, CallId, Direction, Purpose, ReleasedBy, SystemResult, UtcMs};
use portal::paging::Page;
use portal::{Json, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const LIST: &str = "calls";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CallsAsked {
    /// `next` of the page before; none: the first page.
    cursor: Option<String>,
    /// 1 to 200; 50 where it is not given.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Only this branch.
    #[serde(rename = "box")]
    box_id: Option<String>,
    /// Only calls that ended so.
    #[param(schema_with = codes::system_result)]
    result: Option<String>,
    /// Started at or after, ms UTC.
    from: Option<i64>,
    /// Started before, ms UTC.
    to: Option<i64>,
}

/// One call.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Call {
    box_id: String,
    call: String,
    #[schema(schema_with = codes::direction)]
    direction: Direction,
    #[schema(schema_with = codes::purpose)]
    purpose: Purpose,
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_extension: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trunk: Option<String>,
    /// The outside number's record; the number itself is sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    #[schema(value_type = i64)]
    started: UtcMs,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    answered: Option<UtcMs>,
    /// None while the call lives, as far as headquarters has heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
}

/// How a call ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallEnd)]
pub(super) struct End {
    #[schema(value_type = i64)]
    at: UtcMs,
    #[schema(schema_with = codes::system_result)]
    result: SystemResult,
    #[schema(schema_with = codes::released_by)]
    released_by: ReleasedBy,
    #[serde(skip_serializing_if = "Option::is_none")]
    sip: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    q850: Option<u8>,
    ring_ms: u64,
    talk_ms: u64,
}

impl From<CallRecord> for Call {
    fn from(record: CallRecord) -> Self {
        let text = |shown: &dyn ToString| shown.to_string();
        Self {
            box_id: record.box_id.to_string(),
            call: record.call.to_string(),
            direction: record.direction,
            purpose: record.purpose,
            extension: record.extension.map(|one| text(&one)),
            other_extension: record.other_extension.map(|one| text(&one)),
            trunk: record.trunk.map(|one| text(&one)),
            party: record.party.map(|one| text(&one)),
            customer: record.customer.map(|one| text(&one)),
            started: record.started,
            answered: record.answered,
            end: record.ended.map(|end| End {
                at: end.at,
                result: end.result,
                released_by: end.released_by,
                sip: end.cause.sip.map(|code| code.0),
                q850: end.cause.q850.map(|cause| cause.0),
                ring_ms: end.ring_ms,
                talk_ms: end.talk_ms,
            }),
        }
    }
}

/// Calls, newest first.
#[utoipa::path(get, operation_id = "calls", path = "/api/v1/calls", tag = "calls", params(CallsAsked),
    responses((status = OK, body = Page<Call>), (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(
    State(state): State<HqState>,
    Query(asked): Query<CallsAsked>,
) -> Result<Json<Page<Call>>, Problem> {
    let page = PageAsked::of(asked.cursor, asked.limit)?;
    let query = CallQuery {
        box_id: asked::box_id(asked.box_id.as_deref())?,
        result: asked::parsed("/result", asked.result.as_deref(), SystemResult::parse)?,
        from: asked.from.map(UtcMs),
        to: asked.to.map(UtcMs),
        after: after(&page)?,
        limit: page.limit,
    };
    let rows = state.ask(move |store| store.calls(&query)).await?;
    let page = Page::of(LIST, page.limit.rows(), rows, |row: &CallRecord| {
        (row.started, row.box_id.to_string(), row.call.to_string())
    });
    Ok(Json(page.map(Call::from)))
}

fn after(page: &PageAsked) -> Result<Option<CallCursor>, Problem> {
    let mark: Option<(UtcMs, BoxId, CallId)> = page.query.after(LIST)?;
    Ok(mark.map(|(started, box_id, call)| CallCursor {
        started,
        box_id,
        call,
    }))
}

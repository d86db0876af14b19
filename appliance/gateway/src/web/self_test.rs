//! The test before the shift: what it found, and beginning it.
use super::coded;
use super::roles;
use super::state::AppState;
use crate::self_test::{Report, Tried};
use axum::extract::State;
use axum::http::StatusCode;
use messages::{CallId, Extension, Refusal, SelfTestVerdict, TrunkName, UtcMs};
use portal::{CurrentUser, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = SelfTest)]
pub(super) struct SelfTestView {
    /// ms UTC; absent: none has run since the start.
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    begun: Option<UtcMs>,
    /// ms UTC; absent: it goes on.
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<UtcMs>,
    items: Vec<TriedView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SelfTestItem)]
struct TriedView {
    #[schema(value_type = String)]
    extension: Extension,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    trunk: Option<TrunkName>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<CallId>,
    #[schema(schema_with = coded::self_test_verdict)]
    verdict: SelfTestVerdict,
    /// Nothing that somebody has to see to.
    well: bool,
    /// Why it was refused, or what the carrier said.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl SelfTestView {
    fn of(report: Report) -> Self {
        Self {
            begun: report.begun,
            ended: report.ended,
            items: report.tried.into_iter().map(TriedView::of).collect(),
        }
    }
}

impl TriedView {
    fn of(tried: Tried) -> Self {
        Self {
            extension: tried.extension,
            trunk: tried.trunk,
            call: tried.call,
            verdict: tried.verdict,
            well: tried.verdict.is_well(),
            code: tried.code,
        }
    }
}

/// What the last test of phones and trunks found
#[utoipa::path(get, path = "/api/v1/self-test", tag = "branch",
    responses((status = 200, body = SelfTestView)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn report(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Json<SelfTestView>, Problem> {
    if !rights::may(user.role(), rights::Action::ManagePhones) {
        return Err(Problem::forbidden());
    }
    Ok(Json(SelfTestView::of(state.self_tests().report())))
}

/// Try all phones and trunks now: each phone answers by itself and calls a number of ours over a trunk
#[utoipa::path(post, path = "/api/v1/self-test", tag = "branch",
    responses((status = 202, description = "It has begun")),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn begin(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<StatusCode, Problem> {
    if !rights::may(user.role(), rights::Action::ManagePhones) {
        return Err(Problem::forbidden());
    }
    if state.self_tests().begin(state.tasks(), user.actor()) {
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(Refusal::SelfTestRuns.into())
    }
}

//! 设备开通: an administrator makes a code for a box, sees what becomes of it, and takes it back.
use super::{asked, codes, state::HqState};
use crate::registrar::{Made, RegistrarError};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use hq_store::{By, Enrolment, TRIES_MAX};
use messages::enrolment::{EnrolPurpose, EnrolState};
use messages::{BoxId, UserName, UtcMs};
use portal::{ClientIp, CurrentUser, Json, Path, Problem};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;

/// The newest ones; older ones are in the audit.
const SHOWN_MAX: u32 = 100;

#[derive(Deserialize, ToSchema)]
pub(super) struct NewEnrolment {
    /// The name of the box: letters, digits, `-`, `_`, `.`.
    #[schema(max_length = 63)]
    box_id: String,
    #[schema(schema_with = codes::enrol_purpose)]
    purpose: String,
}

/// One enrolment. Its code is kept by nobody.
#[derive(Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub(super) struct EnrolmentView {
    id: String,
    box_id: String,
    #[schema(schema_with = codes::enrol_purpose)]
    purpose: EnrolPurposeCode,
    #[schema(schema_with = codes::enrol_state)]
    state: EnrolStateCode,
    #[schema(value_type = i64)]
    made: UtcMs,
    #[schema(value_type = String)]
    made_by: UserName,
    #[schema(value_type = i64)]
    expires: UtcMs,
    /// Codes that were tried, of so many.
    tries: u32,
    tries_max: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    closed: Option<UtcMs>,
    /// Who used it, or tried last.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_ip: Option<String>,
}

type EnrolPurposeCode = &'static str;
type EnrolStateCode = &'static str;

impl EnrolmentView {
    fn of(one: Enrolment, now: UtcMs) -> Self {
        let state: EnrolState = one.state_at(now);
        Self {
            id: one.id.to_string(),
            box_id: one.box_id.to_string(),
            purpose: one.purpose.code(),
            state: state.code(),
            made: one.made,
            made_by: one.made_by,
            expires: one.expires,
            tries: one.tries,
            tries_max: TRIES_MAX,
            closed: one.closed,
            from_ip: one.from_ip,
        }
    }
}

/// An address from which too many wrong codes came.
#[derive(Serialize, ToSchema)]
pub(super) struct LockedSource {
    #[schema(value_type = String)]
    address: IpAddr,
    retry_after_s: u64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Enrolments {
    /// The newest first.
    items: Vec<EnrolmentView>,
    locked_sources: Vec<LockedSource>,
}

/// What the box is told, shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct EnrolmentMade {
    enrolment: EnrolmentView,
    url: String,
    /// Eight signs in two groups.
    code: String,
    /// SHA-256 of headquarters' authority in groups of four digits.
    fingerprint: String,
}

/// Enrolments: open ones, and what became of the others.
#[utoipa::path(get, operation_id = "enrolments", path = "/api/v1/enrolments", tag = "boxes",
    responses((status = OK, body = Enrolments), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(State(state): State<HqState>) -> Result<Json<Enrolments>, Problem> {
    let now = state.now();
    let found = state.ask(|store| store.enrolments(SHOWN_MAX)).await?;
    let sources = state.registrar.locked_sources();
    Ok(Json(Enrolments {
        items: found
            .into_iter()
            .map(|one| EnrolmentView::of(one, now))
            .collect(),
        locked_sources: sources
            .into_iter()
            .map(|(address, retry_after_s)| LockedSource {
                address,
                retry_after_s,
            })
            .collect(),
    }))
}

/// Makes a code for a box; an open one of the same box ends.
#[utoipa::path(post, operation_id = "make_enrolment", path = "/api/v1/enrolments", tag = "boxes",
    request_body = NewEnrolment,
    responses((status = CREATED, body = EnrolmentMade), (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn make(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Json(new): Json<NewEnrolment>,
) -> Result<Response, Problem> {
    let box_id = BoxId::parse(&new.box_id).ok_or_else(|| asked::wrong("/box_id", "bad_box_id"))?;
    let purpose = EnrolPurpose::parse(&new.purpose)
        .ok_or_else(|| asked::wrong("/purpose", "unknown_value"))?;
    let (registrar, by) = (Arc::clone(&state.registrar), by(&state, &user, ip));
    let made = tokio::task::spawn_blocking(move || registrar.make(&box_id, purpose, &by)).await;
    let made = made.map_err(|_panicked| Problem::internal())?;
    let Made {
        enrolment,
        url,
        code,
        fingerprint,
    } = made.map_err(|bad| unmade(&bad))?;
    let body = EnrolmentMade {
        enrolment: EnrolmentView::of(enrolment, state.now()),
        url,
        code,
        fingerprint,
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Takes an open enrolment back.
#[utoipa::path(delete, operation_id = "cancel_enrolment", path = "/api/v1/enrolments/{id}", tag = "boxes",
    params(("id" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn cancel(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: u64 = id.parse().map_err(|_bad| Problem::not_found())?;
    let by = by(&state, &user, ip);
    state
        .ask(move |store| store.cancel_enrolment(id, &by))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn by(state: &HqState, user: &CurrentUser, ip: IpAddr) -> By {
    By {
        user: Some(user.name().clone()),
        from_ip: Some(ip),
        at: state.now(),
    }
}

fn unmade(bad: &RegistrarError) -> Problem {
    match bad {
        RegistrarError::Store(bad) => super::state::of_store(bad),
        RegistrarError::Identity(_) | RegistrarError::Master(_) | RegistrarError::NoRandomness => {
            tracing::warn!(%bad, "no enrolment was made");
            Problem::internal()
        }
    }
}

//! 总部连接: how this box stands with headquarters, and its enrolment from the page.
use super::roles;
use super::state::AppState;
use crate::enroll::{EnrollError, Invitation, Standing};
use axum::extract::State;
use axum::http::StatusCode;
use messages::UtcMs;
use messages::enrolment::NotEnrolled;
use portal::{FieldError, Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct Headquarters {
    box_id: String,
    /// Is there an identity, good or not?
    enrolled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    /// Of headquarters' authority: SHA-256 in groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<OwnCertificate>,
    /// The code of what keeps the certificate from being renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    trouble_at: Option<UtcMs>,
    /// The last snapshot that this box has left there: when it was made, and its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    snapshot_made: Option<UtcMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_bytes: Option<u64>,
    /// The code of what keeps a newer one from being left.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot_trouble: Option<&'static str>,
}

/// What this box shows headquarters.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnCertificate {
    serial: String,
    #[schema(value_type = i64)]
    not_before: UtcMs,
    #[schema(value_type = i64)]
    not_after: UtcMs,
    /// From then on the next one is asked for.
    #[schema(value_type = i64)]
    renew_at: UtcMs,
    /// The next one is here and waits for its first connection.
    next: bool,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Invited {
    /// `https://host:port`
    #[schema(max_length = 256)]
    url: String,
    #[schema(max_length = 16)]
    code: String,
    #[schema(max_length = 128)]
    fingerprint: String,
}

fn described(state: &AppState, standing: Standing) -> Headquarters {
    let certificate = standing.certificate.map(|facts| OwnCertificate {
        serial: facts.serial.to_string(),
        not_before: facts.not_before,
        not_after: facts.not_after,
        renew_at: facts.renew_at(),
        next: standing.next,
    });
    let (trouble, trouble_at) = standing.trouble.unzip();
    let place = standing.place;
    let snapshots = state.desk().snapshots();
    let (snapshot_made, snapshot_bytes) = snapshots.newest().unzip();
    Headquarters {
        box_id: state.info().box_id.to_string(),
        enrolled: certificate.is_some(),
        url: place.as_ref().map(|place| place.url.clone()),
        broker: place.as_ref().map(|place| place.broker.clone()),
        tenant: place.map(|place| place.tenant),
        fingerprint: standing.fingerprint,
        certificate,
        trouble,
        trouble_at,
        snapshot_made,
        snapshot_bytes,
        snapshot_trouble: snapshots.trouble(),
    }
}

async fn standing(state: &AppState) -> Result<Standing, Problem> {
    let desk = state.desk().clone();
    tokio::task::spawn_blocking(move || desk.standing())
        .await
        .map_err(|_panicked| Problem::internal())
}

/// How this box stands with headquarters
#[utoipa::path(get, path = "/api/v1/headquarters", tag = "branch",
    responses((status = 200, body = Headquarters)),
    extensions(("x-roles" = json!(roles::ADMINS))))]
pub(super) async fn headquarters(
    State(state): State<AppState>,
) -> Result<Json<Headquarters>, Problem> {
    let standing = standing(&state).await?;
    Ok(Json(described(&state, standing)))
}

/// Gets an identity with what headquarters shows; the running link takes it up
#[utoipa::path(post, path = "/api/v1/headquarters", tag = "branch", request_body = Invited,
    responses((status = 200, body = Headquarters), (status = 422, body = Problem)),
    extensions(("x-roles" = json!(roles::ADMINS))))]
pub(super) async fn enroll(
    State(state): State<AppState>,
    Json(body): Json<Invited>,
) -> Result<Json<Headquarters>, Problem> {
    let Invited {
        url,
        code,
        fingerprint,
    } = body;
    let invitation = Invitation {
        url,
        code,
        fingerprint,
    };
    if let Err(bad) = state.desk().enroll(&invitation).await {
        tracing::warn!(code = bad.code(), %bad, "not enrolled");
        return Err(problem(&bad));
    }
    tracing::info!("enrolled from the page");
    let standing = standing(&state).await?;
    Ok(Json(described(&state, standing)))
}

fn problem(bad: &EnrollError) -> Problem {
    if let Some(field) = bad.field() {
        return Problem::invalid(vec![FieldError::new(field, bad.code())]);
    }
    let status = match bad {
        EnrollError::UnderWay => StatusCode::CONFLICT,
        EnrollError::Refused(NotEnrolled::SourceLocked, _) => StatusCode::TOO_MANY_REQUESTS,
        EnrollError::Refused(_, _)
        | EnrollError::Identity(_)
        | EnrollError::NothingNamed
        | EnrollError::BadBoxId(_)
        | EnrollError::BadUrl(_)
        | EnrollError::BadCode
        | EnrollError::BadFingerprint
        | EnrollError::OtherFingerprint
        | EnrollError::Clock
        | EnrollError::Unreachable(_)
        | EnrollError::Tls(_)
        | EnrollError::BadAnswer(_)
        | EnrollError::Config(_) => StatusCode::BAD_GATEWAY,
    };
    let problem = Problem::new(status, bad.code());
    if let EnrollError::Refused(_, Some(wait)) = bad {
        return problem.retry_after(u32::try_from(*wait).unwrap_or(u32::MAX));
    }
    problem
}

//! The boxes' certificates: which are good, until when, and the end of them.
use super::{asked, codes, enrolments::by, state::HqState};
use axum::extract::State;
use hq_store::CertificateRecord;
use identity::CertificateFacts;
use messages::enrolment::Serial;
use messages::{BoxId, UserName, UtcMs};
use portal::paging::Page;
use portal::{ClientIp, CurrentUser, Json, Path, Problem};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const REASON_CHARS_MAX: usize = 200;

/// How a certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum CertificateState {
    Good,
    /// Signed, and not used yet.
    Waiting,
    Expired,
    Revoked,
}

#[derive(Serialize, ToSchema)]
pub(super) struct BoxCertificate {
    box_id: String,
    serial: String,
    state: CertificateState,
    #[schema(schema_with = codes::certificate_origin)]
    origin: &'static str,
    #[schema(value_type = i64)]
    not_before: UtcMs,
    #[schema(value_type = i64)]
    not_after: UtcMs,
    /// When the box asks for the next one.
    #[schema(value_type = i64)]
    renew_at: UtcMs,
    #[schema(value_type = i64)]
    first_seen: UtcMs,
    /// When a connection with it was last begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    connected: Option<UtcMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    revoked: Option<UtcMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    revoked_by: Option<UserName>,
    /// What was said at the revocation; `superseded`: it gave way to a newer one.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl BoxCertificate {
    fn of(one: CertificateRecord, now: UtcMs) -> Self {
        let state = match (one.revoked, one.connected) {
            (Some(_), _) => CertificateState::Revoked,
            (None, _) if one.not_after <= now => CertificateState::Expired,
            (None, None) => CertificateState::Waiting,
            (None, Some(_)) => CertificateState::Good,
        };
        Self {
            box_id: one.box_id.to_string(),
            serial: one.serial.to_string(),
            state,
            origin: one.origin.code(),
            not_before: one.not_before,
            not_after: one.not_after,
            renew_at: CertificateFacts::renewal(one.not_before, one.not_after),
            first_seen: one.first_seen,
            connected: one.connected,
            revoked: one.revoked,
            revoked_by: one.revoked_by,
            why: one.why,
        }
    }
}

/// All certificates that are known here, by box, the newest first.
#[utoipa::path(get, operation_id = "certificates", path = "/api/v1/certificates", tag = "boxes",
    responses((status = OK, body = Page<BoxCertificate>), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(
    State(state): State<HqState>,
) -> Result<Json<Page<BoxCertificate>>, Problem> {
    let now = state.now();
    let found = state.ask(|store| store.certificates()).await?;
    let items = found
        .into_iter()
        .map(|one| BoxCertificate::of(one, now))
        .collect();
    Ok(Json(Page { items, next: None }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Revocation {
    /// One certificate; all of the box where none is named.
    serial: Option<String>,
    /// Is written down, and shown to administrators.
    #[schema(max_length = 200)]
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RevocationDone {
    /// Certificates that are good no longer.
    revoked: usize,
}

/// Revokes a box's certificates: its connection ends at once, and it does not come again with them.
#[utoipa::path(post, operation_id = "revoke_box", path = "/api/v1/boxes/{box_id}/revocations", tag = "boxes",
    params(("box_id" = String, Path)), request_body = Revocation,
    responses((status = OK, body = RevocationDone), (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn revoke(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Path(box_id): Path<String>,
    Json(body): Json<Revocation>,
) -> Result<Json<RevocationDone>, Problem> {
    let box_id = BoxId::parse(&box_id).ok_or_else(Problem::not_found)?;
    let serial = asked::parsed("/serial", body.serial.as_deref(), Serial::parse)?;
    let reason = body.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(asked::wrong("/reason", "missing"));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(asked::wrong("/reason", "too_long"));
    }
    let (registrar, by) = (Arc::clone(&state.registrar), by(&state, &user, ip));
    let revoked = state
        .ask(move |_store| registrar.revoke(&box_id, serial.as_ref(), &reason, &by))
        .await?;
    Ok(Json(RevocationDone { revoked }))
}

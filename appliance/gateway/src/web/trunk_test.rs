//! A test call over one trunk: the own phone rings, then the number, and what the carrier says is in the call's record.
use super::calls::{DialledView, phone_of};
use super::port::DialOrder;
use super::roles;
use super::state::{AppState, answered, awaited};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use messages::{PartyNumber, Purpose, Refusal, TrunkName};
use portal::{ClientIp, CurrentUser, FieldError, Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[schema(as = TrunkTest)]
pub(super) struct TrunkTestBody {
    /// As it is sent to the carrier. No emergency number.
    number: String,
    /// Which phone rings first; the user's own where it is not given.
    extension: Option<String>,
}

/// Call a number over this trunk and no other one
///
/// The same filters as for every call; the record says what the carrier answered.
#[utoipa::path(post, path = "/api/v1/trunks/{name}/test-call", tag = "branch", request_body = TrunkTestBody,
    params(("name" = String, Path)),
    responses((status = 201, body = DialledView)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn test_call(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(name): Path<String>,
    Json(body): Json<TrunkTestBody>,
) -> Result<Response, Problem> {
    if !rights::may(user.role(), rights::Action::ManagePhones) {
        return Err(Problem::forbidden());
    }
    let trunk = TrunkName::parse(&name).ok_or(Refusal::TrunkUnknown)?;
    let number = PartyNumber::parse(&body.number)
        .map_err(|_bad| Problem::invalid(vec![FieldError::new("/number", "bad_number")]))?;
    let order = DialOrder {
        extension: phone_of(&user, body.extension.as_deref())?,
        customer: None,
        number,
        purpose: Purpose::SelfTest,
        over: Some(trunk),
        actor: user.actor(),
        from_ip,
    };
    let (reply, answer) = awaited();
    state.branch().dial(order, reply);
    let call = answered(answer).await?;
    Ok((StatusCode::CREATED, Json(DialledView { call })).into_response())
}

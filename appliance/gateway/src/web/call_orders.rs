//! What somebody at a screen wants of a call that is up or rings: give it on, go on elsewhere, pick it up.
use super::calls::{open_call, phone_of};
use super::roles;
use super::state::{AppState, answered, awaited};
use axum::extract::State;
use axum::http::StatusCode;
use branch::BranchOrder;
use messages::{Extension, Refusal};
use portal::{CurrentUser, FieldError, Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whom the call goes to: one of both.
#[derive(Deserialize, ToSchema)]
#[schema(as = Transfer)]
pub(super) struct TransferBody {
    /// Digits as they would be dialled: they ring, and have the call when they answer.
    to: Option<String>,
    /// Another call of the same phone: both become one, without the phone.
    call: Option<String>,
    /// Whose side of the call is given up; the user's own phone where it is not given. Agents have no choice.
    extension: Option<String>,
}

/// Who is to come in.
#[derive(Deserialize, ToSchema)]
#[schema(as = Conference)]
pub(super) struct ConferenceBody {
    /// Another call of the same phone: whoever is in it comes into this one.
    call: String,
    /// Whose calls they are; the user's own phone where it is not given. Agents have no choice.
    extension: Option<String>,
}

/// Whose phone is meant.
#[derive(Deserialize, ToSchema)]
#[schema(as = PhoneChoice)]
pub(super) struct PhoneBody {
    /// The user's own phone where it is not given. Agents have no choice.
    extension: Option<String>,
}

/// Transfer a call
///
/// To a number (blind), or to whoever is in another call of the same phone (attended).
#[utoipa::path(post, path = "/api/v1/calls/{id}/transfer", tag = "calls", params(("id" = String, Path)),
    request_body = TransferBody,
    responses((status = 202, description = "it has begun; what becomes of it is told on the live socket")),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn transfer(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<TransferBody>,
) -> Result<StatusCode, Problem> {
    let call = open_call(&state, &user, &id)?.id;
    let phone = phone_of(&user, body.extension.as_deref())?;
    let actor = user.actor();
    let wrong = |pointer, code| Problem::invalid(vec![FieldError::new(pointer, code)]);
    let order = match (body.to, body.call) {
        (Some(to), None) if to.is_empty() => return Err(wrong("/to", "missing")),
        (Some(to), None) => BranchOrder::Transfer {
            call,
            phone,
            to,
            actor,
        },
        (None, Some(other)) => BranchOrder::Join {
            call,
            phone,
            other: open_call(&state, &user, &other)?.id,
            actor,
        },
        (None, None) => return Err(wrong("/to", "missing")),
        (Some(_), Some(_)) => return Err(wrong("/call", "not_both")),
    };
    carry_out(&state, order).await
}

/// Make one call of three out of two of one phone
///
/// The call with somebody outside stays, with its record and its recording; when one of the three goes, two talk on.
#[utoipa::path(post, path = "/api/v1/calls/{id}/conference", tag = "calls", params(("id" = String, Path)),
    request_body = ConferenceBody,
    responses((status = 202, description = "it has begun; what becomes of it is told on the live socket")),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn confer(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<ConferenceBody>,
) -> Result<StatusCode, Problem> {
    let order = BranchOrder::Confer {
        call: open_call(&state, &user, &id)?.id,
        phone: phone_of(&user, body.extension.as_deref())?,
        other: open_call(&state, &user, &body.call)?.id,
        actor: user.actor(),
    };
    carry_out(&state, order).await
}

/// Go on at another device
///
/// The call moves to the other places where the same phone is registered; the one that answers has it.
#[utoipa::path(post, path = "/api/v1/calls/{id}/move", tag = "calls", params(("id" = String, Path)),
    request_body = PhoneBody,
    responses((status = 202, description = "the other devices ring")),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn move_on(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<PhoneBody>,
) -> Result<StatusCode, Problem> {
    let order = BranchOrder::Move {
        call: open_call(&state, &user, &id)?.id,
        phone: phone_of(&user, body.extension.as_deref())?,
        actor: user.actor(),
    };
    carry_out(&state, order).await
}

/// Pick up a call that rings at another phone
#[utoipa::path(post, path = "/api/v1/phones/{extension}/pick-up", tag = "calls",
    params(("extension" = String, Path, description = "the phone that rings")),
    request_body = PhoneBody,
    responses((status = 202, description = "the own phone rings too, and answers by itself")),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn pick_up(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(extension): Path<String>,
    Json(body): Json<PhoneBody>,
) -> Result<StatusCode, Problem> {
    let rung = Extension::parse(&extension).ok_or(Refusal::UnknownExtension)?;
    let phone = phone_of(&user, body.extension.as_deref())?;
    carry_out(&state, BranchOrder::PickUp { rung, phone }).await
}

pub(super) async fn carry_out(state: &AppState, order: BranchOrder) -> Result<StatusCode, Problem> {
    let (reply, answer) = awaited();
    state.branch().order(order, reply);
    answered(answer).await?;
    Ok(StatusCode::ACCEPTED)
}

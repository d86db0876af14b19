//! Signing in and out, and who one is.
use super::{codes, state::HqState};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use messages::command::{Role, Secret};
use messages::{UserName, UtcMs};
use portal::auth::SignInRefused;
use portal::{ClientIp, CurrentUser, Json, Problem, Session};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub(super) struct SignIn {
    #[schema(max_length = 64)]
    user: String,
    #[schema(max_length = 256, format = Password)]
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct SignedInAs {
    #[schema(value_type = String)]
    user: UserName,
    #[schema(schema_with = codes::role)]
    role: Role,
    #[schema(value_type = i64)]
    since: UtcMs,
}

impl From<&Session> for SignedInAs {
    fn from(session: &Session) -> Self {
        Self {
            user: session.user.clone(),
            role: session.role,
            since: session.since,
        }
    }
}

/// Who am I?
#[utoipa::path(get, operation_id = "session", path = "/api/v1/session", tag = "session",
    responses((status = OK, body = SignedInAs), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn who(user: CurrentUser) -> Json<SignedInAs> {
    Json(SignedInAs::from(&user.session))
}

/// Sign in; the session is a cookie.
#[utoipa::path(post, operation_id = "sign_in", path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = OK, body = SignedInAs), (status = UNAUTHORIZED, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem)),
    extensions(("x-roles" = json!(["anyone"]))))]
pub(super) async fn sign_in(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    Json(asked): Json<SignIn>,
) -> Result<Response, Problem> {
    let signed_in = state
        .auth
        .sign_in(&asked.user, Secret::new(asked.password), ip)
        .await;
    let (token, session) = signed_in.map_err(|refused| match refused {
        SignInRefused::Wrong => Problem::new(StatusCode::UNAUTHORIZED, "wrong_name_or_password"),
        SignInRefused::LockedOut { retry_after_s } => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "locked_out")
                .retry_after(u32::try_from(retry_after_s).unwrap_or(u32::MAX))
        }
        SignInRefused::Unavailable => Problem::unavailable(),
    })?;
    let cookie = [(header::SET_COOKIE, state.auth.cookie_for(&token))];
    Ok((cookie, Json(SignedInAs::from(&session))).into_response())
}

/// Sign out.
#[utoipa::path(delete, operation_id = "sign_out", path = "/api/v1/session", tag = "session",
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn sign_out(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
) -> Response {
    if let Err(trouble) = state.auth.sign_out(user.token, ip).await {
        tracing::warn!(%trouble, "a sign-out was not written down");
    }
    let cookie = [(header::SET_COOKIE, state.auth.cookie_gone())];
    (StatusCode::NO_CONTENT, cookie).into_response()
}

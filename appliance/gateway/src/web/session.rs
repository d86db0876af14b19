//! Log-in, log-out, and who I am.
use super::coded;
use super::roles;
use super::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use messages::command::{Profile, Role, Secret};
use messages::{Extension, UserName, UtcMs};
use portal::auth::SignInRefused;
use portal::{ClientIp, CurrentUser, Json, Problem, Session};
use rights::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub(super) struct SignIn {
    #[schema(max_length = 32, example = "admin")]
    user: String,
    #[schema(max_length = 256)]
    password: String,
}

/// The signed-in user.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    #[schema(value_type = String)]
    user: UserName,
    #[schema(schema_with = coded::role)]
    role: Role,
    /// The phone on this user's desk.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<Extension>,
    /// ms UTC
    #[schema(value_type = i64)]
    since: UtcMs,
    /// What the pages may offer.
    may: Vec<May>,
    #[schema(schema_with = coded::profile)]
    profile: Profile,
    box_id: String,
    version: &'static str,
    /// ms UTC
    server_time: i64,
}

/// An action that the user's role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum May {
    Configure,
    ImportCustomers,
    MoveStage,
    ViewNumber,
    RefuseContact,
    LiftRefusal,
    ManageUsers,
    Dial,
    ManagePhones,
    HangUp,
    LetIn,
    PlayRecording,
    ExportRecording,
    SearchAudit,
    EraseCustomer,
}

const fn word(action: Action) -> May {
    match action {
        Action::Configure => May::Configure,
        Action::ImportCustomers => May::ImportCustomers,
        Action::MoveStage => May::MoveStage,
        Action::ViewNumber => May::ViewNumber,
        Action::RefuseContact => May::RefuseContact,
        Action::LiftRefusal => May::LiftRefusal,
        Action::ManageUsers => May::ManageUsers,
        Action::Dial => May::Dial,
        Action::ManagePhones => May::ManagePhones,
        Action::HangUp => May::HangUp,
        Action::LetIn => May::LetIn,
        Action::PlayRecording => May::PlayRecording,
        Action::ExportRecording => May::ExportRecording,
        Action::SearchAudit => May::SearchAudit,
        Action::EraseCustomer => May::EraseCustomer,
    }
}

fn described(state: &AppState, session: Session) -> Me {
    let allowed = Action::ALL
        .into_iter()
        .filter(|action| rights::may(session.role, *action));
    Me {
        may: allowed.map(word).collect(),
        user: session.user,
        role: session.role,
        extension: session.extension,
        since: session.since,
        profile: state.live().look(|board| board.profile),
        box_id: state.info().box_id.to_string(),
        version: state.info().version,
        server_time: state.now().0,
    }
}

/// Log in
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = Me, description = "signed in; the cookie is set")),
    extensions(("x-roles" = json!(roles::ANYONE))))]
pub(super) async fn sign_in(
    State(state): State<AppState>,
    ClientIp(from): ClientIp,
    Json(body): Json<SignIn>,
) -> Response {
    let password = Secret::new(body.password);
    match state.auth().sign_in(&body.user, password, from).await {
        Ok((token, session)) => {
            let cookie = [(header::SET_COOKIE, state.auth().cookie_for(&token))];
            (cookie, Json(described(&state, session))).into_response()
        }
        Err(SignInRefused::Wrong) => {
            Problem::new(StatusCode::UNAUTHORIZED, "wrong_name_or_password").into_response()
        }
        Err(SignInRefused::LockedOut { retry_after_s }) => {
            let seconds = u32::try_from(retry_after_s).unwrap_or(u32::MAX);
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "locked_out")
                .retry_after(seconds)
                .into_response()
        }
        Err(SignInRefused::Unavailable) => Problem::unavailable().into_response(),
    }
}

/// Who am I
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Me)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn me(State(state): State<AppState>, user: CurrentUser) -> Json<Me> {
    Json(described(&state, user.session))
}

/// Log out
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "signed out; the cookie is gone")),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn sign_out(
    State(state): State<AppState>,
    ClientIp(from): ClientIp,
    user: CurrentUser,
) -> Response {
    if let Err(trouble) = state.auth().sign_out(user.token, from).await {
        tracing::warn!(%trouble, "a log-out was not written down");
    }
    let cookie = [(header::SET_COOKIE, state.auth().cookie_gone())];
    (StatusCode::NO_CONTENT, cookie).into_response()
}

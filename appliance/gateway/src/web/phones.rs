//! Phones and trunks as they are now.
use super::live::{PhoneView, Showing, TrunkView};
use super::roles;
use super::state::AppState;
use axum::extract::State;
use portal::{CurrentUser, Json};
use serde::Serialize;
use utoipa::ToSchema;

/// All phones of the branch; as many as its file names.
#[derive(Serialize, ToSchema)]
pub(super) struct Phones {
    items: Vec<PhoneView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Trunks {
    items: Vec<TrunkView>,
}

/// Phones
#[utoipa::path(get, path = "/api/v1/phones", tag = "branch",
    responses((status = 200, body = Phones)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn phones(State(state): State<AppState>, user: CurrentUser) -> Json<Phones> {
    let (viewer, now) = (super::viewer(&user), state.now());
    let viewer = &viewer;
    let items = state
        .live()
        .look(|board| Showing { board, viewer, now }.phones());
    Json(Phones { items })
}

/// Trunks
#[utoipa::path(get, path = "/api/v1/trunks", tag = "branch",
    responses((status = 200, body = Trunks)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn trunks(State(state): State<AppState>, user: CurrentUser) -> Json<Trunks> {
    let (viewer, now) = (super::viewer(&user), state.now());
    let viewer = &viewer;
    let items = state
        .live()
        .look(|board| Showing { board, viewer, now }.trunks());
    Json(Trunks { items })
}

//! Phones and trunks as they are now.
use super::live::{PhoneView, Showing, TrunkView};
use super::roles;
use super::state::AppState;
use axum::extract::State;
use branch_store::AuditFilter;
use messages::{Extension, Refusal, UtcMs};
use portal::{CurrentUser, Json, Path, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// A week, as far as the journal reaches.
const HISTORY_MS: i64 = 7 * 86_400_000;
const HISTORY_MAX: usize = 100;

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

/// When a phone came and went.
#[derive(Serialize, ToSchema)]
pub(super) struct PhoneHistory {
    /// The last one first.
    items: Vec<PhoneChange>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PhoneChange {
    /// ms UTC
    #[schema(value_type = i64)]
    at: UtcMs,
    /// It could be reached from then on, at one place more; else at one less.
    came: bool,
}

/// When a phone came and went
///
/// One that does so again and again has a bad cable, a bad switch or a network that forgets it.
#[utoipa::path(get, path = "/api/v1/phones/{extension}/history", tag = "branch",
    params(("extension" = String, Path)),
    responses((status = 200, body = PhoneHistory)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn history(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(extension): Path<String>,
) -> Result<Json<PhoneHistory>, Problem> {
    if !rights::may(user.role(), rights::Action::ManagePhones) {
        return Err(Problem::forbidden());
    }
    let extension = Extension::parse(&extension).ok_or(Refusal::UnknownExtension)?;
    let filter = AuditFilter {
        subject: Some(format!("phone:{extension}")),
        from: Some(UtcMs(state.now().0.saturating_sub(HISTORY_MS))),
        ..AuditFilter::default()
    };
    let found = state
        .read(move |reader| reader.audit(&filter, HISTORY_MAX))
        .await?;
    let items = found.rows.into_iter().filter_map(|row| {
        let came = match row.kind.as_str() {
            "phone_bound" => true,
            "phone_unbound" => false,
            _ => return None,
        };
        Some(PhoneChange { at: row.utc, came })
    });
    Ok(Json(PhoneHistory {
        items: items.collect(),
    }))
}

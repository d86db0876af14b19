//! What somebody has to look at: calls held back that hint at fraud, sources that try doors, trunks that are away.
use super::coded;
use super::roles;
use super::state::AppState;
use axum::extract::State;
use messages::{AlarmKind, UtcMs};
use portal::{CurrentUser, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

const SHOWN_MS: i64 = 24 * 3_600_000;

#[derive(Serialize, ToSchema)]
#[schema(as = Alarm)]
pub(super) struct AlarmView {
    #[schema(schema_with = coded::alarm_kind)]
    kind: AlarmKind,
    /// `phone:1000`, `trunk:carrier`; empty: of the whole branch.
    subject: String,
    /// ms UTC
    #[schema(value_type = i64)]
    first: UtcMs,
    /// ms UTC
    #[schema(value_type = i64)]
    last: UtcMs,
    /// How often since the first time.
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Alarms {
    items: Vec<AlarmView>,
}

/// Alarms of the last day, and trunks that are still away
#[utoipa::path(get, path = "/api/v1/alarms", tag = "branch",
    responses((status = 200, body = Alarms)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn alarms(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Json<Alarms>, Problem> {
    if !rights::may(user.role(), rights::Action::LetIn) {
        return Err(Problem::forbidden());
    }
    let since = UtcMs(state.now().0.saturating_sub(SHOWN_MS));
    let found = state.read(move |reader| reader.alarms(since)).await?;
    let items = found.into_iter().map(|row| AlarmView {
        kind: row.kind,
        subject: row.subject,
        first: row.first,
        last: row.last,
        count: row.count,
    });
    Ok(Json(Alarms {
        items: items.collect(),
    }))
}

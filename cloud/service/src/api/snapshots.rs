//! What the boxes have left here for the day on which another machine takes their place.
use super::state::HqState;
use crate::shelf::Kept;
use axum::extract::State;
use messages::UtcMs;
use messages::snapshot::SnapshotRefused;
use portal::{Json, Problem};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Of every box that has left one, by id.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Snapshots {
    items: Vec<SnapshotRow>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SnapshotRow {
    box_id: String,
    #[schema(value_type = i64)]
    made: UtcMs,
    /// From then on it is gone, unless a newer one comes.
    #[schema(value_type = i64)]
    expires: UtcMs,
    bytes: u64,
    /// The last fact in it.
    head: u64,
}

impl From<Kept> for SnapshotRow {
    fn from(kept: Kept) -> Self {
        Self {
            box_id: kept.box_id.to_string(),
            made: kept.snapshot.made,
            expires: kept.expires,
            bytes: kept.snapshot.bytes(),
            head: kept.snapshot.head,
        }
    }
}

/// Snapshots that another machine could be made from.
#[utoipa::path(get, operation_id = "snapshots", path = "/api/v1/snapshots", tag = "boxes",
    responses((status = OK, body = Snapshots), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(State(state): State<HqState>) -> Result<Json<Snapshots>, Problem> {
    let shelf = Arc::clone(&state.shelf);
    let found = tokio::task::spawn_blocking(move || shelf.all()).await;
    let found = found.unwrap_or(Err(SnapshotRefused::Unavailable));
    let kept = found.map_err(|why| {
        Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, why.code()).retry_after(10)
    })?;
    let items = kept.into_iter().map(SnapshotRow::from).collect();
    Ok(Json(Snapshots { items }))
}

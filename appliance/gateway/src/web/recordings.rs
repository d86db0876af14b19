//! Recordings: what there is to hear.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::coded;
use super::roles;
use super::state::AppState;
use axum::extract::State;
use branch_store::{RecordingFilter as Asked, RecordingRow, RecordingStatus};
use messages::{CallId, CustomerId, Direction, Extension, RecordingId, Refusal, UtcMs};
use portal::paging::{Page, PageQuery};
use portal::{CurrentUser, Json, Path, Problem, Query};
use rights::{Row, RowScope, Subject, Viewer, Visible, row_scope, sees, view};
use serde::Serialize;
use utoipa::ToSchema;

const LIST: &str = "recordings";

/// A recording; its sound is at `/api/v1/recordings/{id}/audio`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Recording)]
pub(super) struct RecordingView {
    #[schema(value_type = String)]
    id: RecordingId,
    #[schema(value_type = String)]
    call: CallId,
    /// ms UTC
    #[schema(value_type = i64)]
    started: UtcMs,
    state: RecordingState,
    duration_ms: u64,
    /// On disk, encrypted.
    bytes: u64,
    /// Audio that came and could not be kept; its time stays in its place.
    lost_ms: u64,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<Extension>,
    #[schema(schema_with = coded::direction, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    /// As the viewer may see it.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<Visible<String>>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerId>,
    /// As the viewer may see it.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<Visible<String>>,
}

/// What became of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RecordingState {
    /// The call is still up.
    Running,
    Complete,
    /// The process ended with it open; what is there plays.
    Cut,
    Failed,
    /// The person was erased, and the recording with him.
    Erased,
}

/// State, and bytes on disk.
const fn fate(status: &RecordingStatus) -> (RecordingState, u64) {
    match status {
        RecordingStatus::Open => (RecordingState::Running, 0),
        RecordingStatus::Closed { bytes, .. } => (RecordingState::Complete, *bytes),
        RecordingStatus::Cut { bytes, .. } => (RecordingState::Cut, *bytes),
        RecordingStatus::Failed { .. } => (RecordingState::Failed, 0),
        RecordingStatus::Erased => (RecordingState::Erased, 0),
    }
}

impl RecordingView {
    fn of(viewer: &Viewer, row: RecordingRow) -> Self {
        let (state, bytes) = fate(&row.status);
        Self {
            id: row.recording,
            call: row.call,
            started: row.started,
            state,
            duration_ms: row.status.duration_ms(),
            bytes,
            lost_ms: row.lost_frames.saturating_mul(20),
            extension: row.extension,
            direction: row.direction,
            number: row.number.as_ref().map(|number| view(viewer, number)),
            customer: row.customer,
            customer_name: row.customer_name.as_ref().map(|name| view(viewer, name)),
        }
    }
}

/// Recordings, newest first
#[utoipa::path(get, path = "/api/v1/recordings", tag = "recordings", params(PageQuery),
    responses((status = 200, body = Page<RecordingView>)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RecordingView>>, Problem> {
    let viewer = super::viewer(&user);
    let limit = page.limit()?;
    let mut asked = Asked {
        after: super::cursor(&page, LIST, RecordingId::parse)?,
        ..Asked::default()
    };
    match (
        row_scope(viewer.role, Subject::Recordings),
        &viewer.extension,
    ) {
        (RowScope::Branch, _) => {}
        (RowScope::Own, Some(own)) => asked.extension = Some(own.clone()),
        (RowScope::Own, None) => {
            return Ok(Json(Page::ending::<String>(LIST, Vec::new(), None)));
        }
        (RowScope::None, _) => return Err(Problem::forbidden()),
    }
    let found = state
        .read(move |reader| reader.recordings(&asked, limit.into()))
        .await?;
    let rows = found
        .rows
        .into_iter()
        .map(|row| RecordingView::of(&viewer, row));
    let next = found.next.map(|id| id.to_string());
    Ok(Json(Page::ending(LIST, rows.collect(), next)))
}

/// One recording
#[utoipa::path(get, path = "/api/v1/recordings/{id}", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = RecordingView)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn one(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<Json<RecordingView>, Problem> {
    let viewer = super::viewer(&user);
    let row = visible_row(&state, &viewer, &id).await?;
    Ok(Json(RecordingView::of(&viewer, row)))
}

/// The row if it is there and the viewer may hear it; who may not learns nothing.
pub(super) async fn visible_row(
    state: &AppState,
    viewer: &Viewer,
    id: &str,
) -> Result<RecordingRow, Problem> {
    let id = RecordingId::parse(id).ok_or(Refusal::UnknownRecording)?;
    let row = state.read(move |reader| reader.recording(id)).await?;
    let row = row.ok_or(Refusal::UnknownRecording)?;
    let phones = Row {
        extension: row.extension.as_ref(),
        other_extension: row.other_extension.as_ref(),
    };
    if sees(viewer, Subject::Recordings, phones) {
        Ok(row)
    } else {
        Err(Refusal::UnknownRecording.into())
    }
}

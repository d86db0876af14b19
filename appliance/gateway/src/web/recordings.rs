//! Recordings: what there is to hear.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::coded;
use super::port::{RecordingRow, RecordingState, RecordingsAsked};
use super::roles;
use super::state::AppState;
use axum::extract::State;
use messages::{CallId, CustomerId, Direction, Extension, RecordingId, Refusal, UtcMs};
use portal::paging::{Page, PageQuery};
use portal::{CurrentUser, FieldError, Json, Path, Problem, Query};
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
    /// Places where audio was lost; the time is kept.
    gaps: u32,
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
}

impl RecordingView {
    fn of(viewer: &Viewer, row: RecordingRow) -> Self {
        Self {
            id: row.id,
            call: row.call,
            started: row.started,
            state: row.state,
            duration_ms: row.duration_ms,
            bytes: row.bytes,
            gaps: row.gaps,
            extension: row.extension,
            direction: row.direction,
            number: row.number.as_ref().map(|number| view(viewer, number)),
            customer: row.customer,
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
    let mut asked = RecordingsAsked {
        after: after(&page)?,
        limit: limit + 1,
        extension: None,
    };
    match (
        row_scope(viewer.role, Subject::Recordings),
        &viewer.extension,
    ) {
        (RowScope::Branch, _) => {}
        (RowScope::Own, Some(own)) => asked.extension = Some(own.clone()),
        (RowScope::Own, None) => return Ok(Json(Page::of(LIST, limit, Vec::new(), key))),
        (RowScope::None, _) => return Err(Problem::forbidden()),
    }
    let rows = state
        .read(move |records| records.recordings(&asked))
        .await?;
    let rows = rows.into_iter().map(|row| RecordingView::of(&viewer, row));
    Ok(Json(Page::of(LIST, limit, rows.collect(), key)))
}

fn key(row: &RecordingView) -> (i64, String) {
    (row.started.0, row.id.to_string())
}

fn after(page: &PageQuery) -> Result<Option<(UtcMs, RecordingId)>, Problem> {
    let bad = || Problem::invalid(vec![FieldError::new("/cursor", "bad_cursor")]);
    match page.after::<(i64, String)>(LIST)? {
        None => Ok(None),
        Some((started, id)) => {
            let id = RecordingId::parse(&id).ok_or_else(bad)?;
            Ok(Some((UtcMs(started), id)))
        }
    }
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
    let row = state.read(move |records| records.recording(id)).await?;
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

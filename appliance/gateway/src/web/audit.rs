//! The audit: who did what to whom, from the journal itself. Bodies stay closed.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::port::{AuditAsked, AuditRow};
use super::roles;
use super::state::AppState;
use axum::extract::State;
use messages::UtcMs;
use messages::fact::Actor;
use portal::paging::{Page, PageQuery};
use portal::{FieldError, Json, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const LIST: &str = "audit";
const WORD_MAX: usize = 128;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditFilter {
    /// The fact's kind: `number_viewed`, `call_started` …
    #[param(max_length = 128)]
    kind: Option<String>,
    /// What it is about: `call:…`, `customer:…`, `user:…`, `phone:…`
    #[param(max_length = 128)]
    subject: Option<String>,
    /// Who did it: `user:admin`, `phone:1000`, `system` …
    #[param(max_length = 128)]
    actor: Option<String>,
}

/// One fact of the journal.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(super) struct AuditView {
    /// Its place in the journal, as text: it can exceed what a page's numbers hold.
    seq: String,
    /// ms UTC
    #[schema(value_type = i64)]
    utc: UtcMs,
    clock_trusted: bool,
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_ip: Option<String>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// The fact that this one answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        Self {
            seq: row.seq.to_string(),
            utc: row.utc,
            clock_trusted: row.clock_trusted,
            actor: row.actor.to_string(),
            from_ip: row.from_ip.map(|ip| ip.to_string()),
            kind: row.kind,
            subject: row.subject,
            cause: row.cause.map(|seq| seq.to_string()),
        }
    }
}

/// The audit, newest first
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(PageQuery, AuditFilter),
    responses((status = 200, body = Page<AuditView>)),
    extensions(("x-roles" = json!(roles::ADMINS))))]
pub(super) async fn list(
    State(state): State<AppState>,
    Query(page): Query<PageQuery>,
    Query(filter): Query<AuditFilter>,
) -> Result<Json<Page<AuditView>>, Problem> {
    let limit = page.limit()?;
    let asked = AuditAsked {
        before: page.after::<u64>(LIST)?,
        limit: limit + 1,
        actor: actor(filter.actor.as_deref())?,
        kind: word("/kind", filter.kind)?,
        subject: word("/subject", filter.subject)?,
    };
    let rows = state.read(move |records| records.audit(&asked)).await?;
    let page = Page::of(LIST, limit, rows, |row: &AuditRow| row.seq);
    Ok(Json(page.map(AuditView::from)))
}

fn word(pointer: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.len() > WORD_MAX => {
            Err(Problem::invalid(vec![FieldError::new(pointer, "too_long")]))
        }
        text => Ok(text.filter(|text| !text.is_empty())),
    }
}

fn actor(text: Option<&str>) -> Result<Option<Actor>, Problem> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => Actor::parse(text)
            .map(Some)
            .ok_or_else(|| Problem::invalid(vec![FieldError::new("/actor", "unknown")])),
    }
}

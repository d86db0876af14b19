//! The audit: who did what to whom, from the journal itself. Bodies stay closed.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::roles;
use super::state::AppState;
use axum::extract::State;
use branch_store::{AuditFilter as Asked, AuditRow};
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
    /// What this person did: `user:admin`, `console`
    #[param(max_length = 128)]
    actor: Option<String>,
    /// At this time or later; ms UTC.
    from: Option<i64>,
    /// Before this time; ms UTC.
    until: Option<i64>,
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
    let asked = Asked {
        from: filter.from.map(UtcMs),
        until: filter.until.map(UtcMs),
        person: person(filter.actor.as_deref())?,
        kind: word("/kind", filter.kind)?,
        subject: word("/subject", filter.subject)?,
        after: page.after::<u64>(LIST)?,
    };
    let found = state
        .read(move |reader| reader.audit(&asked, limit.into()))
        .await?;
    let rows = found.rows.into_iter().map(AuditView::from);
    Ok(Json(Page::ending(LIST, rows.collect(), found.next)))
}

fn word(pointer: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.len() > WORD_MAX => {
            Err(Problem::invalid(vec![FieldError::new(pointer, "too_long")]))
        }
        text => Ok(text.filter(|text| !text.is_empty())),
    }
}

fn person(text: Option<&str>) -> Result<Option<Actor>, Problem> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => Actor::parse(text)
            .map(Some)
            .ok_or_else(|| Problem::invalid(vec![FieldError::new("/actor", "unknown")])),
    }
}

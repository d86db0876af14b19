//! What broke a branch's line: an old tail, a gap, a copied box. Shown until a person has looked and says why it is well.
use super::asked;
use super::state::HqState;
use axum::extract::State;
use axum::http::StatusCode;
use hq_store::{BreakKind, BreakQuery, CloseBreak, LineBreak, LineFact, NotClosed, PageLimit};
use messages::fact::SealedFact;
use messages::{BootId, BoxId, UtcMs};
use portal::{ClientIp, CurrentUser, Json, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const REASON_CHARS_MAX: usize = 200;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BreaksAsked {
    /// Only this branch.
    #[serde(rename = "box")]
    box_id: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OldFactsAsked {
    /// Behind this seq; none: from the first.
    after: Option<u64>,
}

/// Open ones first, at most 200.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Breaks {
    items: Vec<BreakRow>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BreakKindShown {
    OldTail,
    Gap,
    Copied,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BreakRow {
    box_id: String,
    id: u64,
    kind: BreakKindShown,
    #[schema(value_type = i64)]
    noted: UtcMs,
    epoch: u32,
    /// The facts that it is about; 0 and 0 for a copied box.
    first: u64,
    last: u64,
    /// Of a copied box: the run that said so last, and the one before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    runs: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    closed: Option<UtcMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Facts of an old tail, in order, at most 200.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OldFacts {
    items: Vec<OldFact>,
    /// There are more behind the last one.
    more: bool,
}

/// Nothing of what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OldFact {
    seq: u64,
    epoch: u32,
    /// Where the envelope can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    utc: Option<UtcMs>,
    size_bytes: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CloseAsked {
    /// It is written down.
    #[schema(max_length = 200)]
    reason: String,
    /// Of a copied box alone: the run that goes on. The other machine needs an identity of its own.
    #[serde(default)]
    run: Option<String>,
}

impl From<LineBreak> for BreakRow {
    fn from(one: LineBreak) -> Self {
        let runs = one.runs.map(|(run, other)| [run, other]);
        let runs = runs.into_iter().flatten();
        let (closed, by) = match one.closed {
            Some(closed) => (Some(closed.at), Some((closed.by, closed.reason))),
            None => (None, None),
        };
        let (closed_by, reason) = by.unzip();
        Self {
            box_id: one.box_id.to_string(),
            id: one.id,
            kind: match one.kind {
                BreakKind::OldTail => BreakKindShown::OldTail,
                BreakKind::Gap => BreakKindShown::Gap,
                BreakKind::Copied => BreakKindShown::Copied,
            },
            noted: one.noted,
            epoch: one.epoch,
            first: one.first,
            last: one.last,
            runs: runs.map(|run| run.to_string()).collect(),
            closed,
            closed_by: closed_by.map(|by| by.as_str().to_owned()),
            reason,
        }
    }
}

impl From<LineFact> for OldFact {
    fn from(fact: LineFact) -> Self {
        let size_bytes = u64::try_from(fact.bytes.len()).unwrap_or(u64::MAX);
        let read = SealedFact::decode(fact.bytes).ok();
        let known = |kind: &str| messages::fact::Body::KINDS.contains(&kind);
        Self {
            seq: fact.head.seq,
            epoch: fact.epoch,
            kind: read
                .as_ref()
                .map(|fact| fact.envelope().kind.clone())
                .filter(|kind| known(kind)),
            utc: read.map(|fact| fact.envelope().utc),
            size_bytes,
        }
    }
}

/// What broke the lines of the branches: open ones first.
#[utoipa::path(get, operation_id = "breaks", path = "/api/v1/breaks", tag = "sync", params(BreaksAsked),
    responses((status = OK, body = Breaks), (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(
    State(state): State<HqState>,
    Query(asked): Query<BreaksAsked>,
) -> Result<Json<Breaks>, Problem> {
    let query = BreakQuery {
        box_id: asked::box_id(asked.box_id.as_deref())?,
        limit: PageLimit::LONGEST,
    };
    let found = state.ask(move |store| store.breaks(&query)).await?;
    let items = found.into_iter().map(BreakRow::from).collect();
    Ok(Json(Breaks { items }))
}

/// The facts of an old tail: kept byte for byte, counted no more.
#[utoipa::path(get, operation_id = "old_facts", path = "/api/v1/branches/{box_id}/breaks/{id}/facts", tag = "sync",
    params(("box_id" = String, Path), ("id" = u64, Path), OldFactsAsked),
    responses((status = OK, body = OldFacts), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn old_facts(
    State(state): State<HqState>,
    Path((box_id, id)): Path<(String, u64)>,
    Query(asked): Query<OldFactsAsked>,
) -> Result<Json<OldFacts>, Problem> {
    let box_id = BoxId::parse(&box_id).ok_or_else(Problem::not_found)?;
    let limit = PageLimit::LONGEST;
    let mut found = state
        .ask(move |store| store.old_facts(&box_id, id, asked.after.unwrap_or(0), limit))
        .await?;
    let more = found.len() > usize::from(limit.rows());
    found.truncate(limit.rows().into());
    let items = found.into_iter().map(OldFact::from).collect();
    Ok(Json(OldFacts { items, more }))
}

/// Somebody has looked, and says why it is well. A copied box goes on with the run that is named.
#[utoipa::path(post, operation_id = "close_break", path = "/api/v1/branches/{box_id}/breaks/{id}/close", tag = "sync",
    params(("box_id" = String, Path), ("id" = u64, Path)), request_body = CloseAsked,
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn close(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Path((box_id, id)): Path<(String, u64)>,
    Json(asked): Json<CloseAsked>,
) -> Result<StatusCode, Problem> {
    let reason = asked.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(asked::wrong("/reason", "missing"));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(asked::wrong("/reason", "too_long"));
    }
    let run = asked::parsed("/run", asked.run.as_deref(), BootId::parse)?;
    let wanted = CloseBreak {
        box_id: BoxId::parse(&box_id).ok_or_else(Problem::not_found)?,
        id,
        run,
        reason,
        by: user.name().clone(),
        from_ip: Some(ip),
        at: state.now(),
    };
    let box_id = wanted.box_id.clone();
    let closed = state.ask(move |store| store.close_break(&wanted)).await?;
    match closed {
        Ok(()) => {
            tracing::info!(%box_id, id, "a break was closed");
            state.live.touch(&box_id);
            Ok(StatusCode::NO_CONTENT)
        }
        Err(NotClosed::Unknown) => Err(Problem::not_found()),
        Err(NotClosed::Already) => Err(Problem::new(StatusCode::CONFLICT, "break_closed")),
        Err(NotClosed::OtherRun) => Err(asked::wrong("/run", "unknown_value")),
    }
}

//! Facts that could not be applied: what they are, why, and another try. Nothing of what they say is shown.
use super::asked::{self, PageAsked};
use super::state::HqState;
use axum::extract::State;
use hq_store::{DeadLetter, DeadLetterCursor, DeadLetterQuery, Retried, Retry};
use messages::fact::{Actor, SealedFact};
use messages::{BoxId, UtcMs, outline};
use portal::paging::Page;
use portal::{ClientIp, CurrentUser, Json, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const LIST: &str = "dead_letters";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeadLettersAsked {
    /// `next` of the page before; none: the first page.
    cursor: Option<String>,
    /// 1 to 200; 50 where it is not given.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Only this branch.
    #[serde(rename = "box")]
    box_id: Option<String>,
}

/// One fact that could not be applied.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeadLetterRow {
    box_id: String,
    epoch: u32,
    seq: u64,
    /// Where the envelope can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// When it happened, by the branch's clock; where the envelope can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    utc: Option<UtcMs>,
    #[schema(value_type = i64)]
    received: UtcMs,
    /// When somebody last tried to apply it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    tried: Option<UtcMs>,
    /// A stable code.
    why: String,
    size_bytes: u64,
}

/// One of them, as far as it may be looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeadLetterView {
    #[serde(flatten)]
    row: DeadLetterRow,
    /// What it is about, where that is an id: `call:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Who did it: `system`, `user`, `phone` …
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    /// The form of the envelope, line by line: keys, types, lengths.
    envelope: Vec<String>,
    /// The form of the body; none where there is no envelope to hold one.
    body: Vec<String>,
}

/// Which letters of a branch to try again.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RetryAsked {
    /// One letter: its epoch and seq. Neither: all of the branch.
    #[serde(default)]
    epoch: Option<u32>,
    #[serde(default)]
    seq: Option<u64>,
}

/// What became of the retry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RetryOutcome {
    /// They stand in the journal and its tables now.
    applied: u64,
    /// They still cannot be applied.
    left: u64,
    /// Too many for one time: not tried yet.
    waiting: u64,
}

impl From<Retried> for RetryOutcome {
    fn from(retried: Retried) -> Self {
        Self {
            applied: retried.applied,
            left: retried.left,
            waiting: retried.waiting,
        }
    }
}

impl DeadLetterRow {
    fn of(letter: &DeadLetter, fact: Option<&SealedFact>) -> Self {
        let (code, kind) = match letter.why.split_once(':') {
            Some((code, kind)) => (code, Some(kind.to_owned())),
            None => (letter.why.as_str(), None),
        };
        Self {
            box_id: letter.box_id.to_string(),
            epoch: letter.epoch,
            seq: letter.seq,
            kind,
            utc: fact.map(|fact| fact.envelope().utc),
            received: letter.received,
            tried: letter.tried,
            why: code.to_owned(),
            size_bytes: u64::try_from(letter.bytes.len()).unwrap_or(u64::MAX),
        }
    }
}

impl DeadLetterView {
    fn of(letter: &DeadLetter) -> Self {
        let fact = SealedFact::decode(letter.bytes.clone()).ok();
        let envelope = fact.as_ref().map(SealedFact::envelope);
        Self {
            row: DeadLetterRow::of(letter, fact.as_ref()),
            subject: envelope
                .and_then(|envelope| envelope.subject.clone())
                .filter(|subject| names_an_id(subject)),
            actor: envelope.map(|envelope| actor_word(&envelope.actor).to_owned()),
            envelope: outline(&letter.bytes),
            body: envelope.map_or_else(Vec::new, |envelope| outline(&envelope.body)),
        }
    }
}

/// `word:` and an id of ours behind it. Anything else could say more.
fn names_an_id(subject: &str) -> bool {
    let Some((word, id)) = subject.split_once(':') else {
        return false;
    };
    let hyphens = id.bytes().filter(|byte| *byte == b'-').count();
    word.bytes().all(|byte| byte.is_ascii_lowercase())
        && id.len() == 36
        && hyphens == 4
        && id
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

const fn actor_word(actor: &Actor) -> &'static str {
    match actor {
        Actor::System => "system",
        Actor::Console => "console",
        Actor::User(_) => "user",
        Actor::Phone(_) => "phone",
        Actor::Trunk(_) => "trunk",
        Actor::Hq => "hq",
    }
}

/// Facts that could not be applied, by branch and in the order of its journal.
#[utoipa::path(get, operation_id = "dead_letters", path = "/api/v1/dead-letters", tag = "sync", params(DeadLettersAsked),
    responses((status = OK, body = Page<DeadLetterRow>), (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(
    State(state): State<HqState>,
    Query(asked): Query<DeadLettersAsked>,
) -> Result<Json<Page<DeadLetterRow>>, Problem> {
    let page = PageAsked::of(asked.cursor, asked.limit)?;
    let mark: Option<(BoxId, u64, u32)> = page.query.after(LIST)?;
    let query = DeadLetterQuery {
        box_id: asked::box_id(asked.box_id.as_deref())?,
        after: mark.map(|(box_id, seq, epoch)| DeadLetterCursor { box_id, seq, epoch }),
        limit: page.limit,
    };
    let rows = state.ask(move |store| store.dead_letters(&query)).await?;
    let page = Page::of(LIST, page.limit.rows(), rows, |row: &DeadLetter| {
        (row.box_id.to_string(), row.seq, row.epoch)
    });
    Ok(Json(page.map(|letter| {
        let fact = SealedFact::decode(letter.bytes.clone()).ok();
        DeadLetterRow::of(&letter, fact.as_ref())
    })))
}

/// One of them: its form, and nothing of what it says.
#[utoipa::path(get, operation_id = "dead_letter", path = "/api/v1/branches/{box_id}/dead-letters/{epoch}/{seq}", tag = "sync",
    params(("box_id" = String, Path), ("epoch" = u32, Path), ("seq" = u64, Path)),
    responses((status = OK, body = DeadLetterView), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn one(
    State(state): State<HqState>,
    Path((box_id, epoch, seq)): Path<(String, u32, u64)>,
) -> Result<Json<DeadLetterView>, Problem> {
    let box_id = BoxId::parse(&box_id).ok_or_else(Problem::not_found)?;
    let letter = state
        .ask(move |store| store.dead_letter(&box_id, epoch, seq))
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(Json(DeadLetterView::of(&letter)))
}

/// Tries to apply one or all of a branch again: after an upgrade, say.
#[utoipa::path(post, operation_id = "retry_dead_letters", path = "/api/v1/branches/{box_id}/dead-letters/retry", tag = "sync",
    params(("box_id" = String, Path)), request_body = RetryAsked,
    responses((status = OK, body = RetryOutcome), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn retry(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Path(box_id): Path<String>,
    Json(asked): Json<RetryAsked>,
) -> Result<Json<RetryOutcome>, Problem> {
    let only = match (asked.epoch, asked.seq) {
        (Some(epoch), Some(seq)) => Some((epoch, seq)),
        (None, None) => None,
        (Some(_), None) => return Err(asked::wrong("/seq", "missing")),
        (None, Some(_)) => return Err(asked::wrong("/epoch", "missing")),
    };
    let retry = Retry {
        box_id: BoxId::parse(&box_id).ok_or_else(Problem::not_found)?,
        only,
        by: user.name().clone(),
        from_ip: Some(ip),
        at: state.now(),
    };
    let box_id = retry.box_id.clone();
    let retried = state
        .ask(move |store| store.retry_dead_letters(&retry))
        .await?;
    state.live.touch(&box_id);
    tracing::info!(%box_id, applied = retried.applied, left = retried.left, "dead letters tried again");
    Ok(Json(retried.into()))
}

//! What headquarters wants of its branches: the field policy, refusals of contact, log levels, commands; and what came of it.
use super::asked;
use super::state::HqState;
use axum::extract::State;
use axum::http::StatusCode;
use hq_store::{
    CommandRecord, DirectiveQuery, DirectiveRecord, DncAuthor, DncRecord, PageLimit, PolicyRecord,
    Wanted,
};
use messages::directive::{FieldPolicySet, HqSees, LogLevelSet};
use messages::lane::{BoxCommand, DncChange, Order};
use messages::{BoxId, CommandId, PartyNumber, UtcMs, wire};
use portal::paging::Page;
use portal::{ClientIp, CurrentUser, Json, Path, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const SHOWN: u16 = 50;
const REASON_CHARS_MAX: usize = 100;
const FILTER_BYTES_MAX: usize = 200;
/// A log that says more is wanted for hours, not for weeks.
const LOG_MINUTES_MAX: u32 = 24 * 60;
/// A command is for now.
const COMMAND_MINUTES: i64 = 10;
const MINUTE_MS: i64 = 60_000;

/// What headquarters may see of the branches' personal values: `never`, `masked`, `clear`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Policy {
    version: u64,
    name: &'static str,
    number: &'static str,
    #[schema(value_type = i64)]
    changed: UtcMs,
    /// None: the configuration file.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct PolicyAsked {
    /// `never`, `masked`, `clear`.
    name: String,
    number: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DncAsked {
    #[schema(max_length = 32)]
    number: String,
    /// False: headquarters' own refusal is lifted; those of the branches stay.
    refused: bool,
    #[schema(max_length = 100)]
    reason: String,
}

/// One refusal of contact as it counts for all branches. The number stands by its blind index.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DncEntry {
    /// The first digits of the blind index: tells entries apart, and nothing of the number.
    mark: String,
    refused: bool,
    reason: String,
    /// The branch that said it; none: headquarters.
    #[serde(skip_serializing_if = "Option::is_none")]
    box_id: Option<String>,
    #[schema(value_type = i64)]
    utc: UtcMs,
    version: u64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LogLevelAsked {
    /// As the log's filter reads it: `debug`, `gateway=debug,info` …
    #[schema(max_length = 200)]
    filter: String,
    /// 1 to 1440: then the branch goes back to its own.
    #[schema(minimum = 1, maximum = 1440)]
    minutes: u32,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CommandAsked {
    /// `report`, `verify_journal`.
    kind: String,
}

/// A directive of a branch and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DirectiveRow {
    seq: u64,
    kind: String,
    #[schema(value_type = i64)]
    issued: UtcMs,
    /// None: the service, because of the policy or of the refusals of contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    state: DirectiveState,
    /// What the branch says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    answered: Option<UtcMs>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DirectiveState {
    /// Not in the branch's inbox yet.
    Waiting,
    Received,
    Applied,
    Refused,
}

/// A command and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CommandRow {
    id: String,
    kind: String,
    #[schema(value_type = i64)]
    issued: UtcMs,
    by: String,
    /// Behind this moment it is not run any more.
    #[schema(value_type = i64)]
    not_after: UtcMs,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    answered: Option<UtcMs>,
}

impl From<PolicyRecord> for Policy {
    fn from(record: PolicyRecord) -> Self {
        Self {
            version: record.version,
            name: record.policy.name.code(),
            number: record.policy.number.code(),
            changed: record.changed,
            by: record.author.map(|user| user.to_string()),
        }
    }
}

impl From<DncRecord> for DncEntry {
    fn from(record: DncRecord) -> Self {
        let mark = &record.change.index[..record.change.index.len().min(4)];
        Self {
            mark: hex::encode(mark),
            refused: record.change.refused,
            reason: record.change.reason,
            box_id: record.author.map(|id| id.to_string()),
            utc: record.change.utc,
            version: record.version,
        }
    }
}

impl DirectiveRow {
    fn of(record: DirectiveRecord, upto: u64) -> Self {
        let state = match &record.receipt {
            Some(receipt) if receipt.applied => DirectiveState::Applied,
            Some(_) => DirectiveState::Refused,
            None if record.seq <= upto => DirectiveState::Received,
            None => DirectiveState::Waiting,
        };
        let (code, answered) = record.receipt.map(|one| (one.code, one.utc)).unzip();
        Self {
            seq: record.seq,
            kind: record.kind,
            issued: record.issued,
            by: record.author.map(|user| user.to_string()),
            state,
            code,
            answered,
        }
    }
}

impl From<CommandRecord> for CommandRow {
    fn from(record: CommandRecord) -> Self {
        let answer = record.answer;
        Self {
            id: record.id.to_string(),
            kind: record.kind,
            issued: record.issued,
            by: record.author.to_string(),
            not_after: record.not_after,
            code: answer.as_ref().map(|one| one.code.code()),
            answered: answer.as_ref().map(|one| one.at),
            detail: answer.map(|one| one.detail),
        }
    }
}

/// What headquarters may see now.
#[utoipa::path(get, operation_id = "field_policy", path = "/api/v1/field-policy", tag = "wishes",
    responses((status = OK, body = Policy), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn policy(State(state): State<HqState>) -> Result<Json<Policy>, Problem> {
    let record = state.ask(|store| store.policy()).await?;
    Ok(Json(record.ok_or_else(Problem::not_found)?.into()))
}

/// Sets what headquarters may see: here at once, and as a directive to every branch.
#[utoipa::path(put, operation_id = "set_field_policy", path = "/api/v1/field-policy", tag = "wishes", request_body = PolicyAsked,
    responses((status = OK, body = Policy), (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn set_policy(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Json(asked): Json<PolicyAsked>,
) -> Result<Json<Policy>, Problem> {
    let sees = |field, text: &str| {
        HqSees::of_code(text).ok_or_else(|| asked::wrong(field, "unknown_value"))
    };
    let wanted = FieldPolicySet {
        name: sees("/name", &asked.name)?,
        number: sees("/number", &asked.number)?,
    };
    let (by, now) = (user.name().clone(), state.now());
    let record = state
        .ask(move |store| store.set_policy(wanted, Some(&by), Some(ip), now))
        .await?;
    state.policy_changed(record.policy);
    state.wishes.ring();
    Ok(Json(record.into()))
}

/// The newest refusals of contact that count for all.
#[utoipa::path(get, operation_id = "refusals_of_contact", path = "/api/v1/refusals-of-contact", tag = "wishes",
    responses((status = OK, body = Page<DncEntry>), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn dnc(State(state): State<HqState>) -> Result<Json<Page<DncEntry>>, Problem> {
    let rows = state.ask(|store| store.dnc(SHOWN.into())).await?;
    let items = rows.into_iter().map(DncEntry::from).collect();
    Ok(Json(Page { items, next: None }))
}

/// Headquarters refuses contact with a number for all branches, or lifts its own refusal. The number is not kept.
#[utoipa::path(post, operation_id = "refuse_contact", path = "/api/v1/refusals-of-contact", tag = "wishes", request_body = DncAsked,
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn change_dnc(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Json(asked): Json<DncAsked>,
) -> Result<StatusCode, Problem> {
    let number =
        PartyNumber::parse(&asked.number).map_err(|_bad| asked::wrong("/number", "bad_number"))?;
    let reason = asked.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(asked::wrong("/reason", "out_of_range"));
    }
    let now = state.now();
    let change = DncChange {
        index: state.numbers.index(&number),
        refused: asked.refused,
        reason: reason.to_owned(),
        utc: now,
    };
    let author = DncAuthor::Hq {
        by: user.name().clone(),
        from_ip: Some(ip),
    };
    state
        .ask(move |store| store.change_dnc(&author, &[change], now))
        .await?;
    state.wishes.ring();
    Ok(StatusCode::NO_CONTENT)
}

/// The newest directives of a branch, and what became of each.
#[utoipa::path(get, operation_id = "directives", path = "/api/v1/branches/{box_id}/directives", tag = "wishes",
    params(("box_id" = String, Path)),
    responses((status = OK, body = Page<DirectiveRow>), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn directives(
    State(state): State<HqState>,
    Path(box_id): Path<String>,
) -> Result<Json<Page<DirectiveRow>>, Problem> {
    let query = DirectiveQuery {
        box_id: BoxId::parse(&box_id).ok_or_else(Problem::not_found)?,
        before: None,
        limit: PageLimit::new(SHOWN).unwrap_or_default(),
    };
    let (mut rows, inbox) = state
        .ask(move |store| Ok((store.directives(&query)?, store.inbox(&query.box_id)?)))
        .await?;
    rows.truncate(SHOWN.into());
    let row = |record| DirectiveRow::of(record, inbox.upto);
    let items = rows.into_iter().map(row).collect();
    Ok(Json(Page { items, next: None }))
}

/// Lets a branch's log say more, or less, for some minutes.
#[utoipa::path(post, operation_id = "set_log_level", path = "/api/v1/branches/{box_id}/log-level", tag = "wishes",
    params(("box_id" = String, Path)), request_body = LogLevelAsked,
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn log_level(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Path(box_id): Path<String>,
    Json(asked): Json<LogLevelAsked>,
) -> Result<StatusCode, Problem> {
    let filter = asked.filter.trim().to_owned();
    let reads = tracing_subscriber::EnvFilter::try_new(&filter).is_ok();
    if filter.is_empty() || filter.len() > FILTER_BYTES_MAX || !reads {
        return Err(asked::wrong("/filter", "unknown_value"));
    }
    if !(1..=LOG_MINUTES_MAX).contains(&asked.minutes) {
        return Err(asked::wrong("/minutes", "out_of_range"));
    }
    let now = state.now();
    let until_utc = UtcMs(now.0.saturating_add(i64::from(asked.minutes) * MINUTE_MS));
    let wanted = Wanted {
        box_id: BoxId::parse(&box_id).ok_or_else(Problem::not_found)?,
        wish: LogLevelSet { filter, until_utc }.into(),
        by: user.name().clone(),
        from_ip: Some(ip),
        at: now,
    };
    let sign = state.sign.clone();
    state.ask(move |store| store.issue(&wanted, &sign)).await?;
    state.wishes.ring();
    Ok(StatusCode::NO_CONTENT)
}

/// The newest commands to a branch and their answers.
#[utoipa::path(get, operation_id = "commands", path = "/api/v1/branches/{box_id}/commands", tag = "wishes",
    params(("box_id" = String, Path)),
    responses((status = OK, body = Page<CommandRow>), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn commands(
    State(state): State<HqState>,
    Path(box_id): Path<String>,
) -> Result<Json<Page<CommandRow>>, Problem> {
    let box_id = BoxId::parse(&box_id).ok_or_else(Problem::not_found)?;
    let rows = state
        .ask(move |store| store.commands(&box_id, SHOWN.into()))
        .await?;
    let items = rows.into_iter().map(CommandRow::from).collect();
    Ok(Json(Page { items, next: None }))
}

/// Asks something of a branch once, within the next ten minutes.
#[utoipa::path(post, operation_id = "command", path = "/api/v1/branches/{box_id}/commands", tag = "wishes",
    params(("box_id" = String, Path)), request_body = CommandAsked,
    responses((status = CREATED, body = CommandRow), (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_admin"]))))]
pub(super) async fn command(
    State(state): State<HqState>,
    ClientIp(ip): ClientIp,
    user: CurrentUser,
    Path(box_id): Path<String>,
    Json(asked): Json<CommandAsked>,
) -> Result<(StatusCode, Json<CommandRow>), Problem> {
    let box_id = BoxId::parse(&box_id).ok_or_else(Problem::not_found)?;
    let order = order(&asked.kind).ok_or_else(|| asked::wrong("/kind", "unknown_value"))?;
    let now = state.now();
    let not_after = UtcMs(now.0.saturating_add(COMMAND_MINUTES * MINUTE_MS));
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_none| Problem::internal())?;
    let id = CommandId::from_bytes(id);
    let bytes = wire::encode(&BoxCommand::new(id, not_after, &order))
        .map_err(|_bad| Problem::internal())?;
    let record = CommandRecord {
        id,
        kind: order.kind().to_owned(),
        issued: now,
        author: user.name().clone(),
        not_after,
        bytes,
        answer: None,
    };
    let kept = record.clone();
    state
        .ask(move |store| store.order(&box_id, &kept, Some(ip)))
        .await?;
    state.wishes.ring();
    Ok((StatusCode::CREATED, Json(record.into())))
}

fn order(kind: &str) -> Option<Order> {
    [Order::Report, Order::VerifyJournal]
        .into_iter()
        .find(|one| one.kind() == kind)
}

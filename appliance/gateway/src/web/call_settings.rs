//! What becomes of calls to a phone, and the groups that ring several.
use super::coded;
use super::roles;
use super::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use messages::command::{CallHandling, Command, HuntGroup, HuntStrategy};
use messages::{Extension, Refusal};
use portal::{ClientIp, CurrentUser, FieldError, Json, Path, Problem};
use rights::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What becomes of calls to a phone or a group.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = CallHandling)]
#[serde(deny_unknown_fields)]
pub(super) struct HandlingView {
    /// Calls are answered as busy.
    do_not_disturb: bool,
    /// In a call, it rings for another one.
    call_waiting: bool,
    /// Digits as they would be dialled; all calls go there.
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_always: Option<String>,
    /// Where it is busy, or not to be disturbed.
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_busy: Option<String>,
    /// Where nobody answers in time, or it is not registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_no_answer: Option<String>,
    /// How long it rings before that: 5 to 120.
    no_answer_s: u16,
}

impl From<CallHandling> for HandlingView {
    fn from(handling: CallHandling) -> Self {
        Self {
            do_not_disturb: handling.do_not_disturb,
            call_waiting: handling.call_waiting,
            forward_always: handling.forward_always,
            forward_busy: handling.forward_busy,
            forward_no_answer: handling.forward_no_answer,
            no_answer_s: handling.no_answer_s,
        }
    }
}

impl From<HandlingView> for CallHandling {
    fn from(view: HandlingView) -> Self {
        let wanted = |number: Option<String>| number.filter(|text| !text.is_empty());
        Self {
            do_not_disturb: view.do_not_disturb,
            call_waiting: view.call_waiting,
            forward_always: wanted(view.forward_always),
            forward_busy: wanted(view.forward_busy),
            forward_no_answer: wanted(view.forward_no_answer),
            no_answer_s: view.no_answer_s,
        }
    }
}

/// What becomes of calls to a phone
#[utoipa::path(get, path = "/api/v1/phones/{extension}/handling", tag = "branch",
    params(("extension" = String, Path, description = "a phone or a hunt group")),
    responses((status = 200, body = HandlingView)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn handling(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(extension): Path<String>,
) -> Result<Json<HandlingView>, Problem> {
    let extension = own_or_managed(&user, &extension)?;
    let found = state.read(|reader| reader.call_handling()).await?;
    let handling = found.get(&extension).cloned().unwrap_or_default();
    Ok(Json(handling.into()))
}

/// Say what becomes of calls to a phone
///
/// The own phone; another one's, or a group's, with the right to it.
#[utoipa::path(put, path = "/api/v1/phones/{extension}/handling", tag = "branch",
    params(("extension" = String, Path, description = "a phone or a hunt group")),
    request_body = HandlingView,
    responses((status = 204, description = "it stands for the next call")),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn set_handling(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(extension): Path<String>,
    Json(body): Json<HandlingView>,
) -> Result<StatusCode, Problem> {
    let command = Command::SetCallHandling {
        extension: own_or_managed(&user, &extension)?,
        handling: body.into(),
    };
    state.propose(&user, from_ip, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn own_or_managed(user: &CurrentUser, text: &str) -> Result<Extension, Problem> {
    let extension = Extension::parse(text).ok_or(Refusal::UnknownExtension)?;
    let own = user.extension() == Some(&extension);
    if own || rights::may(user.role(), Action::ManagePhones) {
        Ok(extension)
    } else {
        Err(Problem::forbidden())
    }
}

/// One number that rings several phones.
#[derive(Serialize, ToSchema)]
#[schema(as = HuntGroup)]
pub(super) struct GroupView {
    number: String,
    label: String,
    members: Vec<String>,
    #[schema(schema_with = coded::hunt_strategy)]
    strategy: &'static str,
    /// How long each rings where they ring one after the other.
    ring_s: u16,
}

#[derive(Serialize, ToSchema)]
pub(super) struct HuntGroups {
    items: Vec<GroupView>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = HuntGroupWish)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupBody {
    /// 1 to 64 characters
    label: String,
    /// 1 to 64 phones of the branch, in the order in which they ring.
    members: Vec<String>,
    #[schema(schema_with = coded::hunt_strategy)]
    strategy: String,
    /// 5 to 120
    ring_s: u16,
}

impl From<HuntGroup> for GroupView {
    fn from(group: HuntGroup) -> Self {
        Self {
            number: group.number.to_string(),
            label: group.label,
            members: group.members.iter().map(ToString::to_string).collect(),
            strategy: group.strategy.code(),
            ring_s: group.ring_s,
        }
    }
}

/// Hunt groups
#[utoipa::path(get, path = "/api/v1/hunt-groups", tag = "branch",
    responses((status = 200, body = HuntGroups)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn groups(
    State(state): State<AppState>,
    _user: CurrentUser,
) -> Result<Json<HuntGroups>, Problem> {
    let found = state.read(|reader| reader.hunt_groups()).await?;
    let items = found.into_values().map(GroupView::from).collect();
    Ok(Json(HuntGroups { items }))
}

/// Make or change a hunt group
#[utoipa::path(put, path = "/api/v1/hunt-groups/{number}", tag = "branch",
    params(("number" = String, Path)), request_body = GroupBody,
    responses((status = 204, description = "it stands for the next call")),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn set_group(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(number): Path<String>,
    Json(body): Json<GroupBody>,
) -> Result<StatusCode, Problem> {
    let wrong = |pointer: &str, code| Problem::invalid(vec![FieldError::new(pointer, code)]);
    let phone = |text: &String| Extension::parse(text);
    let members = body.members.iter().map(phone).collect::<Option<_>>();
    let group = HuntGroup {
        number: Extension::parse(&number).ok_or_else(|| wrong("/number", "not_an_extension"))?,
        label: body.label,
        members: members.ok_or_else(|| wrong("/members", "not_an_extension"))?,
        strategy: HuntStrategy::parse(&body.strategy)
            .ok_or_else(|| wrong("/strategy", "unknown"))?,
        ring_s: body.ring_s,
    };
    let command = Command::SetHuntGroup(group);
    state.propose(&user, from_ip, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a hunt group
#[utoipa::path(delete, path = "/api/v1/hunt-groups/{number}", tag = "branch",
    params(("number" = String, Path)),
    responses((status = 204, description = "its number rings nobody any more")),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn remove_group(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    let number = Extension::parse(&number).ok_or(Refusal::UnknownGroup)?;
    let command = Command::RemoveHuntGroup { number };
    state.propose(&user, from_ip, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Calls: the list, one of them, making one, ending one.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::coded;
use super::live::OpenCall;
use super::port::DialOrder;
use super::roles;
use super::state::{AppState, answered, awaited};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use branch::BranchOrder;
use branch_store::{CallFilter as Asked, CallRow};
use messages::command::{Command, Role};
use messages::{
    CallId, CustomerId, Direction, Extension, PartyNumber, Personal, Purpose, RecordingId, Refusal,
    ReleasedBy, SystemResult, TrunkName, UtcMs,
};
use portal::idempotency::Begun;
use portal::paging::{Page, PageQuery};
use portal::{ClientIp, CurrentUser, FieldError, Json, Path, Problem, Query};
use rights::{Action, Row, RowScope, Subject, Viewer, Visible, row_scope, sees, view};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const LIST: &str = "calls";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CallFilter {
    /// Only calls with this customer.
    customer: Option<String>,
    /// Only calls of this phone.
    extension: Option<String>,
}

/// One call. While it runs it has no end.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Call)]
pub(super) struct CallView {
    #[schema(value_type = String)]
    pub(super) id: CallId,
    #[schema(schema_with = coded::direction)]
    direction: Direction,
    #[schema(schema_with = coded::purpose)]
    purpose: Purpose,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<Extension>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    other_extension: Option<Extension>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    trunk: Option<TrunkName>,
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
    /// ms UTC
    #[schema(value_type = i64)]
    started: UtcMs,
    /// ms UTC
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<UtcMs>,
    /// Nothing was heard from one side for a while.
    one_way: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<CallEndView>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    recording: Option<RecordingId>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CallEnd)]
struct CallEndView {
    /// ms UTC
    #[schema(value_type = i64)]
    at: UtcMs,
    #[schema(schema_with = coded::system_result)]
    result: SystemResult,
    /// The network's own words: SIP status and Q.850 cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    sip: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    q850: Option<u8>,
    #[schema(schema_with = coded::released_by)]
    released_by: ReleasedBy,
    ring_ms: u64,
    talk_ms: u64,
}

impl CallView {
    pub(super) fn of(viewer: &Viewer, row: CallRow) -> Self {
        let end = CallEndView::of(&row);
        Self {
            id: row.call,
            direction: row.direction,
            purpose: row.purpose,
            extension: row.extension,
            other_extension: row.other_extension,
            trunk: row.trunk,
            number: row.number.as_ref().map(|number| view(viewer, number)),
            customer: row.customer,
            customer_name: row.customer_name.as_ref().map(|name| view(viewer, name)),
            started: row.started,
            answered: row.answered,
            one_way: row.one_way,
            end,
            recording: row.recording,
        }
    }
}

impl CallEndView {
    fn of(row: &CallRow) -> Option<Self> {
        Some(Self {
            at: row.ended?,
            result: row.result?,
            sip: row.cause.sip.map(|code| code.0),
            q850: row.cause.q850.map(|cause| cause.0),
            released_by: row.released_by?,
            ring_ms: row.ring_ms.unwrap_or(0),
            talk_ms: row.talk_ms.unwrap_or(0),
        })
    }
}

/// Calls, newest first
#[utoipa::path(get, path = "/api/v1/calls", tag = "calls", params(PageQuery, CallFilter),
    responses((status = 200, body = Page<CallView>)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(page): Query<PageQuery>,
    Query(filter): Query<CallFilter>,
) -> Result<Json<Page<CallView>>, Problem> {
    let viewer = super::viewer(&user);
    let limit = page.limit()?;
    let mut asked = Asked {
        after: super::cursor(&page, LIST, CallId::parse)?,
        ..read_filter(&filter)?
    };
    match row_scope(viewer.role, Subject::Calls) {
        RowScope::Branch => {}
        RowScope::Own => {
            let own = viewer.extension.clone();
            if own.is_none() || asked.extension.is_some() && asked.extension != own {
                return Ok(Json(Page::ending::<String>(LIST, Vec::new(), None)));
            }
            asked.extension = own;
        }
        RowScope::None => return Err(Problem::forbidden()),
    }
    let found = state
        .read(move |reader| reader.calls(&asked, limit.into()))
        .await?;
    let rows = found.rows.into_iter().map(|row| CallView::of(&viewer, row));
    let next = found.next.map(|id| id.to_string());
    Ok(Json(Page::ending(LIST, rows.collect(), next)))
}

fn read_filter(filter: &CallFilter) -> Result<Asked, Problem> {
    let mut errors = Vec::new();
    let mut note = |pointer, code| errors.push(FieldError::new(pointer, code));
    let mut asked = Asked::default();
    if let Some(text) = &filter.customer {
        asked.customer = CustomerId::parse(text);
        asked
            .customer
            .is_none()
            .then(|| note("/customer", "not_an_id"));
    }
    if let Some(text) = &filter.extension {
        asked.extension = Extension::parse(text);
        asked
            .extension
            .is_none()
            .then(|| note("/extension", "not_an_extension"));
    }
    if errors.is_empty() {
        Ok(asked)
    } else {
        Err(Problem::invalid(errors))
    }
}

/// One call
#[utoipa::path(get, path = "/api/v1/calls/{id}", tag = "calls", params(("id" = String, Path)),
    responses((status = 200, body = CallView)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn one(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<Json<CallView>, Problem> {
    let viewer = super::viewer(&user);
    let row = visible_row(&state, &viewer, &id).await?;
    Ok(Json(CallView::of(&viewer, row)))
}

/// The row if it is there and the viewer may see it; who may not learns nothing.
pub(super) async fn visible_row(
    state: &AppState,
    viewer: &Viewer,
    id: &str,
) -> Result<CallRow, Problem> {
    let id = CallId::parse(id).ok_or(Refusal::UnknownCall)?;
    let row = state.read(move |reader| reader.call(id)).await?;
    let row = row.ok_or(Refusal::UnknownCall)?;
    let phones = Row {
        extension: row.extension.as_ref(),
        other_extension: row.other_extension.as_ref(),
    };
    if sees(viewer, Subject::Calls, phones) {
        Ok(row)
    } else {
        Err(Refusal::UnknownCall.into())
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = Dial)]
pub(super) struct DialBody {
    /// Whom to call.
    customer: String,
    /// Which phone rings first; the user's own where it is not given. Agents have no choice.
    extension: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Dialled)]
pub(super) struct DialledView {
    #[schema(value_type = String)]
    pub(super) call: CallId,
}

/// Call a customer: the phone rings, then the customer's
#[utoipa::path(post, path = "/api/v1/calls", tag = "calls", request_body = DialBody,
    params(("Idempotency-Key" = String, Header, description = "1 to 128 characters; the same key gets the same answer for 24 h")),
    responses((status = 201, body = DialledView)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn dial(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    headers: HeaderMap,
    Json(body): Json<DialBody>,
) -> Result<Response, Problem> {
    let asked = format!(
        "{}\n{}",
        body.customer,
        body.extension.as_deref().unwrap_or("")
    );
    let ticket = match state
        .idempotency()
        .begin(&user, "dial", &headers, asked.as_bytes())?
    {
        Begun::Replay(response) => return Ok(response),
        Begun::Fresh(ticket) => ticket,
    };
    let customer = CustomerId::parse(&body.customer).ok_or(Refusal::UnknownCustomer)?;
    let order = DialOrder {
        extension: phone_of(&user, body.extension.as_deref())?,
        customer: Some(customer),
        number: number_of(&state, customer).await?,
        purpose: Purpose::Sales,
        over: None,
        actor: user.actor(),
        from_ip,
    };
    let (reply, answer) = awaited();
    state.branch().dial(order, reply);
    let call = answered(answer).await?;
    Ok(ticket.done(StatusCode::CREATED, &DialledView { call }))
}

pub(super) fn phone_of(user: &CurrentUser, asked: Option<&str>) -> Result<Extension, Problem> {
    let wrong = |code| Problem::invalid(vec![FieldError::new("/extension", code)]);
    let Some(text) = asked else {
        return user.extension().cloned().ok_or_else(|| wrong("missing"));
    };
    let extension = Extension::parse(text).ok_or_else(|| wrong("not_an_extension"))?;
    if user.role() == Role::Agent && user.extension() != Some(&extension) {
        return Err(Problem::forbidden());
    }
    Ok(extension)
}

/// The number goes to the branch machine and to nobody else.
async fn number_of(state: &AppState, customer: CustomerId) -> Result<PartyNumber, Problem> {
    let row = state
        .read(move |records| records.customer(customer))
        .await?;
    match row.ok_or(Refusal::UnknownCustomer)?.number {
        Personal::Clear(number) => Ok(number),
        Personal::Sealed(_) | Personal::Erased => Err(Refusal::PartyErased.into()),
    }
}

/// End a running call
///
/// The own call, or with the right to it another person's.
#[utoipa::path(delete, path = "/api/v1/calls/{id}", tag = "calls", params(("id" = String, Path)),
    responses((status = 204, description = "it ends")),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn hang_up(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let open = open_call(&state, &user, &id)?;
    let call = open.id;
    let by = own_side(&user, &open);
    if rights::may(user.role(), Action::HangUp) {
        state
            .propose(&user, from_ip, Command::NoteHangUpAsked { call })
            .await?;
    } else if by == ReleasedBy::System {
        return Err(Problem::forbidden());
    }
    let (reply, answer) = awaited();
    let order = BranchOrder::HangUp { call, by };
    state.branch().order(order, reply);
    answered(answer).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A running call that the user may see; who may not learns nothing.
pub(super) fn open_call(
    state: &AppState,
    user: &CurrentUser,
    id: &str,
) -> Result<OpenCall, Problem> {
    let call = CallId::parse(id).ok_or(Refusal::UnknownCall)?;
    let open = state
        .live()
        .look(|board| board.calls.get(&call).map(|state| state.call.clone()));
    let open = open.ok_or(Refusal::UnknownCall)?;
    let row = Row {
        extension: open.extension.as_ref(),
        other_extension: open.other_extension.as_ref(),
    };
    if sees(&super::viewer(user), Subject::Calls, row) {
        Ok(open)
    } else {
        Err(Refusal::UnknownCall.into())
    }
}

/// Whoever ends the own call lets go of it; everybody else has the system do it.
fn own_side(user: &CurrentUser, call: &OpenCall) -> ReleasedBy {
    let own = |extension: &Option<Extension>| {
        extension.is_some() && extension.as_ref() == user.extension()
    };
    match call.direction {
        Direction::Outbound | Direction::Internal if own(&call.extension) => ReleasedBy::Caller,
        Direction::Inbound if own(&call.extension) => ReleasedBy::Callee,
        Direction::Internal if own(&call.other_extension) => ReleasedBy::Callee,
        Direction::Outbound | Direction::Inbound | Direction::Internal => ReleasedBy::System,
    }
}

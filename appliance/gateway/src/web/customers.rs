//! Customers: the list, one of them with its calls, moving the stage, seeing the number.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::calls::CallView;
use super::coded;
use super::erasure::{ErasedView, ErasureView};
use super::roles;
use super::state::AppState;
use axum::extract::State;
use branch_store::{CallFilter, CustomerFilter as Asked, CustomerRow};
use messages::command::{Command, Role};
use messages::{CustomerId, Field, PartyNumber, Refusal, Stage, UtcMs};
use portal::paging::{Page, PageQuery};
use portal::{ClientIp, CurrentUser, FieldError, Json, Path, Problem, Query};
use rights::{Access, Action, RowScope, Subject, Viewer, Visible, access, row_scope, view};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::{IntoParams, ToSchema};

const LIST: &str = "customers";
const SEARCH_CHARS_MAX: usize = 64;
const CALLS_SHOWN: usize = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CustomerFilter {
    #[param(schema_with = coded::stage)]
    stage: Option<String>,
    /// A part of the name, the last digits of the number, or the whole number for who may read numbers.
    #[param(max_length = 64)]
    q: Option<String>,
}

/// A customer; name and number as the viewer may see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub(super) struct CustomerView {
    #[schema(value_type = String)]
    id: CustomerId,
    #[schema(value_type = String)]
    name: Visible<String>,
    #[schema(value_type = String)]
    number: Visible<String>,
    #[schema(schema_with = coded::stage)]
    stage: Stage,
    /// When it was imported; ms UTC.
    #[schema(value_type = i64)]
    imported: UtcMs,
    /// Attempts to reach this customer.
    attempts: u32,
    /// The end of the last answered call; ms UTC.
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_contact: Option<UtcMs>,
    do_not_call: bool,
    /// The person was erased: name and number are empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<ErasedView>,
}

/// A customer and the latest calls.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomerDetail {
    customer: CustomerView,
    /// At most 20, newest first; the others: `GET /api/v1/calls?customer=`.
    calls: Vec<CallView>,
    /// How far the erasure has come, if the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    erasure: Option<ErasureView>,
}

impl CustomerView {
    fn of(viewer: &Viewer, row: &CustomerRow) -> Self {
        Self {
            id: row.customer,
            name: view(viewer, &row.name),
            number: view(viewer, &row.number),
            stage: row.stage,
            imported: row.imported,
            attempts: row.attempts,
            last_contact: row.last_contact,
            do_not_call: row.refuses_contact,
            erased: row.erased.map(ErasedView::of),
        }
    }
}

/// Customers
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(PageQuery, CustomerFilter),
    responses((status = 200, body = Page<CustomerView>)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(page): Query<PageQuery>,
    Query(filter): Query<CustomerFilter>,
) -> Result<Json<Page<CustomerView>>, Problem> {
    let viewer = super::viewer(&user);
    let limit = page.limit()?;
    let asked = Asked {
        after: super::cursor(&page, LIST, CustomerId::parse)?,
        whole_numbers: reads_numbers(&viewer),
        ..read_filter(filter)?
    };
    let found = state
        .read(move |reader| reader.customers(&asked, limit.into()))
        .await?;
    let rows = found.rows.iter().map(|row| CustomerView::of(&viewer, row));
    let next = found.next.map(|id| id.to_string());
    Ok(Json(Page::ending(LIST, rows.collect(), next)))
}

fn reads_numbers(viewer: &Viewer) -> bool {
    access(viewer.role, Field::Number, viewer.policy) == Access::Read
}

fn read_filter(filter: CustomerFilter) -> Result<Asked, Problem> {
    let mut asked = Asked::default();
    if let Some(code) = filter.stage {
        asked.stage = Stage::parse(&code);
        if asked.stage.is_none() {
            return Err(Problem::invalid(vec![FieldError::new("/stage", "unknown")]));
        }
    }
    if let Some(text) = filter.q {
        let text = text.trim();
        if text.chars().count() > SEARCH_CHARS_MAX {
            return Err(Problem::invalid(vec![FieldError::new("/q", "too_long")]));
        }
        asked.text = (!text.is_empty()).then(|| text.to_owned());
    }
    Ok(asked)
}

/// One customer with the latest calls
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = CustomerDetail)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn one(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<Json<CustomerDetail>, Problem> {
    let viewer = super::viewer(&user);
    let id = CustomerId::parse(&id).ok_or(Refusal::UnknownCustomer)?;
    let (own, all) = match row_scope(viewer.role, Subject::Calls) {
        RowScope::Branch => (None, true),
        RowScope::Own => (viewer.extension.clone(), false),
        RowScope::None => (None, false),
    };
    let asked = CallFilter {
        customer: Some(id),
        extension: own,
        after: None,
    };
    let (row, calls, erasure) = state
        .read(move |reader| {
            let calls = if all || asked.extension.is_some() {
                reader.calls(&asked, CALLS_SHOWN)?.rows
            } else {
                Vec::new()
            };
            let row = reader.customer(id)?;
            let erasure = match row.as_ref().filter(|row| row.erased.is_some()) {
                Some(row) => reader.erasure(row.party)?,
                None => None,
            };
            Ok((row, calls, erasure))
        })
        .await?;
    let row = row.ok_or(Refusal::UnknownCustomer)?;
    Ok(Json(CustomerDetail {
        customer: CustomerView::of(&viewer, &row),
        calls: calls
            .into_iter()
            .map(|call| CallView::of(&viewer, call))
            .collect(),
        erasure: erasure.as_ref().map(ErasureView::of),
    }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct MoveStage {
    #[schema(schema_with = coded::stage)]
    stage: String,
}

/// Move a customer to another stage
#[utoipa::path(post, path = "/api/v1/customers/{id}/stage", tag = "customers", request_body = MoveStage,
    params(("id" = String, Path)),
    responses((status = 200, body = CustomerView)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn move_stage(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<MoveStage>,
) -> Result<Json<CustomerView>, Problem> {
    let customer = CustomerId::parse(&id).ok_or(Refusal::UnknownCustomer)?;
    let to = Stage::parse(&body.stage)
        .ok_or_else(|| Problem::invalid(vec![FieldError::new("/stage", "unknown")]))?;
    let command = Command::MoveStage { customer, to };
    changed(&state, &user, from_ip, customer, command).await
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ViewNumber {
    /// Why the number must be seen; it is recorded.
    #[schema(max_length = 200)]
    reason: String,
}

/// The number in clear, this once.
#[derive(Serialize, ToSchema)]
pub(super) struct ClearNumber {
    #[schema(value_type = String)]
    number: Visible<String>,
}

/// See a customer's number in clear; who, why and when is recorded first
#[utoipa::path(post, path = "/api/v1/customers/{id}/number-view", tag = "customers", request_body = ViewNumber,
    params(("id" = String, Path)),
    responses((status = 200, body = ClearNumber)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn view_number(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<ViewNumber>,
) -> Result<Json<ClearNumber>, Problem> {
    if !rights::may(user.role(), Action::ViewNumber) {
        return Err(Problem::forbidden());
    }
    let customer = CustomerId::parse(&id).ok_or(Refusal::UnknownCustomer)?;
    let reason = body.reason;
    state
        .propose(&user, from_ip, Command::ViewNumber { customer, reason })
        .await?;
    let row = known(&state, customer).await?;
    let number = view(&opened_eyes(&user), &row.number);
    Ok(Json(ClearNumber { number }))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ContactReason {
    /// What the person said, or why it no longer stands; it is recorded.
    #[schema(max_length = 200)]
    reason: String,
}

/// The customer does not want to be called: no sales call goes out from now on
#[utoipa::path(post, path = "/api/v1/customers/{id}/refuse-contact", tag = "customers",
    request_body = ContactReason, params(("id" = String, Path)),
    responses((status = 200, body = CustomerView)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn refuse_contact(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<ContactReason>,
) -> Result<Json<CustomerView>, Problem> {
    let (customer, number) = number_of(&state, &id).await?;
    let reason = body.reason;
    let command = Command::RefuseContact { number, reason };
    changed(&state, &user, from_ip, customer, command).await
}

/// A refusal of contact no longer stands
#[utoipa::path(post, path = "/api/v1/customers/{id}/allow-contact", tag = "customers",
    request_body = ContactReason, params(("id" = String, Path)),
    responses((status = 200, body = CustomerView)),
    extensions(("x-roles" = json!(roles::ADMINS))))]
pub(super) async fn allow_contact(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<ContactReason>,
) -> Result<Json<CustomerView>, Problem> {
    let (customer, number) = number_of(&state, &id).await?;
    let reason = body.reason;
    let command = Command::LiftRefusal { number, reason };
    changed(&state, &user, from_ip, customer, command).await
}

/// Carries the command out and shows the customer behind it.
async fn changed(
    state: &AppState,
    user: &CurrentUser,
    from_ip: IpAddr,
    customer: CustomerId,
    command: Command,
) -> Result<Json<CustomerView>, Problem> {
    state.propose(user, from_ip, command).await?;
    let row = known(state, customer).await?;
    Ok(Json(CustomerView::of(&super::viewer(user), &row)))
}

/// For a command only: it is not sent to anybody.
async fn number_of(state: &AppState, id: &str) -> Result<(CustomerId, PartyNumber), Problem> {
    let customer = CustomerId::parse(id).ok_or(Refusal::UnknownCustomer)?;
    let row = known(state, customer).await?;
    let number = row.number.clear().cloned().ok_or(Refusal::PartyErased)?;
    Ok((customer, number))
}

pub(super) async fn known(state: &AppState, id: CustomerId) -> Result<CustomerRow, Problem> {
    let row = state.read(move |reader| reader.customer(id)).await?;
    row.ok_or_else(|| Refusal::UnknownCustomer.into())
}

/// Whoever has the right to a recorded look sees for this once what the branch's admin sees.
fn opened_eyes(user: &CurrentUser) -> Viewer {
    Viewer {
        role: Role::Admin,
        ..super::viewer(user)
    }
}

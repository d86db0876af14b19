//! The customers of all branches, as far as the field policy and the keys let headquarters see them.
use super::asked::{self, PageAsked};
use super::personal_text::{PersonalText, shown};
use super::{codes, state::HqState};
use axum::extract::State;
use hq_store::{CustomerCursor, CustomerQuery, CustomerRecord, KeyBook};
use messages::{BoxId, CustomerId, Stage, UtcMs};
use portal::paging::Page;
use portal::{CurrentUser, Json, Problem, Query};
use rights::Viewer;
use seal::BRANCH_TENANT;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const LIST: &str = "customers";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CustomersAsked {
    /// `next` of the page before; none: the first page.
    cursor: Option<String>,
    /// 1 to 200; 50 where it is not given.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Only this branch.
    #[serde(rename = "box")]
    box_id: Option<String>,
    #[param(schema_with = codes::stage)]
    stage: Option<String>,
}

/// One customer of one branch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Customer {
    box_id: String,
    customer: String,
    party: String,
    name: PersonalText,
    number: PersonalText,
    #[schema(schema_with = codes::stage)]
    stage: Stage,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    last_contact: Option<UtcMs>,
    #[schema(value_type = i64)]
    imported: UtcMs,
    /// The person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<Erased>,
}

/// How far the erasure of a person is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Erased {
    /// Nothing opens; a copy has not confirmed yet.
    Pending,
    Complete,
}

impl Erased {
    const fn of(erased: hq_store::Erased) -> Self {
        match erased {
            hq_store::Erased::Pending => Self::Pending,
            hq_store::Erased::Complete => Self::Complete,
        }
    }
}

impl Customer {
    fn seen_by(viewer: &Viewer, record: &CustomerRecord) -> Self {
        Self {
            box_id: record.box_id.to_string(),
            customer: record.customer.to_string(),
            party: record.party.to_string(),
            name: shown(viewer, &record.name),
            number: shown(viewer, &record.number),
            stage: record.stage,
            attempts: record.attempts,
            last_contact: record.last_contact,
            imported: record.imported,
            erased: record.erased.map(Erased::of),
        }
    }
}

/// Customers by branch, the last imported first.
#[utoipa::path(get, operation_id = "customers", path = "/api/v1/customers", tag = "customers", params(CustomersAsked),
    responses((status = OK, body = Page<Customer>), (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn list(
    State(state): State<HqState>,
    user: CurrentUser,
    Query(asked): Query<CustomersAsked>,
) -> Result<Json<Page<Customer>>, Problem> {
    let page = PageAsked::of(asked.cursor, asked.limit)?;
    let mark: Option<(BoxId, CustomerId)> = page.query.after(LIST)?;
    let query = CustomerQuery {
        box_id: asked::box_id(asked.box_id.as_deref())?,
        stage: asked::parsed("/stage", asked.stage.as_deref(), Stage::parse)?,
        after: mark.map(|(box_id, customer)| CustomerCursor { box_id, customer }),
        limit: page.limit,
    };
    let keys = Arc::clone(&state.keys);
    let rows = state
        .ask(move |store| {
            let rows = store.customers(&query)?.into_iter();
            Ok(rows.map(|row| opened(&keys, row)).collect::<Vec<_>>())
        })
        .await?;
    let viewer = state.viewer(&user);
    let page = Page::of(LIST, page.limit.rows(), rows, |row: &CustomerRecord| {
        (row.box_id.to_string(), row.customer.to_string())
    });
    Ok(Json(page.map(|row| Customer::seen_by(&viewer, &row))))
}

/// As far as the branch gave a key for it.
fn opened(keys: &KeyBook, mut row: CustomerRecord) -> CustomerRecord {
    row.name = keys.open_value(&row.box_id, BRANCH_TENANT, row.name);
    row.number = keys.open_value(&row.box_id, BRANCH_TENANT, row.number);
    row
}

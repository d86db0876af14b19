//! Forgetting a person, and how far it has come in each copy.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::coded;
use super::customers::known;
use super::roles;
use super::state::AppState;
use axum::extract::State;
use branch_store::{Erased, ErasureRow};
use messages::command::Command;
use messages::{CustomerId, DataCopy, Refusal, UtcMs};
use portal::{ClientIp, CurrentUser, Json, Path, Problem};
use rights::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far the erasure of a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Erased)]
pub(super) enum ErasedView {
    /// Nothing opens here; a copy elsewhere has not confirmed yet.
    Pending,
    Complete,
}

impl ErasedView {
    pub(super) const fn of(erased: Erased) -> Self {
        match erased {
            Erased::Pending => Self::Pending,
            Erased::Complete => Self::Complete,
        }
    }
}

/// The receipt of an erasure.
#[derive(Serialize, ToSchema)]
#[schema(as = Erasure)]
pub(super) struct ErasureView {
    /// ms UTC
    #[schema(value_type = i64)]
    asked: UtcMs,
    /// The day on which nothing is left anywhere, backups included; ms UTC.
    #[schema(value_type = i64)]
    due: UtcMs,
    /// Every copy has confirmed; ms UTC.
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<UtcMs>,
    copies: Vec<CopyView>,
}

/// One copy's word.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasureCopy)]
struct CopyView {
    #[schema(schema_with = coded::data_copy)]
    copy: DataCopy,
    /// Since when nothing is left in it; ms UTC. Missing: not confirmed yet.
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<UtcMs>,
}

impl ErasureView {
    pub(super) fn of(row: &ErasureRow) -> Self {
        Self {
            asked: row.asked,
            due: row.due(),
            complete: row.complete(),
            copies: row
                .copies
                .iter()
                .map(|(copy, gone)| CopyView {
                    copy: *copy,
                    gone: *gone,
                })
                .collect(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Erase {
    /// Why; it is recorded and stays. No name, no number.
    #[schema(max_length = 200)]
    reason: String,
    /// The number is never to be called again: that outlives the erasure.
    #[serde(default)]
    never_call: bool,
}

/// Forget a customer for good: name, number, keys, recordings
#[utoipa::path(post, path = "/api/v1/customers/{id}/erasure", tag = "customers", request_body = Erase,
    params(("id" = String, Path)),
    responses((status = 200, body = ErasureView)),
    extensions(("x-roles" = json!(roles::ADMINS))))]
pub(super) async fn erase(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    Path(id): Path<String>,
    Json(body): Json<Erase>,
) -> Result<Json<ErasureView>, Problem> {
    if !rights::may(user.role(), Action::EraseCustomer) {
        return Err(Problem::forbidden());
    }
    let customer = CustomerId::parse(&id).ok_or(Refusal::UnknownCustomer)?;
    let command = Command::EraseCustomer {
        customer,
        reason: body.reason,
        never_call: body.never_call,
    };
    state.propose(&user, from_ip, command).await?;
    let party = known(&state, customer).await?.party;
    let row = state.read(move |reader| reader.erasure(party)).await?;
    let row = row.ok_or_else(Problem::internal)?;
    Ok(Json(ErasureView::of(&row)))
}

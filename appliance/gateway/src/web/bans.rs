//! Addresses that tried doors and are not heard for a while: who, why, until when; and how one is let in again.
use super::call_orders::carry_out;
use super::coded;
use super::roles;
use super::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use branch::BranchOrder;
use messages::{BanReason, Refusal, UtcMs};
use portal::{CurrentUser, Json, Path, Problem};
use serde::Serialize;
use std::net::IpAddr;
use utoipa::ToSchema;

/// A source that is shut out.
#[derive(Serialize, ToSchema)]
#[schema(as = Ban)]
pub(super) struct BanView {
    /// The address.
    source: String,
    /// Only this port of it: there are phones of the branch behind the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[schema(schema_with = coded::ban_reason)]
    why: BanReason,
    /// ms UTC
    #[schema(value_type = i64)]
    since: UtcMs,
    /// ms UTC
    #[schema(value_type = i64)]
    until: UtcMs,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Bans {
    items: Vec<BanView>,
}

/// Sources that are shut out
///
/// Five refusals within a minute shut an address out for ten minutes, each further time for twice as long, a day at most.
#[utoipa::path(get, path = "/api/v1/bans", tag = "branch",
    responses((status = 200, body = Bans)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn bans(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Json<Bans>, Problem> {
    leader(&user)?;
    let now = state.now();
    let found = state.read(move |reader| reader.bans(now)).await?;
    let items = found.into_iter().map(|ban| BanView {
        source: ban.source.to_string(),
        port: ban.port,
        why: ban.why,
        since: ban.since,
        until: ban.until,
    });
    Ok(Json(Bans {
        items: items.collect(),
    }))
}

/// Let a source in again
#[utoipa::path(delete, path = "/api/v1/bans/{source}", tag = "branch",
    params(("source" = String, Path, description = "the address")),
    responses((status = 202, description = "its next request is heard")),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn unban(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(source): Path<String>,
) -> Result<StatusCode, Problem> {
    leader(&user)?;
    let source: IpAddr = source.parse().or(Err(Refusal::UnknownSource))?;
    let now = state.now();
    let banned = state.read(move |reader| reader.bans(now)).await?;
    if !banned.iter().any(|ban| ban.source == source) {
        return Err(Refusal::UnknownSource.into());
    }
    let actor = user.actor();
    carry_out(&state, BranchOrder::Unban { source, actor }).await
}

fn leader(user: &CurrentUser) -> Result<(), Problem> {
    if rights::may(user.role(), rights::Action::LetIn) {
        Ok(())
    } else {
        Err(Problem::forbidden())
    }
}

//! The first page: how the branch is doing now and today.
#![allow(unused_qualifications)] // the API macro repeats the types of queries with their paths
use super::coded;
use super::live::LinkHealth;
use super::roles;
use super::state::AppState;
use axum::extract::State;
use messages::UtcMs;
use messages::command::Profile;
use portal::{Json, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// `since`: what "today" is where the reader sits.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OverviewQuery {
    /// Count from here; ms UTC. Midnight in Shanghai where it is not given.
    since: Option<i64>,
}

/// Figures of the branch. Those of "today" count from `since`.
#[derive(Serialize, ToSchema)]
pub(super) struct Overview {
    #[schema(schema_with = coded::profile)]
    profile: Profile,
    phones: usize,
    phones_registered: usize,
    trunks: usize,
    trunks_reachable: usize,
    calls_live: usize,
    /// ms UTC
    since: i64,
    /// Calls that began since `since`; of them the answered and the recorded ones.
    calls: u64,
    answered: u64,
    recordings: u64,
    /// All that there are.
    customers: u64,
    link: LinkHealth,
    /// ms UTC
    server_time: i64,
}

/// Overview
#[utoipa::path(get, path = "/api/v1/overview", tag = "branch", params(OverviewQuery),
    responses((status = 200, body = Overview)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn overview(
    State(state): State<AppState>,
    Query(query): Query<OverviewQuery>,
) -> Result<Json<Overview>, Problem> {
    let now = state.now();
    let since = query.since.map_or_else(|| midnight(now), UtcMs);
    let until = UtcMs(now.0.saturating_add(1));
    let (calls, stages) = state
        .read(move |reader| Ok((reader.call_counts(since, until)?, reader.customer_counts()?)))
        .await?;
    Ok(Json(state.live().look(|board| {
        Overview {
            profile: board.profile,
            phones: board.phones.len(),
            phones_registered: board
                .phones
                .values()
                .filter(|phone| !phone.bindings.is_empty())
                .count(),
            trunks: board.trunks.len(),
            trunks_reachable: board
                .trunks
                .values()
                .filter(|trunk| trunk.reachable == Some(true))
                .count(),
            calls_live: board.calls.len(),
            since: since.0,
            calls: calls.started,
            answered: calls.answered,
            recordings: calls.recorded,
            customers: stages.iter().map(|(_, count)| count).sum(),
            link: board.link.clone(),
            server_time: now.0,
        }
    })))
}

/// Midnight in Shanghai (UTC+8 all year since 1991).
fn midnight(now: UtcMs) -> UtcMs {
    const DAY: i64 = 86_400_000;
    const EAST_8: i64 = 8 * 3_600_000;
    UtcMs((now.0 + EAST_8).div_euclid(DAY) * DAY - EAST_8)
}

#[cfg(test)]
mod tests {
    use super::midnight;
    use messages::UtcMs;

    #[test]
    fn the_day_begins_at_midnight_in_shanghai() {
        let ten_o_clock = UtcMs(1_772_416_800_000);
        assert_eq!(
            midnight(ten_o_clock),
            UtcMs(1_772_416_800_000 - 10 * 3_600_000)
        );
        assert_eq!(midnight(midnight(ten_o_clock)), midnight(ten_o_clock));
    }
}

//! What headquarters' people and programs see: REST and the live socket, all of it behind the log-in.
#![allow(unused_qualifications)] // utoipa's macros write some types out in full

mod asked;
mod branches;
mod breaks;
mod calls;
mod certificates;
mod codes;
mod customers;
mod dead_letters;
mod enrolments;
pub(crate) mod live;
mod overview;
mod personal_text;
mod rollups;
mod session;
mod snapshots;
mod state;
mod sync;
mod wishes;

pub use branches::{Branch, MetricsPoint};
pub use live::LiveMessage;
pub use overview::Overview;
pub use state::{Hand, HqState};

use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "准客呼 总部 API",
        description = "Zhunkehu at headquarters. Ids are strings, times are integer ms UTC, lists come in pages.",
        license(name = "Apache-2.0")
    ),
    components(schemas(LiveMessage, portal::Problem))
)]
struct Described;

fn described() -> OpenApiRouter<HqState> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(session::who, session::sign_in, session::sign_out))
        .routes(routes!(overview::overview))
        .routes(routes!(branches::list))
        .routes(routes!(branches::metrics))
        .routes(routes!(calls::list))
        .routes(routes!(customers::list))
        .routes(routes!(rollups::hours))
        .routes(routes!(breaks::list))
        .routes(routes!(breaks::old_facts))
        .routes(routes!(breaks::close))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::one))
        .routes(routes!(dead_letters::retry))
        .routes(routes!(enrolments::list, enrolments::make))
        .routes(routes!(enrolments::cancel))
        .routes(routes!(certificates::list))
        .routes(routes!(certificates::revoke))
        .routes(routes!(snapshots::list))
        .routes(routes!(sync::health))
        .routes(routes!(wishes::policy, wishes::set_policy))
        .routes(routes!(wishes::dnc, wishes::change_dnc))
        .routes(routes!(wishes::directives))
        .routes(routes!(wishes::log_level))
        .routes(routes!(wishes::commands, wishes::command))
        .routes(routes!(live::live))
}

/// The document that the pages' types are generated from.
#[must_use]
pub fn document() -> Document {
    described().into_openapi()
}

/// All routes, each admitted by the roles that its description names.
pub fn router(state: HqState) -> Router {
    let auth = state.auth.clone();
    let (router, document) = described().split_for_parts();
    portal::access::guard(router, auth, &document)
        .merge(portal::openapi::router(&document))
        .with_state(state)
}

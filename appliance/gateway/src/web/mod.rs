//! What browsers and other programs see: REST, live socket, pages.
mod alarms;
mod audit;
mod bans;
mod call_ladder;
mod call_orders;
mod call_settings;
mod calls;
mod coded;
mod customers;
mod devices;
mod doc;
mod erasure;
mod first_admin;
mod headquarters;
pub mod live;
mod overview;
mod pages;
mod phones;
mod playback;
pub(crate) mod port;
mod provisioning;
mod recordings;
mod roles;
mod self_test;
mod session;
mod setup;
mod softphone;
mod state;
mod system;
mod trunk_test;
mod users;
mod wav_range;

#[cfg(test)]
mod tests;

use axum::Router;
use portal::paging::PageQuery;
use portal::{CurrentUser, FieldError, Problem};
use rights::Viewer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use first_admin::{FirstAdminFailed, HandOver, offer_first_log_in};
pub use live::{LiveEvent, LiveHub};
pub use port::{BoxInfo, BranchPort, DialOrder, Reply};
pub use provisioning::plain as plain_provisioning;
pub use setup::{RootCertificate, plain_router};
pub use state::{AppState, Parts};
pub use system::DiskView;
pub use users::{BranchUsers, watch_passwords};

/// The cookie of the branch's pages; HQ's has another name, for both may be on one host.
pub const COOKIE: &str = "__Host-zk_branch";

/// Every route under `/api/v1`.
fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(doc::base())
        .routes(routes!(session::sign_in, session::me, session::sign_out))
        .routes(routes!(overview::overview))
        .routes(routes!(phones::phones))
        .routes(routes!(phones::history))
        .routes(routes!(phones::trunks))
        .routes(routes!(trunk_test::test_call))
        .routes(routes!(self_test::report, self_test::begin))
        .routes(routes!(alarms::alarms))
        .routes(routes!(bans::bans))
        .routes(routes!(bans::unban))
        .routes(routes!(devices::devices))
        .routes(routes!(devices::assign, devices::release))
        .routes(routes!(devices::resync))
        .routes(routes!(
            call_settings::handling,
            call_settings::set_handling
        ))
        .routes(routes!(call_settings::groups))
        .routes(routes!(
            call_settings::set_group,
            call_settings::remove_group
        ))
        .routes(routes!(calls::list, calls::dial))
        .routes(routes!(calls::one, calls::hang_up))
        .routes(routes!(call_ladder::ladder))
        .routes(routes!(call_orders::transfer))
        .routes(routes!(call_orders::confer))
        .routes(routes!(call_orders::move_on))
        .routes(routes!(call_orders::pick_up))
        .routes(routes!(customers::list))
        .routes(routes!(customers::one))
        .routes(routes!(customers::move_stage))
        .routes(routes!(customers::view_number))
        .routes(routes!(customers::refuse_contact))
        .routes(routes!(customers::allow_contact))
        .routes(routes!(erasure::erase))
        .routes(routes!(recordings::list))
        .routes(routes!(recordings::one))
        .routes(routes!(playback::audio))
        .routes(routes!(system::system))
        .routes(routes!(headquarters::headquarters, headquarters::enroll))
        .routes(routes!(audit::list))
        .routes(routes!(live::live))
}

/// The document that the pages' types are made from.
#[must_use]
pub fn openapi() -> OpenApi {
    portal::openapi::finished(api().split_for_parts().1, COOKIE)
}

/// Everything that the HTTPS listener serves.
pub fn router(state: AppState) -> Router {
    let (routes, _) = api().split_for_parts();
    let openapi = openapi();
    let api = portal::access::guard(routes, state.auth().clone(), &openapi);
    let open = portal::openapi::router(&openapi)
        .merge(portal::ops::router(state.ops()))
        .merge(setup::router())
        .merge(provisioning::router())
        .merge(softphone::router());
    let all = pages::fallback(api.merge(open)).with_state(state);
    portal::shell::wrap(all, portal::shell::Shell::default())
}

/// Where a page begins: behind the id that its cursor holds.
fn cursor<Id>(
    page: &PageQuery,
    list: &str,
    parse: fn(&str) -> Option<Id>,
) -> Result<Option<Id>, Problem> {
    let Some(text) = page.after::<String>(list)? else {
        return Ok(None);
    };
    let bad = || Problem::invalid(vec![FieldError::new("/cursor", "bad_cursor")]);
    parse(&text).map(Some).ok_or_else(bad)
}

/// Whose eyes a handler shows things to.
fn viewer(user: &CurrentUser) -> Viewer {
    Viewer::of_branch(user.role(), user.name().clone(), user.extension().cloned())
}

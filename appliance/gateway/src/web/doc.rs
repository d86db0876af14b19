//! The frame of the API's document.
use super::live::LiveMessage;
use portal::Problem;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Zhunkehu branch",
        description = "The appliance of one branch. Ids are strings, times are ms UTC, every problem has a stable code.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, LiveMessage))
)]
struct Frame;

pub(super) fn base() -> OpenApi {
    Frame::openapi()
}

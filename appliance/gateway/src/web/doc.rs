//! The frame of the API's document: its title, its log-in, and the problem that every operation may answer.
use super::COOKIE;
use super::live::LiveMessage;
use portal::Problem;
use utoipa::OpenApi as _;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref, Response, ResponseBuilder};

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

/// Adds what is the same for all operations.
pub(super) fn finished(mut openapi: OpenApi) -> OpenApi {
    if let Some(components) = openapi.components.as_mut() {
        let key = ApiKey::Cookie(ApiKeyValue::new(COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(key));
    }
    for item in openapi.paths.paths.values_mut() {
        add_problem(item);
    }
    openapi
}

fn add_problem(item: &mut PathItem) {
    let operations = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.patch,
        &mut item.delete,
    ];
    for operation in operations.into_iter().flatten() {
        operation
            .responses
            .responses
            .insert("default".to_owned(), problem().into());
    }
}

fn problem() -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description("a problem with its stable code (RFC 9457)")
        .content("application/problem+json", content)
        .build()
}

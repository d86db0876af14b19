//! The document that the pages' types are generated from: made whole, as text, and as a route.
use axum::Router;
use axum::http::header;
use axum::routing::get;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

/// Adds what is the same for all operations: the session cookie, the problem that each may answer, names that are
/// unique (`calls_list`: tag and handler). What is optional is left out of answers and never `null`: so the document says.
#[must_use]
pub fn finished(openapi: OpenApi, cookie: &str) -> OpenApi {
    let Ok(mut document) = serde_json::to_value(&openapi) else {
        return openapi;
    };
    without_null(&mut document);
    document["components"]["securitySchemes"]["session"] =
        json!({"type": "apiKey", "in": "cookie", "name": cookie});
    let paths = document["paths"].as_object_mut();
    let operations = paths
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut())
        .filter(|operation| operation.get("responses").is_some());
    operations.for_each(complete);
    serde_json::from_value(document).unwrap_or(openapi)
}

fn complete(operation: &mut Value) {
    if let (Some(tag), Some(name)) = (
        operation["tags"][0].as_str(),
        operation["operationId"].as_str(),
    ) {
        let id = format!("{tag}_{name}");
        operation["operationId"] = id.into();
    }
    let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    operation["responses"]["default"] = json!({
        "description": "a problem with its stable code (RFC 9457)",
        "content": {"application/problem+json": problem},
    });
}

/// `["string", "null"]` becomes `"string"`, `oneOf: [X, null]` becomes `X`.
fn without_null(value: &mut Value) {
    if let Some(Value::Array(types)) = value.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            value["type"] = only.clone();
        }
    }
    if let Some(Value::Array(choices)) = value.get_mut("oneOf") {
        choices.retain(|one| one["type"] != "null");
        if let [only] = choices.as_mut_slice() {
            *value = only.take();
        }
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(without_null),
        Value::Array(members) => members.iter_mut().for_each(without_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Readable JSON with a newline at its end.
#[must_use]
pub fn to_text(openapi: &OpenApi) -> String {
    let mut text = openapi.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// `GET /api/openapi.json`
pub fn router<S: Clone + Send + Sync + 'static>(openapi: &OpenApi) -> Router<S> {
    let text: axum::body::Bytes = to_text(openapi).into();
    Router::new().route(
        "/api/openapi.json",
        get(move || {
            let text = text.clone();
            core::future::ready(([(header::CONTENT_TYPE, "application/json")], text))
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::finished;
    use crate::access::{Access, Rule};
    use axum::http::Method;
    use serde::Serialize;
    use utoipa::ToSchema;
    use utoipa_axum::router::OpenApiRouter;
    use utoipa_axum::routes;

    #[derive(Serialize, ToSchema)]
    struct Inner {
        n: u8,
    }

    #[derive(Serialize, ToSchema)]
    struct Row {
        name: Option<String>,
        inner: Option<Inner>,
    }

    #[utoipa::path(get, path = "/rows", tag = "rows", responses((status = 200, body = Row)),
        extensions(("x-roles" = json!(["admin"]))))]
    async fn list() {}

    #[test]
    fn the_finished_document_has_no_nulls_unique_names_problems_and_its_roles() {
        let (_, openapi) = OpenApiRouter::<()>::new()
            .routes(routes!(list))
            .split_for_parts();
        let openapi = finished(openapi, "__Host-x");
        let text = openapi.to_json().unwrap();
        assert!(!text.contains("null"), "{text}");
        assert!(text.contains("rows_list") && text.contains("application/problem+json"));
        assert!(text.contains("__Host-x"));
        let row = &serde_json::to_value(&openapi).unwrap()["components"]["schemas"]["Row"];
        assert_eq!(row["properties"]["name"]["type"], "string");
        assert_eq!(
            row["properties"]["inner"]["$ref"],
            "#/components/schemas/Inner"
        );
        let access = Access::of(&openapi);
        let admins = Rule::Roles(vec![messages::command::Role::Admin]);
        assert_eq!(access.rule(&Method::GET, "/rows"), Some(&admins));
    }
}

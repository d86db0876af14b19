//! The document that the pages' types are generated from, as text and as a route.
use axum::Router;
use axum::http::header;
use axum::routing::get;
use utoipa::openapi::OpenApi;

/// Stable, readable JSON with a newline at its end: the file that is kept under version control.
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

//! Every request has a name: in its answer, in its problem, in the log. One line of log and one figure for each.
use crate::Problem;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::time::Instant;

/// 128 random bits as lower-case hex; an extension of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceId(pub String);

impl TraceId {
    fn mint() -> Self {
        use core::fmt::Write as _;
        let mut bytes = [0_u8; 16];
        if getrandom::fill(&mut bytes).is_err() {
            tracing::warn!("no random bytes for a trace id");
        }
        Self(
            bytes
                .iter()
                .fold(String::with_capacity(32), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                }),
        )
    }
}

/// Middleware, outermost.
pub(crate) async fn trace(mut request: Request, next: Next) -> Response {
    let id = TraceId::mint();
    let method = request.method().clone();
    request.extensions_mut().insert(id.clone());
    let start = Instant::now();
    let response = next.run(request).await;
    let route = response
        .extensions()
        .get::<Route>()
        .map_or_else(|| "other".to_owned(), |route| route.0.clone());
    let took = start.elapsed();
    let response = named(response, &id);
    note(response.status(), &id, method.as_str(), &route, took);
    response
}

/// The route's pattern, never the path: a path may hold what a log must not.
#[derive(Clone)]
struct Route(String);

/// Layer of the routes themselves: hands the pattern out to `trace`.
pub(crate) async fn remember_route(
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if let Some(path) = path {
        response
            .extensions_mut()
            .insert(Route(path.as_str().to_owned()));
    }
    response
}

fn named(response: Response, id: &TraceId) -> Response {
    let problem = response.extensions().get::<Problem>().cloned();
    let mut response = match problem.or_else(|| bare_problem(&response)) {
        Some(problem) => {
            let (old, _) = response.into_parts();
            let mut new = problem.traced(&id.0).into_response();
            for (name, value) in &old.headers {
                let of_body = *name == header::CONTENT_LENGTH || *name == header::CONTENT_TYPE;
                if !of_body && !new.headers().contains_key(name) {
                    new.headers_mut().append(name.clone(), value.clone());
                }
            }
            new.extensions_mut().extend(old.extensions);
            new
        }
        None => response,
    };
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert("x-trace-id", value);
    }
    response
}

/// An error that came without a body of its own (axum's 405, a limit's 413) gets one.
fn bare_problem(response: &Response) -> Option<Problem> {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !bare || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let code = match status {
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
        StatusCode::RANGE_NOT_SATISFIABLE => "range_outside",
        _ => "refused",
    };
    Some(Problem::new(status, code))
}

fn note(status: StatusCode, id: &TraceId, method: &str, route: &str, took: core::time::Duration) {
    let micros = took.as_micros();
    let status_text = status.as_str().to_owned();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(trace_id = %id.0, method, route, micros, "request failed");
    } else {
        tracing::debug!(trace_id = %id.0, method, route, status = status_text, micros, "request");
    }
    metrics::counter!("http_requests_total", "route" => route.to_owned(), "method" => method.to_owned(), "status" => status_text).increment(1);
    metrics::histogram!("http_request_seconds", "route" => route.to_owned())
        .record(took.as_secs_f64());
}

//! What lies around every route: trace id, security headers, origin check, sizes, time.
use crate::headers::{self, StrictTransport};
use crate::{Problem, origin, trace};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use core::time::Duration;

/// The limits of one application's requests.
#[derive(Clone, Copy, Debug)]
pub struct Shell {
    pub body_bytes_max: usize,
    /// From the request's head to the answer's head. Sockets and streams go on after it.
    pub answer_within: Duration,
    pub strict_transport: StrictTransport,
}

pub use crate::headers::StrictTransport as HttpsForEver;

impl Default for Shell {
    fn default() -> Self {
        Self {
            body_bytes_max: 64 * 1024,
            answer_within: Duration::from_secs(15),
            strict_transport: StrictTransport::No,
        }
    }
}

/// Wraps a finished router. Outermost last.
pub fn wrap(router: Router, shell: Shell) -> Router {
    let strict = shell.strict_transport;
    router
        .layer(middleware::from_fn(trace::remember_route))
        .layer(DefaultBodyLimit::max(shell.body_bytes_max))
        .layer(middleware::from_fn(origin::check))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            in_time(shell.answer_within, request, next)
        }))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            headers::secure(strict, request, next)
        }))
        .layer(middleware::from_fn(trace::trace))
}

async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout")
            .retry_after(2)
            .into_response(),
    }
}

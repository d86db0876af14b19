//! What every answer tells the browser: run only our scripts, show us in no frame, guess no types, keep no answers.
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// The nonce that a page was given; an extension of its response.
#[derive(Clone, Debug)]
pub(crate) struct Nonce(pub(crate) String);

/// Styles may be inline where the page has no nonce: the widgets write style elements. Scripts never.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

fn policy_with(nonce: &str) -> String {
    let elements =
        format!("style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; ");
    POLICY.replacen("img-src", &format!("{elements}img-src"), 1)
}

/// Whether browsers are told to use HTTPS for this name for ever. Not on an appliance: its plain `/setup` must stay reachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrictTransport {
    Yes,
    No,
}

pub(crate) async fn secure(strict: StrictTransport, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let policy = match response.extensions().get::<Nonce>() {
        Some(nonce) => HeaderValue::from_str(&policy_with(&nonce.0)).ok(),
        None => None,
    };
    let headers = response.headers_mut();
    let policy = policy.unwrap_or_else(|| HeaderValue::from_static(POLICY));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(
        headers,
        HeaderName::from_static("permissions-policy"),
        "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    );
    set(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        headers,
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
    match strict {
        StrictTransport::Yes => set(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000",
        ),
        StrictTransport::No => {}
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::{POLICY, policy_with};

    #[test]
    fn scripts_run_only_from_our_own_files() {
        for policy in [POLICY.to_owned(), policy_with("abc")] {
            let scripts = policy
                .split(';')
                .find(|part| part.trim().starts_with("script-src"));
            assert_eq!(scripts.map(str::trim), Some("script-src 'self'"));
            assert!(!policy.contains("  "));
        }
        assert!(policy_with("abc").contains("style-src-elem 'self' 'nonce-abc';"));
    }
}

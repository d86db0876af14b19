//! Who may make a browser write: our own pages only. Beside SameSite=Strict, the Origin is compared with the host.
use crate::Problem;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// True if `Origin` names the very host that the request went to, over HTTPS. A request without `Origin` is none.
#[must_use]
pub fn same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let host = uri.authority().map_or_else(
        || text(headers, header::HOST.as_str()),
        |authority| Some(authority.as_str()),
    );
    let origin = text(headers, header::ORIGIN.as_str());
    match (
        host,
        origin.and_then(|origin| origin.strip_prefix("https://")),
    ) {
        (Some(host), Some(origin)) => plain(host).eq_ignore_ascii_case(plain(origin)),
        (_, None) | (None, Some(_)) => false,
    }
}

/// 443 is the same as no port.
fn plain(host: &str) -> &str {
    host.strip_suffix(":443").unwrap_or(host)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Middleware: a writing request of a foreign page is refused. Programs that are no browsers send neither header.
pub(crate) async fn check(request: Request, next: Next) -> Response {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let from_browser = request.headers().contains_key(header::ORIGIN)
        || request.headers().contains_key("sec-fetch-site");
    if reads || !from_browser || same_origin(request.headers(), request.uri()) {
        return next.run(request).await;
    }
    Problem::new(StatusCode::FORBIDDEN, "foreign_origin").into_response()
}

#[cfg(test)]
mod tests {
    use super::same_origin;
    use axum::http::{HeaderMap, HeaderValue, Uri};

    #[test]
    fn only_the_same_host_over_https_is_the_same_origin() {
        let table = [
            (Some("https://box.lan"), "box.lan", true),
            (Some("https://BOX.lan:443"), "box.lan", true),
            (Some("https://box.lan:8443"), "box.lan:8443", true),
            (Some("https://box.lan:8443"), "box.lan", false),
            (Some("http://box.lan"), "box.lan", false),
            (Some("https://box.lan.evil.example"), "box.lan", false),
            (Some("https://evil.example"), "box.lan", false),
            (Some("null"), "box.lan", false),
            (None, "box.lan", false),
        ];
        for (origin, host, same) in table {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert("origin", HeaderValue::from_static(origin));
            }
            assert_eq!(
                same_origin(&headers, &Uri::from_static("/x")),
                same,
                "{origin:?} {host}"
            );
        }
    }
}

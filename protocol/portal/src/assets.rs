//! The pages that are built into the binary: right types, compressed where a compressed copy lies beside, kept by browsers.
use crate::Problem;
use crate::headers::Nonce;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};

const INDEX: &str = "index.html";
const NONCE_MARK: &str = "__CSP_NONCE__";
const PLACEHOLDER: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>准客呼</title>\
    <p>页面未编译:请安装 Node 20 后运行 <code>make</code>。接口已可用:<a href=\"/api/openapi.json\">/api/openapi.json</a></p>\
    <p>The pages were not built: install Node 20 and run <code>make</code>. The API is up.</p></html>\n";

/// Serves `E` for every path that no route has taken; unknown pages get `index.html`, unknown files and API paths 404.
pub fn fallback<E: RustEmbed + 'static, S: Clone + Send + Sync + 'static>(
    router: Router<S>,
) -> Router<S> {
    router.fallback(|request: Request| core::future::ready(serve::<E>(&request)))
}

fn serve<E: RustEmbed>(request: &Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" {
        return Problem::not_found().into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").into_response();
    }
    if path.is_empty() || path == INDEX || !looks_like_file(path) {
        return index::<E>();
    }
    match E::get(path) {
        Some(file) => asset::<E>(path, &file, request.headers()),
        None => Problem::not_found().into_response(),
    }
}

/// A page's address has no dot in its last part; a file's has.
fn looks_like_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
}

fn index<E: RustEmbed>() -> Response {
    let Some(file) = E::get(INDEX) else {
        return html(PLACEHOLDER.to_owned());
    };
    let text = String::from_utf8_lossy(&file.data).into_owned();
    if !text.contains(NONCE_MARK) {
        return html(text);
    }
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return Problem::internal().into_response();
    }
    let nonce = STANDARD_NO_PAD.encode(bytes);
    let mut response = html(text.replace(NONCE_MARK, &nonce));
    response.extensions_mut().insert(Nonce(nonce));
    response
}

fn html(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}

fn asset<E: RustEmbed>(path: &str, plain: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = etag(plain);
    let (file, encoding) = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(name, _)| accepts(asked, name))
        .find_map(|(name, ending)| Some((E::get(&format!("{path}{ending}"))?, Some(name))))
        .unwrap_or_else(|| (plain.clone(), None));
    let unchanged = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|tags| {
            tags.split(',')
                .any(|one| one.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.data.into_owned().into_response()
    };
    let headers = response.headers_mut();
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let mime = match (mime.type_().as_str(), mime.subtype().as_str()) {
        ("text", _) | (_, "javascript" | "json") => format!("{mime}; charset=utf-8"),
        _ => mime.to_string(),
    };
    put(headers, header::CONTENT_TYPE, &mime);
    put(headers, header::ETAG, &tag);
    put(headers, header::VARY, "accept-encoding");
    put(headers, header::CACHE_CONTROL, cache_rule(path));
    if let Some(encoding) = encoding {
        put(headers, header::CONTENT_ENCODING, encoding);
    }
    response
}

/// The builder puts a hash into the names of everything below `assets/`: such a file never changes.
fn cache_rule(path: &str) -> &'static str {
    if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    format!("\"{}\"", STANDARD_NO_PAD.encode(&hash[..12]))
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            named && !parts.any(|quality| matches!(quality, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

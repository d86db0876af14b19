//! Pages that are built in.
use crate::world::{World, text_of};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use rust_embed::RustEmbed;
use tower::ServiceExt as _;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/tests/portal/pages"]
pub(crate) struct Pages;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/tests/portal/nowhere"]
#[allow_missing = true]
struct NotBuilt;

async fn asset(world: &World, name: header::HeaderName, value: &str) -> Response {
    let request = Request::get("/assets/app-1a2b.js").header(name, value);
    world.ask(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_unknown_page_is_the_application_and_an_unknown_file_is_not() {
    let world = World::new();
    for page in ["/", "/index.html", "/customers/0192-a", "/deep/er"] {
        let response = world.get(page, None).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        assert!(text_of(response).await.contains("准客呼"), "{page}");
    }
    for missing in [
        "/assets/other.js",
        "/favicon.ico",
        "/../Cargo.toml",
        "/api",
        "/api/x",
    ] {
        assert_eq!(
            world.get(missing, None).await.status(),
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
}

#[tokio::test]
async fn a_page_gets_a_fresh_nonce_and_its_policy_names_it() {
    let world = World::new();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let response = world.get("/", None).await;
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .to_owned();
        let text = text_of(response).await;
        let nonce = text
            .split("nonce=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        assert!(policy.contains(&format!("'nonce-{nonce}'")));
        assert!(!seen.contains(&nonce));
        seen.push(nonce);
    }
}

#[tokio::test]
async fn a_file_goes_compressed_to_who_can_read_it_and_only_once() {
    let world = World::new();
    let table = [
        ("br, gzip", Some("br")),
        ("gzip", Some("gzip")),
        ("br;q=0", None),
        ("identity", None),
    ];
    for (accepted, encoding) in table {
        let response = asset(&world, header::ACCEPT_ENCODING, accepted).await;
        let sent = response.headers().get(header::CONTENT_ENCODING);
        assert_eq!(
            sent.map(|text| text.to_str().unwrap()),
            encoding,
            "{accepted}"
        );
        let headers = response.headers();
        assert_eq!(
            headers[header::CONTENT_TYPE],
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            headers[header::CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(headers[header::VARY], "accept-encoding");
    }
    let first = asset(&world, header::ACCEPT_ENCODING, "br").await;
    let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    let again = asset(&world, header::IF_NONE_MATCH, &tag).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(text_of(again).await.is_empty());
    assert_eq!(
        asset(&world, header::IF_NONE_MATCH, "\"x\"").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn without_built_pages_the_placeholder_says_what_to_do() {
    let router: Router = portal::assets::fallback::<NotBuilt, ()>(Router::new());
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(text_of(response).await.contains("Node 20"));
}

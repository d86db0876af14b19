//! What is to be had without HTTPS and without a log-in.
use super::world::{World, text_of};
use crate::web::{RootCertificate, plain_router};
use axum::body::Body;
use axum::http::{Request, header};
use tower::ServiceExt as _;

#[tokio::test]
async fn the_root_certificate_is_offered_with_its_fingerprint_over_both_ways() {
    let world = World::new();
    let root = RootCertificate::new("PEM".to_owned(), b"der");
    let plain = plain_router(Some(root), axum::Router::new(), 8443);
    for router in [world.router.clone(), plain.clone()] {
        let request = Request::get("/setup").body(Body::empty()).unwrap();
        let page = text_of(router.clone().oneshot(request).await.unwrap()).await;
        assert!(page.contains("/setup/ca.crt") && page.contains("certutil"));
        assert!(
            page.contains("50:50:D8:0D:22:EC:D4:71"),
            "SHA-256 of the certificate"
        );
        let request = Request::get("/setup/install.cmd")
            .body(Body::empty())
            .unwrap();
        let script = text_of(router.clone().oneshot(request).await.unwrap()).await;
        assert!(script.is_ascii() && script.lines().count() > 4);
        assert_eq!(script.matches('\n').count(), script.matches("\r\n").count());
        let request = Request::get("/setup/ca.crt").body(Body::empty()).unwrap();
        let file = router.oneshot(request).await.unwrap();
        assert_eq!(
            file.headers()[header::CONTENT_TYPE],
            "application/x-x509-ca-cert"
        );
    }
    for path in ["/", "/api/v1/session", "/metrics"] {
        let request = Request::get(path)
            .header(header::HOST, "box.lan")
            .body(Body::empty())
            .unwrap();
        let response = plain.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), 307);
        let place = format!("https://box.lan:8443{path}");
        assert_eq!(response.headers()[header::LOCATION], place.as_str());
    }
}

#[tokio::test]
async fn the_pages_and_the_document_need_no_log_in_and_figures_stay_on_the_machine() {
    let world = World::new();
    for (path, status) in [
        ("/", 200),
        ("/customers", 200),
        ("/healthz", 200),
        ("/api/openapi.json", 200),
        ("/metrics", 403),
        ("/api/v2/x", 404),
    ] {
        assert_eq!(
            world.get(path, "").await.status().as_u16(),
            status,
            "{path}"
        );
    }
}

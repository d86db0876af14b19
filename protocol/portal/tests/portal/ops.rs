//! What the operators' machines ask.
use crate::world::{problem_of, text_of};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use portal::Tasks;
use portal::ops::{Health, HealthReport, Ops, install_metrics, keep_metrics, router};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tower::ServiceExt as _;

async fn ask(router: &Router, path: &str, from: &str) -> axum::response::Response {
    let from: SocketAddr = from.parse().unwrap();
    let request = Request::get(path).extension(ConnectInfo(from));
    router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn figures_are_for_this_machine_and_named_readers_and_health_is_for_all() {
    let metrics = install_metrics().unwrap();
    let tasks = Tasks::new();
    keep_metrics(metrics.clone(), &tasks);
    let reader: IpAddr = "10.0.0.9".parse().unwrap();
    let ops = Ops {
        health: Arc::new(|| {
            HealthReport::of([("journal", Health::Ok), ("disk", Health::Degraded)])
        }),
        metrics: Some(metrics),
        metrics_readers: vec![reader],
    };
    let router = portal::shell::wrap(router(ops), portal::shell::Shell::default());
    let health = ask(&router, "/healthz", "10.0.0.8:1").await;
    assert_eq!(health.status().as_u16(), 200);
    assert_eq!(
        text_of(health).await,
        r#"{"status":"degraded","checks":{"disk":"degraded","journal":"ok"}}"#
    );
    for (from, status) in [("127.0.0.1:1", 200), ("[::1]:1", 200), ("10.0.0.9:1", 200)] {
        let figures = ask(&router, "/metrics", from).await;
        assert_eq!(figures.status().as_u16(), status, "{from}");
        let text = text_of(figures).await;
        assert!(
            text.contains(r#"http_requests_total{route="/healthz",method="GET",status="200"} 1"#),
            "{text}"
        );
        assert!(text.contains("http_request_seconds_bucket"), "{text}");
    }
    assert_eq!(
        problem_of(ask(&router, "/metrics", "10.0.0.8:1").await)
            .await
            .0
            .as_u16(),
        403
    );
    assert!(
        tasks
            .shutdown(core::time::Duration::from_secs(5))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_failed_check_is_a_failed_process() {
    let ops = Ops {
        health: Arc::new(|| HealthReport::of([("journal", Health::Failed), ("disk", Health::Ok)])),
        metrics: None,
        metrics_readers: Vec::new(),
    };
    let router: Router = router(ops);
    assert_eq!(
        ask(&router, "/healthz", "10.0.0.8:1")
            .await
            .status()
            .as_u16(),
        503
    );
    assert_eq!(
        ask(&router, "/metrics", "127.0.0.1:1")
            .await
            .status()
            .as_u16(),
        404
    );
}

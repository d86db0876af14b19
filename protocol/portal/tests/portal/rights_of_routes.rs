//! Who reaches a route, and what surrounds every answer.
use crate::world::{World, problem_of};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};

#[tokio::test]
async fn a_route_opens_only_to_the_roles_it_names() {
    let world = World::new();
    let agent = world.try_sign_in("li", "right-password").await.unwrap();
    let admin = world.try_sign_in("admin", "right-password").await.unwrap();
    let table = [
        ("/api/me", None, 401),
        ("/api/me", Some(&agent), 200),
        ("/api/secret/1", None, 401),
        ("/api/secret/1", Some(&agent), 403),
        ("/api/secret/1", Some(&admin), 200),
        ("/api/forgotten", None, 401),
        ("/api/forgotten", Some(&admin), 403),
        ("/api/nothing", Some(&admin), 404),
    ];
    for (path, cookie, status) in table {
        let cookie = cookie.map(String::as_str);
        assert_eq!(
            world.get(path, cookie).await.status().as_u16(),
            status,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_make_the_browser_write() {
    let world = World::new();
    let post = |origin: Option<&str>| {
        let mut request = Request::post("/api/session")
            .header(header::HOST, "box.lan")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        request
            .body(Body::from(r#"{"user":"x","password":"y"}"#))
            .unwrap()
    };
    for foreign in ["https://evil.example", "http://box.lan", "null"] {
        let refused = problem_of(world.ask(post(Some(foreign))).await).await;
        assert_eq!(
            refused,
            (StatusCode::FORBIDDEN, "foreign_origin".to_owned())
        );
    }
    for own in [Some("https://box.lan"), None] {
        assert_eq!(
            world.ask(post(own)).await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn every_error_is_a_problem_with_a_code_and_a_trace() {
    let world = World::new();
    let json = |body: &'static str| {
        Request::post("/api/session")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap()
    };
    let admin = world.try_sign_in("admin", "right-password").await.unwrap();
    let long = "x".repeat(70_000);
    let table = [
        (json("{"), 400, "bad_body"),
        (json("{}"), 422, "bad_body"),
        (
            Request::post("/api/session")
                .body(Body::from("{}"))
                .unwrap(),
            415,
            "not_json",
        ),
        (
            Request::post("/api/session")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(long))
                .unwrap(),
            413,
            "body_too_large",
        ),
        (
            Request::delete("/api/me")
                .header(header::COOKIE, &admin)
                .body(Body::empty())
                .unwrap(),
            405,
            "method_not_allowed",
        ),
        (
            Request::get("/api/nothing").body(Body::empty()).unwrap(),
            404,
            "not_found",
        ),
    ];
    for (request, status, code) in table {
        let (found, said) = problem_of(world.ask(request).await).await;
        assert_eq!((found.as_u16(), said.as_str()), (status, code));
    }
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_it_may_do() {
    let world = World::new();
    for path in ["/", "/api/me", "/assets/app-1a2b.js", "/nothing.js"] {
        let response = world.get(path, None).await;
        let headers = response.headers();
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'self';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
    let api = world.get("/api/me", None).await;
    assert_eq!(api.headers()[header::CACHE_CONTROL], "no-store");
}

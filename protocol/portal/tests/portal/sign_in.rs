//! Who gets in, who waits, what is written about it.
use crate::world::{World, problem_of};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use core::time::Duration;
use messages::UtcMs;
use portal::auth::SignInRefused;

#[tokio::test]
async fn the_answer_to_an_unknown_name_is_the_answer_to_a_wrong_password() {
    let world = World::new();
    for user in ["li", "nobody", "not a name", ""] {
        let refused = world.try_sign_in(user, "wrong-password").await;
        assert_eq!(refused.unwrap_err(), SignInRefused::Wrong, "{user}");
    }
    assert_eq!(world.book.taken(), ["wrong li", "wrong", "wrong", "wrong"]);
}

#[tokio::test]
async fn after_five_failures_even_the_right_password_waits_five_minutes() {
    let world = World::new();
    for user in ["li", "nobody"] {
        for _ in 0..5 {
            assert_eq!(
                world.try_sign_in(user, "wrong-password").await.unwrap_err(),
                SignInRefused::Wrong
            );
        }
        let refused = world.try_sign_in(user, "right-password").await.unwrap_err();
        assert_eq!(refused, SignInRefused::LockedOut { retry_after_s: 300 });
    }
    let until = 1_000_000 + 300_000;
    assert!(
        world
            .book
            .taken()
            .contains(&format!("locked li until {until}"))
    );
    world.clock.advance(Duration::from_mins(5));
    assert!(world.try_sign_in("li", "right-password").await.is_ok());
}

#[tokio::test]
async fn a_lock_that_outlived_a_restart_still_holds() {
    let world = World::new();
    *world.book.locked.lock().unwrap() = Some(UtcMs(1_060_000));
    let refused = world.try_sign_in("li", "right-password").await.unwrap_err();
    assert_eq!(refused, SignInRefused::LockedOut { retry_after_s: 60 });
    world.clock.advance(Duration::from_secs(60));
    assert!(world.try_sign_in("li", "right-password").await.is_ok());
}

#[tokio::test]
async fn a_session_opens_the_routes_until_it_is_closed() {
    let world = World::new();
    let cookie = world.try_sign_in("li", "right-password").await.unwrap();
    assert_eq!(
        world.get("/api/me", Some(&cookie)).await.status(),
        StatusCode::OK
    );
    let request = Request::get("/api/me").header(header::COOKIE, &cookie);
    let (_, headers) = {
        let (parts, body) = request.body(Body::empty()).unwrap().into_parts();
        (body, parts.headers)
    };
    let (token, _) = world.auth.session_of(&headers).unwrap();
    world
        .auth
        .sign_out(token, crate::world::HERE)
        .await
        .unwrap();
    assert_eq!(world.book.taken(), ["in li", "out li"]);
    let refused = problem_of(world.get("/api/me", Some(&cookie)).await).await;
    assert_eq!(
        refused,
        (StatusCode::UNAUTHORIZED, "not_signed_in".to_owned())
    );
}

#[tokio::test]
async fn the_cookie_is_set_by_the_route_and_bound_to_this_host() {
    let world = World::new();
    let body = r#"{"user":"li","password":"right-password"}"#;
    let request = Request::post("/api/session")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap();
    let response = world.ask(request).await;
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-zk_test="));
    for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(part), "{part}");
    }
    assert!(!cookie.contains("Domain"));
}

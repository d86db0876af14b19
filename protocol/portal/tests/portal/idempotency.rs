//! A request that is sent twice is carried out once.
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use core::time::Duration;
use messages::command::Role;
use messages::{UserName, UtcMs};
use portal::clock::HeldClock;
use portal::idempotency::{Begun, HEADER, Idempotency};
use portal::{CurrentUser, Problem, Session, Token};

fn user(name: &str) -> CurrentUser {
    CurrentUser {
        session: Session {
            user: UserName::parse(name).unwrap(),
            role: Role::Agent,
            extension: None,
            since: UtcMs(0),
            from_ip: crate::world::HERE,
        },
        token: Token::mint().unwrap().hash(),
    }
}

fn key(text: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(HEADER, HeaderValue::from_static(text));
    headers
}

fn begin(
    store: &Idempotency,
    user: &CurrentUser,
    headers: &HeaderMap,
    body: &str,
) -> Result<Begun, Problem> {
    store.begin(user, "dial", headers, body.as_bytes())
}

#[tokio::test]
async fn the_second_request_gets_the_first_ones_answer() {
    let clock = HeldClock::at(UtcMs(0));
    let store = Idempotency::new(clock.clock());
    let (li, wang, once) = (user("li"), user("wang"), key("k1"));
    let Ok(Begun::Fresh(ticket)) = begin(&store, &li, &once, "a") else {
        panic!("not fresh");
    };
    let running = begin(&store, &li, &once, "a").unwrap_err();
    assert_eq!(
        (running.status, running.code.as_ref()),
        (409, "still_running")
    );
    assert_eq!(
        ticket.done(StatusCode::CREATED, &"call-1").status(),
        StatusCode::CREATED
    );
    let Ok(Begun::Replay(again)) = begin(&store, &li, &once, "a") else {
        panic!("carried out twice");
    };
    assert_eq!(again.status(), StatusCode::CREATED);
    assert_eq!(crate::world::text_of(again).await, "\"call-1\"");
    let reused = begin(&store, &li, &once, "b").unwrap_err();
    assert_eq!(
        (reused.status, reused.code.as_ref()),
        (422, "idempotency_key_reused")
    );
    assert!(matches!(
        begin(&store, &wang, &once, "b"),
        Ok(Begun::Fresh(_))
    ));
    clock.advance(Duration::from_hours(24));
    assert!(matches!(
        begin(&store, &li, &once, "b"),
        Ok(Begun::Fresh(_))
    ));
}

#[test]
fn a_refused_request_may_be_tried_again_with_its_key() {
    let store = Idempotency::new(HeldClock::at(UtcMs(0)).clock());
    let li = user("li");
    for _ in 0..2 {
        let Ok(Begun::Fresh(ticket)) = begin(&store, &li, &key("k1"), "a") else {
            panic!("not fresh");
        };
        drop(ticket);
    }
}

#[test]
fn a_key_is_demanded_and_bounded() {
    let store = Idempotency::new(HeldClock::at(UtcMs(0)).clock());
    let li = user("li");
    let missing = begin(&store, &li, &HeaderMap::new(), "").unwrap_err();
    assert_eq!(missing.code, "idempotency_key_missing");
    let mut long = HeaderMap::new();
    long.insert(HEADER, HeaderValue::from_str(&"x".repeat(129)).unwrap());
    assert_eq!(begin(&store, &li, &long, "").unwrap_err().status, 422);
}

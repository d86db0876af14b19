//! Who sees what: roles, masks, pages, and coded answers to what does not fit.
use crate::office::{Answer, Office};
use axum::http::{Method, StatusCode};
use hq_store::conformance::story::{MIDNIGHT, Story};
use messages::command::{Role, Secret};
use messages::lane::Metrics;
use messages::{UtcMs, wire};
use portal::access::{Access, Rule};
use rights::{FieldPolicy, HqField};
use serde_json::{Value, json};

const EVERYTHING: FieldPolicy = FieldPolicy {
    name: HqField::Clear,
    number: HqField::Clear,
};

/// An office that two branches have told a day's story to.
fn filled(policy: FieldPolicy) -> Office {
    let office = Office::new(policy);
    for name in ["bj-02", "sz-01"] {
        let mut story = Story::of(name);
        story.day(21);
        story.send(&*office.store);
    }
    office
}

fn problem(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.kind, "application/problem+json");
    assert_eq!(answer.json()["code"], code);
}

#[tokio::test]
async fn every_operation_is_closed_without_a_session_and_to_the_branches_roles() {
    let office = filled(EVERYTHING);
    let access = Access::of(&cloud::api::document());
    let mut closed = 0;
    for (method, path, rule) in access.iter() {
        let Rule::Roles(roles) = rule else { continue };
        // What changes something is the admins' alone.
        let readers = [Role::HqAnalyst, Role::HqAdmin];
        let expected = if method == "GET" || path == "/api/v1/session" {
            &readers[..]
        } else {
            &readers[1..]
        };
        assert_eq!(roles, expected, "{method} {path}");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let path = path.replace("{box_id}", "sz-01");
        let path = path.replace("{epoch}", "1").replace("{seq}", "1");
        let nobody = office.ask(method.clone(), &path, None, None).await;
        problem(&nobody, StatusCode::UNAUTHORIZED, "not_signed_in");
        let shut_out = [Role::Agent, Role::Supervisor, Role::Admin, Role::HqAnalyst];
        for role in shut_out.into_iter().filter(|role| !roles.contains(role)) {
            let cookie = office.signed_in(role);
            let refused = office.ask(method.clone(), &path, Some(&cookie), None).await;
            problem(&refused, StatusCode::FORBIDDEN, "not_allowed");
        }
        closed += 1;
    }
    assert!(closed >= 9);
}

#[tokio::test]
async fn personal_values_are_sealed_or_hidden_and_never_shown() {
    let never = FieldPolicy::default();
    for (policy, state) in [(EVERYTHING, "sealed"), (never, "hidden")] {
        let office = filled(policy);
        for role in [Role::HqAnalyst, Role::HqAdmin] {
            let cookie = office.signed_in(role);
            let customers = office
                .get("/api/v1/customers?limit=200", Some(&cookie))
                .await;
            for one in customers.items() {
                for field in ["name", "number"] {
                    assert_eq!(one[field], json!({"state": state, "text": Value::Null}));
                }
            }
            for path in ["customers", "calls", "branches", "overview"] {
                let answer = office.get(&format!("/api/v1/{path}"), Some(&cookie)).await;
                for secret in ["13800138000", "139000000", "客户"] {
                    assert!(!answer.text.contains(secret), "{path} shows {secret}");
                }
            }
        }
    }
}

/// All items of a list, page by page.
async fn walk(office: &Office, path: &str, cookie: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = office.get(&format!("{path}{cursor}"), Some(cookie)).await;
        all.extend(page.items());
        match page.json()["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn lists_come_in_pages_and_their_filters_hold() {
    let office = filled(EVERYTHING);
    let cookie = office.signed_in(Role::HqAnalyst);
    let whole = office
        .get("/api/v1/calls?limit=200", Some(&cookie))
        .await
        .items();
    assert_eq!(walk(&office, "/api/v1/calls?limit=5", &cookie).await, whole);
    let customers = office
        .get("/api/v1/customers?limit=200", Some(&cookie))
        .await
        .items();
    assert_eq!(
        walk(&office, "/api/v1/customers?limit=3", &cookie).await,
        customers
    );

    let from = MIDNIGHT.0 + 3_600_000;
    let path = format!("/api/v1/calls?limit=2&box=sz-01&result=answered&from={from}");
    let some = walk(&office, &path, &cookie).await;
    assert!(some.len() > 3 && some.len() < whole.len());
    for call in &some {
        assert_eq!(
            (&call["box_id"], &call["end"]["result"]),
            (&json!("sz-01"), &json!("answered"))
        );
        assert!(call["started"].as_i64().unwrap() >= from);
        assert!(call["call"].is_string());
    }
    let open = whole
        .iter()
        .filter(|call| call.get("end").is_none())
        .count();
    assert!(open > 0);
    let won = walk(&office, "/api/v1/customers?stage=won&limit=1", &cookie).await;
    assert!(!won.is_empty() && won.iter().all(|one| one["stage"] == "won"));
}

#[tokio::test]
async fn what_does_not_fit_gets_a_coded_answer_that_names_the_field() {
    let office = filled(EVERYTHING);
    let cookie = office.signed_in(Role::HqAdmin);
    let calls_next = office
        .get("/api/v1/calls?limit=1", Some(&cookie))
        .await
        .json();
    let foreign_cursor = format!("customers?cursor={}", calls_next["next"].as_str().unwrap());
    let table = [
        ("calls?limit=0", "/limit", "out_of_range"),
        ("calls?limit=201", "/limit", "out_of_range"),
        ("calls?cursor=AAAA", "/cursor", "bad_cursor"),
        (foreign_cursor.as_str(), "/cursor", "bad_cursor"),
        ("calls?box=a%20b", "/box", "unknown_value"),
        ("calls?result=maybe", "/result", "unknown_value"),
        ("customers?stage=dead", "/stage", "unknown_value"),
        ("rollups/hours?from=5&to=4", "/to", "out_of_range"),
        (
            "rollups/hours?from=0&to=9999999999999",
            "/to",
            "out_of_range",
        ),
        (
            "rollups/hours?from=-9223372036854775808&to=9223372036854775807",
            "/to",
            "out_of_range",
        ),
        ("branches/sz-01/metrics?hours=0", "/hours", "out_of_range"),
        ("branches/sz-01/metrics?hours=169", "/hours", "out_of_range"),
    ];
    for (path, pointer, code) in table {
        let answer = office.get(&format!("/api/v1/{path}"), Some(&cookie)).await;
        problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        assert_eq!(
            answer.json()["errors"][0],
            json!({"pointer": pointer, "code": code}),
            "{path}"
        );
    }
    for path in ["calls?limit=many", "calls?from=x", "rollups/hours?from=1"] {
        let answer = office.get(&format!("/api/v1/{path}"), Some(&cookie)).await;
        problem(&answer, StatusCode::BAD_REQUEST, "bad_query");
    }
    for path in ["branches/nobody/metrics", "branches/%20/metrics"] {
        let answer = office.get(&format!("/api/v1/{path}"), Some(&cookie)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn branches_show_their_lag_and_their_last_sample() {
    let office = Office::new(EVERYTHING);
    let now = MIDNIGHT.0 + 12 * 3_600_000;
    let mut story = Story::of("sz-01");
    story.day(7);
    let ingested = story.send(&*office.store);
    let metrics = Metrics {
        utc: UtcMs(now - 60_000),
        head: ingested.applied.seq + 40,
        phones_registered: 3,
        calls_live: 2,
        ..Metrics::default()
    };
    let bytes = wire::encode(&metrics).unwrap();
    let (id, at) = (&story.box_id, UtcMs(now - 60_000));
    office.store.note_link(id, true, at).unwrap();
    office
        .store
        .note_metrics(id, at, metrics.head, &bytes)
        .unwrap();

    let cookie = office.signed_in(Role::HqAnalyst);
    let branch = office
        .get("/api/v1/branches", Some(&cookie))
        .await
        .items()
        .remove(0);
    assert_eq!(
        (&branch["box_id"], &branch["connected"]),
        (&json!("sz-01"), &json!(true))
    );
    assert_eq!(
        (&branch["lag_facts"], &branch["as_of"]),
        (&json!(40), &json!(story.now.0))
    );
    assert_eq!(branch["lag_s"], json!((now - story.now.0) / 1_000));
    assert_eq!(branch["metrics"]["phones_registered"], 3);
    let points = office
        .get("/api/v1/branches/sz-01/metrics?hours=1", Some(&cookie))
        .await
        .items();
    assert_eq!((points.len(), &points[0]["calls_live"]), (1, &json!(2)));

    let overview = office.get("/api/v1/overview", Some(&cookie)).await.json();
    assert_eq!(
        (&overview["branches"], &overview["connected"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&overview["calls_live"], &overview["lag_facts"]),
        (&json!(2), &json!(40))
    );
    assert_eq!(
        (&overview["attempts_today"], &overview["answered_today"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(overview["as_of"], json!(story.now.0));
}

#[tokio::test]
async fn hours_carry_the_attempts_that_their_answers_are_of() {
    let office = filled(EVERYTHING);
    let cookie = office.signed_in(Role::HqAnalyst);
    let (from, to) = (MIDNIGHT.0, MIDNIGHT.0 + 86_400_000);
    let sum = async |only: &str| {
        let path = format!("/api/v1/rollups/hours?from={from}&to={to}{only}");
        let hours = office.get(&path, Some(&cookie)).await.items();
        let of = |key: &str| {
            hours
                .iter()
                .map(|hour| hour[key].as_u64().unwrap())
                .sum::<u64>()
        };
        (of("attempts"), of("answered"))
    };
    assert_eq!(sum("").await, (24, 12));
    assert_eq!(sum("&box=sz-01").await, (12, 6));
    assert_eq!(sum("&box=nobody").await, (0, 0));
}

#[tokio::test]
async fn one_signs_in_and_out_and_it_is_written_down() {
    let office = Office::new(EVERYTHING);
    let password = Secret::new("correct horse".to_owned());
    cloud::people::create(&*office.store, "Li", Role::HqAnalyst, &password, UtcMs(1)).unwrap();
    let sign_in = async |password: &str| {
        let body = json!({"user": "li", "password": password});
        office
            .ask(Method::POST, "/api/v1/session", None, Some(body))
            .await
    };
    problem(
        &sign_in("wrong horse").await,
        StatusCode::UNAUTHORIZED,
        "wrong_name_or_password",
    );
    let signed_in = sign_in("correct horse").await;
    assert_eq!(signed_in.json()["role"], "hq_analyst");
    let line = signed_in.cookie.unwrap();
    assert!(line.starts_with("__Host-zk_hq=") && line.contains("HttpOnly"));
    let cookie = line.split(';').next().unwrap();
    assert_eq!(
        office.get("/api/v1/session", Some(cookie)).await.json()["user"],
        "li"
    );
    let out = office
        .ask(Method::DELETE, "/api/v1/session", Some(cookie), None)
        .await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let after = office.get("/api/v1/session", Some(cookie)).await;
    problem(&after, StatusCode::UNAUTHORIZED, "not_signed_in");
    let deeds: Vec<_> = office
        .store
        .audit(10)
        .unwrap()
        .into_iter()
        .map(|row| row.what)
        .collect();
    assert_eq!(
        deeds,
        ["signed_out", "signed_in", "sign_in_failed", "user_created"]
    );
}

#[tokio::test]
async fn guessing_is_locked_out_and_the_lock_outlives_a_restart() {
    let office = Office::new(EVERYTHING);
    let password = Secret::new("correct horse".to_owned());
    cloud::people::create(&*office.store, "li", Role::HqAnalyst, &password, UtcMs(1)).unwrap();
    let guess = json!({"user": "li", "password": "guess"});
    let mut codes = Vec::new();
    for _ in 0..7 {
        let answer = office
            .ask(Method::POST, "/api/v1/session", None, Some(guess.clone()))
            .await;
        codes.push(answer.status);
    }
    assert_eq!(codes[0], StatusCode::UNAUTHORIZED);
    assert_eq!(codes[6], StatusCode::TOO_MANY_REQUESTS);
    let li = &office.store.users().unwrap()[0];
    assert!(li.locked_until.is_some());
}

//! Facts that could not be applied, as people at headquarters meet them.
use crate::office::Office;
use axum::http::{Method, StatusCode};
use hq_store::conformance::story::Story;
use messages::command::Role;
use messages::fact::{Body, CallAnswered, Envelope};
use messages::{CallId, wire};
use rights::FieldPolicy;
use serde_json::json;

/// A branch with a fact whose body says what no fact of ours says, and one that is none.
fn poisoned(office: &Office) {
    let mut story = Story::of("sz-01");
    let call = CallId::from_bytes([5; 16]);
    let sealed = story.sealed(Body::from(CallAnswered::of(call)), 1);
    let mut envelope: Envelope = sealed.envelope().clone();
    envelope.subject = Some("customer:13800138000".to_owned());
    let body = json!({"call": "13800138000", "王芳": 13_800_138_000_u64});
    envelope.body = wire::encode(&body).unwrap();
    story.facts.push(wire::encode(&envelope).unwrap());
    story.facts.push("13800138000 王芳".as_bytes().to_vec());
    story.day(7);
    story.send(&*office.store);
}

#[tokio::test]
async fn they_are_listed_and_looked_at_and_nothing_they_say_is_shown() {
    let office = Office::new(FieldPolicy::default());
    poisoned(&office);
    let cookie = office.signed_in(Role::HqAnalyst);
    let list = office
        .get("/api/v1/dead-letters?box=sz-01", Some(&cookie))
        .await;
    let items = list.items();
    assert_eq!(
        (&items[0]["why"], &items[0]["kind"], &items[0]["seq"]),
        (
            &json!("body_undecodable"),
            &json!("call_answered"),
            &json!(1)
        )
    );
    assert_eq!(
        (&items[1]["why"], items[1].get("kind"), items[1].get("utc")),
        (&json!("fact_undecodable"), None, None)
    );
    let path = |seq: u64| format!("/api/v1/branches/sz-01/dead-letters/1/{seq}");
    let one = office.get(&path(1), Some(&cookie)).await;
    assert_eq!(
        one.json()["body"],
        json!([
            "map (2)",
            "  call: text (11)",
            "  [text (2)]: number (11 digits)"
        ])
    );
    assert_eq!(one.json().get("subject"), None);
    let other = office.get(&path(2), Some(&cookie)).await;
    for answer in [&list, &one, &other] {
        assert_eq!(answer.status, StatusCode::OK);
        for secret in ["13800138000", "王芳"] {
            assert!(!answer.text.contains(secret), "{}", answer.text);
        }
    }
    let none = office.get(&path(3), Some(&cookie)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_admin_tries_one_or_all_again_and_it_is_written_down() {
    let office = Office::new(FieldPolicy::default());
    poisoned(&office);
    let cookie = office.signed_in(Role::HqAdmin);
    let retry = async |box_id: &str, body| {
        let path = format!("/api/v1/branches/{box_id}/dead-letters/retry");
        office
            .ask(Method::POST, &path, Some(&cookie), Some(body))
            .await
    };
    let one = retry("sz-01", json!({"epoch": 1, "seq": 2})).await;
    assert_eq!(one.json(), json!({"applied": 0, "left": 1, "waiting": 0}));
    let all = retry("sz-01", json!({})).await;
    assert_eq!(all.json(), json!({"applied": 0, "left": 2, "waiting": 0}));
    let list = office.get("/api/v1/dead-letters", Some(&cookie)).await;
    assert!(list.items().iter().all(|one| one["tried"].is_i64()));
    let half = retry("sz-01", json!({"seq": 2})).await;
    assert_eq!(half.json()["errors"][0]["pointer"], "/epoch");
    for (box_id, body) in [
        ("nobody", json!({})),
        ("sz-01", json!({"epoch": 1, "seq": 3})),
    ] {
        assert_eq!(retry(box_id, body).await.status, StatusCode::NOT_FOUND);
    }
    let deeds = office.store.audit(10).unwrap();
    let about: Vec<_> = deeds.iter().map(|deed| deed.about.as_deref()).collect();
    assert_eq!(about, [Some("branch:sz-01"); 2]);
}

#[test]
fn every_reason_has_its_words_in_both_languages() {
    for text in [
        include_str!("../../../../protocol/web/locales/zh-CN.json"),
        include_str!("../../../../protocol/web/locales/en.json"),
    ] {
        let words: serde_json::Value = serde_json::from_str(text).unwrap();
        for code in hq_store::DEAD_LETTER_CODES {
            assert!(words["dead_letter"][code].is_string(), "{code}");
        }
    }
}

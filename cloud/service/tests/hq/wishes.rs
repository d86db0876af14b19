//! What headquarters wants of its branches: said by an admin, written down, numbered, signed; and how the links stand.
use crate::office::Office;
use axum::http::{Method, StatusCode};
use cloud::intake::Intake;
use cloud::mqtt::{Ingest as _, Outcome};
use hq_store::conformance::story::Story;
use messages::command::Role;
use messages::directive::{Directive, SignedDirective, Wish};
use messages::journal::Head;
use messages::lane::{CommandCode, CommandResult, DirectiveAck, DncChange, Lane, Urgent};
use messages::{CommandId, UtcMs, wire};
use rights::FieldPolicy;
use serde_json::{Value, json};

struct Desk {
    office: Office,
    cookie: String,
    story: Story,
}

impl Desk {
    fn new() -> Self {
        let office = Office::new(FieldPolicy::default());
        let mut story = Story::of("sz-01");
        story.day(3);
        story.send(&*office.store);
        Self {
            cookie: office.signed_in(Role::HqAdmin),
            office,
            story,
        }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.office.get(path, Some(&self.cookie)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn say(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let answer = self
            .office
            .ask(method, path, Some(&self.cookie), Some(body))
            .await;
        let json = serde_json::from_str(&answer.text).unwrap_or_default();
        (answer.status, json)
    }

    /// What the branch would be sent now.
    fn sent(&self) -> Vec<Wish> {
        let hand = self.office.hand.clone();
        let (id, store) = (&self.story.box_id, &self.office.store);
        store.dispatch(id, UtcMs(1), &hand.sign).unwrap();
        let all = store.directives_behind(id, 0, 100).unwrap();
        let wish = |bytes: &[u8]| {
            let signed: SignedDirective = wire::decode(bytes).unwrap();
            let directive: Directive = wire::decode(&signed.directive).unwrap();
            directive.wish().unwrap().unwrap()
        };
        all.iter().map(|one| wish(&one.bytes)).collect()
    }

    async fn hear(&self, lane: Lane, bytes: Vec<u8>) -> Outcome {
        let intake = Intake::new(self.office.state.clone());
        intake.publish(&self.story.box_id, lane, bytes.into()).await
    }
}

#[tokio::test]
async fn the_field_policy_counts_here_at_once_and_goes_to_the_branches() {
    let desk = Desk::new();
    let first = desk.get("/api/v1/field-policy").await;
    assert_eq!(
        (&first["name"], &first["version"], first.get("by")),
        (&json!("never"), &json!(1), None)
    );
    let customers = desk.get("/api/v1/customers").await;
    assert_eq!(customers["items"][0]["number"]["state"], "hidden");
    let wanted = json!({"name": "clear", "number": "masked"});
    let (status, now) = desk.say(Method::PUT, "/api/v1/field-policy", wanted).await;
    assert_eq!(
        (status, &now["version"], &now["by"]),
        (StatusCode::OK, &json!(2), &json!("hq_admin"))
    );
    let customers = desk.get("/api/v1/customers").await;
    assert_eq!(customers["items"][0]["number"]["state"], "sealed");
    let Wish::FieldPolicySet(sent) = desk.sent().remove(0) else {
        panic!("something else was sent")
    };
    assert_eq!((sent.name.code(), sent.number.code()), ("clear", "masked"));
    let wrong = json!({"name": "all", "number": "never"});
    let (status, said) = desk.say(Method::PUT, "/api/v1/field-policy", wrong).await;
    assert_eq!(
        (status, &said["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/name"))
    );
}

#[tokio::test]
async fn a_number_refused_at_headquarters_travels_as_an_index_and_is_kept_nowhere() {
    let desk = Desk::new();
    let path = "/api/v1/refusals-of-contact";
    let refuse = json!({"number": "138 0013 8000", "refused": true, "reason": "投诉"});
    let (status, _) = desk.say(Method::POST, path, refuse).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let list = desk.get(path).await;
    assert_eq!(
        (&list["items"][0]["refused"], list["items"][0].get("box_id")),
        (&json!(true), None)
    );
    assert!(!list.to_string().contains("0013"));
    let changes = desk.sent().into_iter().find_map(|wish| {
        let Wish::DncSet(set) = wish else { return None };
        Some(set.changes)
    });
    let changes = changes.unwrap();
    assert_eq!(
        (changes.len(), changes[0].index.len(), changes[0].refused),
        (1, 16, true)
    );
    for wrong in [
        json!({"number": "abc", "refused": true, "reason": "x"}),
        json!({"number": "13800138000", "refused": true, "reason": " "}),
    ] {
        let (status, _) = desk.say(Method::POST, path, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn what_one_branch_refuses_all_others_hear() {
    let desk = Desk::new();
    let other = Story::of("bj-02");
    desk.office.store.greet(&other.greeting()).unwrap();
    let change = DncChange {
        index: vec![7; 16],
        refused: true,
        reason: "asked".to_owned(),
        utc: UtcMs(5),
    };
    let urgent = |changes| Urgent {
        epoch: 1,
        upto: Head::EMPTY,
        changes,
    };
    let bytes = wire::encode(&urgent(vec![change.clone()])).unwrap();
    for _ in 0..2 {
        assert_eq!(
            desk.hear(Lane::UrgentUp, bytes.clone()).await,
            Outcome::committed()
        );
    }
    let store = &desk.office.store;
    let sign = desk.office.hand.sign.clone();
    let issued = store.dispatch(&other.box_id, UtcMs(1), &sign).unwrap();
    let kinds: Vec<_> = issued.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["field_policy_set", "dnc_set"]);
    let short = DncChange {
        index: vec![7; 3],
        ..change
    };
    let bytes = wire::encode(&urgent(vec![short])).unwrap();
    let refused = desk.hear(Lane::UrgentUp, bytes).await;
    assert!(matches!(refused, Outcome::Refused { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_log_level_has_a_time_limit_and_shows_how_far_it_came() {
    let desk = Desk::new();
    desk.sent();
    let path = "/api/v1/branches/sz-01/log-level";
    let (status, _) = desk
        .say(
            Method::POST,
            path,
            json!({"filter": "debug", "minutes": 60}),
        )
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    for wrong in [
        json!({"filter": "debug", "minutes": 0}),
        json!({"filter": "debug", "minutes": 1_441}),
        json!({"filter": "a=b=c", "minutes": 5}),
        json!({"filter": "", "minutes": 5}),
    ] {
        let (status, _) = desk.say(Method::POST, path, wrong.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let newest = async || desk.get("/api/v1/branches/sz-01/directives").await["items"][0].clone();
    let row = newest().await;
    assert_eq!(
        (&row["seq"], &row["state"], &row["by"]),
        (&json!(2), &json!("waiting"), &json!("hq_admin"))
    );
    let ack = wire::encode(&DirectiveAck { upto: 2 }).unwrap();
    desk.hear(Lane::DirectiveAck, ack).await;
    assert_eq!(newest().await["state"], "received");
    let nobody = "/api/v1/branches/nobody/log-level";
    let (status, _) = desk
        .say(
            Method::POST,
            nobody,
            json!({"filter": "debug", "minutes": 1}),
        )
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_command_is_asked_and_its_answer_shown() {
    let desk = Desk::new();
    let path = "/api/v1/branches/sz-01/commands";
    let (status, made) = desk
        .say(Method::POST, path, json!({"kind": "report"}))
        .await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, _) = desk
        .say(Method::POST, path, json!({"kind": "reboot"}))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let open = desk
        .office
        .store
        .open_commands(&desk.story.box_id, UtcMs(0), 10)
        .unwrap();
    assert_eq!(open.len(), 1);
    let result = CommandResult {
        id: CommandId::parse(made["id"].as_str().unwrap()).unwrap(),
        utc: UtcMs(1),
        code: CommandCode::Done,
        detail: "0.1.0".to_owned(),
    };
    desk.hear(Lane::Result, wire::encode(&result).unwrap())
        .await;
    let row = desk.get(path).await["items"][0].clone();
    assert_eq!(
        (&row["code"], &row["detail"]),
        (&json!("command_done"), &json!("0.1.0"))
    );
    let deeds: Vec<_> = desk
        .office
        .store
        .audit(5)
        .unwrap()
        .into_iter()
        .map(|row| row.what)
        .collect();
    assert_eq!(deeds, ["command_issued"]);
}

#[tokio::test]
async fn the_branches_with_the_worst_troubles_stand_first() {
    let desk = Desk::new();
    let store = &desk.office.store;
    let now = desk.office.state.clock.now().utc;
    let mut well = Story::of("aa-01");
    well.day(1);
    well.send(&**store);
    store.note_link(&well.box_id, true, now).unwrap();
    let mut cloned = Story::of("zz-09");
    cloned.day(1);
    cloned.send(&**store);
    store.note_link(&cloned.box_id, true, now).unwrap();
    store.note_trouble(&cloned.box_id, "cloned", now).unwrap();
    let mut late = Story::of("mm-05").greeting();
    late.head_seq = 90;
    late.clock_offset_ms = -301_000;
    store.greet(&late).unwrap();
    let health = desk.get("/api/v1/sync").await;
    let rows = health["items"].as_array().unwrap();
    let ids: Vec<_> = rows
        .iter()
        .map(|row| row["box_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["zz-09", "mm-05", "sz-01", "aa-01"]);
    assert_eq!(
        (&rows[0]["phase"], &rows[0]["troubles"]),
        (&json!("halted"), &json!(["cloned"]))
    );
    assert_eq!(rows[1]["troubles"], json!(["offline", "clock", "behind"]));
    assert_eq!(
        (&rows[1]["lag_facts"], rows[1].get("drain_s")),
        (&json!(90), None)
    );
    assert_eq!(
        (&rows[3]["phase"], &rows[3]["troubles"]),
        (&json!("in_sync"), &json!([]))
    );
    assert_eq!(health.get("backup"), None);
}

//! Lines that break: what a box hears, what headquarters keeps and shows, and how a person ends it.
use crate::office::Office;
use axum::http::{Method, StatusCode};
use bytes::Bytes;
use cloud::intake::Intake;
use cloud::mqtt::{Ingest as _, Outcome};
use hq_store::FactBatch;
use hq_store::conformance::story::Story;
use link::pack_batch;
use messages::command::Role;
use messages::journal::Head;
use messages::lane::{Batch, Hello, Lane, PROTOCOL, SCHEMA, Verdict, Welcome};
use messages::{BootId, UtcMs, wire};
use rights::FieldPolicy;
use serde_json::{Value, json};

struct Line {
    office: Office,
    intake: Intake,
    story: Story,
}

impl Line {
    /// With some facts applied.
    async fn new() -> (Self, FactBatch) {
        let office = Office::new(FieldPolicy::default());
        let line = Self {
            intake: Intake::new(office.state.clone()),
            story: Story::of("sz-01"),
            office,
        };
        let mut line = line;
        line.story.day(3);
        let batch = line.story.batch();
        line.greet(&line.hello(line.story.boot, batch.after)).await;
        line.facts(&batch, 1).await;
        (line, batch)
    }

    fn hello(&self, boot: BootId, head: Head) -> Hello {
        Hello {
            protocol: PROTOCOL,
            schema: SCHEMA,
            box_id: self.story.box_id.clone(),
            boot,
            epoch: 1,
            head,
            oldest: 1,
            utc: UtcMs(1),
            version: "1".to_owned(),
            marks: Vec::new(),
            asks_to_branch: false,
            proof: None,
            directives: None,
        }
    }

    async fn publish(&self, lane: Lane, bytes: impl Into<Bytes>) -> Outcome {
        let box_id = &self.story.box_id;
        self.intake.publish(box_id, lane, bytes.into()).await
    }

    async fn greet(&self, hello: &Hello) -> Welcome {
        let bytes = wire::encode(hello).unwrap();
        let outcome = self.publish(Lane::Hello, bytes).await;
        let Outcome::Committed { replies } = outcome else {
            panic!("{outcome:?}")
        };
        wire::decode(&replies[0].1).unwrap()
    }

    async fn facts(&self, batch: &FactBatch, epoch: u32) -> Outcome {
        let (message, _) = pack_batch(epoch, batch.before, &batch.facts).unwrap();
        self.publish(Lane::Facts, message).await
    }

    async fn sync(&self) -> Value {
        let cookie = self.office.signed_in(Role::HqAnalyst);
        let health = self.office.get("/api/v1/sync", Some(&cookie)).await;
        health.json()["items"][0].clone()
    }

    async fn breaks(&self) -> Vec<Value> {
        let cookie = self.office.signed_in(Role::HqAnalyst);
        let found = self.office.get("/api/v1/breaks?box=sz-01", Some(&cookie));
        found.await.items()
    }

    async fn close(&self, role: Role, body: Value) -> StatusCode {
        let cookie = self.office.signed_in(role);
        let path = "/api/v1/branches/sz-01/breaks/1/close";
        let answer = self
            .office
            .ask(Method::POST, path, Some(&cookie), Some(body));
        answer.await.status
    }
}

fn has(health: &Value, trouble: &str) -> bool {
    health["troubles"]
        .as_array()
        .unwrap()
        .contains(&json!(trouble))
}

#[tokio::test]
async fn of_a_copied_box_nothing_is_taken_until_somebody_has_chosen_a_run() {
    let (mut line, batch) = Line::new().await;
    let (first, second) = (line.story.boot, BootId::from_bytes([9; 16]));
    let welcome = line.greet(&line.hello(second, batch.after)).await;
    assert_eq!(welcome.verdict, Verdict::Resume);
    let suspected = line.greet(&line.hello(first, batch.after)).await;
    assert_eq!(suspected.verdict, Verdict::Cloned);
    let proof = Hello {
        proof: suspected.prove,
        ..line.hello(first, batch.after)
    };
    line.greet(&proof).await;
    line.story.day(1);
    let next = line.story.batch();
    let refused = line.facts(&next, 1).await;
    assert!(matches!(refused, Outcome::Refused { .. }), "{refused:?}");
    let health = line.sync().await;
    assert!(has(&health, "cloned") && has(&health, "breaks"), "{health}");
    assert_eq!(health["phase"], "offline");
    let found = &line.breaks().await[0];
    assert_eq!(found["kind"], "copied");
    assert_eq!(
        found["runs"],
        json!([second.to_string(), first.to_string()])
    );

    let chosen = json!({"reason": "the other disk is on my desk", "run": first.to_string()});
    let by_analyst = line.close(Role::HqAnalyst, chosen.clone()).await;
    assert_eq!(by_analyst, StatusCode::FORBIDDEN);
    for bad in [
        json!({"reason": " ", "run": first.to_string()}),
        json!({"reason": "x"}),
        json!({"reason": "x", "run": BootId::from_bytes([1; 16]).to_string()}),
        json!({"reason": "x".repeat(201), "run": first.to_string()}),
    ] {
        let status = line.close(Role::HqAdmin, bad.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let done = line.close(Role::HqAdmin, chosen.clone()).await;
    assert_eq!(done, StatusCode::NO_CONTENT);
    let again = line.close(Role::HqAdmin, chosen).await;
    assert_eq!(again, StatusCode::CONFLICT);
    let welcome = line.greet(&line.hello(first, next.after)).await;
    assert_eq!(welcome.verdict, Verdict::Resume);
    let taken = line.facts(&next, 1).await;
    assert!(matches!(taken, Outcome::Committed { .. }), "{taken:?}");
    assert!(!has(&line.sync().await, "cloned"));
    let deeds = line.office.store.audit(10).unwrap();
    assert!(deeds.iter().any(|deed| deed.what == "box_released"));
}

#[tokio::test]
async fn an_old_tail_is_shown_and_the_box_goes_on_from_the_branch_point() {
    let (mut line, batch) = Line::new().await;
    let mut other = line.story.clone();
    line.story.day(2);
    let lost = line.story.batch();
    line.facts(&lost, 1).await;
    other.wait_ms(7);
    other.day(4);
    let own = other.batch();
    let mut hash = batch.after.hash;
    let mut marks = vec![batch.after];
    for (seq, bytes) in (batch.after.seq + 1..).zip(&own.facts) {
        hash = hash.next(bytes);
        marks.push(Head { seq, hash });
    }
    marks.truncate(messages::lane::MARKS_MAX);
    let hello = Hello {
        marks,
        asks_to_branch: true,
        ..line.hello(line.story.boot, own.after)
    };
    let welcome = line.greet(&hello).await;
    assert_eq!(
        (welcome.verdict, welcome.go_on, welcome.epoch),
        (Verdict::Diverged, Some(batch.after), 2)
    );
    let taken = line.facts(&own, 2).await;
    assert!(matches!(taken, Outcome::Committed { .. }), "{taken:?}");
    let found = &line.breaks().await[0];
    assert_eq!(
        (&found["kind"], &found["first"], &found["last"]),
        (
            &json!("old_tail"),
            &json!(lost.before.seq + 1),
            &json!(lost.after.seq)
        )
    );
    let cookie = line.office.signed_in(Role::HqAnalyst);
    let path = "/api/v1/branches/sz-01/breaks/1/facts";
    let old = line.office.get(path, Some(&cookie)).await;
    assert_eq!(old.items().len(), lost.facts.len());
    assert!(has(&line.sync().await, "breaks"));
    let seen = json!({"reason": "the disk was replaced"});
    assert_eq!(
        line.close(Role::HqAdmin, seen).await,
        StatusCode::NO_CONTENT
    );
    assert!(!has(&line.sync().await, "breaks"));
}

#[tokio::test]
async fn a_gap_and_a_schema_of_tomorrow_are_taken_and_shown() {
    let (mut line, batch) = Line::new().await;
    line.story.day(2);
    let never = line.story.batch();
    line.story.day(1);
    let next = line.story.batch();
    let hello = Hello {
        oldest: never.after.seq + 1,
        marks: vec![never.after],
        schema: SCHEMA + 9,
        ..line.hello(line.story.boot, next.after)
    };
    let welcome = line.greet(&hello).await;
    assert_eq!(
        (welcome.verdict, welcome.go_on, welcome.upgrade),
        (Verdict::Gap, Some(never.after), true)
    );
    let found = &line.breaks().await[0];
    assert_eq!(
        (&found["kind"], &found["first"], &found["last"]),
        (
            &json!("gap"),
            &json!(batch.after.seq + 1),
            &json!(never.after.seq)
        )
    );
    let (message, _) = pack_batch(1, next.before, &next.facts).unwrap();
    let mut skewed: Batch = wire::decode(&message).unwrap();
    skewed.schema = SCHEMA + 9;
    let message = wire::encode(&skewed).unwrap();
    let taken = line.publish(Lane::Facts, message).await;
    assert!(matches!(taken, Outcome::Committed { .. }), "{taken:?}");
    let health = line.sync().await;
    assert!(has(&health, "raw") && has(&health, "breaks"), "{health}");
    assert_eq!(health["raw"], json!(next.facts.len()));
    assert_eq!(health["applied"], json!(next.after.seq));
    cloud::raw::take_up(&*line.office.store).unwrap();
    assert_eq!(line.sync().await["raw"], json!(next.facts.len()), "still");
}

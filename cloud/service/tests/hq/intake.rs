//! What the boxes say: every lane through the door that the MQTT endpoint uses.
use crate::office::Office;
use bytes::Bytes;
use cloud::intake::Intake;
use cloud::mqtt::{Ingest as _, Outcome};
use hq_store::conformance::story::Story;
use hq_store::{BoxRecord, FactBatch};
use link::pack_batch;
use messages::journal::Head;
use messages::lane::{Ack, Hello, Lane, LinkState, Metrics, PROTOCOL, SCHEMA, Verdict, Welcome};
use messages::{BootId, UtcMs, wire};
use rights::FieldPolicy;

struct Line {
    office: Office,
    intake: Intake,
    story: Story,
}

impl Line {
    fn new() -> Self {
        let office = Office::new(FieldPolicy::default());
        Self {
            intake: Intake::new(office.state.clone()),
            story: Story::of("sz-01"),
            office,
        }
    }

    async fn publish(&self, lane: Lane, bytes: impl Into<Bytes>) -> Outcome {
        self.intake
            .publish(&self.story.box_id, lane, bytes.into())
            .await
    }

    fn record(&self) -> BoxRecord {
        self.office
            .store
            .box_record(&self.story.box_id)
            .unwrap()
            .unwrap()
    }

    async fn hello(&self, boot: BootId, head: Head) -> Welcome {
        let hello = Hello {
            protocol: PROTOCOL,
            schema: SCHEMA,
            box_id: self.story.box_id.clone(),
            boot,
            epoch: 0,
            head,
            oldest: 1,
            utc: UtcMs(self.office.state.clock.now().utc.0 + 250),
            version: "1.2.3".to_owned(),
            marks: Vec::new(),
            asks_to_branch: false,
            proof: None,
            directives: None,
        };
        let outcome = self
            .publish(Lane::Hello, wire::encode(&hello).unwrap())
            .await;
        let Outcome::Committed { replies } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(replies[0].0, Lane::Welcome);
        wire::decode(&replies[0].1).unwrap()
    }

    async fn facts(&self, batch: &FactBatch) -> Outcome {
        let (message, after) = pack_batch(1, batch.before, &batch.facts).unwrap();
        assert_eq!(
            after, batch.after,
            "the story is small enough for one batch"
        );
        self.publish(Lane::Facts, message).await
    }
}

fn ack_of(outcome: &Outcome) -> Ack {
    let (Outcome::Committed { replies } | Outcome::Refused { replies, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(replies[0].0, Lane::Ack);
    wire::decode(&replies[0].1).unwrap()
}

fn refused_with(outcome: &Outcome) -> &'static str {
    let Outcome::Refused { code, .. } = outcome else {
        panic!("{outcome:?}")
    };
    code
}

#[tokio::test]
async fn a_box_greets_sends_and_is_acknowledged_once_it_is_durable() {
    let mut line = Line::new();
    line.story.day(5);
    let first = line.story.batch();
    let welcome = line.hello(line.story.boot, first.after).await;
    assert_eq!(
        (welcome.verdict, welcome.epoch, welcome.applied),
        (Verdict::Resume, 1, Head::EMPTY)
    );
    assert_eq!(line.record().clock_offset_ms, 250);
    assert_eq!(line.record().lag_facts(), first.after.seq);

    let ack = ack_of(&line.facts(&first).await);
    assert_eq!((ack.applied, ack.epoch, ack.safe), (first.after, 1, 0));
    assert_eq!(line.record().applied, first.after);
    assert_eq!(ack_of(&line.facts(&first).await).applied, first.after);

    line.story.day(1);
    let missing = line.story.batch();
    line.story.day(1);
    let next = line.story.batch();
    let gap = line.facts(&next).await;
    assert_eq!(refused_with(&gap), "link_gap");
    assert_eq!(ack_of(&gap).applied, first.after);
    assert_eq!(line.record().last_error.unwrap().0, "link_gap");
    line.facts(&missing).await;
    assert_eq!(ack_of(&line.facts(&next).await).applied, next.after);
    let again = line.hello(line.story.boot, next.after).await;
    assert_eq!(
        (again.verdict, again.applied),
        (Verdict::Resume, next.after)
    );
    assert_eq!(line.record().last_error, None);
}

#[tokio::test]
async fn facts_before_a_hello_and_bytes_that_are_no_message_are_refused_with_a_code() {
    let mut line = Line::new();
    line.story.day(1);
    let batch = line.story.batch();
    assert_eq!(refused_with(&line.facts(&batch).await), "link_not_greeted");
    for (lane, code) in [
        (Lane::Hello, "link_undecodable"),
        (Lane::Facts, "link_undecodable"),
        (Lane::Metrics, "link_undecodable"),
        (Lane::State, "link_undecodable"),
        (Lane::Welcome, "link_lane"),
        (Lane::Ack, "link_lane"),
    ] {
        assert_eq!(refused_with(&line.publish(lane, "?").await), code);
    }
    let large = vec![0; 20 * 1024];
    assert_eq!(
        refused_with(&line.publish(Lane::Metrics, large).await),
        "link_too_large"
    );
    assert_eq!(line.record().applied, Head::EMPTY);
}

#[tokio::test]
async fn poison_is_set_aside_and_acknowledged() {
    let mut line = Line::new();
    line.story.facts.push(b"poison".to_vec());
    line.story.block();
    let batch = line.story.batch();
    line.hello(line.story.boot, batch.after).await;
    assert_eq!(ack_of(&line.facts(&batch).await).applied.seq, 2);
    assert_eq!(
        (line.record().dead_letters, line.record().applied.seq),
        (1, 2)
    );
}

#[tokio::test]
async fn a_box_that_was_restored_or_copied_is_told_and_shown() {
    let mut line = Line::new();
    line.story.day(2);
    let batch = line.story.batch();
    line.hello(line.story.boot, batch.after).await;
    line.facts(&batch).await;
    let other_boot = BootId::from_bytes([9; 16]);
    let welcome = line.hello(other_boot, Head::EMPTY).await;
    assert_eq!(welcome.verdict, Verdict::Restored);
    assert_eq!(line.record().last_error.unwrap().0, "restored");
    let welcome = line.hello(line.story.boot, batch.after).await;
    assert_eq!(welcome.verdict, Verdict::Cloned);
    assert_eq!(line.record().last_error.unwrap().0, "cloned");
}

#[tokio::test]
async fn links_come_and_go_and_an_old_last_will_does_not_bury_a_living_box() {
    let line = Line::new();
    line.hello(line.story.boot, Head::EMPTY).await;
    line.intake.link_changed(&line.story.box_id, true).await;
    assert!(line.record().link_up);
    let will = |boot| {
        wire::encode(&LinkState {
            connected: false,
            boot,
        })
        .unwrap()
    };
    line.publish(Lane::State, will(line.story.boot)).await;
    assert!(line.record().link_up);
    line.intake.link_changed(&line.story.box_id, false).await;
    assert!(!line.record().link_up);

    // As another process's broker would hand it over.
    line.office
        .store
        .note_link(&line.story.box_id, true, UtcMs(1))
        .unwrap();
    line.publish(Lane::State, will(BootId::from_bytes([7; 16])))
        .await;
    assert!(line.record().link_up);
    line.publish(Lane::State, will(line.story.boot)).await;
    assert!(!line.record().link_up);
}

#[tokio::test]
async fn samples_are_kept_and_tell_how_far_the_box_is() {
    let line = Line::new();
    line.hello(line.story.boot, Head::EMPTY).await;
    let metrics = Metrics {
        head: 500,
        ..Metrics::default()
    };
    let bytes = wire::encode(&metrics).unwrap();
    let outcome = line.publish(Lane::Metrics, bytes.clone()).await;
    assert_eq!(outcome, Outcome::committed());
    assert_eq!(line.record().lag_facts(), 500);
    let last = line
        .office
        .store
        .last_metrics(&line.story.box_id)
        .unwrap()
        .unwrap();
    assert_eq!(last.1, bytes);
}

//! Customers: import, stages, numbers, refusals of contact, recordings.
use super::fake::{CALL, CALLER, CUSTOMER, Fake, RECORDING, STRANGER, number};
use messages::command::{Command, ImportRow};
use messages::fact::Body;
use messages::registry::{Outcome, RowFate};
use messages::{CallId, PersonName, RecordingId, Refusal, Stage};

fn import(rows: &[(&str, &str)]) -> Command {
    let rows = rows.iter().map(|(name, text)| ImportRow {
        name: PersonName::parse(name).unwrap(),
        number: number(text),
        stage: Stage::Lead,
    });
    Command::ImportCustomers {
        batch: "b".to_owned(),
        rows: rows.collect(),
    }
}

#[test]
fn an_import_makes_a_customer_of_each_number_once() {
    let fake = Fake::new();
    let command = import(&[
        ("known", "13800138000"),
        ("new", "13700137000"),
        ("again", "+86 137 0013 7000"),
        ("called before", "13900139000"),
    ]);
    let decision = fake.asks("console", &command).unwrap();
    let Outcome::Imported(fates) = &decision.outcome else {
        panic!("{:?}", decision.outcome);
    };
    let [
        RowFate::Known(CUSTOMER),
        RowFate::New(a),
        RowFate::Repeated(b),
        RowFate::New(_),
    ] = fates[..]
    else {
        panic!("{fates:?}");
    };
    assert_eq!(a, b);
    let kinds: Vec<_> = decision.facts.iter().map(Body::kind).collect();
    assert_eq!(
        kinds,
        ["party_met", "customer_imported", "customer_imported"]
    );
    let Body::CustomerImported(last) = &decision.facts[2] else {
        panic!("an import");
    };
    assert_eq!(
        last.party, CALLER,
        "a party that was met on a call stays one party"
    );
}

#[test]
fn a_stage_moves_only_to_another_one() {
    let fake = Fake::new();
    let to = |customer, to| fake.kinds("user:agent", &Command::MoveStage { customer, to });
    assert_eq!(to(CUSTOMER, Stage::Won), Ok(vec!["customer_stage_moved"]));
    assert_eq!(to(CUSTOMER, Stage::Lead), Err(Refusal::StageUnchanged));
    assert_eq!(to(STRANGER, Stage::Won), Err(Refusal::UnknownCustomer));
}

#[test]
fn a_number_is_seen_by_a_person_with_the_right_and_a_reason() {
    let fake = Fake::new();
    let view = |actor, reason: &str| {
        let command = Command::ViewNumber {
            customer: CUSTOMER,
            reason: reason.to_owned(),
        };
        fake.asks(actor, &command).map(|decision| decision.facts)
    };
    assert_eq!(view("user:agent", "x"), Err(Refusal::NotAllowed));
    assert_eq!(view("user:hq", "x"), Err(Refusal::NotAllowed));
    assert_eq!(
        view("console", "x"),
        Err(Refusal::NotAllowed),
        "nobody stands for it by name"
    );
    assert_eq!(view("user:supervisor", " "), Err(Refusal::ReasonMissing));
    let facts = view("user:supervisor", "回电 13800138000").unwrap();
    let [Body::NumberViewed(fact)] = &facts[..] else {
        panic!("{facts:?}");
    };
    assert_eq!(fact.reason, "回电 ***********");
}

#[test]
fn a_refusal_of_contact_is_added_once_and_lifted_once() {
    let mut fake = Fake::new();
    let number = number("13800138000");
    let reason = "no".to_owned();
    let refuse = Command::RefuseContact {
        number: number.clone(),
        reason: reason.clone(),
    };
    let lift = Command::LiftRefusal { number, reason };
    assert_eq!(fake.kinds("user:agent", &refuse), Ok(vec!["dnc_added"]));
    assert_eq!(fake.kinds("user:admin", &lift), Ok(vec![]));
    fake.refusing.insert("13800138000".to_owned());
    assert_eq!(fake.kinds("user:agent", &refuse), Ok(vec![]));
    assert_eq!(fake.kinds("user:admin", &lift), Ok(vec!["dnc_lifted"]));
    assert_eq!(fake.kinds("user:agent", &lift), Err(Refusal::NotAllowed));
}

#[test]
fn an_agent_plays_only_what_was_said_at_the_own_phone() {
    let fake = Fake::new();
    let play = |actor, recording| fake.kinds(actor, &Command::NotePlayed { recording });
    assert_eq!(play("user:agent", RECORDING), Ok(vec!["recording_played"]));
    assert_eq!(play("user:agent2", RECORDING), Err(Refusal::NotAllowed));
    assert_eq!(
        play("user:supervisor", RECORDING),
        Ok(vec!["recording_played"])
    );
    let unknown = RecordingId::from_bytes([0; 16]);
    assert_eq!(play("user:admin", unknown), Err(Refusal::UnknownRecording));
    let export = |actor| {
        fake.kinds(
            actor,
            &Command::NoteExported {
                recording: RECORDING,
            },
        )
    };
    assert_eq!(export("console"), Ok(vec!["recording_exported"]));
    assert_eq!(export("user:supervisor"), Err(Refusal::NotAllowed));
}

#[test]
fn the_end_of_a_foreign_call_is_asked_for_by_leaders() {
    let fake = Fake::new();
    let ask = |actor, call| fake.kinds(actor, &Command::NoteHangUpAsked { call });
    assert_eq!(ask("user:supervisor", CALL), Ok(vec!["hang_up_asked"]));
    assert_eq!(ask("user:agent", CALL), Err(Refusal::NotAllowed));
    assert_eq!(
        ask("user:admin", CallId::from_bytes([0; 16])),
        Err(Refusal::UnknownCall)
    );
}

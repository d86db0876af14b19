//! Commands: what they become, and that a refusal undoes only itself.
use super::stage::{Stage, plan, row};
use branch_store::CustomerFilter;
use messages::command::{Command, Role, Secret};
use messages::fact::{Actor, BoxStopped};
use messages::registry::{Change, Outcome, Part, RowFate};
use messages::{CustomerId, PartyNumber, Refusal, Stage as CustomerStage, UserName};
use std::sync::mpsc::sync_channel;

#[test]
fn applying_a_plan_twice_changes_nothing_the_second_time() {
    let stage = Stage::new();
    let configure = || stage.ask(Command::ConfigureBranch(plan())).unwrap();
    let Outcome::Configured(changes) = configure() else {
        panic!("configured");
    };
    assert_eq!(changes.len(), 6, "{changes:?}");
    let head = stage.store().head();
    assert_eq!(configure(), Outcome::Configured(vec![]));
    assert_eq!(stage.store().head(), head, "no fact for no change");
    assert_eq!(stage.store().reader().unwrap().plan().unwrap(), plan());

    let mut other = plan();
    other.phones[0].password = Secret::new("new".to_owned());
    other.phones.pop();
    let changed = stage.ask(Command::ConfigureBranch(other.clone())).unwrap();
    let [first, second] = &plan().phones[..] else {
        panic!("two phones");
    };
    assert_eq!(
        changed,
        Outcome::Configured(vec![
            Change::Phone(first.extension.clone(), Part::Changed),
            Change::Phone(second.extension.clone(), Part::Removed),
        ])
    );
    assert_eq!(stage.store().reader().unwrap().plan().unwrap(), other);
}

#[test]
fn a_number_is_imported_once_however_it_is_written() {
    let stage = Stage::new();
    let fates = stage.import(&[
        ("王小芳", "13800138000"),
        ("李四", "+86 139-0013-8001"),
        ("王小芳二", "+8613800138000"),
    ]);
    let [
        RowFate::New(first),
        RowFate::New(_),
        RowFate::Repeated(again),
    ] = fates[..]
    else {
        panic!("{fates:?}");
    };
    assert_eq!(first, again);
    assert_eq!(
        stage.import(&[("王", "138 0013 8000")]),
        [RowFate::Known(first)]
    );
    let reader = stage.store().reader().unwrap();
    let page = reader.customers(&CustomerFilter::default(), 10).unwrap();
    assert_eq!(page.rows.len(), 2);
    let row = reader.customer(first).unwrap().unwrap();
    assert_eq!(row.name.clear().unwrap().as_str(), "王小芳");
    assert_eq!(row.number.clear().unwrap().to_dial(), "13800138000");
}

#[test]
fn customers_are_found_by_name_by_last_digits_and_by_the_whole_number() {
    let mut stage = Stage::new();
    stage.import(&[("王小芳", "13800138000"), ("李四", "13900138001")]);
    for reopened in [false, true] {
        let reader = stage.store().reader().unwrap();
        let found = |text: &str, at| {
            let filter = CustomerFilter {
                text: Some(text.to_owned()),
                stage: at,
                whole_numbers: true,
                after: None,
            };
            let page = reader.customers(&filter, 10).unwrap();
            let names = page
                .rows
                .iter()
                .map(|row| row.name.clear().unwrap().as_str().to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(found("小芳", None), ["王小芳"], "reopened: {reopened}");
        assert_eq!(found("8001", None), ["李四"]);
        assert_eq!(found("+86 138 0013 8000", None), ["王小芳"]);
        let masked = CustomerFilter {
            text: Some("+86 138 0013 8000".to_owned()),
            ..CustomerFilter::default()
        };
        let page = reader.customers(&masked, 10).unwrap();
        assert!(page.rows.is_empty(), "only who may read numbers");
        assert_eq!(
            found("小芳", Some(CustomerStage::Won)),
            Vec::<String>::new()
        );
        drop(reader);
        if !reopened {
            stage.close();
            stage.open().unwrap();
        }
    }
}

#[test]
fn pages_go_on_where_they_ended() {
    let stage = Stage::new();
    for n in 0..7 {
        stage.import_one(&format!("客户{n}"), &format!("1380013800{n}"));
    }
    let reader = stage.store().reader().unwrap();
    let mut filter = CustomerFilter::default();
    let mut seen: Vec<CustomerId> = Vec::new();
    loop {
        let page = reader.customers(&filter, 3).unwrap();
        seen.extend(page.rows.iter().map(|row| row.customer));
        let Some(next) = page.next else { break };
        filter.after = Some(next);
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
}

#[test]
fn a_refusal_undoes_only_itself() {
    let stage = Stage::new();
    let customer = stage.import_one("王小芳", "13800138000");
    let (answer, answers) = sync_channel(3);
    let before = stage.store().head().seq;
    // one batch: the writer takes all that waits
    for to in [CustomerStage::Won, CustomerStage::Won, CustomerStage::Lost] {
        let answer = answer.clone();
        stage.store().propose(
            Actor::Console,
            None,
            Command::MoveStage { customer, to },
            Box::new(move |result| answer.send(result.map(|done| done.facts)).unwrap()),
        );
    }
    let results: Vec<_> = answers.iter().take(3).collect();
    assert_eq!(results, [Ok(1), Err(Refusal::StageUnchanged), Ok(1)]);
    let kinds = stage.kinds_after(before);
    assert_eq!(kinds, ["customer_stage_moved", "customer_stage_moved"]);
}

#[test]
fn rights_hold_for_users_and_not_for_the_console() {
    let stage = Stage::new();
    stage.ask(Command::ConfigureBranch(plan())).unwrap();
    let customer = stage.import_one("王小芳", "13800138000");
    let user = |name: &str| UserName::parse(name).unwrap();
    for (name, role) in [("li", Role::Agent), ("boss", Role::Supervisor)] {
        let create = Command::CreateUser {
            user: user(name),
            role,
            extension: None,
            password_hash: Secret::new("hash".to_owned()),
        };
        stage.ask(create).unwrap();
    }
    let view = |name: &str, reason: &str| {
        let command = Command::ViewNumber {
            customer,
            reason: reason.to_owned(),
        };
        let actor = Actor::User(user(name));
        stage
            .store()
            .propose_and_wait(actor, None, command)
            .map(|done| done.facts)
    };
    assert_eq!(view("li", "why"), Err(Refusal::NotAllowed));
    assert_eq!(view("boss", " "), Err(Refusal::ReasonMissing));
    assert_eq!(view("boss", "call back by mobile"), Ok(1));
    assert_eq!(view("nobody", "why"), Err(Refusal::UnknownUser));
    let (row, hash) = stage
        .store()
        .reader()
        .unwrap()
        .user_with_hash(&user("li"))
        .unwrap()
        .unwrap();
    assert_eq!((row.role, hash.expose()), (Role::Agent, "hash"));
}

#[test]
fn a_refusal_of_contact_is_known_at_once_and_after_a_restart() {
    let mut stage = Stage::new();
    let customer = stage.import_one("王小芳", "13800138000");
    let number = PartyNumber::parse("13800138000").unwrap();
    let refuse = Command::RefuseContact {
        number: number.clone(),
        reason: "says no, call 13800138000 never".to_owned(),
    };
    stage.ask(refuse.clone()).unwrap();
    assert!(stage.store().refuses_contact(&number));
    stage.close();
    stage.open().unwrap();
    assert!(stage.store().refuses_contact(&number));
    let row = stage
        .store()
        .reader()
        .unwrap()
        .customer(customer)
        .unwrap()
        .unwrap();
    assert!(row.refuses_contact);
    let head = stage.store().head();
    stage.ask(refuse).unwrap();
    assert_eq!(
        stage.store().head(),
        head,
        "refusing twice is refusing once"
    );
    let lift = Command::LiftRefusal {
        number: number.clone(),
        reason: "agreed".to_owned(),
    };
    stage.ask(lift).unwrap();
    assert!(!stage.store().refuses_contact(&number));
}

#[test]
fn a_full_queue_is_said_at_once() {
    let mut stage = Stage::new();
    stage.close();
    stage
        .open_with(|config| config.limits.waiting_facts_max = 0)
        .unwrap();
    let command = Command::ImportCustomers {
        batch: "x".into(),
        rows: vec![row("a", "95588")],
    };
    assert_eq!(stage.ask(command), Err(Refusal::Overloaded));
    let fact = stage.fact(BoxStopped {
        reason: String::new(),
    });
    assert!(stage.store().append(vec![fact.clone()]).is_err());
    assert!(!stage.store().has_room_for_new_call());
    assert!(stage.store().append_admitted(vec![fact]).is_ok());
}

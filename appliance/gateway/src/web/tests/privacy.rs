//! Every operation × every role: who gets in, and that nobody is sent what the rights table withholds.
use super::requests::ALL;
use super::world::{NAME, NUMBER, World, problem_of, text_of};
use messages::Field;
use messages::command::Role;
use portal::access::{Access, Rule};
use rights::{FieldPolicy, access};
use std::collections::BTreeSet;

fn phone_of(role: Role) -> Option<&'static str> {
    match role {
        Role::Agent => Some("1000"),
        Role::Supervisor | Role::Admin | Role::HqAnalyst | Role::HqAdmin => None,
    }
}

#[test]
fn every_operation_of_the_document_has_its_request_here() {
    let access = Access::of(&crate::web::openapi());
    let documented: BTreeSet<_> = access
        .iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    let asked: BTreeSet<_> = ALL.iter().map(|call| (call.method, call.route)).collect();
    assert_eq!(documented, asked);
}

#[test]
fn a_route_lets_in_whom_the_rights_table_allows_the_action() {
    let access = Access::of(&crate::web::openapi());
    for call in &ALL {
        let Some(action) = call.action else { continue };
        let method = call.method.parse().unwrap();
        let Some(Rule::Roles(roles)) = access.rule(&method, call.route) else {
            panic!("{} {} is open to anyone", call.method, call.route);
        };
        for role in Role::ALL {
            assert_eq!(
                roles.contains(&role),
                rights::may(role, action),
                "{role:?} {action:?}"
            );
        }
    }
}

#[tokio::test]
async fn without_a_session_nothing_is_told() {
    let world = World::new();
    for call in &ALL {
        let response = world.ask(call.request(&world, None)).await;
        let expected = if (call.method, call.route) == ("POST", "/api/v1/session") {
            "wrong_name_or_password"
        } else {
            "not_signed_in"
        };
        let found = problem_of(response).await;
        assert_eq!(
            found,
            (401, expected.to_owned()),
            "{} {}",
            call.method,
            call.route
        );
    }
}

#[tokio::test]
async fn no_role_gets_in_where_it_is_not_named_and_none_is_sent_what_it_may_not_see() {
    let access_table = Access::of(&crate::web::openapi());
    for role in Role::ALL {
        let world = World::new();
        for call in &ALL {
            let place = format!("{role:?} {} {}", call.method, call.route);
            let cookie = world.cookie(role, phone_of(role));
            let response = world.ask(call.request(&world, Some(&cookie))).await;
            let status = response.status().as_u16();
            let text = text_of(response).await;
            let method = call.method.parse().unwrap();
            match access_table.rule(&method, call.route) {
                Some(Rule::Anyone) => {}
                Some(Rule::Roles(roles)) if roles.contains(&role) => {
                    assert!(
                        status != 401 && status != 403 && status < 500,
                        "{place}: {status} {text}"
                    );
                }
                Some(Rule::Roles(_)) | None => assert_eq!(status, 403, "{place}: {text}"),
            }
            let disclosed = call.route.ends_with("/number-view") && status == 200;
            shows_only_what_may_be_seen(role, disclosed, &text, &place);
        }
    }
}

fn shows_only_what_may_be_seen(role: Role, disclosed: bool, text: &str, place: &str) {
    let reads = |field| access(role, field, FieldPolicy::default()) == rights::Access::Read;
    if !disclosed && !reads(Field::Number) {
        assert!(!text.contains(&NUMBER[2..]), "{place}: {text}");
    }
    if !reads(Field::Name) {
        assert!(!text.contains(NAME), "{place}: {text}");
    }
}

#[tokio::test]
async fn a_leader_sees_a_number_in_clear_only_with_a_reason_that_is_written() {
    let world = World::new();
    let path = format!("/api/v1/customers/{}/number-view", world.customer);
    let chen = world.cookie(Role::Supervisor, None);
    let refused = problem_of(world.post(&path, &chen, "k", r#"{"reason":" "}"#).await).await;
    assert_eq!(refused, (422, "reason_missing".to_owned()));
    let shown = text_of(
        world
            .post(&path, &chen, "k", r#"{"reason":"asked for it"}"#)
            .await,
    )
    .await;
    assert_eq!(shown, format!(r#"{{"number":"{NUMBER}"}}"#));
    assert_eq!(world.newest_kinds(1), ["number_viewed"]);
    let agent = world.agent();
    let refused = problem_of(
        world
            .post(&path, &agent, "k", r#"{"reason":"please"}"#)
            .await,
    )
    .await;
    assert_eq!(refused, (403, "not_allowed".to_owned()));
    assert_eq!(world.newest_kinds(1), ["number_viewed"]);
}

#[tokio::test]
async fn an_agent_learns_nothing_of_the_calls_of_others() {
    let world = World::new();
    let wang = world.cookie(Role::Agent, Some("1001"));
    let nobody = world.cookie(Role::Agent, None);
    for cookie in [&wang, &nobody] {
        for list in ["calls", "calls?extension=1000", "recordings"] {
            let page = world.get_json(&format!("/api/v1/{list}"), cookie).await;
            assert_eq!(page["items"].as_array().unwrap().len(), 0, "{list}");
        }
        let customer = world
            .get_json(&format!("/api/v1/customers/{}", world.customer), cookie)
            .await;
        assert_eq!(customer["calls"].as_array().unwrap().len(), 0);
        let call = world
            .get(&format!("/api/v1/calls/{}", super::world::CALL), cookie)
            .await;
        assert_eq!(problem_of(call).await, (404, "unknown_call".to_owned()));
        for part in ["", "/audio"] {
            let path = format!("/api/v1/recordings/{}{part}", super::world::RECORDING);
            let found = problem_of(world.get(&path, cookie).await).await;
            assert_eq!(found, (404, "unknown_recording".to_owned()));
        }
    }
    let li = world.agent();
    assert_eq!(
        world.get_json("/api/v1/calls", &li).await["items"][0]["number"],
        "138****8000"
    );
}

#[tokio::test]
async fn who_refuses_contact_is_marked_until_an_admin_lifts_it() {
    let world = World::new();
    let (agent, admin) = (world.agent(), world.cookie(Role::Admin, None));
    let path = |act: &str| format!("/api/v1/customers/{}/{act}", world.customer);
    let say = r#"{"reason":"does not want to be called"}"#;
    let refuse = path("refuse-contact");
    let unsaid = world.post(&refuse, &agent, "", r#"{"reason":" "}"#).await;
    assert_eq!(unsaid.status(), 422, "a reason is needed");
    for (act, cookie, marked) in [
        ("refuse-contact", &agent, "\"do_not_call\":true"),
        ("allow-contact", &admin, "\"do_not_call\":false"),
    ] {
        let answer = text_of(world.post(&path(act), cookie, "", say).await).await;
        assert!(answer.contains(marked), "{act}: {answer}");
    }
    assert_eq!(world.newest_kinds(2), ["dnc_lifted", "dnc_added"]);
}

#[tokio::test]
async fn a_search_by_number_does_not_show_the_number() {
    let world = World::new();
    let agent = world.agent();
    let found = world.get_json("/api/v1/customers?q=8000", &agent).await;
    assert_eq!(found["items"][0]["number"], "138****8000");
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let whole = "/api/v1/customers?q=13800138000";
    let guessed = world.get_json(whole, &agent).await;
    assert_eq!(guessed["items"], serde_json::json!([]), "no yes, no no");
    let admin = world.cookie(Role::Admin, None);
    let found = world.get_json(whole, &admin).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

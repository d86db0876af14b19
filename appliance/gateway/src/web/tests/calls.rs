//! Making and ending calls through the API.
use super::world::{CALL, NUMBER, World, ended, extension, problem_of, started, text_of};
use axum::body::Body;
use axum::http::{Request, header};
use branch::BranchOrder;
use messages::command::Role;
use messages::{CallId, Refusal, ReleasedBy, UtcMs};
use sip::{Flow, Said, Traced, Transport, Way};

fn body(world: &World, phone: Option<&str>) -> String {
    let phone = phone.map_or_else(String::new, |phone| format!(r#","extension":"{phone}""#));
    format!(r#"{{"customer":"{}"{phone}}}"#, world.customer)
}

async fn dial(
    world: &World,
    cookie: &str,
    key: &str,
    phone: Option<&str>,
) -> axum::response::Response {
    world
        .post("/api/v1/calls", cookie, key, &body(world, phone))
        .await
}

#[tokio::test]
async fn a_call_is_dialled_once_however_often_it_is_sent() {
    let world = World::new();
    let agent = world.agent();
    for _ in 0..3 {
        let response = dial(&world, &agent, "k1", None).await;
        assert_eq!(response.status().as_u16(), 201);
        assert_eq!(text_of(response).await, format!(r#"{{"call":"{CALL}"}}"#));
    }
    {
        let dialled = world.machine.dialled.lock().unwrap();
        assert_eq!(dialled.len(), 1);
        assert_eq!(dialled[0].extension, extension("1000"));
        assert_eq!(dialled[0].number.to_dial(), NUMBER);
        assert_eq!(dialled[0].customer, Some(world.customer));
    }
    dial(&world, &agent, "k2", None).await;
    assert_eq!(world.machine.dialled.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_refusal_comes_back_with_its_code_and_may_be_tried_again() {
    let world = World::new();
    let agent = world.agent();
    *world.machine.refusal.lock().unwrap() = Some(Refusal::PhoneNotRegistered);
    let refused = problem_of(dial(&world, &agent, "k1", None).await).await;
    assert_eq!(refused, (409, "phone_not_registered".to_owned()));
    *world.machine.refusal.lock().unwrap() = None;
    assert_eq!(
        dial(&world, &agent, "k1", None).await.status().as_u16(),
        201
    );
}

#[tokio::test]
async fn an_agent_calls_from_the_own_phone_only_and_who_has_none_must_name_one() {
    let world = World::new();
    let (agent, chen) = (world.agent(), world.cookie(Role::Supervisor, None));
    assert_eq!(
        problem_of(dial(&world, &agent, "a", Some("1001")).await)
            .await
            .0,
        403
    );
    assert_eq!(
        dial(&world, &agent, "b", Some("1000"))
            .await
            .status()
            .as_u16(),
        201
    );
    assert_eq!(
        problem_of(dial(&world, &chen, "c", None).await).await,
        (422, "invalid".to_owned())
    );
    assert_eq!(
        dial(&world, &chen, "d", Some("1001"))
            .await
            .status()
            .as_u16(),
        201
    );
    let unknown = r#"{"customer":"0192f0c1-2345-7890-abcd-ef0123456789","extension":"1001"}"#;
    let found = problem_of(world.post("/api/v1/calls", &chen, "e", unknown).await).await;
    assert_eq!(found, (404, "unknown_customer".to_owned()));
    let request = Request::post("/api/v1/calls")
        .header(header::COOKIE, &agent)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body(&world, None)))
        .unwrap();
    let keyless = problem_of(world.ask(request).await).await;
    assert_eq!(keyless, (400, "idempotency_key_missing".to_owned()));
}

async fn hang_up(world: &World, cookie: &str, call: CallId) -> u16 {
    let request = Request::delete(format!("/api/v1/calls/{call}")).header(header::COOKIE, cookie);
    world
        .ask(request.body(Body::empty()).unwrap())
        .await
        .status()
        .as_u16()
}

#[tokio::test]
async fn the_own_call_is_let_go_by_its_side_and_the_call_of_another_by_an_order_that_is_written() {
    let world = World::new();
    let call = CallId::from_bytes([9; 16]);
    world.happened(started(call, "1000"));
    let (li, wang) = (world.agent(), world.cookie(Role::Agent, Some("1001")));
    assert_eq!(hang_up(&world, &wang, call).await, 404);
    assert_eq!(hang_up(&world, &li, call).await, 204);
    assert_eq!(
        hang_up(&world, &world.cookie(Role::Supervisor, None), call).await,
        204
    );
    assert_eq!(
        *world.machine.ordered.lock().unwrap(),
        [ReleasedBy::Caller, ReleasedBy::System].map(|by| BranchOrder::HangUp { call, by })
    );
    assert_eq!(world.newest_kinds(1), ["hang_up_asked"]);
    world.happened(ended(call));
    assert_eq!(hang_up(&world, &li, call).await, 404);
}

#[tokio::test]
async fn a_call_is_shown_with_its_end_and_its_recording() {
    let world = World::new();
    let admin = world.cookie(Role::Admin, None);
    let call = world
        .get_json(&format!("/api/v1/calls/{CALL}"), &admin)
        .await;
    assert_eq!(call["end"]["result"], "answered");
    assert_eq!(call["end"]["talk_ms"], 2_750);
    assert_eq!(call["number"], NUMBER);
    assert_eq!(call["recording"], super::world::RECORDING.to_string());
    assert_eq!(call["customer"], world.customer.to_string());
}

#[tokio::test]
async fn a_customer_moves_and_the_new_stage_comes_back() {
    let world = World::new();
    let agent = world.agent();
    let path = format!("/api/v1/customers/{}/stage", world.customer);
    let moved = text_of(
        world
            .post(&path, &agent, "", r#"{"stage":"interested"}"#)
            .await,
    )
    .await;
    assert!(moved.contains(r#""stage":"interested""#), "{moved}");
    let again = problem_of(
        world
            .post(&path, &agent, "", r#"{"stage":"interested"}"#)
            .await,
    )
    .await;
    assert_eq!(again, (409, "stage_unchanged".to_owned()));
    let page = world
        .get_json("/api/v1/customers?stage=interested", &agent)
        .await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_call_is_given_on_by_who_is_in_it_and_for_nobody_else_s_phone() {
    let world = World::new();
    let (call, other) = (CallId::from_bytes([9; 16]), CallId::from_bytes([10; 16]));
    world.happened(started(call, "1000"));
    world.happened(started(other, "1000"));
    let (li, wang) = (world.agent(), world.cookie(Role::Agent, Some("1001")));
    let chen = world.cookie(Role::Supervisor, None);
    let path = format!("/api/v1/calls/{call}/transfer");
    let asked = async |cookie: &str, body: &str| {
        let response = world.post(&path, cookie, "", body).await;
        if response.status() == 202 {
            return (202, String::new());
        }
        problem_of(response).await
    };
    let no = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(asked(&li, r#"{"to":"1001"}"#).await.0, 202);
    let joined = format!(r#"{{"call":"{other}"}}"#);
    assert_eq!(asked(&li, &joined).await.0, 202);
    let of_1000 = r#"{"to":"1002","extension":"1000"}"#;
    assert_eq!(asked(&chen, of_1000).await.0, 202);
    assert_eq!(
        asked(&wang, r#"{"to":"1001"}"#).await,
        no(404, "unknown_call")
    );
    assert_eq!(asked(&li, "{}").await.0, 422);
    assert_eq!(asked(&li, r#"{"to":""}"#).await.0, 422);
    let both = format!(r#"{{"to":"1001","call":"{other}"}}"#);
    assert_eq!(asked(&li, &both).await.0, 422);
    assert_eq!(asked(&li, r#"{"to":"1","extension":"1001"}"#).await.0, 403);
    assert_eq!(
        asked(&li, r#"{"call":"rubbish"}"#).await,
        no(404, "unknown_call")
    );
    *world.machine.refusal.lock().unwrap() = Some(Refusal::CallNotReady);
    assert_eq!(
        asked(&li, r#"{"to":"1001"}"#).await,
        no(409, "call_not_ready")
    );
    let ordered = world.machine.ordered.lock().unwrap().clone();
    assert_eq!(ordered.len(), 4, "{ordered:?}");
    assert!(
        matches!(&ordered[0], BranchOrder::Transfer { call: of, phone, to, .. }
        if *of == call && *phone == extension("1000") && to == "1001")
    );
    assert!(matches!(&ordered[1], BranchOrder::Join { other: with, .. } if *with == other));
    assert!(
        matches!(&ordered[2], BranchOrder::Transfer { phone, .. } if *phone == extension("1000"))
    );
}

#[tokio::test]
async fn a_call_goes_on_at_another_device_and_a_ringing_one_at_another_phone() {
    let world = World::new();
    let call = CallId::from_bytes([9; 16]);
    world.happened(started(call, "1000"));
    let li = world.agent();
    let moved = world
        .post(&format!("/api/v1/calls/{call}/move"), &li, "", "{}")
        .await;
    assert_eq!(moved.status(), 202);
    let picked = world
        .post("/api/v1/phones/1001/pick-up", &li, "", "{}")
        .await;
    assert_eq!(picked.status(), 202);
    let nobody = world.post("/api/v1/phones/x/pick-up", &li, "", "{}").await;
    assert_eq!(
        problem_of(nobody).await,
        (404, "unknown_extension".to_owned())
    );
    let ordered = world.machine.ordered.lock().unwrap().clone();
    assert!(matches!(&ordered[0], BranchOrder::Move { call: of, .. } if *of == call));
    let picked = BranchOrder::PickUp {
        rung: extension("1001"),
        phone: extension("1000"),
    };
    assert_eq!(ordered[1], picked);
}

#[tokio::test]
async fn a_leader_sees_how_a_call_went_on_the_wire_and_no_number_with_it() {
    let world = World::new();
    let traced = |way, code, q850| Traced {
        call_id: "wire-name".to_owned(),
        flow: Flow {
            transport: Transport::Udp,
            local: "192.168.1.1:5060".parse().unwrap(),
            remote: "192.168.1.31:5060".parse().unwrap(),
            connection: 0,
        },
        way,
        said: Said {
            method: "INVITE",
            code,
            cseq: 1,
            sdp: code.is_none(),
            q850,
        },
    };
    world.ladders.heard(UtcMs(5), &traced(Way::In, None, None));
    world.ladders.named(UtcMs(5), CALL, "wire-name".to_owned());
    let busy = traced(Way::Out, Some(486), Some(17));
    world.ladders.heard(UtcMs(9), &busy);
    let path = format!("/api/v1/calls/{CALL}/sip");
    let leader = world.cookie(Role::Supervisor, None);
    let text = text_of(world.get(&path, &leader).await).await;
    let expected = r#"{"legs":[{"messages":[{"at":5,"incoming":true,"peer":"192.168.1.31:5060","transport":"UDP","method":"INVITE","cseq":1,"sdp":true},{"at":9,"incoming":false,"peer":"192.168.1.31:5060","transport":"UDP","method":"INVITE","cseq":1,"code":486,"sdp":false,"q850":17}],"left_out":0}]}"#;
    assert_eq!(text, expected);
    let agent = world.get(&path, &world.agent()).await;
    assert_eq!(agent.status().as_u16(), 403);
    let unknown = CallId::from_bytes([0xEE; 16]);
    let none = world
        .get(&format!("/api/v1/calls/{unknown}/sip"), &leader)
        .await;
    assert_eq!(problem_of(none).await, (404, "unknown_call".to_owned()));
}

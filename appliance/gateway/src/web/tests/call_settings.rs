//! Forwards, do not disturb and groups over the API.
use super::world::{World, problem_of, text_of};
use axum::body::Body;
use axum::http::{Request, header};
use axum::response::Response;
use messages::command::Role;

async fn ask(world: &World, cookie: &str, method: &str, path: &str, body: &str) -> Response {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "box.lan")
        .header(header::ORIGIN, "https://box.lan")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    world
        .ask(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

const HANDLING: &str = "/api/v1/phones/1000/handling";
const GROUP: &str = "/api/v1/hunt-groups/1900";

#[tokio::test]
async fn everybody_says_what_becomes_of_calls_to_the_own_phone() {
    let world = World::new();
    let li = world.agent();
    let now = text_of(ask(&world, &li, "GET", HANDLING, "").await).await;
    assert_eq!(
        now,
        r#"{"do_not_disturb":false,"call_waiting":true,"no_answer_s":20}"#
    );
    let wish = r#"{"do_not_disturb":true,"call_waiting":false,"forward_busy":"913800138000","forward_always":"","no_answer_s":12}"#;
    assert_eq!(ask(&world, &li, "PUT", HANDLING, wish).await.status(), 204);
    let now = text_of(ask(&world, &li, "GET", HANDLING, "").await).await;
    assert_eq!(
        now,
        r#"{"do_not_disturb":true,"call_waiting":false,"forward_busy":"913800138000","no_answer_s":12}"#
    );
    let journal = world.newest_kinds(1);
    assert_eq!(journal, ["call_handling_set"]);
}

#[tokio::test]
async fn settings_that_cannot_stand_are_refused_with_why() {
    let world = World::new();
    let (li, wang) = (world.agent(), world.cookie(Role::Agent, Some("1001")));
    let chen = world.cookie(Role::Supervisor, None);
    let handling = |more: &str| {
        format!(r#"{{"do_not_disturb":false,"call_waiting":true,"no_answer_s":20{more}}}"#)
    };
    let of = async |cookie: &str, method: &str, path: &str, body: &str| {
        problem_of(ask(&world, cookie, method, path, body).await).await
    };
    let no = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(of(&wang, "PUT", HANDLING, &handling("")).await.0, 403);
    assert_eq!(of(&wang, "GET", HANDLING, "").await.0, 403);
    let letters = handling(r#","forward_always":"home""#);
    assert_eq!(
        of(&li, "PUT", HANDLING, &letters).await,
        no(422, "bad_number")
    );
    let short = handling("").replace("20", "1");
    assert_eq!(
        of(&li, "PUT", HANDLING, &short).await,
        no(422, "settings_invalid")
    );
    let unknown = "/api/v1/phones/7777/handling";
    assert_eq!(
        of(&chen, "PUT", unknown, &handling("")).await,
        no(404, "unknown_extension")
    );
    let group = |members: &str, strategy: &str| {
        format!(r#"{{"label":"前台","members":{members},"strategy":"{strategy}","ring_s":15}}"#)
    };
    let good = group(r#"["1000"]"#, "in_turn");
    assert_eq!(of(&li, "PUT", GROUP, &good).await.0, 403);
    let taken = "/api/v1/hunt-groups/1000";
    assert_eq!(
        of(&chen, "PUT", taken, &good).await,
        no(409, "number_taken")
    );
    for members in ["[]", r#"["1000","1000"]"#] {
        let bad = group(members, "in_turn");
        assert_eq!(
            of(&chen, "PUT", GROUP, &bad).await,
            no(422, "settings_invalid")
        );
    }
    let stranger = group(r#"["7777"]"#, "in_turn");
    assert_eq!(
        of(&chen, "PUT", GROUP, &stranger).await,
        no(404, "unknown_extension")
    );
    assert_eq!(
        of(&chen, "PUT", GROUP, &group(r#"["1000"]"#, "loud"))
            .await
            .0,
        422
    );
    assert_eq!(
        of(&chen, "DELETE", GROUP, "").await,
        no(404, "unknown_group")
    );
}

#[tokio::test]
async fn a_group_is_made_changed_and_removed() {
    let world = World::new();
    let chen = world.cookie(Role::Supervisor, None);
    let group = r#"{"label":"前台","members":["1000"],"strategy":"longest_idle","ring_s":15}"#;
    assert_eq!(ask(&world, &chen, "PUT", GROUP, group).await.status(), 204);
    let listed = text_of(ask(&world, &world.agent(), "GET", "/api/v1/hunt-groups", "").await).await;
    assert_eq!(
        listed,
        r#"{"items":[{"number":"1900","label":"前台","members":["1000"],"strategy":"longest_idle","ring_s":15}]}"#
    );
    // the same again writes nothing
    let before = world.newest_kinds(1);
    assert_eq!(ask(&world, &chen, "PUT", GROUP, group).await.status(), 204);
    assert_eq!(world.newest_kinds(1), before);
    assert_eq!(ask(&world, &chen, "DELETE", GROUP, "").await.status(), 204);
    let listed = text_of(ask(&world, &chen, "GET", "/api/v1/hunt-groups", "").await).await;
    assert_eq!(listed, r#"{"items":[]}"#);
}

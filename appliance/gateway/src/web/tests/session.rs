//! Log-in over the branch's own users: every step is a fact.
use super::world::{World, empty_store, problem_of, text_of};
use crate::web::{COOKIE, HandOver, offer_first_log_in};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use branch_store::Store;
use core::time::Duration;
use messages::UserName;
use messages::command::{Command, Role, Secret};
use messages::fact::Actor;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

async fn sign_in(world: &World, user: &str, password: &str) -> axum::response::Response {
    let body = format!(r#"{{"user":"{user}","password":"{password}"}}"#);
    world.post("/api/v1/session", "", "", &body).await
}

#[tokio::test]
async fn signing_in_tells_who_one_is_and_what_one_may_and_is_written() {
    let world = World::new();
    let response = sign_in(&world, "li", "right-password").await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with(COOKIE));
    let me: Value = serde_json::from_str(&text_of(response).await).unwrap();
    assert_eq!(
        (&me["user"], &me["role"], &me["extension"]),
        (&"li".into(), &"agent".into(), &"1000".into())
    );
    assert!(me["may"].as_array().unwrap().contains(&"dial".into()));
    assert!(
        !me["may"]
            .as_array()
            .unwrap()
            .contains(&"view_number".into())
    );
    assert_eq!(world.newest_kinds(1), ["signed_in"]);
    assert_eq!(
        world.get_json("/api/v1/session", &cookie).await["user"],
        "li"
    );
    let request = Request::delete("/api/v1/session").header(header::COOKIE, &cookie);
    let gone = world.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert!(
        gone.headers()[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(world.newest_kinds(1), ["signed_out"]);
    assert_eq!(
        problem_of(world.get("/api/v1/session", &cookie).await)
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn five_failures_lock_the_user_and_each_is_written() {
    let world = World::new();
    for _ in 0..5 {
        let refused = problem_of(sign_in(&world, "li", "wrong-password").await).await;
        assert_eq!(refused, (401, "wrong_name_or_password".to_owned()));
    }
    assert_eq!(world.newest_kinds(2), ["user_locked_out", "sign_in_failed"]);
    let locked = sign_in(&world, "li", "right-password").await;
    assert_eq!(locked.headers()[header::RETRY_AFTER], "300");
    assert_eq!(problem_of(locked).await, (429, "locked_out".to_owned()));
    world.clock.advance(Duration::from_mins(5));
    assert_eq!(
        sign_in(&world, "li", "right-password").await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_reset_password_ends_the_old_sessions_and_the_lock_out() {
    let world = World::new();
    let signed_in = sign_in(&world, "li", "right-password").await;
    let cookie = signed_in.headers()[header::SET_COOKIE].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let other = world.cookie(Role::Admin, None);
    for _ in 0..5 {
        sign_in(&world, "li", "wrong-password").await;
    }
    let again = portal::password::hash(&Secret::new("another-password".to_owned())).unwrap();
    let reset = Command::ResetPassword {
        user: UserName::parse("li").unwrap(),
        password_hash: again,
    };
    let done = world.store.propose_and_wait(Actor::Console, None, reset);
    done.unwrap();
    let (code, _) = problem_of(world.get("/api/v1/session", &cookie).await).await;
    assert_eq!(code, 401, "the old session is over");
    let kept = world.get("/api/v1/session", &other).await;
    assert_eq!(kept.status(), StatusCode::OK, "others go on");
    let back = sign_in(&world, "li", "another-password").await;
    assert_eq!(back.status(), StatusCode::OK);
}

/// What stands behind `admin / `.
fn told_password(text: &str) -> Secret {
    let (_, password) = text.trim_end().rsplit_once("admin / ").unwrap();
    Secret::new(password.to_owned())
}

fn is_of_admin(store: &Store, password: &Secret) -> bool {
    let admin = UserName::parse("admin").unwrap();
    let (row, hash) = store
        .reader()
        .unwrap()
        .user_with_hash(&admin)
        .unwrap()
        .unwrap();
    row.role == Role::Admin && portal::password::matches(password, &hash)
}

fn note(store: &Store, command: Command) {
    store
        .propose_and_wait(Actor::Console, None, command)
        .unwrap();
}

#[test]
fn the_first_admin_is_made_once_and_told_to_the_terminal_alone() {
    let (folder, store) = empty_store();
    let offer = || {
        let mut told = Vec::new();
        offer_first_log_in(&store, folder.path(), HandOver::Terminal(&mut told)).unwrap();
        String::from_utf8(told).unwrap()
    };
    let told = offer();
    assert!(is_of_admin(&store, &told_password(&told)), "{told}");
    assert_eq!(offer(), "", "it is told once");
    assert!(!folder.path().join("first-log-in").exists());
}

#[test]
fn without_a_terminal_the_first_log_in_stands_in_a_private_file_until_it_was_used() {
    let (folder, store) = empty_store();
    let file = folder.path().join("first-log-in");
    let offer = || offer_first_log_in(&store, folder.path(), HandOver::KeysFolder).unwrap();
    offer();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let password = told_password(&std::fs::read_to_string(&file).unwrap());
    assert!(is_of_admin(&store, &password));
    offer();
    assert!(file.exists(), "a restart keeps what was not used");
    let user = UserName::parse("admin").unwrap();
    note(&store, Command::NoteSignIn { user });
    store.flush();
    assert!(!file.exists(), "a log-in takes it away");
}

#[test]
fn a_first_log_in_that_no_longer_opens_is_taken_away_at_the_next_start() {
    let (folder, store) = empty_store();
    let file = folder.path().join("first-log-in");
    offer_first_log_in(&store, folder.path(), HandOver::KeysFolder).unwrap();
    let told = std::fs::read_to_string(&file).unwrap();
    let user = UserName::parse("admin").unwrap();
    let password_hash =
        portal::password::hash(&Secret::new("another-password".to_owned())).unwrap();
    let reset = Command::ResetPassword {
        user,
        password_hash,
    };
    note(&store, reset);
    store.flush();
    assert!(!file.exists(), "a new password takes it away");
    // As another process leaves it that resets the password while this one does not run.
    std::fs::write(&file, told).unwrap();
    offer_first_log_in(&store, folder.path(), HandOver::KeysFolder).unwrap();
    assert!(!file.exists());
}

#[test]
fn where_there_are_users_nobody_is_made() {
    let world = World::new();
    let mut told = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    offer_first_log_in(&world.store, folder.path(), HandOver::Terminal(&mut told)).unwrap();
    offer_first_log_in(&world.store, folder.path(), HandOver::KeysFolder).unwrap();
    assert!(told.is_empty() && !folder.path().join("first-log-in").exists());
}

#[tokio::test]
async fn the_figures_of_the_overview_and_the_system_are_those_of_the_store() {
    let world = World::new();
    let admin = world.cookie(Role::Admin, None);
    let overview = world.get_json("/api/v1/overview", &admin).await;
    let figure = |key: &str| overview[key].as_u64().unwrap();
    assert_eq!(
        (
            figure("phones"),
            figure("calls"),
            figure("answered"),
            figure("recordings"),
            figure("customers")
        ),
        (2, 1, 1, 1, 1)
    );
    let system = world.get_json("/api/v1/system", &admin).await;
    assert_eq!(
        system["journal"]["head"].as_u64().unwrap(),
        world.store.head().seq
    );
    assert_eq!(system["journal"]["behind"], system["journal"]["head"]);
    world.clock.advance(Duration::from_secs(5));
    let system = world.get_json("/api/v1/system", &admin).await;
    assert_eq!(system["journal"]["oldest_unsent_ms"], 5_000);
    assert_eq!(system["uptime_s"], 5);
}

#[tokio::test]
async fn lists_are_paged_to_their_end_and_foreign_cursors_are_refused() {
    let world = World::new();
    let admin = world.cookie(Role::Admin, None);
    let mut seqs = Vec::new();
    let mut path = "/api/v1/audit?limit=3".to_owned();
    let cursor = loop {
        let page = world.get_json(&path, &admin).await;
        seqs.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["seq"].as_str().unwrap().parse::<u64>().unwrap()),
        );
        let Some(next) = page["next"].as_str() else {
            break path;
        };
        path = format!("/api/v1/audit?limit=3&cursor={next}");
    };
    let all: Vec<_> = (1..=world.store.head().seq).rev().collect();
    assert_eq!(seqs, all);
    let foreign = cursor.replace("audit", "calls");
    assert_eq!(
        problem_of(world.get(&foreign, &admin).await).await,
        (422, "invalid".to_owned())
    );
    for bad in [
        "calls?limit=0",
        "calls?limit=201",
        "customers?stage=x",
        "audit?actor=x",
        "calls?customer=1",
    ] {
        let found = problem_of(world.get(&format!("/api/v1/{bad}"), &admin).await).await;
        assert_eq!(found, (422, "invalid".to_owned()), "{bad}");
    }
}

//! The live board over a real socket.
use super::world::{NUMBER, START, World, ended, started};
use futures_util::{SinkExt as _, StreamExt as _};
use messages::CallId;
use messages::command::Role;
use messages::fact::{Actor, Fact};
use portal::serve::{ConnectionLimits, http};
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn listen(world: &World) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    http(
        listener,
        world.router.clone(),
        ConnectionLimits::default(),
        &world.tasks,
    )
    .unwrap()
}

async fn open(address: SocketAddr, cookie: &str, origin: Option<&str>) -> Result<Socket, u16> {
    let mut request = format!("ws://{address}/api/v1/live")
        .into_client_request()
        .unwrap();
    request
        .headers_mut()
        .insert("cookie", cookie.parse().unwrap());
    if let Some(origin) = origin {
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

async fn open_own(address: SocketAddr, cookie: &str) -> Socket {
    open(address, cookie, Some(&format!("https://{address}")))
        .await
        .unwrap()
}

async fn next(socket: &mut Socket) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

#[tokio::test]
async fn only_an_own_page_of_somebody_signed_in_gets_the_board() {
    let world = World::new();
    let address = listen(&world);
    let own = format!("https://{address}");
    let agent = world.agent();
    assert_eq!(open(address, "", Some(&own)).await.unwrap_err(), 401);
    assert_eq!(
        open(address, &world.cookie(Role::HqAdmin, None), Some(&own))
            .await
            .unwrap_err(),
        403
    );
    for foreign in [None, Some("https://evil.example"), Some("null")] {
        assert_eq!(open(address, &agent, foreign).await.unwrap_err(), 403);
    }
    assert_eq!(
        next(&mut open_own(address, &agent).await).await["type"],
        "snapshot"
    );
}

#[tokio::test]
async fn a_call_appears_changes_and_goes_masked_by_role() {
    let world = World::new();
    let address = listen(&world);
    for (role, number) in [
        (Role::Agent, "138****8000"),
        (Role::Supervisor, "138****8000"),
        (Role::Admin, NUMBER),
    ] {
        let phone = (role == Role::Agent).then_some("1000");
        let mut socket = open_own(address, &world.cookie(role, phone)).await;
        let mut seq = next(&mut socket).await["seq"].as_u64().unwrap();
        let call = CallId::from_bytes([9; 16]);
        let mut seen = String::new();
        world.happened(started(call, "1000"));
        while !seen.contains(r#""what":"call""#) {
            seen.push_str(&delta_after(&mut socket, &mut seq).await);
        }
        world.happened(ended(call));
        while !seen.contains("call_gone") {
            seen.push_str(&delta_after(&mut socket, &mut seq).await);
        }
        assert!(seen.contains(number), "{role:?}: {seen}");
        assert_eq!(seen.contains(NUMBER), role == Role::Admin, "{role:?}");
    }
}

/// The next delta, which must follow without a gap.
async fn delta_after(socket: &mut Socket, seq: &mut u64) -> String {
    let delta = next(socket).await;
    *seq += 1;
    assert_eq!(delta["seq"].as_u64(), Some(*seq), "{delta}");
    delta.to_string()
}

#[tokio::test]
async fn a_page_that_lost_the_thread_asks_for_a_new_snapshot() {
    let world = World::new();
    let address = listen(&world);
    let mut socket = open_own(address, &world.agent()).await;
    let first = next(&mut socket).await;
    socket.send(Message::text("snapshot")).await.unwrap();
    let second = next(&mut socket).await;
    assert_eq!(second["type"], "snapshot");
    assert!(second["seq"].as_u64() > first["seq"].as_u64());
    assert_eq!(second["board"]["phones"][0]["extension"], "1000");
}

#[tokio::test]
async fn a_page_that_cannot_follow_loses_changes_and_takes_a_new_snapshot() {
    let world = World::new();
    let address = listen(&world);
    let mut socket = open_own(address, &world.cookie(Role::Admin, None)).await;
    let first = next(&mut socket).await;
    for n in 0..2_000_u16 {
        let id = n.to_be_bytes();
        let call = CallId::from_bytes([[id[0]; 8], [id[1]; 8]].concat().try_into().unwrap());
        let fact = Fact::new(START, true, Actor::System, started(call, "1000"));
        world.live.tell_fact(&fact);
    }
    let second = next(&mut socket).await;
    assert_eq!(second["type"], "snapshot");
    assert_eq!(
        second["seq"].as_u64().unwrap(),
        first["seq"].as_u64().unwrap() + 1
    );
    assert_eq!(second["board"]["calls"].as_array().unwrap().len(), 2_000);
}

#[tokio::test]
async fn signing_out_ends_the_page_s_line_and_so_does_the_process_s_end() {
    let world = World::new();
    let address = listen(&world);
    let (li, admin) = (world.agent(), world.cookie(Role::Admin, None));
    let (mut of_li, mut of_admin) = (
        open_own(address, &li).await,
        open_own(address, &admin).await,
    );
    for socket in [&mut of_li, &mut of_admin] {
        assert_eq!(next(socket).await["type"], "snapshot");
    }
    world
        .auth
        .sessions()
        .close_all_of(&messages::UserName::parse("li").unwrap());
    world.happened(started(CallId::from_bytes([9; 16]), "1000"));
    let Some(Ok(Message::Close(Some(frame)))) = of_li.next().await else {
        panic!("told something after signing out");
    };
    assert_eq!(frame.code, CloseCode::Library(4401));
    assert_eq!(next(&mut of_admin).await["type"], "delta");
    world.tasks.stop_token().cancel();
    loop {
        match of_admin.next().await {
            Some(Ok(Message::Text(_))) => {}
            Some(Ok(Message::Close(Some(frame)))) => {
                assert_eq!(frame.code, CloseCode::Away);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
}

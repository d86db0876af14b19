//! The live socket on loopback: a snapshot first, then what changed, and its end with the session.
use super::keep_drawing;
use crate::api::{self, Hand, HqState};
use crate::people::People;
use crate::registrar::{Registrar, Settings};
use crate::wishes::{TenantNumbers, directive_signer, sign_with};
use futures_util::{SinkExt as _, StreamExt as _};
use hq_store::conformance::story::Story;
use hq_store::{KeyBook, SqliteStore, Store};
use messages::command::Role;
use messages::{UserName, UtcMs};
use portal::serve::ConnectionLimits;
use portal::session::SessionLimits;
use portal::{Auth, AuthConfig, Clock, MemorySessions, Session, Tasks, Token};
use rights::FieldPolicy;
use sansio::SeededSecrets;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message, handshake::client::Response};
use tokio_tungstenite::{WebSocketStream, client_async};

struct Hall {
    state: HqState,
    address: SocketAddr,
    tasks: Tasks,
    _folder: TempDir,
}

impl Hall {
    fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("hq.db"), "hq").unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let clock = Clock::system();
        let people = Arc::new(People::new(Arc::clone(&store), clock.clone()));
        let sessions = Arc::new(MemorySessions::new(clock.clone(), SessionLimits::default()));
        let auth = Auth::new(
            AuthConfig::new("__Host-zk_hq"),
            clock.clone(),
            people,
            sessions,
        );
        let tasks = Tasks::new();
        let (auth, stop) = (auth.unwrap(), tasks.stop_token());
        let keys = KeyBook::open(
            &folder.path().join("hq-keys.db"),
            &folder.path().join("generations"),
            Box::new(SeededSecrets::new(1)),
        );
        let (keys, policy) = (Arc::new(keys.unwrap()), FieldPolicy::default());
        let settings = Settings::usual(&folder.path().join("pki"), "hq.example");
        let registrar = Registrar::open(settings, Arc::clone(&store), clock.clone()).unwrap();
        let registrar = Arc::new(registrar);
        let hand = Hand {
            sign: sign_with(directive_signer(folder.path()).unwrap()),
            numbers: Arc::new(TenantNumbers::open_or_make(folder.path()).unwrap()),
            registrar,
            shelf: Arc::new(crate::shelf::Shelf::new(folder.path().join("snapshots"))),
        };
        let state = HqState::new(store, keys, auth, clock, policy, hand, stop).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let router = api::router(state.clone());
        let limits = ConnectionLimits::default();
        let address = portal::serve::http(listener, router, limits, &tasks).unwrap();
        tasks.spawn("live picture", keep_drawing(state.clone()));
        Self {
            state,
            address,
            tasks,
            _folder: folder,
        }
    }

    fn signed_in(&self, role: Role) -> String {
        let token = Token::mint().unwrap();
        let session = Session {
            user: UserName::parse("li").unwrap(),
            role,
            extension: None,
            since: UtcMs(0),
            from_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        self.state.auth.sessions().open(token.hash(), session);
        self.state.auth.cookie_for(&token)
    }

    async fn connect(
        &self,
        cookie: Option<&str>,
        origin: &str,
    ) -> Result<(WebSocketStream<TcpStream>, Response), Error> {
        let url = format!("ws://{}/api/v1/live", self.address);
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().unwrap());
        if let Some(cookie) = cookie {
            headers.insert("cookie", cookie.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        client_async(request, stream).await
    }

    fn own_origin(&self) -> String {
        format!("https://{}", self.address)
    }
}

async fn heard(socket: &mut WebSocketStream<TcpStream>) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

fn status(refused: Result<(WebSocketStream<TcpStream>, Response), Error>) -> u16 {
    match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_gets_a_snapshot_then_each_change_in_order() {
    let hall = Hall::open();
    let cookie = hall.signed_in(Role::HqAnalyst);
    let (mut socket, _) = hall
        .connect(Some(&cookie), &hall.own_origin())
        .await
        .unwrap();
    let snapshot = heard(&mut socket).await;
    assert_eq!(snapshot["type"], "snapshot");
    let mut seq = snapshot["seq"].as_u64().unwrap();
    let mut story = Story::of("sz-01");
    for turns in 1..=3_u64 {
        story.day(1);
        let applied = story.send(&*hall.state.store).applied.seq;
        hall.state.live.touch(&story.box_id);
        // A step may fall before the change; the one that shows it comes.
        loop {
            let delta = heard(&mut socket).await;
            assert_eq!(delta["type"], "delta");
            seq += 1;
            assert_eq!(delta["seq"].as_u64(), Some(seq), "turn {turns}");
            if delta["branches"][0]["applied"].as_u64() == Some(applied) {
                break;
            }
        }
    }
    let (mut second, _) = hall
        .connect(Some(&cookie), &hall.own_origin())
        .await
        .unwrap();
    let snapshot = heard(&mut second).await;
    assert_eq!(snapshot["seq"].as_u64(), Some(seq));
    assert_eq!(snapshot["branches"][0]["box_id"], "sz-01");
    second
        .send(Message::text("browsers have nothing to say"))
        .await
        .unwrap();
    assert!(
        hall.tasks
            .shutdown(core::time::Duration::from_secs(20))
            .await
            .is_empty()
    );
    // The server says goodbye instead of vanishing.
    let last = socket
        .filter_map(async |one| one.ok())
        .collect::<Vec<_>>()
        .await;
    assert!(
        matches!(last.last(), Some(Message::Close(Some(frame))) if u16::from(frame.code) == 1001)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_pages_strangers_and_the_branches_roles_get_no_socket() {
    let hall = Hall::open();
    let (analyst, agent) = (hall.signed_in(Role::HqAnalyst), hall.signed_in(Role::Agent));
    let own = hall.own_origin();
    assert_eq!(status(hall.connect(None, &own).await), 401);
    assert_eq!(status(hall.connect(Some(&agent), &own).await), 403);
    assert_eq!(
        status(hall.connect(Some(&analyst), "https://evil.example").await),
        403
    );
    assert!(hall.connect(Some(&analyst), &own).await.is_ok());
}

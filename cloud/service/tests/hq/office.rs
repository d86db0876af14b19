//! Headquarters without sockets: a store in a temporary folder, people who are signed in, questions to the router.
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use cloud::api::{self, Hand, HqState};
use cloud::people::People;
use cloud::registrar::{Registrar, Settings};
use cloud::shelf::Shelf;
use cloud::wishes::{TenantNumbers, directive_signer, sign_with};
use hq_store::{KeyBook, SqliteStore, Store, conformance::story::MIDNIGHT};
use messages::command::Role;
use messages::{UserName, UtcMs};
use portal::clock::HeldClock;
use portal::session::SessionLimits;
use portal::{Auth, AuthConfig, MemorySessions, Session, Token};
use rights::FieldPolicy;
use sansio::SeededSecrets;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

pub(crate) struct Office {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) state: HqState,
    pub(crate) hand: Hand,
    router: Router,
    _folder: TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) kind: String,
    pub(crate) cookie: Option<String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn items(&self) -> Vec<Value> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()["items"].as_array().unwrap().clone()
    }
}

impl Office {
    /// It is 12 hours after the stories' midnight.
    pub(crate) fn new(policy: FieldPolicy) -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("hq.db"), "hq").unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let clock = HeldClock::at(UtcMs(MIDNIGHT.0 + 12 * 3_600_000)).clock();
        let people = Arc::new(People::new(Arc::clone(&store), clock.clone()));
        let sessions = Arc::new(MemorySessions::new(clock.clone(), SessionLimits::default()));
        let config = AuthConfig::new("__Host-zk_hq");
        let auth = Auth::new(config, clock.clone(), people, sessions).unwrap();
        let stop = CancellationToken::new();
        let keys = KeyBook::open(
            &folder.path().join("hq-keys.db"),
            &folder.path().join("generations"),
            Box::new(SeededSecrets::new(1)),
        );
        let keys = Arc::new(keys.unwrap());
        let settings = Settings::usual(&folder.path().join("pki"), "hq.example");
        let registrar = Registrar::open(settings, Arc::clone(&store), clock.clone()).unwrap();
        let hand = Hand {
            sign: sign_with(directive_signer(folder.path()).unwrap()),
            numbers: Arc::new(TenantNumbers::open_or_make(folder.path()).unwrap()),
            registrar: Arc::new(registrar),
            shelf: Arc::new(Shelf::new(folder.path().join("snapshots"))),
        };
        let shared = Arc::clone(&store);
        let state = HqState::new(shared, keys, auth, clock, policy, hand.clone(), stop).unwrap();
        Self {
            router: api::router(state.clone()),
            store,
            state,
            hand,
            _folder: folder,
        }
    }

    /// The cookie of somebody of this role.
    pub(crate) fn signed_in(&self, role: Role) -> String {
        let token = Token::mint().unwrap();
        let session = Session {
            user: UserName::parse(role.code()).unwrap(),
            role,
            extension: None,
            since: UtcMs(0),
            from_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        self.state.auth.sessions().open(token.hash(), session);
        let line = self.state.auth.cookie_for(&token);
        line.split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        self.ask(Method::GET, path, cookie, None).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        cookie: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = match body {
            Some(json) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let text_of = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (kind, cookie) = (text_of(header::CONTENT_TYPE), text_of(header::SET_COOKIE));
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 4 << 20)
            .await
            .unwrap();
        Answer {
            status,
            kind: kind.unwrap_or_default(),
            cookie,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

//! A small application: two users, three routes.
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use messages::command::{Role, Secret};
use messages::{UserName, UtcMs};
use portal::auth::{Asked, SignInRefused};
use portal::clock::HeldClock;
use portal::{
    Account, Auth, AuthConfig, ClientIp, CurrentUser, Json, MemorySessions, Problem, Users,
};
use serde::Deserialize;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, OnceLock};
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) const COOKIE: &str = "__Host-zk_test";
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Made once: a hash takes its time.
pub(crate) fn hash_of(password: &'static str) -> Secret {
    static HASHES: OnceLock<Secret> = OnceLock::new();
    assert_eq!(password, "right-password");
    HASHES
        .get_or_init(|| portal::password::hash(&Secret::new(password.to_owned())).unwrap())
        .clone()
}

/// Users in memory, and what was written about them.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) notes: Mutex<Vec<String>>,
    pub(crate) locked: Mutex<Option<UtcMs>>,
}

impl Book {
    fn note(&self, text: String) -> Asked<'_, ()> {
        self.notes.lock().unwrap().push(text);
        Box::pin(core::future::ready(Ok(())))
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        core::mem::take(&mut self.notes.lock().unwrap())
    }
}

impl Users for Book {
    fn find<'a>(&'a self, user: &'a UserName) -> Asked<'a, Option<Account>> {
        let role = match user.as_str() {
            "li" => Some(Role::Agent),
            "admin" => Some(Role::Admin),
            _ => None,
        };
        let account = role.map(|role| Account {
            user: user.clone(),
            role,
            extension: None,
            password_hash: hash_of("right-password"),
            locked_until: *self.locked.lock().unwrap(),
        });
        Box::pin(core::future::ready(Ok(account)))
    }

    fn note_success<'a>(&'a self, user: &'a UserName, _: IpAddr) -> Asked<'a, ()> {
        self.note(format!("in {user}"))
    }

    fn note_failure<'a>(&'a self, user: Option<&'a UserName>, _: IpAddr) -> Asked<'a, ()> {
        self.note(user.map_or_else(|| "wrong".to_owned(), |user| format!("wrong {user}")))
    }

    fn lock<'a>(&'a self, user: &'a UserName, until: UtcMs, _: IpAddr) -> Asked<'a, ()> {
        self.note(format!("locked {user} until {}", until.0))
    }

    fn note_sign_out<'a>(&'a self, user: &'a UserName, _: IpAddr) -> Asked<'a, ()> {
        self.note(format!("out {user}"))
    }
}

pub(crate) struct World {
    pub(crate) clock: HeldClock,
    pub(crate) book: Arc<Book>,
    pub(crate) auth: Auth,
    pub(crate) router: Router,
}

#[derive(Deserialize, utoipa::ToSchema)]
struct SignIn {
    user: String,
    password: String,
}

#[utoipa::path(post, path = "/api/session", extensions(("x-roles" = json!(["anyone"]))))]
async fn sign_in(
    State(auth): State<Auth>,
    ClientIp(from): ClientIp,
    Json(body): Json<SignIn>,
) -> Response {
    match auth
        .sign_in(&body.user, Secret::new(body.password), from)
        .await
    {
        Ok((token, _)) => ([(header::SET_COOKIE, auth.cookie_for(&token))], "in").into_response(),
        Err(SignInRefused::Wrong) => Problem::unauthenticated().into_response(),
        Err(SignInRefused::LockedOut { .. } | SignInRefused::Unavailable) => {
            Problem::unavailable().into_response()
        }
    }
}

#[utoipa::path(get, path = "/api/me", extensions(("x-roles" = json!(["agent", "admin"]))))]
async fn me(user: CurrentUser) -> String {
    user.name().to_string()
}

#[utoipa::path(get, path = "/api/secret/{id}", extensions(("x-roles" = json!(["admin"]))))]
async fn secret() -> &'static str {
    "secret"
}

#[utoipa::path(get, path = "/api/forgotten")]
async fn forgotten() -> &'static str {
    "nobody said who may see this"
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = HeldClock::at(UtcMs(1_000_000));
        let book = Arc::new(Book::default());
        let config = AuthConfig::new(COOKIE);
        let sessions = Arc::new(MemorySessions::new(clock.clock(), config.sessions));
        let users: Arc<dyn Users> = Arc::clone(&book) as _;
        let auth = Auth::new(config, clock.clock(), users, sessions).unwrap();
        let (routes, openapi) = OpenApiRouter::new()
            .routes(routes!(sign_in))
            .routes(routes!(me))
            .routes(routes!(secret))
            .routes(routes!(forgotten))
            .split_for_parts();
        let router = portal::access::guard(routes, auth.clone(), &openapi);
        let router = router.with_state(auth.clone());
        let router = portal::assets::fallback::<super::assets::Pages, ()>(router);
        let router = portal::shell::wrap(router, portal::shell::Shell::default());
        Self {
            clock,
            book,
            auth,
            router,
        }
    }

    pub(crate) async fn try_sign_in(
        &self,
        user: &str,
        password: &str,
    ) -> Result<String, SignInRefused> {
        let password = Secret::new(password.to_owned());
        let (token, _) = self.auth.sign_in(user, password, HERE).await?;
        Ok(format!("{COOKIE}={}", token.expose()))
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str, cookie: Option<&str>) -> Response {
        let mut request = Request::get(path);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }
}

pub(crate) async fn text_of(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Status and code of a problem, which must be complete.
pub(crate) async fn problem_of(response: Response) -> (StatusCode, String) {
    let status = response.status();
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let trace = response.headers()["x-trace-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let problem: Value = serde_json::from_str(&text_of(response).await).unwrap();
    assert_eq!(problem["trace_id"], trace.as_str());
    assert_eq!(problem["status"], status.as_u16());
    (status, problem["code"].as_str().unwrap().to_owned())
}

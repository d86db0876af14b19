//! Log-in: who you are, checked slowly, counted, written down; then a session.
use crate::lock_out::{Failure, LockOut};
use crate::password::PasswordCheck;
use crate::session::SessionLimits;
use crate::{Clock, LockOutLimits, Session, SessionStore, Token, TokenHash};
use messages::command::{Role, Secret};
use messages::{Extension, UserName, UtcMs};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// What is known of a user.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: UserName,
    pub role: Role,
    pub extension: Option<Extension>,
    /// PHC string, as `password::hash` makes it.
    pub password_hash: Secret,
    /// A lock that outlived a restart.
    pub locked_until: Option<UtcMs>,
}

/// The backend could not be asked, or could not write.
#[derive(Clone, Debug, Error)]
#[error("users: {0}")]
pub struct Trouble(pub String);

pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

/// Who may sign in, and where it is written that somebody did. The notes are durable when they return.
pub trait Users: Send + Sync + 'static {
    fn find<'a>(&'a self, user: &'a UserName) -> Asked<'a, Option<Account>>;
    fn note_success<'a>(&'a self, user: &'a UserName, from_ip: IpAddr) -> Asked<'a, ()>;
    /// `None`: the name given is no user's; it may be a password typed into the wrong field, so it is not told.
    fn note_failure<'a>(&'a self, user: Option<&'a UserName>, from_ip: IpAddr) -> Asked<'a, ()>;
    fn lock<'a>(&'a self, user: &'a UserName, until: UtcMs, from_ip: IpAddr) -> Asked<'a, ()>;
    fn note_sign_out<'a>(&'a self, user: &'a UserName, from_ip: IpAddr) -> Asked<'a, ()>;
}

/// How an application signs in.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// `__Host-zk_branch` or `__Host-zk_hq`: two applications on one host share cookies.
    pub cookie: &'static str,
    pub sessions: SessionLimits,
    pub lock_out: LockOutLimits,
}

impl AuthConfig {
    #[must_use]
    pub fn new(cookie: &'static str) -> Self {
        assert!(
            cookie.starts_with("__Host-"),
            "the prefix binds the cookie to host and HTTPS"
        );
        Self {
            cookie,
            sessions: SessionLimits::default(),
            lock_out: LockOutLimits::default(),
        }
    }
}

/// Why a log-in was refused. The first case is the same for an unknown name and a wrong password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignInRefused {
    #[error("wrong name or password")]
    Wrong,
    #[error("too many failures; wait {retry_after_s} s")]
    LockedOut { retry_after_s: u64 },
    #[error("users cannot be read or written now")]
    Unavailable,
}

/// The gate-keeper of one application. Clones share everything.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    config: AuthConfig,
    clock: Clock,
    users: Arc<dyn Users>,
    sessions: Arc<dyn SessionStore>,
    passwords: PasswordCheck,
    lock_out: Mutex<LockOut>,
}

impl Auth {
    /// Takes some 20 ms: the hash that stands for unknown users is made here.
    pub fn new(
        config: AuthConfig,
        clock: Clock,
        users: Arc<dyn Users>,
        sessions: Arc<dyn SessionStore>,
    ) -> Result<Self, crate::password::PasswordError> {
        Ok(Self(Arc::new(Inner {
            lock_out: Mutex::new(LockOut::new(config.lock_out)),
            passwords: PasswordCheck::new()?,
            config,
            clock,
            users,
            sessions,
        })))
    }

    #[must_use]
    pub fn cookie_name(&self) -> &'static str {
        self.0.config.cookie
    }

    /// The `Set-Cookie` value for a fresh token.
    #[must_use]
    pub fn cookie_for(&self, token: &Token) -> String {
        crate::cookie::set(self.0.config.cookie, token, self.0.config.sessions.absolute)
    }

    /// The `Set-Cookie` value that takes the cookie away.
    #[must_use]
    pub fn cookie_gone(&self) -> String {
        crate::cookie::gone(self.0.config.cookie)
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    #[must_use]
    pub fn sessions(&self) -> &dyn SessionStore {
        &*self.0.sessions
    }

    /// Somebody got a new password: the sessions of the old one end, and so does a lock-out.
    pub fn password_changed(&self, user: &UserName) {
        self.0.sessions.close_all_of(user);
        self.lock_out(|table| table.forget(user.as_str()));
    }

    /// The session of a request, kept alive by it.
    #[must_use]
    pub fn session_of(&self, headers: &axum::http::HeaderMap) -> Option<(TokenHash, Session)> {
        let hash = crate::cookie::find(headers, self.0.config.cookie)?.hash();
        Some((hash, self.0.sessions.touch(hash)?))
    }

    /// Checks name and password. Unknown names take as long and are counted like known ones.
    pub async fn sign_in(
        &self,
        name: &str,
        password: Secret,
        from_ip: IpAddr,
    ) -> Result<(Token, Session), SignInRefused> {
        let name: String = name.chars().take(64).collect();
        let now = self.0.clock.now();
        self.lock_out(|table| table.begin(&name, from_ip, now.mono))
            .map_err(|wait| SignInRefused::LockedOut {
                retry_after_s: wait.as_secs().max(1),
            })?;
        let account = self.find(&name).await?;
        let kept = account
            .as_ref()
            .map(|account| account.password_hash.clone());
        let right = self.0.passwords.matches(password, kept).await;
        match account {
            Some(account) if right && !is_locked(&account, now.utc) => {
                self.open(account, &name, from_ip).await
            }
            account => Err(self.failed(account, &name, from_ip).await),
        }
    }

    /// Ends the session of a token and writes that down.
    pub async fn sign_out(&self, token: TokenHash, from_ip: IpAddr) -> Result<(), Trouble> {
        match self.0.sessions.close(token) {
            Some(session) => self.0.users.note_sign_out(&session.user, from_ip).await,
            None => Ok(()),
        }
    }

    async fn find(&self, name: &str) -> Result<Option<Account>, SignInRefused> {
        let Some(user) = UserName::parse(name) else {
            return Ok(None);
        };
        self.0.users.find(&user).await.map_err(unavailable)
    }

    async fn open(
        &self,
        account: Account,
        name: &str,
        from_ip: IpAddr,
    ) -> Result<(Token, Session), SignInRefused> {
        let noted = self.0.users.note_success(&account.user, from_ip).await;
        noted.map_err(unavailable)?;
        self.lock_out(|table| table.succeed(name, from_ip));
        let token = Token::mint().ok_or(SignInRefused::Unavailable)?;
        let session = Session {
            user: account.user,
            role: account.role,
            extension: account.extension,
            since: self.0.clock.now().utc,
            from_ip,
        };
        self.0.sessions.open(token.hash(), session.clone());
        Ok((token, session))
    }

    async fn failed(&self, account: Option<Account>, name: &str, from_ip: IpAddr) -> SignInRefused {
        let now = self.0.clock.now();
        let failure = self.lock_out(|table| table.fail(name, from_ip, now.mono));
        let user = account.as_ref().map(|account| &account.user);
        if let Err(trouble) = self.0.users.note_failure(user, from_ip).await {
            tracing::warn!(%trouble, "a failed log-in was not written down");
        }
        match (failure, user) {
            (Failure::UserLocked(wait), Some(user)) => {
                let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                let until = UtcMs(now.utc.0.saturating_add(wait_ms));
                if let Err(trouble) = self.0.users.lock(user, until, from_ip).await {
                    tracing::warn!(%trouble, "a lock-out was not written down");
                }
            }
            (Failure::UserLocked(_), None) | (Failure::Counted, _) => {}
        }
        match account.and_then(|account| account.locked_until) {
            Some(until) if until > now.utc => SignInRefused::LockedOut {
                retry_after_s: until.ms_since(now.utc).div_ceil(1_000),
            },
            Some(_) | None => SignInRefused::Wrong,
        }
    }

    fn lock_out<T>(&self, work: impl FnOnce(&mut LockOut) -> T) -> T {
        work(
            &mut self
                .0
                .lock_out
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

fn is_locked(account: &Account, now: UtcMs) -> bool {
    account.locked_until.is_some_and(|until| until > now)
}

#[allow(clippy::needless_pass_by_value)] // the shape that map_err wants
fn unavailable(trouble: Trouble) -> SignInRefused {
    tracing::warn!(%trouble, "log-in not possible");
    SignInRefused::Unavailable
}

impl core::fmt::Debug for Auth {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Auth").field(&self.0.config.cookie).finish()
    }
}

//! Who may sign in at headquarters: kept in the store, made on the command line.
use hq_store::{Deed, Store, StoreError, UserRecord};
use messages::command::{Role, Secret};
use messages::{UserName, UtcMs};
use portal::auth::Asked;
use portal::password::PasswordError;
use portal::{Account, Clock, Trouble, Users};
use std::net::IpAddr;
use std::sync::Arc;
use thiserror::Error;

/// The store as the log-in asks it.
pub struct People {
    store: Arc<dyn Store>,
    clock: Clock,
}

impl People {
    #[must_use]
    pub const fn new(store: Arc<dyn Store>, clock: Clock) -> Self {
        Self { store, clock }
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Trouble> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || question(&*store)).await {
            Ok(answer) => answer.map_err(|bad| Trouble(bad.to_string())),
            Err(bad) => Err(Trouble(bad.to_string())),
        }
    }

    async fn note(
        &self,
        user: Option<&UserName>,
        deed: Deed,
        from_ip: IpAddr,
    ) -> Result<(), Trouble> {
        let (user, at) = (user.cloned(), self.clock.now().utc);
        self.ask(move |store| store.note_deed(user.as_ref(), &deed, Some(from_ip), at))
            .await
    }
}

impl Users for People {
    fn find<'a>(&'a self, user: &'a UserName) -> Asked<'a, Option<Account>> {
        Box::pin(async move {
            let user = user.clone();
            let found = self.ask(move |store| store.user(&user)).await?;
            Ok(found.map(|user| Account {
                user: user.user,
                role: user.role,
                extension: None,
                password_hash: user.password_hash,
                locked_until: user.locked_until,
            }))
        })
    }

    fn note_success<'a>(&'a self, user: &'a UserName, from_ip: IpAddr) -> Asked<'a, ()> {
        Box::pin(self.note(Some(user), Deed::SignedIn, from_ip))
    }

    fn note_failure<'a>(&'a self, user: Option<&'a UserName>, from_ip: IpAddr) -> Asked<'a, ()> {
        Box::pin(self.note(user, Deed::SignInFailed, from_ip))
    }

    fn lock<'a>(&'a self, user: &'a UserName, until: UtcMs, from_ip: IpAddr) -> Asked<'a, ()> {
        Box::pin(self.note(Some(user), Deed::LockedOut { until }, from_ip))
    }

    fn note_sign_out<'a>(&'a self, user: &'a UserName, from_ip: IpAddr) -> Asked<'a, ()> {
        Box::pin(self.note(Some(user), Deed::SignedOut, from_ip))
    }
}

#[derive(Debug, Error)]
pub enum PeopleError {
    #[error(
        "用户名只能含字母、数字、- _ .,最多 32 个 / a user name is letters, digits, - _ . and at most 32 long"
    )]
    BadName,
    #[error("角色只能是 hq_analyst 或 hq_admin / the role is hq_analyst or hq_admin")]
    BadRole,
    #[error("password: {0}")]
    Password(#[from] PasswordError),
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A password for somebody to type: 16 random signs in four groups, 79 bits.
pub fn fresh_password() -> Result<Secret, PeopleError> {
    // Signs that are not mistaken for each other.
    const SIGNS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_none| PeopleError::NoRandomness)?;
    let mut text = String::with_capacity(19);
    for (index, byte) in random.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(SIGNS[usize::from(*byte) % SIGNS.len()]));
    }
    Ok(Secret::new(text))
}

/// Makes a user of headquarters.
pub fn create(
    store: &dyn Store,
    name: &str,
    role: Role,
    password: &Secret,
    now: UtcMs,
) -> Result<(), PeopleError> {
    match role {
        Role::HqAnalyst | Role::HqAdmin => {}
        Role::Agent | Role::Supervisor | Role::Admin => return Err(PeopleError::BadRole),
    }
    store.create_user(&UserRecord {
        user: user_name(name)?,
        role,
        password_hash: portal::password::hash(password)?,
        created: now,
        changed: now,
        locked_until: None,
    })?;
    Ok(())
}

/// A new password; the user's sessions end within seconds.
pub fn reset_password(
    store: &dyn Store,
    name: &str,
    password: &Secret,
    now: UtcMs,
) -> Result<(), PeopleError> {
    let hash = portal::password::hash(password)?;
    store.set_password(&user_name(name)?, &hash, now)?;
    Ok(())
}

/// Log-in names are compared in small letters.
fn user_name(text: &str) -> Result<UserName, PeopleError> {
    UserName::parse(&text.to_lowercase()).ok_or(PeopleError::BadName)
}

/// The first admin, where there is nobody yet: name and password, to be shown once.
pub fn first_admin(
    store: &dyn Store,
    now: UtcMs,
) -> Result<Option<(&'static str, Secret)>, PeopleError> {
    if !store.users()?.is_empty() {
        return Ok(None);
    }
    let password = fresh_password()?;
    create(store, "admin", Role::HqAdmin, &password, now)?;
    Ok(Some(("admin", password)))
}

//! The first log-in of a new appliance: `admin`, with a password that is printed once and kept nowhere.
use branch_store::{Store, StoreError};
use messages::command::{Command, Role, Secret};
use messages::fact::Actor;
use messages::{Refusal, UserName};
use portal::password::{self, PasswordError};
use thiserror::Error;

/// To be printed, once.
#[derive(Debug)]
pub struct FirstAdmin {
    pub user: UserName,
    pub password: Secret,
}

#[derive(Debug, Error)]
pub enum FirstAdminFailed {
    #[error("the user was not created: {0}")]
    Refused(#[from] Refusal),
    #[error("the users cannot be read: {0}")]
    Store(#[from] StoreError),
    #[error("the password was not made: {0}")]
    Password(#[from] PasswordError),
}

/// Creates `admin` where there is no user at all; `None` where there is one. Blocks until it is durable.
pub fn first_admin(store: &Store) -> Result<Option<FirstAdmin>, FirstAdminFailed> {
    if !store.reader()?.users()?.is_empty() {
        return Ok(None);
    }
    let user = UserName::parse("admin").ok_or(Refusal::UnknownUser)?;
    let password = password::random()?;
    let command = Command::CreateUser {
        user: user.clone(),
        role: Role::Admin,
        extension: None,
        password_hash: password::hash(&password)?,
    };
    store.propose_and_wait(Actor::Console, None, command)?;
    Ok(Some(FirstAdmin { user, password }))
}

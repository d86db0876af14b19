//! The first log-in of a new appliance: `admin`, with a password that is printed once and kept nowhere.
use super::port::Records;
use messages::command::{Command, Role, Secret};
use messages::fact::Actor;
use messages::{Refusal, UserName};
use portal::password::{self, PasswordError};
use std::sync::mpsc;
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
    #[error("the password was not made: {0}")]
    Password(#[from] PasswordError),
}

/// Creates `admin` where there is no user at all; `None` where there is one. Blocks until it is durable.
pub fn first_admin(records: &dyn Records) -> Result<Option<FirstAdmin>, FirstAdminFailed> {
    if records.has_users()? {
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
    let (reply, answer) = mpsc::sync_channel(1);
    let told = Box::new(move |outcome| drop(reply.send(outcome)));
    records.propose(Actor::Console, None, command, told);
    answer.recv().map_err(|_dropped| Refusal::NotReady)??;
    Ok(Some(FirstAdmin { user, password }))
}

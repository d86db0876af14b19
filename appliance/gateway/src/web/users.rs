//! The branch's users as log-in knows them: found in the records, noted in the journal.
use super::port::Records;
use super::state::awaited;
use messages::command::Command;
use messages::fact::Actor;
use messages::{UserName, UtcMs};
use portal::auth::Asked;
use portal::{Account, Trouble, Users};
use std::net::IpAddr;
use std::sync::Arc;

/// `portal::Users` over the branch's records.
pub struct BranchUsers(Arc<dyn Records>);

impl BranchUsers {
    #[must_use]
    pub fn new(records: Arc<dyn Records>) -> Self {
        Self(records)
    }

    /// What a person did is noted as that person's; what was done to a name by nobody known is the system's.
    async fn note(&self, actor: Actor, from_ip: IpAddr, command: Command) -> Result<(), Trouble> {
        let (reply, answer) = awaited();
        self.0.propose(actor, Some(from_ip), command, reply);
        match answer.await {
            Ok(Ok(_outcome)) => Ok(()),
            Ok(Err(refusal)) => Err(Trouble(refusal.code().to_owned())),
            Err(_dropped) => Err(Trouble("stopping".to_owned())),
        }
    }
}

impl Users for BranchUsers {
    fn find<'a>(&'a self, user: &'a UserName) -> Asked<'a, Option<Account>> {
        let (records, user) = (Arc::clone(&self.0), user.clone());
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || records.user(&user)).await;
            let row = found
                .map_err(|bad| Trouble(bad.to_string()))?
                .map_err(|refusal| Trouble(refusal.code().to_owned()))?;
            Ok(row.map(|row| Account {
                user: row.user,
                role: row.role,
                extension: row.extension,
                password_hash: row.password_hash,
                locked_until: row.locked_until,
            }))
        })
    }

    fn note_success<'a>(&'a self, user: &'a UserName, from_ip: IpAddr) -> Asked<'a, ()> {
        let command = Command::NoteSignIn { user: user.clone() };
        Box::pin(self.note(Actor::User(user.clone()), from_ip, command))
    }

    fn note_failure<'a>(&'a self, user: Option<&'a UserName>, from_ip: IpAddr) -> Asked<'a, ()> {
        let command = Command::NoteSignInFailed {
            user: user.cloned(),
        };
        Box::pin(self.note(Actor::System, from_ip, command))
    }

    fn lock<'a>(&'a self, user: &'a UserName, until: UtcMs, from_ip: IpAddr) -> Asked<'a, ()> {
        let command = Command::NoteLockOut {
            user: user.clone(),
            until,
        };
        Box::pin(self.note(Actor::System, from_ip, command))
    }

    fn note_sign_out<'a>(&'a self, user: &'a UserName, from_ip: IpAddr) -> Asked<'a, ()> {
        let command = Command::NoteSignOut { user: user.clone() };
        Box::pin(self.note(Actor::User(user.clone()), from_ip, command))
    }
}

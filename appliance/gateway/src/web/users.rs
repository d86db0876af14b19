//! The branch's users as log-in knows them: found in the store, noted in the journal.
use super::state::awaited;
use branch_store::{Store, Subscriber};
use messages::command::Command;
use messages::fact::{Actor, Body};
use messages::{UserName, UtcMs};
use portal::auth::Asked;
use portal::{Account, Auth, Trouble, Users};
use std::net::IpAddr;

/// A password that is reset ends the sessions and the lock-out of its user, whoever reset it.
#[must_use]
pub fn watch_passwords(auth: &Auth) -> Subscriber {
    let auth = auth.clone();
    Box::new(move |facts| {
        for committed in facts {
            if let Body::UserPasswordReset(reset) = &committed.fact.body {
                auth.password_changed(&reset.user);
            }
        }
    })
}

/// `portal::Users` over the branch's store.
pub struct BranchUsers(Store);

impl BranchUsers {
    #[must_use]
    pub const fn new(store: Store) -> Self {
        Self(store)
    }

    /// What a person did is noted as that person's; what was tried with a name is the system's.
    async fn note(&self, actor: Actor, from_ip: IpAddr, command: Command) -> Result<(), Trouble> {
        let (reply, answer) = awaited();
        self.0.propose(actor, Some(from_ip), command, reply);
        match answer.await {
            Ok(Ok(_done)) => Ok(()),
            Ok(Err(refusal)) => Err(Trouble(refusal.code().to_owned())),
            Err(_dropped) => Err(Trouble("stopping".to_owned())),
        }
    }
}

impl Users for BranchUsers {
    fn find<'a>(&'a self, user: &'a UserName) -> Asked<'a, Option<Account>> {
        let (store, user) = (self.0.clone(), user.clone());
        Box::pin(async move {
            let asked = move || store.reader()?.user_with_hash(&user);
            let found = tokio::task::spawn_blocking(asked).await;
            let row = found
                .map_err(|bad| Trouble(bad.to_string()))?
                .map_err(|bad| Trouble(bad.code().to_owned()))?;
            Ok(row.map(|(row, password_hash)| Account {
                user: row.user,
                role: row.role,
                extension: row.extension,
                password_hash,
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
